//! From drawing to the verdict: who may do what, what is seen when, and what counts.

use crate::desk::{Desk, RECORDS, who};
use lantai_domain::Media;
use lantai_intake::quality::{
    self, DefectSeverity, Inspection, Lot, LotState, Mark, NewLot, Pair, QualityError, QualityRepository,
    SeatNumber,
};
use lantai_testkit::on_every_engine;

async fn create(desk: &Desk, new: &NewLot) -> Lot {
    quality::create(&desk.holdings, &desk.rules, new, &who("head"))
        .await
        .unwrap()
}

async fn lot_of(desk: &Desk, id: uuid::Uuid) -> Lot {
    let mut reader = desk.holdings.database.read().await.unwrap();
    QualityRepository(reader.conn())
        .find(id)
        .await
        .unwrap()
        .unwrap()
        .lot
}

fn fine() -> Mark {
    Mark::default()
}

#[tokio::test]
async fn a_lot_is_counted_before_it_is_drawn_and_can_be_drawn_again() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let mut new = desk.lot("rate-10");
        let preview = quality::preview(&desk.holdings, &desk.rules, &new).await.unwrap();
        assert_eq!(preview.plan.lot_size, RECORDS as u64 * 3);
        assert_eq!(preview.plan.sample_size, 50, "at least fifty");
        assert_eq!(preview.series, "J001");
        assert_eq!(preview.strata["J001-WS·2019·Y"], 120);
        let lot = create(&desk, &new).await;
        assert_eq!(lot.plan, preview.plan);

        // proportional to 120 and 90 pieces, and provable from the seed alone
        let mut reader = desk.holdings.database.read().await.unwrap();
        let items = QualityRepository(reader.conn())
            .items(lot.id, 0, 1_000)
            .await
            .unwrap();
        drop(reader);
        assert_eq!(items.len(), 50);
        let of_first = items
            .iter()
            .filter(|item| item.code.starts_with("J001-WS"))
            .count();
        assert_eq!(of_first, 29, "50 × 120 ÷ 210 = 28.6");
        let mut sampler = quality::Sampler::new(&lot.seed, quality::spread(&preview.strata, 50));
        let mut reader = desk.holdings.database.read().await.unwrap();
        let records = lantai_cataloguing::RecordRepository(reader.conn())
            .page_of_all(None, 1_000)
            .await
            .unwrap();
        for stored in records.iter().rev() {
            let code = stored.record.description.code.to_string();
            let stratum = code.rsplit_once('-').unwrap().0;
            for place in 1..=3 {
                sampler.offer(stratum, &format!("{}/{place}", stored.record.id));
            }
        }
        let again: Vec<String> = sampler.finish().into_iter().map(|one| one.key).collect();
        let kept: Vec<String> = items
            .iter()
            .map(|item| format!("{}/{}", item.record, item.file.unwrap()))
            .collect();
        assert_eq!(again, kept);
        let other = create(&desk, &new).await;
        assert_ne!(other.seed, lot.seed);

        // a choice of the accession
        new.choice.code_prefix = Some("J001-ZP".to_owned());
        new.choice.media = Some(Media::Image);
        new.plan = "whole".to_owned();
        let lot = create(&desk, &new).await;
        assert_eq!((lot.plan.lot_size, lot.plan.sample_size), (60, 60));
        new.choice.code_prefix = Some("J001-KU".to_owned());
        let empty = quality::create(&desk.holdings, &desk.rules, &new, &who("head")).await;
        assert!(matches!(empty, Err(QualityError::LotEmpty)));
        new.plan = "nothing".to_owned();
        let unknown = quality::create(&desk.holdings, &desk.rules, &new, &who("head")).await;
        assert!(matches!(unknown, Err(QualityError::PlanUnknown(_))));
    })
    .await;
}

#[tokio::test]
async fn two_persons_inspect_and_neither_is_whoever_received_it() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let lot = create(&desk, &desk.lot("rate-5")).await;
        let sit = async |person: &str| quality::take_seat(&desk.holdings, lot.id, &who(person)).await;
        assert!(matches!(sit("receiver").await, Err(QualityError::ReceivedIt)));
        assert_eq!(
            sit("li").await.unwrap().seat_of(&who("li")),
            Some(SeatNumber::One)
        );
        // sitting down twice is the same seat
        assert_eq!(
            sit("li").await.unwrap().seat_of(&who("li")),
            Some(SeatNumber::One)
        );
        assert_eq!(
            sit("wang").await.unwrap().seat_of(&who("wang")),
            Some(SeatNumber::Two)
        );
        assert!(matches!(sit("zhao").await, Err(QualityError::SeatsTaken)));
        let judge = quality::judge(&desk.holdings, &desk.rules, lot.id, 1, &who("zhao"), &fine()).await;
        assert!(matches!(judge, Err(QualityError::NotYours)));

        // where two were named, only they
        let mut new = desk.lot("rate-5");
        new.assigned = Some(Pair::new(who("li"), who("wang")).unwrap());
        let lot = create(&desk, &new).await;
        let other = quality::take_seat(&desk.holdings, lot.id, &who("zhao")).await;
        assert!(matches!(other, Err(QualityError::NotAssigned)));
        quality::take_seat(&desk.holdings, lot.id, &who("wang"))
            .await
            .unwrap();
        new.assigned = Some(Pair::new(who("li"), who("receiver")).unwrap());
        let refused = quality::create(&desk.holdings, &desk.rules, &new, &who("head")).await;
        assert!(matches!(refused, Err(QualityError::ReceivedIt)));
    })
    .await;
}

#[tokio::test]
async fn nobody_sees_the_others_marks_before_both_are_done() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let lot = create(&desk, &desk.lot("rate-5")).await;
        desk.inspect(lot.id, lot.plan.sample_size, "li", &[(3, "blur")])
            .await;
        let (li, wang) = (who("li"), who("wang"));
        let now = quality::take_seat(&desk.holdings, lot.id, &wang).await.unwrap();
        assert!(now.sees(&li, SeatNumber::One) && !now.sees(&li, SeatNumber::Two));
        assert!(now.sees(&wang, SeatNumber::Two) && !now.sees(&wang, SeatNumber::One));
        assert!(!now.sees(&who("head"), SeatNumber::One) && !now.sees(&who("head"), SeatNumber::Two));
        desk.inspect(lot.id, lot.plan.sample_size, "wang", &[]).await;
        let now = lot_of(&desk, lot.id).await;
        assert!(now.sees(&li, SeatNumber::Two) && now.sees(&wang, SeatNumber::One));
        assert!(matches!(now.state, LotState::Arbitrating { ref disputed, .. } if *disputed == [3]));
    })
    .await;
}

#[tokio::test]
async fn what_is_handed_in_stays_and_what_is_not_marked_is_not_handed_in() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let lot = create(&desk, &desk.lot("rate-5")).await;
        let li = who("li");
        quality::take_seat(&desk.holdings, lot.id, &li).await.unwrap();
        let judge = async |item, mark: &Mark| {
            quality::judge(&desk.holdings, &desk.rules, lot.id, item, &li, mark).await
        };
        let unknown = Mark {
            defects: vec![("dust".to_owned(), None)],
            note: None,
        };
        assert!(matches!(
            judge(1, &unknown).await,
            Err(QualityError::DefectUnknown(_))
        ));
        assert!(matches!(
            judge(0, &fine()).await,
            Err(QualityError::ItemUnknown(0))
        ));
        assert!(matches!(
            judge(51, &fine()).await,
            Err(QualityError::ItemUnknown(51))
        ));
        for item in 1..=50 {
            judge(item, &fine()).await.unwrap();
        }
        quality::undo(&desk.holdings, lot.id, 7, &li).await.unwrap();
        let now = lot_of(&desk, lot.id).await;
        assert_eq!(
            quality::next_item(&desk.holdings, &now, &li).await.unwrap(),
            Some(7)
        );
        let early = quality::submit(&desk.holdings, lot.id, &li).await;
        assert!(matches!(early, Err(QualityError::Incomplete { left: 1 })));
        let mark = Mark {
            defects: vec![("skew".to_owned(), Some(2)), ("skew".to_owned(), Some(2))],
            note: Some(" 偏三度 ".to_owned()),
        };
        let judgement = judge(7, &mark).await.unwrap();
        assert_eq!(
            (judgement.defects.len(), judgement.note.as_deref()),
            (1, Some("偏三度"))
        );
        assert_eq!(judgement.severity(), Some(DefectSeverity::Minor));
        quality::submit(&desk.holdings, lot.id, &li).await.unwrap();
        assert!(matches!(
            judge(7, &fine()).await,
            Err(QualityError::WrongState { .. })
        ));
        let undone = quality::undo(&desk.holdings, lot.id, 7, &li).await;
        assert!(matches!(undone, Err(QualityError::WrongState { .. })));
        let twice = quality::submit(&desk.holdings, lot.id, &li).await;
        assert!(matches!(twice, Err(QualityError::WrongState { .. })));
        let alone = quality::conclude(&desk.holdings, lot.id, &li).await;
        assert!(matches!(alone, Err(QualityError::WrongState { .. })));
    })
    .await;
}

#[tokio::test]
async fn a_third_person_decides_and_the_lot_passes_or_is_returned_by_rule() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        for (third_says, passes) in [(vec![], true), (vec!["missing_page"], false)] {
            let lot = create(&desk, &desk.lot("rate-5")).await;
            desk.inspect(lot.id, 50, "li", &[(4, "missing_page"), (9, "skew")])
                .await;
            desk.inspect(lot.id, 50, "wang", &[(9, "skew")]).await;
            let id = lot.id;
            let same = quality::take_seat(&desk.holdings, id, &who("li")).await.unwrap();
            assert_eq!(
                same.seat_of(&who("li")),
                Some(SeatNumber::One),
                "not a second seat"
            );
            let open = quality::conclude(&desk.holdings, id, &who("head")).await;
            assert!(matches!(open, Err(QualityError::Incomplete { left: 1 })));
            let third = who("zhao");
            quality::take_seat(&desk.holdings, id, &third).await.unwrap();
            let now = lot_of(&desk, id).await;
            assert_eq!(
                quality::next_item(&desk.holdings, &now, &third).await.unwrap(),
                Some(4)
            );
            let agreed = quality::judge(&desk.holdings, &desk.rules, id, 9, &third, &fine()).await;
            assert!(
                matches!(agreed, Err(QualityError::ItemUnknown(9))),
                "what two agree on is settled"
            );
            let mark = Mark {
                defects: third_says
                    .iter()
                    .map(|class: &&str| ((*class).to_owned(), None))
                    .collect(),
                note: None,
            };
            quality::judge(&desk.holdings, &desk.rules, id, 4, &third, &mark)
                .await
                .unwrap();
            desk.later();
            let ended = quality::conclude(&desk.holdings, id, &who("head")).await.unwrap();
            let (LotState::Passed { conclusion } | LotState::Returned { conclusion }) = &ended.state else {
                unreachable!("{:?}", ended.state)
            };
            assert_eq!(matches!(ended.state, LotState::Passed { .. }), passes);
            let defective: Vec<u64> = conclusion.tally.iter().map(|one| one.defective).collect();
            assert_eq!(defective, [u64::from(!passes), 0, 1]);
            assert_eq!(
                (conclusion.disputed.as_slice(), conclusion.arbiter.as_ref()),
                (&[4][..], Some(&third))
            );
            let again = quality::conclude(&desk.holdings, id, &who("head")).await;
            assert!(matches!(again, Err(QualityError::WrongState { .. })));
            let withdrawn = quality::withdraw(&desk.holdings, id, &who("head"), "x").await;
            assert!(matches!(withdrawn, Err(QualityError::WrongState { .. })));
        }
    })
    .await;
}

#[tokio::test]
async fn lots_that_were_returned_tighten_the_next_one() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let mut seen = Vec::new();
        for _ in 0..3 {
            let lot = create(&desk, &desk.lot("iso-II-record")).await;
            seen.push(lot.plan.inspection);
            let defects: Vec<(u32, &str)> = (1..=9).map(|item| (item, "blur")).collect();
            desk.inspect(lot.id, lot.plan.sample_size, "li", &defects).await;
            desk.inspect(lot.id, lot.plan.sample_size, "wang", &defects).await;
            desk.later();
            let ended = quality::conclude(&desk.holdings, lot.id, &who("head"))
                .await
                .unwrap();
            assert_eq!(ended.state.name(), "returned");
        }
        assert_eq!(
            seen,
            [Inspection::Normal, Inspection::Normal, Inspection::Tightened]
        );
        // another series goes its own way
        let mut other = desk.lot("iso-II-record");
        other.series = Some("第二家公司".to_owned());
        assert_eq!(create(&desk, &other).await.plan.inspection, Inspection::Normal);
    })
    .await;
}

#[tokio::test]
async fn a_machine_points_out_and_decides_nothing() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let mut new = desk.lot("whole");
        new.choice.media = Some(Media::Image);
        let lot = create(&desk, &new).await;
        let mut reader = desk.holdings.database.read().await.unwrap();
        let items = QualityRepository(reader.conn())
            .items(lot.id, 0, 1_000)
            .await
            .unwrap();
        drop(reader);
        let told: Vec<&str> = items
            .iter()
            .filter(|item| item.hints == ["small_file"])
            .filter_map(|item| item.name.as_deref())
            .collect();
        assert_eq!(told, ["0005/1.jpg"]);
        desk.inspect(lot.id, lot.plan.sample_size, "li", &[]).await;
        desk.inspect(lot.id, lot.plan.sample_size, "wang", &[]).await;
        let nobody = quality::take_seat(&desk.holdings, lot.id, &who("zhao")).await;
        assert!(matches!(nobody, Err(QualityError::NothingDisputed)));
        let ended = quality::conclude(&desk.holdings, lot.id, &who("head"))
            .await
            .unwrap();
        assert_eq!(ended.state.name(), "passed");
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn two_who_sit_down_at_once_get_two_seats_and_a_third_none() {
    on_every_engine(async |database| {
        let desk = Desk::new(database).await;
        let lot = create(&desk, &desk.lot("rate-5")).await;
        let sit = |name: &'static str| {
            let holdings = desk.holdings.clone();
            tokio::spawn(async move {
                loop {
                    match quality::take_seat(&holdings, lot.id, &who(name)).await {
                        Err(QualityError::ChangedMeanwhile) => {}
                        other => return other.map(|lot| lot.seat_of(&who(name)).unwrap()),
                    }
                }
            })
        };
        let (one, two, three) = tokio::join!(sit("a"), sit("b"), sit("c"));
        let mut seats: Vec<SeatNumber> = [one, two, three]
            .into_iter()
            .filter_map(|seat| seat.unwrap().ok())
            .collect();
        seats.sort();
        assert_eq!(seats, [SeatNumber::One, SeatNumber::Two]);
    })
    .await;
}

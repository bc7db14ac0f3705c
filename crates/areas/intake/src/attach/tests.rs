//! What attaches, what does not, and how often that is right.

use super::*;
use proptest::prelude::*;

fn attacher(codes: &[String]) -> Attacher {
    let mut attacher = Attacher::new(AttachRules::builtin().unwrap());
    for code in codes {
        attacher.add_code(code);
    }
    attacher
}

fn code(number: usize) -> String {
    format!("J001-WS·2019·Y-{number:04}")
}

fn attached(attacher: &Attacher, file: &str) -> Option<String> {
    match attacher.attach(file) {
        Attachment::To { code, .. } => Some(code),
        _ => None,
    }
}

#[test]
fn a_code_is_read_however_it_is_written() {
    let attacher = attacher(&[code(1), code(12)]);
    for file in [
        "J001-WS·2019·Y-0001.pdf",
        "J001-WS_2019_Y-0001.pdf",
        "扫描/j001-ws.2019.y-0001-001.jpg",
        "Ｊ００１－ＷＳ・２０１９・Ｙ－０００１.tif",
        "J001-WS·2019·Y-0001_012.tif",
        "J001-WS·2019·Y-0001 (3).tif",
        "J001-WS·2019·Y-0001-关于修路的请示.pdf",
        "关于修路的请示（J001-WS·2019·Y-0001）.pdf",
        "J001-WS·2019·Y-0001/001.jpg",
        "J001-WS·2019·Y-0001/图/封面.jpg",
    ] {
        assert_eq!(attached(&attacher, file), Some(code(1)), "{file}");
    }
    let page = attacher.attach("J001-WS·2019·Y-0012-007.tif");
    let expected = Attachment::To {
        code: code(12),
        rule: AttachRule::CodeInName,
        page: Some(7),
    };
    assert_eq!(page, expected);
}

#[test]
fn near_misses_are_exceptions_with_what_they_resemble() {
    let attacher = attacher(&[code(1), code(12), code(112)]);
    for file in [
        "J001-WS·2019·Y-00O1.pdf",
        "J001-WS·2019·Y-001.pdf",
        "J001-WS·2019·Y-00012.pdf",
        "J001-WS·2019·Y-0013.pdf",
        "XJ001-WS·2019·Y-0001.pdf",
        "封面.jpg",
        "J001-WS·2019·Y-0001和J001-WS·2019·Y-0012.pdf",
    ] {
        assert_eq!(attached(&attacher, file), None, "{file}");
    }
    let Attachment::Nothing { resembles } = attacher.attach("J001-WS·2019·Y-00O1.pdf") else {
        panic!("it is attached")
    };
    assert_eq!(resembles[0], code(1));
}

#[test]
fn rules_that_disagree_attach_nothing() {
    let mut attacher = attacher(&[code(1), code(2)]);
    let file = "J001-WS·2019·Y-0001/J001-WS·2019·Y-0002.pdf";
    assert!(matches!(attacher.attach(file), Attachment::Contradiction { said } if said.len() == 3));
    attacher.add_to_manifest("IMG_0001.jpg", &code(2));
    assert_eq!(attached(&attacher, "IMG_0001.jpg"), Some(code(2)));
}

#[test]
fn a_longer_code_is_not_taken_for_a_page_of_a_shorter_one() {
    let volume = "J001-KJ·2019·D30-0001".to_owned();
    let item = format!("{volume}-002");
    let attacher = attacher(&[volume.clone(), item.clone()]);
    assert_eq!(
        attached(&attacher, "J001-KJ·2019·D30-0001-002.pdf"),
        Some(item.clone())
    );
    assert_eq!(
        attached(&attacher, "J001-KJ·2019·D30-0001-002-001.pdf"),
        Some(item)
    );
    assert_eq!(attached(&attacher, "J001-KJ·2019·D30-0001-001.pdf"), Some(volume));
}

#[test]
fn codes_that_a_name_cannot_tell_apart_attach_nothing() {
    let attacher = attacher(&[
        "J001-WS·2019".to_owned(),
        "J001-WS-2019".to_owned(),
        "J001-WS.2019".to_owned(),
    ]);
    assert_eq!(attached(&attacher, "J001-WS_2019.pdf"), None);
    assert_eq!(
        attached(&attacher, "J001-WS-2019.pdf"),
        Some("J001-WS-2019".to_owned())
    );
}

/// Ten thousand names as scanning offices write them, one in twenty a near miss that belongs to nothing.
#[test]
fn of_ten_thousand_names_none_goes_to_a_wrong_record() {
    let codes: Vec<String> = (1..=2_000).map(code).collect();
    let attacher = attacher(&codes);
    let mut random = 20_191_231_u64;
    let mut next = |below: u64| {
        // a fixed sequence: the same names on every run
        random = random
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        (random >> 33) % below
    };
    let (mut right, mut wrong, mut exceptions, mut named, mut misses) = (0, 0, 0, 0, 0);
    for _ in 0..10_000 {
        let number = next(2_000) as usize + 1;
        let true_code = code(number);
        let page = next(300) + 1;
        let is_miss = next(20) == 0;
        let written = if is_miss {
            match next(4) {
                0 => true_code.replacen('0', "O", 2),
                1 => format!("J001-WS·2019·Y-{}", 2_001 + next(7_000)),
                2 => true_code.replace("Y-", "Y-0"),
                _ => true_code.replace("Y-", "D30-"),
            }
        } else {
            match next(4) {
                0 => true_code.replace('·', "_"),
                1 => true_code.to_lowercase(),
                2 => true_code.replace('·', "."),
                _ => true_code.clone(),
            }
        };
        let file = match next(5) {
            0 => format!("{written}.pdf"),
            1 => format!("{written}-{page:03}.jpg"),
            2 => format!("{written}_{page:04}.tif"),
            3 => format!("{written}/{page:03}.jpg"),
            _ => format!("{written} 关于某事的通知.pdf"),
        };
        let found = attached(&attacher, &file);
        match (is_miss, found) {
            (false, Some(found)) if found == true_code => (right, named) = (right + 1, named + 1),
            (false, Some(_)) => (wrong, named) = (wrong + 1, named + 1),
            (false, None) => (exceptions, named) = (exceptions + 1, named + 1),
            (true, None) => misses += 1,
            (true, Some(found)) => panic!("{file} is attached to {found}"),
        }
    }
    println!(
        "{named} names: {right} right, {wrong} wrong, {exceptions} exceptions; {misses} near misses held"
    );
    assert_eq!((wrong, exceptions), (0, 0));
    assert!(named > 9_000 && misses > 300);
}

fn plain_distance(one: &[char], other: &[char]) -> usize {
    match (one.split_first(), other.split_first()) {
        (None, _) => other.len(),
        (_, None) => one.len(),
        (Some((a, rest)), Some((b, others))) if a == b => plain_distance(rest, others),
        (Some((_, rest)), Some((_, others))) => {
            1 + plain_distance(rest, others)
                .min(plain_distance(rest, other))
                .min(plain_distance(one, others))
        }
    }
}

proptest! {
    #[test]
    fn small_distances_are_as_the_definition_says(one in "[ab]{0,7}", other in "[ab]{0,7}") {
        let letters = |text: &str| text.chars().collect::<Vec<char>>();
        let plain = plain_distance(&letters(&one), &letters(&other));
        prop_assert_eq!(name::distance_up_to_two(&one, &other), Some(plain).filter(|far| (1..3).contains(far)));
    }

    #[test]
    fn no_name_makes_it_panic_or_attach_to_what_it_does_not_say(file in "\\PC{0,40}") {
        let attacher = attacher(&[code(1), code(2)]);
        if let Some(found) = attached(&attacher, &file) {
            let normal = Normaliser::new(&AttachRules::builtin().unwrap());
            prop_assert!(normal.normalise(&file).contains(&normal.normalise(&found)));
        }
    }

    #[test]
    fn every_page_of_every_code_attaches(number in 1_usize..10_000, page in 1_u32..10_000) {
        let attacher = attacher(&[code(number)]);
        let file = format!("{}-{page}.jpg", code(number));
        prop_assert_eq!(attached(&attacher, &file), Some(code(number)));
    }
}

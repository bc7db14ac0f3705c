use super::*;

const NOW: &str = "2026-03-01T00:00:00Z";

/// Hourly readings of four days before the test, each given by its number.
fn series(room: &str, reading: impl Fn(u32) -> Option<(f64, f64)>) -> String {
    let start: Timestamp = "2026-02-25T00:00:00Z".parse().unwrap();
    let mut text = "time,room,temperature,humidity\n".to_owned();
    for hour in 0..96_u32 {
        let at = start + SignedDuration::from_hours(i64::from(hour));
        if let Some((temperature, humidity)) = reading(hour) {
            text.push_str(&format!("{at},{room},{temperature},{humidity}\n"));
        }
    }
    text
}

fn report_of(files: &[(&str, &str)]) -> StoreroomReport {
    let folder = tempfile::tempdir().unwrap();
    for (name, text) in files {
        std::fs::write(folder.path().join(name), text).unwrap();
    }
    let rules = RoomRules::builtin().unwrap();
    look_at_storerooms(folder.path(), &rules, NOW.parse().unwrap())
        .unwrap()
        .unwrap()
}

fn kinds(report: &StoreroomReport) -> Vec<RoomFaultKind> {
    report.faults.iter().map(|fault| fault.kind).collect()
}

#[test]
fn a_room_within_its_limits_has_no_faults() {
    let report = report_of(&[("a.csv", &series("paper_store", |_| Some((18.0, 50.0))))]);
    assert_eq!((report.rooms, report.readings), (1, 96));
    assert!(report.faults.is_empty(), "{report:#?}");
}

#[test]
fn readings_outside_are_one_fault_with_room_period_value_and_limit() {
    let humid = series("paper_store", |hour| {
        Some((18.0, if (48..51).contains(&hour) { 62.0 } else { 59.0 }))
    });
    let report = report_of(&[("a.csv", &humid)]);
    assert_eq!(kinds(&report), [RoomFaultKind::Outside], "{report:#?}");
    let fault = &report.faults[0];
    assert_eq!(fault.room.as_deref(), Some("paper_store"));
    assert_eq!(fault.quantity, Some(Quantity::Humidity));
    let (from, to) = fault.period.unwrap();
    assert_eq!(from.to_string(), "2026-02-27T00:00:00Z");
    assert_eq!(to.to_string(), "2026-02-27T02:00:00Z");
    assert!(
        fault.expected.contains("45 to 60") && fault.found.contains("62"),
        "{fault:?}"
    );
}

#[test]
fn a_short_small_excess_is_no_fault_and_a_far_one_is() {
    let excess = |most: f64| {
        let text = series("optical_store", |hour| {
            Some((if hour == 50 { most } else { 18.0 }, 40.0))
        });
        kinds(&report_of(&[("a.csv", &text)]))
    };
    assert_eq!(excess(21.0), []);
    assert_eq!(excess(22.5), [RoomFaultKind::Outside]);
}

#[test]
fn a_day_that_goes_up_and_down_is_a_fault() {
    let text = series("paper_store", |hour| {
        Some((if hour.is_multiple_of(2) { 16.0 } else { 21.0 }, 50.0))
    });
    let report = report_of(&[("a.csv", &text)]);
    assert!(
        report
            .faults
            .iter()
            .all(|fault| fault.kind == RoomFaultKind::Fluctuates)
    );
    // days of China: the readings touch five of them
    assert_eq!(report.faults.len(), 5, "{report:#?}");
}

#[test]
fn missing_and_impossible_readings_are_counted_together() {
    let gap = series("paper_store", |hour| {
        (!(20..26).contains(&hour)).then_some((18.0, 50.0))
    });
    let report = report_of(&[("a.csv", &gap)]);
    assert_eq!(kinds(&report), [RoomFaultKind::Missing]);
    assert!(
        report.faults[0].found.starts_with("6 of 96 missing"),
        "{report:#?}"
    );
    let broken = series("paper_store", |hour| {
        Some((if hour < 10 { -99.0 } else { 18.0 }, 50.0))
    });
    assert_eq!(kinds(&report_of(&[("a.csv", &broken)])), [RoomFaultKind::Missing]);
    let one = series("paper_store", |hour| (hour != 20).then_some((18.0, 50.0)));
    assert_eq!(kinds(&report_of(&[("a.csv", &one)])), []);
}

#[test]
fn old_unknown_and_unreadable_series_are_named() {
    let old = series("paper_store", |_| Some((18.0, 50.0))).replace("2026-02", "2025-11");
    assert_eq!(kinds(&report_of(&[("a.csv", &old)])), [RoomFaultKind::Stale]);
    let older = series("paper_store", |_| Some((18.0, 50.0))).replace("2026-02", "2021-11");
    assert_eq!(kinds(&report_of(&[("a.csv", &older)])), [RoomFaultKind::Stale]);
    let other = series("cellar", |_| Some((18.0, 50.0)));
    let report = report_of(&[("a.csv", &other)]);
    assert_eq!(kinds(&report), [RoomFaultKind::Unknown]);
    let good = series("paper_store", |_| Some((18.0, 50.0)));
    let report = report_of(&[("a.csv", &good), ("b.csv", "x,y\n1,2\n")]);
    assert_eq!(kinds(&report), [RoomFaultKind::Unreadable]);
    assert_eq!(report.faults[0].file.as_deref(), Some("b.csv"));
    let backwards = good.clone() + "2026-02-26T00:00:00Z,paper_store,18,50\n";
    assert_eq!(
        kinds(&report_of(&[("a.csv", &backwards)])),
        [RoomFaultKind::Unreadable]
    );
}

#[test]
fn without_series_there_is_no_report() {
    let folder = tempfile::tempdir().unwrap();
    let rules = RoomRules::builtin().unwrap();
    let now = NOW.parse().unwrap();
    assert_eq!(look_at_storerooms(folder.path(), &rules, now).unwrap(), None);
    assert_eq!(
        look_at_storerooms(&folder.path().join("none"), &rules, now).unwrap(),
        None
    );
}

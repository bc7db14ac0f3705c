//! Checks: each value against its line in the scheme: length, type, list and range.

use super::Record;
use super::value::{decimal, expected_form, is_of};
use crate::elements::{ElementRule, ElementType};
use crate::tally::Tally;

/// Elements whose values are read, and judged, by types of their own: see `describe`.
const READ_ELSEWHERE: [&str; 4] = [
    "archival_code",
    "retention_period",
    "security_classification",
    "control_identifier",
];
/// Elements that a catalogue may write freely; only metadata of the package's own is held to the form.
const FREE_IN_CATALOGUES: [&str; 3] = ["date", "year", "category_code"];

/// The three checks over every value of a record, and over the actions it went through.
pub(super) fn check(record: &Record<'_>, tally: &mut Tally) {
    for (element, written) in &record.item.elements {
        let Some(rule) = record.scheme.element(element) else {
            continue;
        };
        let free = !record.is_structured() && FREE_IN_CATALOGUES.contains(&element.as_str());
        let read_elsewhere = READ_ELSEWHERE.contains(&element.as_str());
        for value in rule.values_of(written) {
            length(record, rule, value, tally);
            if rule.may_be.iter().any(|allowed| allowed == value) {
                continue;
            }
            if !free && form(record, rule, value, tally) && !read_elsewhere {
                range(record, rule, value, tally);
            }
        }
    }
    for action in record.item.actions.iter().flatten() {
        let parts = [
            ("business_status", action.status.as_deref()),
            ("business_activity", Some(action.activity.as_str())),
            ("action_time", action.time.as_deref()),
            ("agent_name", action.agent.as_deref()),
            ("action_mandate", action.mandate.as_deref()),
            ("action_description", action.description.as_deref()),
        ];
        for (element, value) in parts {
            let value = value.map(str::trim).filter(|value| !value.is_empty());
            let (Some(rule), Some(value)) = (record.scheme.element(element), value) else {
                continue;
            };
            length(record, rule, value, tally);
            if form(record, rule, value, tally) {
                range(record, rule, value, tally);
            }
        }
    }
}

fn length(record: &Record<'_>, rule: &ElementRule, value: &str, tally: &mut Tally) {
    if rule.min_length.is_none() && rule.max_length.is_none() {
        return;
    }
    tally.tested("A-2.1", 1);
    let found = value.chars().count();
    let least = rule.min_length.unwrap_or(0);
    let most = rule.max_length.unwrap_or(usize::MAX);
    if (least..=most).contains(&found) {
        return;
    }
    let (code, mend) = if found < least {
        ("intake.value_short", "write the value out")
    } else {
        (
            "intake.value_long",
            "shorten the value, or put what is too much into the note",
        )
    };
    tally.fault("A-2.1", code, |finding| {
        record
            .place(finding, &rule.id)
            .expected(match rule.max_length {
                Some(most) => format!("{least} to {most} characters"),
                None => format!("at least {least} characters"),
            })
            .found(format!("{found} characters: {}", shortened(value)))
            .mend(mend)
    });
}

/// Whether the value is of its type.
fn form(record: &Record<'_>, rule: &ElementRule, value: &str, tally: &mut Tally) -> bool {
    let Some(kind) = rule.kind else { return true };
    if matches!(kind, ElementType::Text | ElementType::Enum) {
        return true;
    }
    tally.tested("A-2.2", 1);
    if is_of(kind, value) {
        return true;
    }
    tally.fault("A-2.2", "intake.value_form", |finding| {
        record
            .place(finding, &rule.id)
            .expected(expected_form(kind))
            .found(shortened(value))
            .mend(format!(
                "write {} ({}) as {}",
                rule.label,
                rule.id,
                expected_form(kind)
            ))
    });
    false
}

fn range(record: &Record<'_>, rule: &ElementRule, value: &str, tally: &mut Tally) {
    if !rule.values.is_empty() && !rule.open {
        tally.tested("A-2.3", 1);
        if !rule.values.iter().any(|allowed| allowed == value) {
            tally.fault("A-2.3", "intake.value_not_listed", |finding| {
                record
                    .place(finding, &rule.id)
                    .expected(rule.values.join(", "))
                    .found(shortened(value))
                    .mend("write one of the values of the list, or have the archive add this one to its list")
            });
        }
    }
    if rule.min.is_none() && rule.max.is_none() {
        return;
    }
    let Some(number) = decimal(value) else { return };
    tally.tested("A-2.3", 1);
    let (least, most) = (rule.min.unwrap_or(f64::MIN), rule.max.unwrap_or(f64::MAX));
    if number < least || number > most {
        tally.fault("A-2.3", "intake.value_out_of_range", |finding| {
            record
                .place(finding, &rule.id)
                .expected(format!("{least} to {most}"))
                .found(shortened(value))
                .mend("correct the number")
        });
    }
}

/// The beginning of a value, for findings.
pub(super) fn shortened(value: &str) -> String {
    const SHOWN: usize = 60;
    let mut shown: String = value.chars().take(SHOWN).collect();
    if value.chars().count() > SHOWN {
        shown.push('…');
    }
    shown
}

//! Check: values that must agree with one another.

use super::Record;
use super::value::moment;
use super::values::shortened;
use crate::rules::CheckRules;
use crate::tally::Tally;
use jiff::civil::Date;
use lantai_domain::{Description, Fonds};

/// The rules between elements. What a code says against its own columns is compared where the record is described.
pub(super) fn check(
    record: &Record<'_>,
    rules: &CheckRules,
    fonds: &[Fonds],
    today: Date,
    tally: &mut Tally,
) {
    if let Some(description) = &record.described.description {
        code_parts(record, rules, description, tally);
        dates(record, description, fonds, today, tally);
        secrecy(record, rules, description, tally);
    }
    conditions(record, rules, tally);
}

/// The parts of the code, written out beside it.
fn code_parts(record: &Record<'_>, rules: &CheckRules, description: &Description, tally: &mut Tally) {
    let code = &description.code;
    let numbers: Vec<(&str, &str)> = ["agency_item_number", "archives_item_number"]
        .into_iter()
        .filter_map(|element| Some((element, record.value(element)?)))
        .collect();
    if let (Some(number), Some((element, _))) = (code.item_number(), numbers.first()) {
        let read: Vec<u32> = numbers
            .iter()
            .filter_map(|(_, value)| value.parse().ok())
            .collect();
        if !read.is_empty() {
            tally.tested("A-2.4", 1);
            if !read.contains(&number) {
                tally.fault("A-2.4", "intake.number_differs", |finding| {
                    record
                        .place(finding, element)
                        .expected(format!("{number} as the code {code} says"))
                        .found(
                            numbers
                                .iter()
                                .map(|(_, value)| *value)
                                .collect::<Vec<_>>()
                                .join(", "),
                        )
                        .mend("correct the number or the code")
                });
            }
        }
    }
    let year = record.value("year").and_then(|year| year.parse::<u16>().ok());
    if let (Some(in_code), Some(year)) = (code.year(), year.filter(|year| *year > 0)) {
        tally.tested("A-2.4", 1);
        if in_code != year && in_code > 0 {
            tally.fault("A-2.4", "intake.code_year_differs", |finding| {
                record
                    .place(finding, "year")
                    .expected(format!("{in_code} as the code {code} says"))
                    .found(year.to_string())
                    .mend("correct the year or the code")
            });
        }
    }
    let written = record.value("category_code");
    let known = written.and_then(|written| rules.category_code(written.split('·').next().unwrap_or(written)));
    if let (Some(in_code), Some(known)) = (code.category(), known) {
        tally.tested("A-2.4", 1);
        if in_code != known {
            tally.fault("A-2.4", "intake.category_differs", |finding| {
                record
                    .place(finding, "category_code")
                    .expected(format!("{in_code} as the code {code} says"))
                    .found(written.unwrap_or_default())
                    .mend("correct the category or the code")
            });
        }
    }
}

fn dates(record: &Record<'_>, description: &Description, fonds: &[Fonds], today: Date, tally: &mut Tally) {
    let Some(earliest) = description.date.earliest() else {
        return;
    };
    tally.tested("A-2.4", 1);
    let written = record
        .value("date")
        .or_else(|| record.value("date_as_written"))
        .unwrap_or_default();
    let filed = record
        .item
        .actions
        .iter()
        .flatten()
        .find(|action| action.activity.trim() == "归档");
    let filed = filed
        .and_then(|action| moment(action.time.as_deref()?))
        .map(|time| time.date());
    let limit = filed.unwrap_or(today).min(today);
    if earliest > limit {
        tally.fault("A-2.4", "intake.after_filing", |finding| {
            record
                .place(finding, "date")
                .expected(format!("not after {limit}, when it was filed or received"))
                .found(written)
                .mend("correct the date of the record, or the time of filing")
        });
    }
    let year = record
        .value("year")
        .and_then(|year| year.parse::<i16>().ok())
        .or_else(|| {
            let in_code = description.code.year()?;
            i16::try_from(in_code).ok()
        });
    let latest = description.date.latest().unwrap_or(earliest);
    if let Some(year) = year.filter(|year| *year > 0 && !(earliest.year()..=latest.year()).contains(year)) {
        tally.fault("A-2.4", "intake.year_differs", |finding| {
            record
                .place(finding, "year")
                .expected(format!("{} as the date says", earliest.year()))
                .found(year.to_string())
                .mend("look whether the record is filed under the year in which its business ended; otherwise correct it")
        });
    }
    let own = fonds
        .iter()
        .find(|fonds| fonds.number.as_str() == description.code.fonds());
    if let Some(from) = own.and_then(|fonds| fonds.year_from)
        && i32::from(latest.year()) < from
    {
        tally.fault("A-2.4", "intake.before_the_fonds", |finding| {
            record
                .place(finding, "date")
                .expected(format!("not before {from}, when the fonds begins"))
                .found(written)
                .mend("correct the date, or the years of the fonds")
        });
    }
}

fn secrecy(record: &Record<'_>, rules: &CheckRules, description: &Description, tally: &mut Tally) {
    let classification = description.classification;
    if !classification.is_state_secret() {
        return;
    }
    tally.tested("A-2.4", 1);
    let label = classification.label();
    let Some(period) = record
        .value("secrecy_period")
        .filter(|period| !rules.is_empty_value(period))
    else {
        tally.fault("A-2.4", "intake.secrecy_missing", |finding| {
            record
                .place(finding, "secrecy_period")
                .expected(format!("a secrecy period, because the record is {label}"))
                .found("none")
                .mend("write the period that was decided with the classification, or the classification that is in force now")
        });
        return;
    };
    let digits: String = period.chars().filter(char::is_ascii_digit).collect();
    if let (Some(most), Ok(years)) = (rules.secrecy.most_years.get(label), digits.parse::<u32>())
        && years > *most
        && years < 1000
    {
        tally.fault("A-2.4", "intake.secrecy_long", |finding| {
            record
                .place(finding, "secrecy_period")
                .expected(format!(
                    "{most} years at most for {label}, unless decided otherwise"
                ))
                .found(shortened(period))
                .mend("look the decision up")
        });
    }
}

/// Conditional elements of the scheme that this check asks for.
fn conditions(record: &Record<'_>, rules: &CheckRules, tally: &mut Tally) {
    for rule in record
        .scheme
        .elements
        .iter()
        .filter(|rule| rule.by.as_deref() == Some("A-2.4"))
    {
        // the classification as it was understood, not as it was spelled, decides about the period
        if rule.id == "secrecy_period" {
            continue;
        }
        let holds = rule
            .when
            .as_ref()
            .is_some_and(|when| when.holds(|element| record.item.get(element)));
        if !holds {
            continue;
        }
        tally.tested("A-2.4", 1);
        if record
            .value(&rule.id)
            .is_none_or(|value| rules.is_empty_value(value))
        {
            let code = match rule.id.as_str() {
                "principal_receiver" => "intake.receiver_missing",
                _ => "intake.element_wanted",
            };
            tally.fault("A-2.4", code, |finding| {
                record
                    .place(finding, &rule.id)
                    .expected(format!("{} for a record of this kind", rule.label))
                    .found("none")
                    .mend("fill the element, where the record names one")
            });
        }
    }
}

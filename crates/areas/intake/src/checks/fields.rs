//! Checks I-2.1, I-4.1 and I-2.2: elements that must be there as fields, and fields that must be filled.

use super::Record;
use crate::elements::{ElementForm, ElementRule, ElementType, Obligation, Part};
use crate::rules::CheckRules;
use crate::submission::SubmittedFile;
use crate::tally::Tally;
use lantai_domain::FileRole;
use std::collections::BTreeSet;

/// Holds metadata of the package's own to the whole scheme; a plain catalogue has no fields to miss.
pub(super) fn check(record: &Record<'_>, rules: &CheckRules, tally: &mut Tally) {
    let Some(fields) = &record.item.fields else { return };
    for rule in &record.scheme.elements {
        if rule.of_entity() || rule.system {
            continue;
        }
        let wanted = match rule.obligation {
            Obligation::Mandatory => true,
            Obligation::WithContainer => record
                .scheme
                .container_of(rule)
                .is_some_and(|container| record.scheme.has_field(fields, container)),
            Obligation::Conditional | Obligation::Optional => false,
        };
        if wanted {
            field(record, rule, fields, tally);
        }
        let holds = rule
            .when
            .as_ref()
            .is_some_and(|when| when.holds(|element| record.item.get(element)));
        // what the short list asks for of every record is asked there
        let asked_elsewhere = rule.by.is_some() || rules.mandatory.elements.contains(&rule.id);
        let filled = if wanted { fields.contains(&rule.id) } else { holds };
        if filled && !asked_elsewhere && rule.form != ElementForm::Container {
            value(record, rule, rules, tally);
        }
    }
}

fn field(record: &Record<'_>, rule: &ElementRule, fields: &BTreeSet<String>, tally: &mut Tally) {
    let (check, code) = match rule.part {
        Part::Record => ("I-2.1", "intake.field_missing"),
        Part::Package => ("I-4.1", "intake.package_field_missing"),
    };
    tally.tested(check, 1);
    if record.scheme.has_field(fields, rule) {
        return;
    }
    tally.fault(check, code, |finding| {
        record
            .place(finding, &rule.id)
            .expected(format!(
                "the element {} ({}) of {}",
                rule.label, rule.number, record.scheme.standard
            ))
            .found("no such element in the metadata of the record")
            .mend(format!(
                "write the element {} into the metadata, filled or, where it may be, empty",
                rule.label
            ))
    });
}

fn value(record: &Record<'_>, rule: &ElementRule, rules: &CheckRules, tally: &mut Tally) {
    tally.tested("I-2.2", 1);
    let written = record.item.get(&rule.id);
    let there = match written {
        Some(written) => {
            let is_zero = written.trim() == "0" && rule.kind != Some(ElementType::Text);
            !(rules.is_empty_value(written) || is_zero)
                || rule.may_be.iter().any(|allowed| allowed == written.trim())
        }
        None => of_files(record, rule),
    };
    if there {
        return;
    }
    tally.fault("I-2.2", "intake.element_missing", |finding| {
        record
            .place(finding, &rule.id)
            .expected("a value")
            .found(written.unwrap_or_default())
            .mend(format!("fill the element {} ({})", rule.label, rule.number))
    });
}

/// Elements that the files carry and not the record: once for each computer file.
fn of_files(record: &Record<'_>, rule: &ElementRule) -> bool {
    let files = &record.item.files;
    let recorded = |has: fn(&SubmittedFile) -> bool| {
        let content: Vec<&SubmittedFile> = files
            .iter()
            .filter(|file| file.role == FileRole::Content)
            .collect();
        !content.is_empty() && content.into_iter().all(has)
    };
    match rule.id.as_str() {
        "computer_file_name" => {
            recorded(|file| file.recorded.as_ref().is_some_and(|seen| seen.name.is_some()))
        }
        "computer_file_size" => {
            recorded(|file| file.recorded.as_ref().is_some_and(|seen| seen.size.is_some()))
        }
        "format_information" => {
            recorded(|file| file.recorded.as_ref().is_some_and(|seen| seen.format.is_some()))
        }
        "digest" | "fixity" => recorded(|file| !file.declared.is_empty() || !file.listed.is_empty()),
        _ => false,
    }
}

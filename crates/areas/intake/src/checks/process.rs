//! Check I-2.3: the chain of actions that a record went through is complete and in the order of time.

use super::Record;
use super::value::moment;
use crate::rules::{CheckRules, ProcessRule};
use crate::submission::BusinessAction;
use crate::tally::Tally;
use jiff::civil::DateTime;

/// Status of an action that has not happened yet.
const PLANNED: &str = "计划任务";

/// Looks at the actions, where the package tells of any process.
pub(super) fn check(record: &Record<'_>, rules: &CheckRules, tally: &mut Tally) {
    let Some(actions) = &record.item.actions else {
        return;
    };
    let done: Vec<(&str, &BusinessAction)> = actions
        .iter()
        .filter(|action| action.status.as_deref().map(str::trim) != Some(PLANNED))
        .map(|action| (rules.activity(&action.activity), action))
        .collect();
    let category = record
        .described
        .description
        .as_ref()
        .map(|known| known.category.as_str());
    for rule in &rules.processes {
        let of_category = rule.categories.is_empty()
            || category.is_some_and(|code| rule.categories.iter().any(|known| known == code));
        let begun = rule.when_any.is_empty()
            || done
                .iter()
                .any(|(name, _)| rule.when_any.iter().any(|known| known == name));
        if of_category && begun {
            tally.tested("I-2.3", 1);
            chain(record, rule, &done, tally);
        }
    }
}

fn chain(record: &Record<'_>, rule: &ProcessRule, done: &[(&str, &BusinessAction)], tally: &mut Tally) {
    let mut missing = Vec::new();
    let mut steps: Vec<(&str, DateTime)> = Vec::new();
    for wanted in &rule.demands {
        match done.iter().find(|(name, _)| name == wanted) {
            Some((name, action)) => steps.extend(time_of(action).map(|time| (*name, time))),
            None => missing.push(wanted.as_str()),
        }
    }
    if !missing.is_empty() {
        tally.fault("I-2.3", "intake.process_step_missing", |finding| {
            record
                .place(finding, "business_activity")
                .expected(rule.demands.join(", "))
                .found(format!("without {}", missing.join(", ")))
                .mend("add the steps with their time and agent from the business system")
        });
    }
    // filing is the last thing that happens to a record before it is handed over
    if rule.may.iter().any(|name| name == "归档")
        && let Some((name, action)) = done.iter().find(|(name, _)| *name == "归档")
    {
        steps.extend(time_of(action).map(|time| (*name, time)));
    }
    for pair in steps.windows(2) {
        let [(before, first), (after, second)] = pair else {
            continue;
        };
        if first > second {
            tally.fault("I-2.3", "intake.process_order", |finding| {
                record
                    .place(finding, "action_time")
                    .expected(format!("{before} before {after}"))
                    .found(format!("{before} {first}, {after} {second}"))
                    .mend("correct the times from the business system")
            });
        }
    }
}

fn time_of(action: &BusinessAction) -> Option<DateTime> {
    moment(action.time.as_deref()?)
}

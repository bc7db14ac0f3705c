//! What was decided about a document when it was filed (三合一) goes on its record when it comes in.

use crate::error::IntakeError;
use crate::filing::{Decision, Proposed};
use crate::submission::SubmittedItem;
use crate::tally::Tally;
use lantai_domain::code::CodeRules;
use lantai_domain::{ArchivalCode, Retention};

/// The element of a record that names the row of the table by which its retention was decided.
pub(crate) const RULE_ELEMENT: &str = "retention_rule_id";
/// Elements by which the owner of a document knows it again, in the order in which they are asked.
const REFERENCES: [&str; 2] = ["electronic_record_code", "document_number"];

/// No year of a code is too late here: the checks judge it.
const ANY_YEAR: u16 = 9999;

/// The newest decision on the document that its owner knows by a reference.
pub(crate) type DecisionOn<'a> = dyn Fn(&str) -> Result<Option<Decision>, IntakeError> + Sync + 'a;

/// Puts the decision on an item: the row of the table, and the retention where the package names none. Where it names
/// another one, that is told (check ), and the package's own stays.
pub(crate) fn apply(
    item: &mut SubmittedItem,
    tally: &mut Tally,
    decision_on: &DecisionOn<'_>,
) -> Result<(), IntakeError> {
    let mut decision = None;
    for element in REFERENCES {
        let reference = item.get(element).map(str::trim).filter(|text| !text.is_empty());
        if let Some(reference) = reference
            && let Some(found) = decision_on(reference)?
        {
            decision = Some(found);
            break;
        }
    }
    let Some(decision) = decision.filter(|decision| decision.decided.filed) else {
        return Ok(());
    };
    let row = decision.decided;
    if let Some(decided) = retention_of(&row) {
        let in_code = item
            .get("archival_code")
            .and_then(|code| ArchivalCode::parse(code, &CodeRules::grammar_only(ANY_YEAR)).ok())
            .and_then(|code| code.retention());
        let written = item
            .get("retention_period")
            .map(str::trim)
            .filter(|text| !text.is_empty());
        let own = match written {
            Some(written) => written.parse::<Retention>().ok(),
            None => in_code,
        };
        match own {
            None if written.is_none() => {
                let label = decided.label_zh();
                item.elements.insert("retention_period".to_owned(), label);
            }
            // what is written and not understood is told elsewhere
            None => {}
            Some(own) => {
                tally.tested("A-2.4", 1);
                if own != decided {
                    tally.fault("A-2.4", "intake.retention_not_as_decided", |finding| {
                        finding
                            .record(item.label())
                            .element("retention_period")
                            .expected(format!(
                                "{}, as row {} of the filing table says",
                                decided.label_zh(),
                                row.row_id
                            ))
                            .found(own.label_zh())
                            .mend("correct the retention period, or decide on the document anew")
                    });
                }
            }
        }
    }
    item.elements.insert(RULE_ELEMENT.to_owned(), row.row_id);
    Ok(())
}

/// The retention of a row; retentions of the table's own end with their period (会计凭证 30年). `None`: it depends on
/// something that nobody knows yet.
fn retention_of(row: &Proposed) -> Option<Retention> {
    let id = row.retention.as_deref()?;
    let label = row.retention_label.as_deref().unwrap_or_default();
    let last = label.split_whitespace().next_back().unwrap_or_default();
    id.parse().or_else(|_| last.parse()).ok()
}

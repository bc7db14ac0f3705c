//! The four-property checks (四性检测): one check, or one small family of them, a file.
//!
//! What a record says of itself is judged when it is read from the package ([`RecordChecks`]); what its files are, when
//! their bytes have gone by (`files`); what only all records together tell, at the end (`across`); what the package
//! says as a whole, last (`package`).

pub(crate) mod across;
mod agreement;
mod characters;
mod components;
pub(crate) mod containers;
mod fields;
pub(crate) mod files;
mod fixity;
pub(crate) mod format;
mod intervals;
pub(crate) mod package;
mod process;
mod recorded;
mod runs;
mod scope;
mod value;
mod values;

use crate::describe::Described;
use crate::elements::Scheme;
use crate::rules::CheckRules;
use crate::submission::SubmittedItem;
use crate::tally::Tally;
use jiff::civil::Date;
use lantai_domain::{Finding, Fonds};

/// One record on its way through the checks.
pub(crate) struct Record<'a> {
    /// As the package has it.
    pub item: &'a SubmittedItem,
    /// What it was understood as.
    pub described: &'a Described,
    /// Its metadata scheme.
    pub scheme: &'a Scheme,
    /// How findings name it.
    pub label: &'a str,
}

impl Record<'_> {
    /// The trimmed value of an element, where there is one.
    fn value(&self, element: &str) -> Option<&str> {
        self.item
            .get(element)
            .map(str::trim)
            .filter(|value| !value.is_empty())
    }

    /// Whether the package brings metadata of its own, and not only a line of a catalogue.
    fn is_structured(&self) -> bool {
        self.item.fields.is_some()
    }

    /// Fills in which record a finding is about, and which element.
    fn place(&self, finding: Finding, element: &str) -> Finding {
        finding.record(self.label).element(element)
    }
}

/// Judges what records say of themselves.
pub(crate) struct RecordChecks {
    rules: CheckRules,
    today: Date,
    characters: characters::Forbidden,
}

impl RecordChecks {
    /// Checks by these rules; nothing of a record may lie after `today`.
    pub fn new(rules: &CheckRules, today: Date) -> Self {
        Self {
            characters: characters::Forbidden::new(&rules.characters),
            rules: rules.clone(),
            today,
        }
    }

    /// All checks of one record that need neither its files nor other records.
    pub fn run(&self, item: &SubmittedItem, described: &Described, fonds: &[Fonds], tally: &mut Tally) {
        let category = described
            .description
            .as_ref()
            .map(|known| known.category.as_str());
        let named = item
            .get("archival_category_code")
            .or_else(|| item.get("category_code"));
        let Some(scheme) = self
            .rules
            .schemes
            .of_category(category.or(named).unwrap_or_default())
        else {
            return;
        };
        let label = item.label();
        let record = Record {
            item,
            described,
            scheme,
            label: &label,
        };
        values::check(&record, tally);
        self.characters.check(&record, tally);
        fields::check(&record, &self.rules, tally);
        agreement::check(&record, &self.rules, fonds, self.today, tally);
        process::check(&record, &self.rules, tally);
        components::check(&record, &self.rules, tally);
    }
}

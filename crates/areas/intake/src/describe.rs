//! From elements as they were written to a description (著录), and the checks of metadata on the way.

use crate::checks::RecordChecks;
use crate::error::IntakeError;
use crate::rules::CheckRules;
use crate::submission::SubmittedItem;
use crate::tally::Tally;
use jiff::civil::Date;
use lantai_domain::code::{CodeError, CodeRules};
use lantai_domain::date::DateError;
use lantai_domain::record::AggregationLevel;
use lantai_domain::{
    ArchivalCode, ArchivalDate, Description, Finding, Fonds, OpenStatus, Outcome, Retention,
    SecurityClassification, Severity,
};
use std::collections::BTreeMap;

/// Says which of some codes are taken already.
pub(crate) type CodesTaken<'a> = dyn Fn(&[String]) -> Result<Vec<String>, IntakeError> + Sync + 'a;

/// What an item's elements came to.
#[derive(Debug, Clone, Default)]
pub(crate) struct Described {
    /// The description; `None` where a fault makes one impossible.
    pub description: Option<Description>,
    /// 开放状态 as received.
    pub open_status: OpenStatus,
}

/// Describes items by the rules.
pub(crate) struct Describer {
    rules: CheckRules,
    codes: CodeRules,
    /// The same without the list of categories: enough to describe a record whose code is not by the rule.
    grammar: CodeRules,
    checks: RecordChecks,
    fonds: Vec<Fonds>,
}

/// Elements that have a place of their own in a description, or are used up in reading the item.
const PLACED: [&str; 34] = [
    "archival_code",
    "fonds_identifier",
    "fonds_name",
    "category",
    "category_code",
    "year",
    "retention_period",
    "organizational_structure_or_function",
    "title",
    "document_number",
    "author",
    "date",
    "date_as_written",
    "security_classification",
    "open_status",
    "open_note",
    "total_number_of_pages",
    "carrier",
    "descriptor",
    "keyword",
    "personal_name",
    "place",
    "document_type",
    "language",
    "script",
    "abstract",
    "current_location",
    "source",
    "full_text_file",
    "content_file",
    "full_text",
    "agency_item_number",
    "sequence_number",
    "former_codes",
];

impl Describer {
    /// A describer for packages that describe these fonds, as of a day.
    pub fn new(rules: CheckRules, fonds: &[Fonds], today: Date) -> Self {
        let known = rules.categories.iter().map(|category| category.code.as_str());
        let more = fonds
            .iter()
            .flat_map(|fonds| fonds.category_codes.iter().map(String::as_str));
        let year = u16::try_from(today.year()).unwrap_or(9999);
        Self {
            codes: CodeRules::new(year).with_categories(known.chain(more)),
            grammar: CodeRules::grammar_only(year),
            checks: RecordChecks::new(&rules, today),
            fonds: fonds.to_vec(),
            rules,
        }
    }

    /// Version of the rules of the checks.
    pub fn rules_version(&self) -> &str {
        &self.rules.version
    }

    /// Describes an item and judges what it says of itself; faults go to the tally.
    pub fn describe(&self, item: &SubmittedItem, tally: &mut Tally) -> Described {
        let described = self.read(item, tally);
        self.checks.run(item, &described, &self.fonds, tally);
        described
    }

    fn read(&self, item: &SubmittedItem, tally: &mut Tally) -> Described {
        let label = item.label();
        let code = self.code(item, &label, tally);
        let retention = self.retention(item, code.as_ref(), &label, tally);
        let category = self.category(item, code.as_ref());
        self.mandatory(
            item,
            code.as_ref(),
            retention.is_some(),
            category.is_some(),
            &label,
            tally,
        );
        let classification = self.classification(item, &label, tally);
        let open_status = self.open_status(item, classification, &label, tally);
        let date = self.date(item, &label, tally);
        let title = self.value(item, "title");
        let (Some(code), Some(retention), Some(category), Some(title)) = (code, retention, category, title)
        else {
            return Described {
                description: None,
                open_status,
            };
        };
        let year = self.year(item, &code, &date);
        let description = Description {
            former_codes: self.list(item, "former_codes"),
            level: AggregationLevel::Item,
            category,
            title,
            document_number: self.value(item, "document_number"),
            author: self.value(item, "author"),
            date,
            date_text: self.value(item, "date_as_written"),
            year,
            retention,
            classification,
            organisation_or_subject: self.value(item, "organizational_structure_or_function"),
            page_count: self
                .value(item, "total_number_of_pages")
                .and_then(|pages| pages.parse().ok()),
            carrier: self.value(item, "carrier"),
            keywords: self
                .list(item, "descriptor")
                .into_iter()
                .chain(self.list(item, "keyword"))
                .collect(),
            people: names(self.list(item, "personal_name")),
            places: names(self.list(item, "place")),
            document_type: self.value(item, "document_type"),
            language: self.value(item, "language"),
            script: self.value(item, "script"),
            summary: self.value(item, "abstract"),
            text: self.value(item, "full_text"),
            location: self.value(item, "current_location"),
            source: self.value(item, "source"),
            other: other(item),
            code,
        };
        Described {
            description: Some(description),
            open_status,
        }
    }

    fn value(&self, item: &SubmittedItem, element: &str) -> Option<String> {
        item.get(element)
            .map(str::trim)
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    }

    fn list(&self, item: &SubmittedItem, element: &str) -> Vec<String> {
        let value = item.get(element).unwrap_or_default();
        let parts = value.split([';', '；', '\n', '|']).map(str::trim);
        parts.filter(|part| !part.is_empty()).map(str::to_owned).collect()
    }

    /// Check.
    fn code(&self, item: &SubmittedItem, label: &str, tally: &mut Tally) -> Option<ArchivalCode> {
        let text = item.get("archival_code")?;
        tally.tested("A-2.6", 1);
        match ArchivalCode::parse(text, &self.codes) {
            Ok(code) => {
                if let Some(fonds) = self
                    .value(item, "fonds_identifier")
                    .filter(|fonds| fonds != code.fonds())
                    && item.get("fonds_name").is_some()
                {
                    tally.tested("A-2.4", 1);
                    tally.fault("A-2.4", "intake.fonds_differs", |finding| {
                        finding
                            .record(label)
                            .element("fonds_identifier")
                            .expected(code.fonds())
                            .found(fonds)
                    });
                }
                for warning in code.warnings() {
                    let finding = Finding::new("A-2.6", Severity::Warn, Outcome::Warn, warning.code());
                    tally.add(finding.record(label).element("archival_code").found(text));
                }
                Some(code)
            }
            Err(error) => {
                let mend = mend_code(&error);
                tally.fault("A-2.6", "intake.code_invalid", |finding| {
                    finding
                        .record(label)
                        .element("archival_code")
                        .expected(
                            "a code by the rule of its fonds and category, such as Q007-WS·2019·D30-0001",
                        )
                        .found(format!("{}: {text}: {error}", error.code()))
                        .mend(mend)
                });
                ArchivalCode::parse(text, &self.grammar).ok()
            }
        }
    }

    /// The retention period of the catalogue, or of the code where the catalogue names none.
    fn retention(
        &self,
        item: &SubmittedItem,
        code: Option<&ArchivalCode>,
        label: &str,
        tally: &mut Tally,
    ) -> Option<Retention> {
        let in_code = code.and_then(ArchivalCode::retention);
        let Some(written) = self.value(item, "retention_period") else {
            return in_code;
        };
        tally.tested("A-2.4", 1);
        match written.parse::<Retention>() {
            Ok(retention) => {
                if let Some(in_code) = in_code.filter(|in_code| *in_code != retention) {
                    tally.fault("A-2.4", "intake.retention_differs", |finding| {
                        finding
                            .record(label)
                            .element("retention_period")
                            .expected(format!("{} as the code says", in_code.label_zh()))
                            .found(written.clone())
                            .mend("correct the code or the retention period")
                    });
                }
                Some(retention)
            }
            Err(error) => {
                tally.tested("A-2.3", 1);
                tally.fault("A-2.3", error.code(), |finding| {
                    finding
                        .record(label)
                        .element("retention_period")
                        .expected("永久, 30年, 10年")
                        .found(written)
                        .mend("write 永久 or the number of years")
                });
                in_code
            }
        }
    }

    /// The category: of the code, else of the catalogue by code or name.
    fn category(&self, item: &SubmittedItem, code: Option<&ArchivalCode>) -> Option<String> {
        if let Some(category) = code.and_then(ArchivalCode::category) {
            return Some(category.to_owned());
        }
        let written = self
            .value(item, "category_code")
            .or_else(|| self.value(item, "category"))?;
        Some(
            self.rules
                .category_code(&written)
                .map_or(written.clone(), str::to_owned),
        )
    }

    /// Check I-2.2.
    fn mandatory(
        &self,
        item: &SubmittedItem,
        code: Option<&ArchivalCode>,
        has_retention: bool,
        has_category: bool,
        label: &str,
        tally: &mut Tally,
    ) {
        for element in &self.rules.mandatory.elements {
            // an element that the metadata has no field for is missing, not empty (check I-2.1)
            let scheme_has = |element: &str| {
                let schemes = self.rules.schemes.all();
                schemes.iter().any(|scheme| scheme.element(element).is_some())
            };
            if item
                .fields
                .as_ref()
                .is_some_and(|fields| !fields.contains(element))
                && scheme_has(element)
            {
                continue;
            }
            tally.tested("I-2.2", 1);
            let there = match element.as_str() {
                "retention_period" => has_retention || code.is_none(),
                "category" => has_category || code.is_none(),
                element => item
                    .get(element)
                    .is_some_and(|value| !self.rules.is_empty_value(value)),
            };
            if !there {
                tally.fault("I-2.2", "intake.element_missing", |finding| {
                    finding
                        .record(label)
                        .element(element)
                        .expected("a value")
                        .found(item.get(element).unwrap_or_default())
                        .mend("fill the element in the catalogue")
                });
            }
        }
    }

    fn classification(&self, item: &SubmittedItem, label: &str, tally: &mut Tally) -> SecurityClassification {
        let written = item.get("security_classification").unwrap_or_default();
        SecurityClassification::from_label(written).unwrap_or_else(|error| {
            tally.tested("A-2.3", 1);
            tally.fault("A-2.3", "intake.classification_unknown", |finding| {
                finding
                    .record(label)
                    .element("security_classification")
                    .expected("公开, 内部, 秘密, 机密, 绝密")
                    .found(error.0)
                    .mend("write one of the classifications")
            });
            // what is not understood is treated as secret
            SecurityClassification::TopSecret
        })
    }

    /// The opening status as received; what is not understood stays closed.
    fn open_status(
        &self,
        item: &SubmittedItem,
        classification: SecurityClassification,
        label: &str,
        tally: &mut Tally,
    ) -> OpenStatus {
        let written = item.get("open_status").unwrap_or_default();
        let ground = item.get("open_note").unwrap_or_default();
        OpenStatus::from_received(written, ground, classification).unwrap_or_else(|refused| {
            tally.tested("A-2.4", 1);
            tally.fault("A-2.4", refused.code(), |finding| {
                finding
                    .record(label)
                    .element("open_status")
                    .found(format!("{written}: {refused}"))
                    .mend("write 开放, 待审核, 延期开放 … and never open what is classified")
            });
            OpenStatus::Unreviewed
        })
    }

    /// The date: of the element, else as written on the record. What cannot be read is kept as written.
    fn date(&self, item: &SubmittedItem, label: &str, tally: &mut Tally) -> ArchivalDate {
        let Some(written) = self.value(item, "date") else {
            let as_written = self.value(item, "date_as_written");
            return as_written
                .and_then(|text| ArchivalDate::parse(&text).ok())
                .unwrap_or_default();
        };
        tally.tested("A-2.2", 1);
        match ArchivalDate::parse(&written) {
            Ok(date) => date,
            Err(error) => {
                // metadata of the package's own is held to one form, which is judged with all other elements
                let check = match error {
                    DateError::Order { .. } => Some("A-2.4"),
                    _ if item.fields.is_some() => None,
                    _ => Some("A-2.2"),
                };
                if let Some(check) = check {
                    tally.fault(check, error.code(), |finding| {
                        finding
                            .record(label)
                            .element("date")
                            .expected("a date such as 19810523, and of two dates the earlier one first")
                            .found(written)
                            .mend("correct the date; until then the record has none")
                    });
                }
                ArchivalDate::Unknown
            }
        }
    }

    fn year(&self, item: &SubmittedItem, code: &ArchivalCode, date: &ArchivalDate) -> Option<i32> {
        let written = self.value(item, "year").and_then(|year| year.parse::<i32>().ok());
        let in_code = code.year().map(i32::from);
        let of_date = date.earliest().map(|day| i32::from(day.year()));
        written.filter(|year| *year > 0).or(in_code).or(of_date)
    }
}

/// Names are parted by 、 as well; in subject words that mark belongs to the word.
fn names(parts: Vec<String>) -> Vec<String> {
    let single = parts
        .iter()
        .flat_map(|part| part.split(['、', '，', ',']))
        .map(str::trim);
    single
        .filter(|name| !name.is_empty())
        .map(str::to_owned)
        .collect()
}

fn mend_code(error: &CodeError) -> String {
    match &error.suggestion {
        Some(suggestion) => format!("did you mean {suggestion}?"),
        None => "correct the code in the catalogue".to_owned(),
    }
}

/// Every value that has no place of its own, word for word.
fn other(item: &SubmittedItem) -> BTreeMap<String, String> {
    let unplaced = item
        .elements
        .iter()
        .filter(|(element, _)| !PLACED.contains(&element.as_str()));
    unplaced
        .chain(&item.other)
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect()
}

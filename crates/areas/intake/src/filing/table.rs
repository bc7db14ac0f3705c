//! The table itself: one version of a scheme, its classes, its rows.

use super::document::Direction;
use super::error::FilingError;
use jiff::civil::Date;
use lantai_domain::code::CodeTemplate;
use lantai_domain::{OpenStatusKind, Retention, SecurityClassification};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Version of the form of a table file; never reused once released.
pub const TABLE_FORMAT: &str = "lantai-filing-scope/1";
const BUILTIN: &str = include_str!("../../../../../rules/filing-scope.toml");
/// Most rows of a table; a real one has a few hundred.
const MOST_ROWS: usize = 5_000;

/// Which version of which scheme, for whom and when, and who approved it (order 8 of the national archives).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Scheme {
    /// Identifier of the scheme.
    pub id: String,
    /// Its version.
    pub version: String,
    /// Its title.
    pub title: String,
    /// Its title in English.
    #[serde(default)]
    pub english: String,
    /// The fonds it is for; empty: every fonds that has no table of its own.
    #[serde(default)]
    pub fonds: Vec<String>,
    /// First day of the documents it is for.
    pub valid_from: Date,
    /// Last day of the documents it is for; open where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub valid_to: Option<Date>,
    /// The authority that approved it.
    #[serde(default)]
    pub approved_by: String,
    /// Number of the approval.
    #[serde(default)]
    pub approval_number: String,
    /// Day of the approval.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub approved_at: Option<Date>,
}

/// A retention that rows may name besides `Y` and `D` with years.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RetentionRule {
    /// Its identifier, such as `KU_GOV_VOUCHER`.
    pub id: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    #[serde(default)]
    pub english: String,
    /// For ever.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub permanent: bool,
    /// Years it is kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub years: Option<u16>,
    /// The event after which the years count; without one from 1 January of the year after formation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

/// A class of the scheme.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Class {
    /// Codes from the category down, such as `WS/02/01`.
    pub path: String,
    /// Its Chinese name.
    pub name: String,
    /// Its English name.
    #[serde(default)]
    pub english: String,
}

/// What a year must have of a row (drives check I-3.3).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Completeness {
    /// The agency word whose document numbers have no holes, such as 青政发.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub series: Option<String>,
    /// Fewest documents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at_least: Option<u32>,
}

/// When a row fires: everything that is given must hold.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Match {
    /// One of these is in the title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub title_any: Vec<String>,
    /// All of these are in the title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub title_all: Vec<String>,
    /// None of these is in the title.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub title_none: Vec<String>,
    /// The document type (文种) is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub document_types: Vec<String>,
    /// It came or went this way.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub direction: Vec<Direction>,
    /// The department is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub departments: Vec<String>,
    /// The author is one of these.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub authors: Vec<String>,
    /// Each of these is so.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub facts: BTreeMap<String, String>,
}

impl Match {
    /// Whether it asks for anything that a document can have; a row that asks for nothing would take everything.
    fn asks(&self) -> bool {
        !(self.title_any.is_empty()
            && self.title_all.is_empty()
            && self.document_types.is_empty()
            && self.departments.is_empty()
            && self.authors.is_empty()
            && self.facts.is_empty())
    }
}

/// One item of the filing scope.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// Its number in the table.
    pub item_no: String,
    /// What it is about.
    pub item_text: String,
    /// Whether it is filed.
    pub filed: bool,
    /// Under which class.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// For how long: `Y`, `D30`, or the identifier of a retention.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retention: Option<String>,
    /// The circumstances in words, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conditions: Option<String>,
    /// The department that must hand it in.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub responsible_unit: Option<String>,
    /// What a year must have of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub completeness: Option<Completeness>,
    /// Proposed classification (密级).
    #[serde(default)]
    pub default_classification: SecurityClassification,
    /// Proposed opening status.
    #[serde(default = "unreviewed")]
    pub default_open_status: OpenStatusKind,
    /// Template of the archival code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code_template: Option<String>,
    /// Wins over rows of lower priority.
    #[serde(default)]
    pub priority: i32,
    /// When it fires.
    #[serde(rename = "match")]
    pub matches: Match,
}

fn unreviewed() -> OpenStatusKind {
    OpenStatusKind::Unreviewed
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    format: String,
    scheme: Scheme,
    #[serde(default, rename = "retention")]
    retentions: Vec<RetentionRule>,
    #[serde(default, rename = "class")]
    classes: Vec<Class>,
    #[serde(default, rename = "row")]
    rows: Vec<Row>,
}

/// A table that was checked: every class and retention that a row names is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FilingTable(File);

impl FilingTable {
    /// The table that comes with the program.
    pub fn builtin() -> Result<Self, FilingError> {
        Self::from_toml(BUILTIN)
    }

    /// A table from a file's text.
    pub fn from_toml(text: &str) -> Result<Self, FilingError> {
        let file: File = toml::from_str(text)?;
        if file.format != TABLE_FORMAT {
            return Err(FilingError::Format(file.format));
        }
        Self::new(file.scheme, file.retentions, file.classes, file.rows)
    }

    /// A table of these parts.
    pub fn new(
        scheme: Scheme,
        retentions: Vec<RetentionRule>,
        classes: Vec<Class>,
        rows: Vec<Row>,
    ) -> Result<Self, FilingError> {
        let file = File {
            format: TABLE_FORMAT.to_owned(),
            scheme,
            retentions,
            classes,
            rows,
        };
        check(&file)?;
        Ok(Self(file))
    }

    /// The table as a file.
    pub fn to_toml(&self) -> Result<String, FilingError> {
        Ok(toml::to_string_pretty(&self.0)?)
    }

    /// The same table, valid up to this day.
    pub(super) fn ended(&self, last: Date) -> Result<Self, FilingError> {
        let mut file = self.0.clone();
        file.scheme.valid_to = Some(last);
        check(&file)?;
        Ok(Self(file))
    }

    /// Version, validity and approval.
    pub fn scheme(&self) -> &Scheme {
        &self.0.scheme
    }

    /// Name of this version, such as `XZ-GENERAL@2026.1`.
    pub fn name(&self) -> String {
        format!("{}@{}", self.0.scheme.id, self.0.scheme.version)
    }

    /// The classes.
    pub fn classes(&self) -> &[Class] {
        &self.0.classes
    }

    /// The rows.
    pub fn rows(&self) -> &[Row] {
        &self.0.rows
    }

    /// The retentions of its own.
    pub fn retentions(&self) -> &[RetentionRule] {
        &self.0.retentions
    }

    /// A row by its number.
    pub fn row(&self, item_no: &str) -> Option<&Row> {
        self.0.rows.iter().find(|row| row.item_no == item_no)
    }

    /// Identifier of a row for ever, such as `XZ-GENERAL@2026.1#5.1`; what a record keeps as `retention_rule_id`.
    pub fn row_id(&self, row: &Row) -> String {
        format!("{}#{}", self.name(), row.item_no)
    }

    /// Names of a class and of those above it, from the category down.
    pub fn class_names(&self, path: &str) -> Vec<&str> {
        let above = |class: &&Class| path == class.path || path.starts_with(&format!("{}/", class.path));
        let mut classes: Vec<&Class> = self.0.classes.iter().filter(above).collect();
        classes.sort_by_key(|class| class.path.len());
        classes.into_iter().map(|class| class.name.as_str()).collect()
    }

    /// The Chinese name of a retention.
    pub fn retention_label(&self, id: &str) -> String {
        let own = self.0.retentions.iter().find(|rule| rule.id == id);
        match (own, Retention::from_code(id)) {
            (Some(rule), _) => rule.label.clone(),
            (None, Some(retention)) => retention.label_zh(),
            (None, None) => id.to_owned(),
        }
    }

    /// Whether it holds for documents of a day.
    pub fn is_valid_on(&self, day: Date) -> bool {
        self.0.scheme.valid_from <= day && self.0.scheme.valid_to.is_none_or(|end| day <= end)
    }

    /// Whether it is meant for a fonds by name.
    pub fn names_fonds(&self, fonds: &str) -> bool {
        self.0.scheme.fonds.iter().any(|one| one == fonds)
    }
}

fn check(file: &File) -> Result<(), FilingError> {
    let scheme = &file.scheme;
    let sound = |text: &str| {
        !text.is_empty()
            && text
                .chars()
                .all(|c| c.is_alphanumeric() || matches!(c, '.' | '-' | '_'))
    };
    if !sound(&scheme.id) || !sound(&scheme.version) {
        return Err(FilingError::row(
            "scheme",
            "id and version are letters, digits, points and hyphens",
        ));
    }
    if scheme.valid_to.is_some_and(|end| end < scheme.valid_from) {
        return Err(FilingError::row("scheme", "valid_to lies before valid_from"));
    }
    let mut classes = BTreeSet::new();
    for class in &file.classes {
        if !class.path.split('/').all(sound) {
            return Err(FilingError::row(
                format!("class {:?}", class.path),
                "a path is codes joined by /",
            ));
        }
        if !classes.insert(class.path.as_str()) {
            return Err(FilingError::row(
                format!("class {}", class.path),
                "it is there twice",
            ));
        }
    }
    let mut retentions = BTreeSet::new();
    for rule in &file.retentions {
        let place = format!("retention {}", rule.id);
        if !retentions.insert(rule.id.as_str()) {
            return Err(FilingError::row(place, "it is there twice"));
        }
        if rule.permanent == rule.years.is_some() {
            return Err(FilingError::row(place, "it is either permanent or has years"));
        }
    }
    if file.rows.is_empty() || file.rows.len() > MOST_ROWS {
        return Err(FilingError::row(
            "table",
            format!("it has {} rows, not 1 to {MOST_ROWS}", file.rows.len()),
        ));
    }
    let mut numbers = BTreeSet::new();
    for row in &file.rows {
        if !sound(&row.item_no) || !numbers.insert(row.item_no.as_str()) {
            let reason = "a number is letters, digits, points and hyphens, and is there once";
            return Err(FilingError::row(format!("row {:?}", row.item_no), reason));
        }
        check_row(row, &classes, &retentions)
            .map_err(|reason| FilingError::row(format!("row {}", row.item_no), reason))?;
    }
    Ok(())
}

fn check_row(row: &Row, classes: &BTreeSet<&str>, retentions: &BTreeSet<&str>) -> Result<(), String> {
    if !row.matches.asks() {
        return Err("its match asks for nothing: it would take every document".to_owned());
    }
    let words = [
        &row.matches.title_any,
        &row.matches.title_all,
        &row.matches.title_none,
    ];
    if words.into_iter().flatten().any(|word| word.trim().is_empty()) {
        return Err("an empty word is in every title".to_owned());
    }
    match &row.class {
        Some(class) if !classes.contains(class.as_str()) => {
            return Err(format!("there is no class {class:?}"));
        }
        None if row.filed => return Err("what is filed has a class".to_owned()),
        _ => {}
    }
    match &row.retention {
        Some(id) if !retentions.contains(id.as_str()) && Retention::from_code(id).is_none() => {
            return Err(format!(
                "there is no retention {id:?}: Y, D30, D10, or one of the table's own"
            ));
        }
        None if row.filed => return Err("what is filed has a retention".to_owned()),
        _ => {}
    }
    if let Some(template) = &row.code_template {
        template
            .parse::<CodeTemplate>()
            .map_err(|error| error.to_string())?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_of_the_program_is_sound_and_reads_back() {
        let table = FilingTable::builtin().unwrap();
        assert!(table.rows().len() >= 60);
        assert_eq!(FilingTable::from_toml(&table.to_toml().unwrap()).unwrap(), table);
        let row = table.row("9.3").unwrap();
        assert_eq!(table.row_id(row), "XZ-GENERAL@2026.1#9.3");
        assert_eq!(table.class_names("WS/02/01"), ["文书", "综合行政", "会议"]);
        assert_eq!(table.retention_label("D30"), "30年");
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let sound = BUILTIN;
        for (from, to, told) in [
            ("retention = \"KU_BANK\"", "retention = \"KU_NONE\"", "KU_NONE"),
            ("class = \"KU/04\"", "class = \"KU/09\"", "KU/09"),
            ("item_no = \"9.7\"", "item_no = \"9.6\"", "9.6"),
            (
                "valid_from = \"2007-01-01\"",
                "valid_from = \"2007-01-01\"\nvalid_to = \"2006-01-01\"",
                "valid_to",
            ),
            (
                "title_any = [\"固定资产卡片\"]",
                "title_none = [\"固定资产卡片\"]",
                "9.8",
            ),
            ("category·year-retention-item(4)", "category·number", "number"),
            (
                "title_any = [\"固定资产卡片\"]",
                "title_any = [\" \"]",
                "empty word",
            ),
        ] {
            assert!(sound.contains(from), "{from}");
            let error = FilingTable::from_toml(&sound.replacen(from, to, 1)).unwrap_err();
            assert_eq!(error.code(), "filing.row", "{error}");
            assert!(error.to_string().contains(told), "{error}");
        }
        let format = sound.replacen("lantai-filing-scope/1", "lantai-filing-scope/2", 1);
        assert_eq!(
            FilingTable::from_toml(&format).unwrap_err().code(),
            "filing.format"
        );
        assert_eq!(
            FilingTable::from_toml("rows = 1").unwrap_err().code(),
            "filing.form"
        );
    }
}

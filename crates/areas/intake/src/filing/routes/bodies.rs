//! What the routes of filing send and read.

use super::super::decide::Decision;
use super::super::document::{Direction, Document};
use super::super::error::FilingError;
use super::super::propose::{Criterion, Proposal, Proposed, Verdict};
use super::super::table::{FilingTable, Row};
use lantai_cataloguing::routes::OpenStatusBody;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::ToSchema;
use uuid::Uuid;

/// Which way a document went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FilingDirection)]
pub enum DirectionBody {
    /// 收文.
    Received,
    /// 发文.
    Sent,
    /// 内部.
    Internal,
}

impl From<DirectionBody> for Direction {
    fn from(direction: DirectionBody) -> Self {
        match direction {
            DirectionBody::Received => Self::Received,
            DirectionBody::Sent => Self::Sent,
            DirectionBody::Internal => Self::Internal,
        }
    }
}

impl From<Direction> for DirectionBody {
    fn from(direction: Direction) -> Self {
        match direction {
            Direction::Received => Self::Received,
            Direction::Sent => Self::Sent,
            Direction::Internal => Self::Internal,
        }
    }
}

/// How sure the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FilingVerdict)]
pub enum VerdictBody {
    /// One row fired before all others.
    Sure,
    /// No row fired.
    NothingFires,
    /// Two rows or more fired equally.
    Equal,
}

impl From<Verdict> for VerdictBody {
    fn from(verdict: Verdict) -> Self {
        match verdict {
            Verdict::Sure => Self::Sure,
            Verdict::NothingFires => Self::NothingFires,
            Verdict::Equal => Self::Equal,
        }
    }
}

/// On what a row fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = FilingCriterion)]
pub enum CriterionBody {
    /// Words of the title.
    Title,
    /// The document type.
    DocumentType,
    /// The direction.
    Direction,
    /// The department.
    Department,
    /// The author.
    Author,
    /// A circumstance.
    Fact,
}

impl From<Criterion> for CriterionBody {
    fn from(criterion: Criterion) -> Self {
        match criterion {
            Criterion::Title => Self::Title,
            Criterion::DocumentType => Self::DocumentType,
            Criterion::Direction => Self::Direction,
            Criterion::Department => Self::Department,
            Criterion::Author => Self::Author,
            Criterion::Fact => Self::Fact,
        }
    }
}

/// A document before it is filed.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[schema(as = FilingDocumentBody)]
pub struct DocumentBody {
    /// By what its owner knows it again.
    #[serde(default)]
    pub reference: Option<String>,
    /// 题名.
    pub title: String,
    /// 文种.
    #[serde(default)]
    pub document_type: Option<String>,
    /// 责任者.
    #[serde(default)]
    pub author: Option<String>,
    /// 承办部门.
    #[serde(default)]
    pub department: Option<String>,
    /// Which way it went.
    #[serde(default)]
    pub direction: Option<DirectionBody>,
    /// 文号.
    #[serde(default)]
    pub document_number: Option<String>,
    /// Day of formation, such as `2020-03-31`.
    #[serde(default)]
    pub date: Option<String>,
    /// Year of formation, where the day is not known.
    #[serde(default)]
    pub year: Option<i16>,
    /// 全宗号.
    #[serde(default)]
    pub fonds: Option<String>,
    /// Circumstances, such as `importance` = `high`.
    #[serde(default)]
    pub facts: BTreeMap<String, String>,
}

impl DocumentBody {
    pub(super) fn read(self) -> Result<Document, FilingError> {
        let given = |text: Option<String>| {
            text.map(|text| text.trim().to_owned())
                .filter(|text| !text.is_empty())
        };
        let date = given(self.date).map(|day| day.parse()).transpose();
        Ok(Document {
            reference: given(self.reference),
            title: self.title,
            document_type: given(self.document_type),
            author: given(self.author),
            department: given(self.department),
            direction: self.direction.map(Into::into),
            document_number: given(self.document_number),
            date: date.map_err(|_| {
                FilingError::row("date", "write the day as year-month-day, such as 2020-03-31")
            })?,
            year: self.year,
            fonds: given(self.fonds),
            facts: self.facts,
        })
    }
}

impl From<&Document> for DocumentBody {
    fn from(document: &Document) -> Self {
        Self {
            reference: document.reference.clone(),
            title: document.title.clone(),
            document_type: document.document_type.clone(),
            author: document.author.clone(),
            department: document.department.clone(),
            direction: document.direction.map(Into::into),
            document_number: document.document_number.clone(),
            date: document.date.map(|date| date.to_string()),
            year: document.year,
            fonds: document.fonds.clone(),
            facts: document.facts.clone(),
        }
    }
}

/// One demand of a row that a document meets.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingReasonBody)]
pub struct ReasonBody {
    /// Which.
    pub criterion: CriterionBody,
    /// The words it met.
    pub words: Vec<String>,
}

/// A row that fired, or that was chosen.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingProposedBody)]
pub struct ProposedBody {
    /// Identifier of the row for ever.
    pub row_id: String,
    /// Its number in the table.
    pub item_no: String,
    /// What it is about.
    pub item_text: String,
    /// Whether it is filed.
    pub filed: bool,
    /// Category (门类).
    pub category: Option<String>,
    /// Class path.
    pub class_path: Option<String>,
    /// Names of the class and those above it.
    pub class_names: Vec<String>,
    /// Retention.
    pub retention: Option<String>,
    /// Its Chinese name.
    pub retention_label: Option<String>,
    /// Proposed opening status.
    pub open_status: OpenStatusBody,
    /// Proposed classification, by its Chinese name.
    pub classification: String,
    /// Template of the archival code.
    pub code_template: Option<String>,
    /// Why it fired.
    pub reasons: Vec<ReasonBody>,
}

impl From<&Proposed> for ProposedBody {
    fn from(row: &Proposed) -> Self {
        let reasons = row.reasons.iter().map(|reason| ReasonBody {
            criterion: reason.criterion.into(),
            words: reason.words.clone(),
        });
        Self {
            row_id: row.row_id.clone(),
            item_no: row.item_no.clone(),
            item_text: row.item_text.clone(),
            filed: row.filed,
            category: row.category.clone(),
            class_path: row.class_path.clone(),
            class_names: row.class_names.clone(),
            retention: row.retention.clone(),
            retention_label: row.retention_label.clone(),
            open_status: row.open_status.into(),
            classification: row.classification.label().to_owned(),
            code_template: row.code_template.clone(),
            reasons: reasons.collect(),
        }
    }
}

/// What the table proposes for a document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingProposalBody)]
pub struct ProposalBody {
    /// The table.
    pub table: String,
    /// How sure it is.
    pub verdict: VerdictBody,
    /// The row before all others.
    pub row: Option<ProposedBody>,
    /// Other rows that fired, the likelier first.
    pub alternatives: Vec<ProposedBody>,
}

impl From<&Proposal> for ProposalBody {
    fn from(proposal: &Proposal) -> Self {
        Self {
            table: proposal.table.clone(),
            verdict: proposal.verdict.into(),
            row: proposal.row.as_ref().map(ProposedBody::from),
            alternatives: proposal.alternatives.iter().map(ProposedBody::from).collect(),
        }
    }
}

/// A version of a table.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingTableSummaryBody)]
pub struct TableSummaryBody {
    /// Its name, such as `XZ-GENERAL@2026.1`.
    pub name: String,
    /// Its title.
    pub title: String,
    /// Its title in English.
    pub english: String,
    /// The fonds it is for; empty: every fonds without a table of its own.
    pub fonds: Vec<String>,
    /// First day of the documents it is for.
    pub valid_from: String,
    /// Last day of the documents it is for.
    pub valid_to: Option<String>,
    /// The authority that approved it.
    pub approved_by: String,
    /// Number of the approval.
    pub approval_number: String,
    /// Rows of it.
    pub rows: u64,
}

impl From<&FilingTable> for TableSummaryBody {
    fn from(table: &FilingTable) -> Self {
        let scheme = table.scheme();
        Self {
            name: table.name(),
            title: scheme.title.clone(),
            english: scheme.english.clone(),
            fonds: scheme.fonds.clone(),
            valid_from: scheme.valid_from.to_string(),
            valid_to: scheme.valid_to.map(|day| day.to_string()),
            approved_by: scheme.approved_by.clone(),
            approval_number: scheme.approval_number.clone(),
            rows: u64::try_from(table.rows().len()).unwrap_or(u64::MAX),
        }
    }
}

/// A class of a table.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingClassBody)]
pub struct ClassBody {
    /// Codes from the category down.
    pub path: String,
    /// Its Chinese name.
    pub name: String,
    /// Its English name.
    pub english: String,
}

/// A row of a table, for reading.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingRowBody)]
pub struct RowBody {
    /// Its number.
    pub item_no: String,
    /// What it is about.
    pub item_text: String,
    /// Whether it is filed.
    pub filed: bool,
    /// Class path.
    pub class_path: Option<String>,
    /// Retention.
    pub retention: Option<String>,
    /// Its Chinese name.
    pub retention_label: Option<String>,
    /// The circumstances in words.
    pub conditions: Option<String>,
    /// The department that must hand it in.
    pub responsible_unit: Option<String>,
    /// The agency word whose numbers have no holes.
    pub series: Option<String>,
    /// Fewest documents of a year.
    pub at_least: Option<u32>,
    /// Words, types, ways and circumstances on which it fires, as people read them.
    pub fires_on: Vec<String>,
}

impl RowBody {
    pub(super) fn of(table: &FilingTable, row: &Row) -> Self {
        let demands = &row.matches;
        let facts = demands
            .facts
            .iter()
            .map(|(name, value)| format!("{name}={value}"));
        let without = demands.title_none.iter().map(|word| format!("≠{word}"));
        let ways = demands.direction.iter().map(|way| way.name().to_owned());
        let words = demands
            .title_any
            .iter()
            .chain(&demands.title_all)
            .chain(&demands.document_types);
        let words = words.chain(&demands.departments).chain(&demands.authors).cloned();
        Self {
            item_no: row.item_no.clone(),
            item_text: row.item_text.clone(),
            filed: row.filed,
            class_path: row.class.clone(),
            retention: row.retention.clone(),
            retention_label: row.retention.as_deref().map(|id| table.retention_label(id)),
            conditions: row.conditions.clone(),
            responsible_unit: row.responsible_unit.clone(),
            series: row.completeness.as_ref().and_then(|one| one.series.clone()),
            at_least: row.completeness.as_ref().and_then(|one| one.at_least),
            fires_on: words.chain(ways).chain(facts).chain(without).collect(),
        }
    }
}

/// A version of a table with its classes and rows.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingTableBody)]
pub struct TableBody {
    /// Which version.
    pub table: TableSummaryBody,
    /// Its classes.
    pub classes: Vec<ClassBody>,
    /// Its rows.
    pub rows: Vec<RowBody>,
}

/// What was decided for a document.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = FilingDecisionBody)]
pub struct DecisionBody {
    /// Its identifier.
    pub id: Uuid,
    /// When.
    pub at: String,
    /// Who.
    pub by: String,
    /// The document.
    pub document: DocumentBody,
    /// The table.
    pub table: String,
    /// How sure the table was.
    pub verdict: VerdictBody,
    /// The row that was proposed.
    pub proposed: Option<String>,
    /// What was decided.
    pub decided: ProposedBody,
    /// Whether it is another row than the proposed one.
    pub overridden: bool,
    /// Why.
    pub reason: Option<String>,
}

impl From<&Decision> for DecisionBody {
    fn from(decision: &Decision) -> Self {
        Self {
            id: decision.id,
            at: decision.at.to_string(),
            by: decision.by.clone(),
            document: (&decision.document).into(),
            table: decision.table.clone(),
            verdict: decision.verdict.into(),
            proposed: decision.proposed.clone(),
            decided: (&decision.decided).into(),
            overridden: decision.overridden,
            reason: decision.reason.clone(),
        }
    }
}

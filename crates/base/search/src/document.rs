//! What the index knows of one record.

use lantai_domain::access::AccessCell;
use lantai_domain::date::ArchivalDate;
use lantai_domain::reading::TextPlace;

/// One entry of the catalogue with its text, as it is handed to the index.
///
/// Its cell decides who finds it by what (see [`crate::Visibility`]), and what stands in the view of the public. Code, former codes, title, document number, author,
/// date, keywords, fonds and category belong to the entry; summary, people, places and text to the
/// content. What a viewer may not see neither finds, counts, ranks nor shows anything for that viewer.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct SearchDocument {
    /// Identifier of the record; a second document with the same one replaces the first.
    pub id: String,
    /// Archival code (档号) in canonical spelling.
    pub code: String,
    /// Codes the record had before it was arranged anew (参见, 曾用档号).
    pub former_codes: Vec<String>,
    /// Title proper (题名).
    pub title: String,
    /// Document number (文件编号), as written.
    pub document_number: Option<String>,
    /// Author (责任者); several are separated by `;` or `、`.
    pub author: String,
    /// Code of the fonds (全宗号).
    pub fonds: String,
    /// Category (门类): the value that filters and facets use.
    pub category: String,
    /// Year of the filing arrangement (年度).
    pub year: Option<i32>,
    /// Retention period (保管期限).
    pub retention: String,
    /// Opening status (开放状态).
    pub open_status: String,
    /// Security classification (密级); empty when there is none.
    pub classification: String,
    /// What decides who may know of it.
    pub cell: AccessCell,
    /// Date of the record: found by day, month and year, in any calendar.
    pub date: ArchivalDate,
    /// The date as the source writes it, such as `宣统三年十月丙辰`; empty when unknown.
    pub date_text: String,
    /// Subject words (主题词).
    pub keywords: Vec<String>,
    /// Abstract (摘要).
    pub summary: String,
    /// Names of people in the content (人名).
    pub people: Vec<String>,
    /// Names of places in the content (地名).
    pub places: Vec<String>,
    /// Full text; may be long. It is kept compressed, for snippets.
    pub text: String,
    /// Where of the record the text stands, in the order of the text; empty where that is unknown.
    pub text_places: Vec<TextPlace>,
    /// Carrier (载体).
    pub carrier: String,
    /// Level of description: `fonds`, `file`, `item`….
    pub level: String,
    /// Are there content files to read?
    pub has_content: bool,
    /// Key for sorting by code; codes that sort as strings in the order people expect.
    pub sort_code: String,
    /// Key for sorting by date: any number that grows with time, such as days or `YYYYMMDD`.
    /// Records without a date are listed last in both directions: give [`SearchDocument::NO_DATE`].
    pub sort_date: i64,
}

impl SearchDocument {
    /// The value of `sort_date` for a record whose date is unknown.
    pub const NO_DATE: i64 = i64::MIN;
}

//! The fields of the index.
//!
//! There are two views of a record, each with its own fields and its own statistics. The open view holds
//! what was opened to everybody; the closed view holds the whole of a record of which not everything is open.
//! The public is answered from the open view alone, so that neither a find nor a count nor a score tells
//! anything of the rest. Whoever may see the content is answered from the whole view of each record: the closed
//! one where there is one, the open one otherwise. Which records a viewer finds at all is a filter over fonds,
//! category and cell, as the gate gave it.

use lantai_domain::access::{AccessCell, CellSet};
use tantivy::Index as Engine;
use tantivy::schema::{
    FAST, Field, INDEXED, IndexRecordOption, STORED, STRING, Schema, TextFieldIndexing, TextOptions,
};
use tantivy::tokenizer::{RAW_TOKENIZER_NAME, RawTokenizer, TextAnalyzer};

use crate::units::GramTokenizer;
use crate::words::WordTokenizer;

/// Version of what is written; raised with every change of fields or analysis.
pub const VERSION: u32 = 3;

const GRAMS: &str = "lantai_grams";
const WORDS: &str = "lantai_words";

/// Cells of records that have an open view: their entry was opened.
pub fn with_open_view() -> CellSet {
    AccessCell::all()
        .filter(|cell| cell.opening.entry_is_public())
        .collect()
}

/// Cells of records whose open view is the whole: they have no closed one.
pub fn wholly_open() -> CellSet {
    AccessCell::all()
        .filter(|cell| cell.opening.content_is_public())
        .collect()
}

/// The fields in which one view of a record is searched.
#[derive(Debug, Clone, Copy)]
pub struct ViewFields {
    /// Pairs of characters of everything in the view, with positions.
    pub all: Field,
    /// Pairs of characters of the title, with positions.
    pub title: Field,
    /// Pairs of characters of the author.
    pub author: Field,
    /// Pairs of characters of keywords, people and places.
    pub subject: Field,
    /// Words of everything in the view.
    pub words: Field,
    /// Codes, document numbers and whole titles, folded, each with a prefix that says which.
    pub exact: Field,
    /// Dates as the domain's tokens.
    pub date: Field,
}

impl ViewFields {
    /// The fields of a view that hold nothing but what belongs to the entry.
    pub fn of_the_entry(&self) -> Self {
        Self {
            all: self.title,
            subject: self.author,
            // no word is ever looked up among codes: what ranks by words has nothing to go by
            words: self.exact,
            ..*self
        }
    }
}

/// All fields.
#[derive(Debug, Clone)]
pub struct Fields {
    /// Identifier of the record.
    pub id: Field,
    /// Number of the record's cell ([`lantai_domain::access::AccessCell`]).
    pub cell: Field,
    /// What everybody may see.
    pub open: ViewFields,
    /// The whole of records that are not wholly open.
    pub closed: ViewFields,
    /// Code for display.
    pub code: Field,
    /// Title for display.
    pub shown_title: Field,
    /// Full text, for snippets.
    pub text: Field,
    /// Pages and seconds of the text.
    pub places: Field,
    /// Abstract, for snippets.
    pub summary: Field,
    /// Values of the facets, in the order of [`FACETS`] without the year.
    pub values: Vec<(&'static str, Field)>,
    /// Year of arrangement.
    pub year: Field,
    /// `yes` or `no`.
    pub has_content: Field,
    /// Sort key by code.
    pub sort_code: Field,
    /// Sort key by date.
    pub sort_date: Field,
}

/// Names of the facets.
pub const FACETS: [&str; 8] = [
    "fonds",
    "category",
    "year",
    "retention",
    "open_status",
    "classification",
    "carrier",
    "level",
];

/// Names of the sort keys' columns.
pub const SORT_CODE: &str = "sort_code";
/// See [`SORT_CODE`].
pub const SORT_DATE: &str = "sort_date";

/// The schema and its fields.
pub fn build() -> (Schema, Fields) {
    let mut builder = Schema::builder();
    let analysed = |tokenizer: &str, option: IndexRecordOption| {
        TextOptions::default().set_indexing_options(
            TextFieldIndexing::default()
                .set_tokenizer(tokenizer)
                .set_index_option(option),
        )
    };
    let grams = analysed(GRAMS, IndexRecordOption::WithFreqsAndPositions);
    let words = analysed(WORDS, IndexRecordOption::WithFreqs);
    let raw = TextOptions::default().set_indexing_options(
        TextFieldIndexing::default()
            .set_tokenizer(RAW_TOKENIZER_NAME)
            .set_index_option(IndexRecordOption::Basic)
            .set_fieldnorms(false),
    );
    let mut view = |name: &str| ViewFields {
        all: builder.add_text_field(&format!("{name}_all"), grams.clone()),
        title: builder.add_text_field(&format!("{name}_title"), grams.clone()),
        author: builder.add_text_field(&format!("{name}_author"), grams.clone()),
        subject: builder.add_text_field(&format!("{name}_subject"), grams.clone()),
        words: builder.add_text_field(&format!("{name}_words"), words.clone()),
        exact: builder.add_text_field(&format!("{name}_exact"), raw.clone()),
        date: builder.add_text_field(&format!("{name}_date"), raw.clone()),
    };
    let (open, closed) = (view("open"), view("closed"));
    let faceted = raw.clone().set_fast(RAW_TOKENIZER_NAME);
    let values = FACETS
        .into_iter()
        .filter(|name| *name != "year")
        .map(|name| {
            let options = if name == "fonds" || name == "category" {
                faceted.clone().set_stored()
            } else {
                faceted.clone()
            };
            (name, builder.add_text_field(name, options))
        })
        .collect();
    let fields = Fields {
        id: builder.add_text_field("id", STRING | STORED),
        cell: builder.add_text_field("cell", raw.clone().set_stored()),
        open,
        closed,
        code: builder.add_text_field("code", STORED),
        shown_title: builder.add_text_field("title", STORED),
        text: builder.add_text_field("text", STORED),
        places: builder.add_text_field("places", STORED),
        summary: builder.add_text_field("summary", STORED),
        values,
        year: builder.add_i64_field("year", INDEXED | FAST),
        has_content: builder.add_text_field("has_content", raw),
        sort_code: builder.add_text_field(SORT_CODE, TextOptions::default().set_fast(RAW_TOKENIZER_NAME)),
        sort_date: builder.add_i64_field(SORT_DATE, FAST),
    };
    (builder.build(), fields)
}

/// Makes our analysis known to the engine.
pub fn register(engine: &Engine) {
    engine
        .tokenizers()
        .register(GRAMS, TextAnalyzer::from(GramTokenizer::default()));
    engine
        .tokenizers()
        .register(WORDS, TextAnalyzer::from(WordTokenizer));
    engine
        .tokenizers()
        .register(RAW_TOKENIZER_NAME, TextAnalyzer::from(RawTokenizer::default()));
}

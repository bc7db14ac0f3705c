//! Records into the index.

use std::path::{Path, PathBuf};

use lantai_domain::date::date_tokens;
use tantivy::schema::Term;
use tantivy::{Index as Engine, TantivyDocument};

use crate::document::SearchDocument;
use crate::error::SearchError;
use crate::identifiers::{code_term, former_code_term, number_term, title_term};
use crate::places;
use crate::schema::{Fields, ViewFields};

/// The engine takes no less for one thread.
const LEAST_BUDGET: usize = 15_000_000;

/// Adds, replaces and removes records. Nothing is visible or durable before [`IndexWriter::commit`];
/// dropping the writer throws away what was not committed.
pub struct IndexWriter {
    path: PathBuf,
    engine: tantivy::IndexWriter,
    fields: Fields,
}

impl IndexWriter {
    pub(crate) fn start(
        path: &Path,
        engine: &Engine,
        fields: &Fields,
        memory_budget: usize,
    ) -> Result<Self, SearchError> {
        let threads = if memory_budget >= 2 * LEAST_BUDGET { 2 } else { 1 };
        let engine = engine
            .writer_with_num_threads(threads, memory_budget.max(LEAST_BUDGET))
            .map_err(|error| SearchError::from_engine(path, error))?;
        Ok(Self {
            path: path.to_path_buf(),
            engine,
            fields: fields.clone(),
        })
    }

    /// Adds a record, or replaces the one with the same `id`.
    pub fn upsert(&mut self, document: &SearchDocument) -> Result<(), SearchError> {
        self.engine
            .delete_term(Term::from_field_text(self.fields.id, &document.id));
        let entry = self.entry(document);
        self.engine
            .add_document(entry)
            .map_err(|error| SearchError::from_engine(&self.path, error))?;
        Ok(())
    }

    /// Removes a record; unknown ones are no error.
    pub fn delete(&mut self, id: &str) {
        self.engine.delete_term(Term::from_field_text(self.fields.id, id));
    }

    /// Removes all records.
    pub fn delete_all(&mut self) -> Result<(), SearchError> {
        self.engine
            .delete_all_documents()
            .map_err(|error| SearchError::from_engine(&self.path, error))?;
        Ok(())
    }

    /// Makes all changes since the last commit durable, all or none: when this returns they survive a crash.
    /// Call [`crate::Index::reload`] afterwards to search them.
    pub fn commit(&mut self) -> Result<(), SearchError> {
        self.engine
            .commit()
            .map_err(|error| SearchError::from_engine(&self.path, error))?;
        Ok(())
    }

    /// Commits, waits until the parts of the index that belong together are joined, and ends the writing.
    /// For the end of a bulk load: searching few large parts is faster.
    pub fn finish(mut self) -> Result<(), SearchError> {
        self.commit()?;
        self.engine
            .wait_merging_threads()
            .map_err(|error| SearchError::from_engine(&self.path, error))
    }

    fn entry(&self, document: &SearchDocument) -> TantivyDocument {
        let fields = &self.fields;
        let opening = document.cell.opening;
        let mut entry = TantivyDocument::new();
        entry.add_text(fields.id, &document.id);
        entry.add_text(fields.cell, document.cell.number().to_string());
        if opening.entry_is_public() {
            add_view(&mut entry, &fields.open, document, opening.content_is_public());
        }
        if !opening.content_is_public() {
            add_view(&mut entry, &fields.closed, document, true);
        }
        entry.add_text(fields.code, &document.code);
        entry.add_text(fields.shown_title, &document.title);
        entry.add_text(fields.text, &document.text);
        if !document.text_places.is_empty() {
            entry.add_text(fields.places, places::written(&document.text_places));
        }
        entry.add_text(fields.summary, &document.summary);
        for (name, field) in &fields.values {
            let value = facet_value(document, name);
            if !value.is_empty() {
                entry.add_text(*field, value);
            }
        }
        if let Some(year) = document.year {
            entry.add_i64(fields.year, i64::from(year));
        }
        entry.add_text(
            fields.has_content,
            if document.has_content { "yes" } else { "no" },
        );
        entry.add_text(fields.sort_code, &document.sort_code);
        if document.sort_date != SearchDocument::NO_DATE {
            entry.add_i64(fields.sort_date, document.sort_date);
        }
        entry
    }
}

fn facet_value<'a>(document: &'a SearchDocument, name: &str) -> &'a str {
    match name {
        "fonds" => &document.fonds,
        "category" => &document.category,
        "retention" => &document.retention,
        "open_status" => &document.open_status,
        "classification" => &document.classification,
        "carrier" => &document.carrier,
        "level" => &document.level,
        _ => "",
    }
}

/// Fills the fields of one view; without `content` only what belongs to the entry.
fn add_view(entry: &mut TantivyDocument, view: &ViewFields, document: &SearchDocument, content: bool) {
    let mut add = |text: &str, more: &[tantivy::schema::Field]| {
        if !text.is_empty() {
            entry.add_text(view.all, text);
            entry.add_text(view.words, text);
            for field in more {
                entry.add_text(*field, text);
            }
        }
    };
    add(&document.title, &[view.title]);
    add(document.document_number.as_deref().unwrap_or_default(), &[]);
    add(&document.author, &[view.author]);
    add(&document.date_text, &[]);
    for keyword in &document.keywords {
        add(keyword, &[view.subject]);
    }
    if content {
        for name in document.people.iter().chain(&document.places) {
            add(name, &[view.subject]);
        }
        add(&document.summary, &[]);
        add(&document.text, &[]);
    }

    // A part of a code is found like a part of a text.
    for code in std::iter::once(&document.code).chain(&document.former_codes) {
        entry.add_text(view.all, code);
    }
    entry.add_text(view.exact, code_term(&document.code));
    for code in &document.former_codes {
        entry.add_text(view.exact, former_code_term(code));
    }
    if let Some(number) = document
        .document_number
        .as_deref()
        .filter(|number| !number.is_empty())
    {
        entry.add_text(view.exact, number_term(number));
    }
    entry.add_text(view.exact, title_term(&document.title));
    for token in date_tokens(&document.date) {
        entry.add_text(view.date, token);
    }
}

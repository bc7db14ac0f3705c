//! What the index is told of a record.

use lantai_cataloguing::{RecordText, StoredRecord, sort_code};
use lantai_domain::record::AggregationLevel;
use lantai_search::SearchDocument;

/// The record as the index holds it.
pub(crate) fn document(stored: &StoredRecord, text: RecordText) -> SearchDocument {
    let record = &stored.record;
    let description = &record.description;
    let kind = record.open_status.kind();
    let sort_date = description
        .date
        .earliest()
        .map(|day| i64::from(day.year()) * 10_000 + i64::from(day.month()) * 100 + i64::from(day.day()));
    SearchDocument {
        id: record.id.to_string(),
        code: description.code.to_string(),
        former_codes: description.former_codes.clone(),
        title: description.title.clone(),
        document_number: description.document_number.clone(),
        author: description.author.clone().unwrap_or_default(),
        fonds: record.fonds().to_owned(),
        category: description.category.clone(),
        year: description.year,
        retention: description.retention.to_string(),
        open_status: kind.name().to_owned(),
        classification: description.classification.name().to_owned(),
        cell: record.access_facts().cell,
        date: description.date,
        date_text: description.date_text.clone().unwrap_or_default(),
        keywords: description.keywords.clone(),
        summary: description.summary.clone().unwrap_or_default(),
        people: description.people.clone(),
        places: description.places.clone(),
        text: text.text,
        text_places: text.places,
        carrier: description.carrier.clone().unwrap_or_default(),
        level: match description.level {
            AggregationLevel::File => "file".to_owned(),
            AggregationLevel::Item => "item".to_owned(),
        },
        has_content: !record.files.is_empty(),
        sort_code: sort_code(record),
        sort_date: sort_date.unwrap_or(SearchDocument::NO_DATE),
    }
}

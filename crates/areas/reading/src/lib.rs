//! Reading (智能识别): what is in a file. Text, scanned pages, speech, names, vectors, and pages mended.
//!
//! Readers run in child processes. What they find is a derivative beside the record, with its provenance; a person
//! takes it over, corrects it, or leaves it.
//!
//! - [`understanding`]: names, dates, numbers, sums, language, and suggestions for the description

pub mod understanding;

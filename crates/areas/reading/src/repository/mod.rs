//! What the catalogue knows of readings and of suggestions.

mod readings;
mod suggestions;

pub use readings::{ClaimedReading, ReadingCounts, ReadingRepository, ReadingRow};
pub use suggestions::{StoredSuggestion, SuggestionRepository};

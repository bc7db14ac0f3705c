//! Office documents in OOXML (ISO/IEC 29500): word processing, slides, drawings; and what all of them have besides.

mod chart;
mod embedded;
mod numbering;
mod properties;
mod slides;
mod visio;
mod word;
mod word_flow;
mod word_parts;

pub(super) use chart::words_of;
pub(super) use embedded::hand_on as hand_on_embedded;
pub(super) use embedded::hand_on_storages;
pub(super) use properties::tell as tell_properties;
pub(super) use slides::read as read_slides;
pub(super) use visio::read as read_visio;
pub(super) use word::read as read_word;

use super::context::Context;
use super::error::ReadError;
use super::package::Package;

/// The part that the package says is the document; else the one at its usual place.
fn main_part(package: &mut Package<'_>, usual: &str) -> Result<String, ReadError> {
    let relations = package.relations("")?;
    let named = relations
        .into_iter()
        .find(|relation| matches!(relation.kind.as_str(), "officeDocument" | "document"))
        .and_then(|relation| relation.target);
    named
        .or_else(|| package.find(usual))
        .ok_or_else(|| ReadError::damaged("its main part is missing"))
}

/// Takes the fault of a part beside the main one as an omission; the rest goes on.
fn note(walked: Result<bool, ReadError>, context: &mut Context<'_>) -> Result<(), ReadError> {
    match walked {
        Ok(_) => Ok(()),
        Err(error) if error.ends_all() => Err(error),
        Err(error) => {
            context.omit(error.code(), error.to_string());
            Ok(())
        }
    }
}

#[cfg(test)]
mod tests;

//! Lists come in pages; the cursor of the next page is opaque to the caller.

use crate::problem::Problem;
use axum::http::StatusCode;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page begins; `null` on the last.
    pub next_cursor: Option<String>,
}

impl<T> Page<T> {
    /// A page out of one entry more than asked for, if there is one: then there is a next page, which begins after the
    /// last entry shown.
    pub fn cut(mut items: Vec<T>, limit: usize, key: impl Fn(&T) -> String) -> Self {
        if items.len() <= limit {
            return Self {
                items,
                next_cursor: None,
            };
        }
        items.truncate(limit);
        let next_cursor = items.last().map(|last| Cursor::new(&key(last)).to_text());
        Self { items, next_cursor }
    }

    /// The same page with other entries.
    pub fn map<U>(self, change: impl FnMut(T) -> U) -> Page<U> {
        Page {
            items: self.items.into_iter().map(change).collect(),
            next_cursor: self.next_cursor,
        }
    }
}

/// Where a page begins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor(String);

impl Cursor {
    /// A cursor after the entry with this key.
    pub fn new(key: &str) -> Self {
        Self(key.to_owned())
    }

    /// Reads what a caller sent back; nonsense is the caller's fault.
    pub fn from_text(text: &str) -> Result<Self, Problem> {
        let bytes = BASE64_URL_SAFE_NO_PAD.decode(text).ok();
        let key = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
        key.map(Self).ok_or_else(|| {
            Problem::new(
                StatusCode::BAD_REQUEST,
                "http.cursor",
                "this cursor is not one that was given out",
            )
        })
    }

    /// As it is given out.
    pub fn to_text(&self) -> String {
        BASE64_URL_SAFE_NO_PAD.encode(&self.0)
    }

    /// The key.
    pub fn key(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_full_page_says_where_the_next_begins() {
        let page = Page::cut(vec![1, 2, 3], 2, ToString::to_string);
        assert_eq!(page.items, [1, 2]);
        assert_eq!(Cursor::from_text(&page.next_cursor.unwrap()).unwrap().key(), "2");
        assert_eq!(Page::cut(vec![1, 2], 2, ToString::to_string).next_cursor, None);
        assert!(Cursor::from_text("§").is_err());
    }
}

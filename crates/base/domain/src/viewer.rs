//! Who looks: the subject of every question about access.

use crate::open_status::OpenStatusKind;

/// Who asks. The full people model replaces the two kinds of staff; the questions stay the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Viewer {
    /// A reader who has not signed in.
    Public,
    /// A member of the archives' staff, by account name.
    Archivist(String),
}

impl Viewer {
    /// The built-in archivist: whoever holds the data folder on the local command line.
    pub fn local_archivist() -> Self {
        Self::Archivist("local".to_owned())
    }

    /// Name for the journal and events.
    pub fn name(&self) -> &str {
        match self {
            Self::Public => "public",
            Self::Archivist(name) => name,
        }
    }

    /// Whether everything may be seen.
    pub fn sees_everything(&self) -> bool {
        matches!(self, Self::Archivist(_))
    }

    /// Whether the entry of a record in this state may be seen, and counted.
    pub fn may_see_entry(&self, status: OpenStatusKind) -> bool {
        self.sees_everything() || status.entry_is_public()
    }

    /// Whether text and files of a record in this state may be seen.
    pub fn may_see_content(&self, status: OpenStatusKind) -> bool {
        self.sees_everything() || status.content_is_public()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::open_status::OPEN_STATUS_KINDS;

    #[test]
    fn content_is_never_shown_where_the_entry_is_hidden() {
        for kind in OPEN_STATUS_KINDS {
            assert!(Viewer::Public.may_see_entry(kind) || !Viewer::Public.may_see_content(kind));
            assert!(Viewer::local_archivist().may_see_content(kind));
        }
        assert!(!Viewer::Public.may_see_entry(OpenStatusKind::Unreviewed));
    }
}

//! What a bag has against its profile, and why a profile cannot be used.

/// What a bag has against its profile.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct ProfileFault {
    /// What kind of thing.
    pub kind: ProfileFaultKind,
    /// The label, file or algorithm concerned.
    pub subject: String,
    /// What the profile wants.
    pub expected: String,
    /// What the bag has.
    pub found: Option<String>,
}

/// The kinds of faults against a profile.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ProfileFaultKind {
    /// `bag-info.txt` lacks a label.
    InfoMissing,
    /// A label has a value that the profile does not allow.
    InfoValue,
    /// A label that may stand once stands more often.
    InfoRepeated,
    /// A payload manifest is missing, or of an algorithm that is not allowed.
    Manifest,
    /// The same of tag manifests.
    TagManifest,
    /// There is a `fetch.txt` against the profile, or none although it is wanted.
    Fetch,
    /// The bag travelled in another way than the profile wants.
    Serialization,
    /// The bag is of another version of the standard.
    Version,
    /// A tag file is missing or not allowed.
    TagFile,
    /// A file of the payload is missing or not allowed.
    PayloadFile,
}

impl ProfileFaultKind {
    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::InfoMissing => "bag.profile_info_missing",
            Self::InfoValue => "bag.profile_info_value",
            Self::InfoRepeated => "bag.profile_info_repeated",
            Self::Manifest => "bag.profile_manifest",
            Self::TagManifest => "bag.profile_tag_manifest",
            Self::Fetch => "bag.profile_fetch",
            Self::Serialization => "bag.profile_serialization",
            Self::Version => "bag.profile_version",
            Self::TagFile => "bag.profile_tag_file",
            Self::PayloadFile => "bag.profile_payload_file",
        }
    }
}

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// It is not what the specification says.
    #[error("{name} is no BagIt profile")]
    Form {
        /// The file.
        name: String,
        /// What is wrong.
        #[source]
        source: serde_json::Error,
    },
    /// It is far longer than a profile.
    #[error("{name} is too long for a BagIt profile")]
    TooLong {
        /// The file.
        name: String,
    },
    /// The disk failed.
    #[error("cannot read {name}")]
    Io {
        /// The file or folder.
        name: String,
        /// The system's reason.
        #[source]
        source: std::io::Error,
    },
}

impl ProfileError {
    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Form { .. } | Self::TooLong { .. } => "bag.profile_form",
            Self::Io { .. } => "bag.profile_io",
        }
    }
}

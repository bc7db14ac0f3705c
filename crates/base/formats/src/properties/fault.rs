//! What can be wrong with a file, and how much it weighs.

use serde::{Deserialize, Serialize};

/// How much a fault weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultWeight {
    /// It cannot be opened, or not whole (checks U-2.2 and I-3.1).
    Broken,
    /// It opens, and breaks a rule of its format or of filing (checks U-2.1 and U-4.2).
    Conformance,
    /// A person must look.
    Doubtful,
}

/// The check of the four-property checks that a fault speaks to first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum FaultCheck {
    /// 内容数据完整性检测: the file is cut off.
    #[serde(rename = "I-3.1")]
    Whole,
    /// 内容数据格式检测: the file breaks the rules of its format.
    #[serde(rename = "U-2.1")]
    Format,
    /// 内容数据的可读性检测: the file does not open.
    #[serde(rename = "U-2.2")]
    Readable,
    /// 信息包内容数据格式合规性检测: encryption, passwords, macros.
    #[serde(rename = "U-4.2")]
    Permitted,
}

impl FaultCheck {
    /// Our id of the check.
    pub fn id(self) -> &'static str {
        match self {
            Self::Whole => "I-3.1",
            Self::Format => "U-2.1",
            Self::Readable => "U-2.2",
            Self::Permitted => "U-4.2",
        }
    }
}

/// The kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FaultKind {
    /// No bytes.
    Empty,
    /// A password is needed to open it.
    Encrypted,
    /// It opens without a password, and forbids its reader something.
    Restricted,
    /// The end is missing.
    Truncated,
    /// The structure contradicts itself.
    Damaged,
    /// A part that the format demands is missing.
    PartMissing,
    /// Readers open it after mending it on the way.
    Repaired,
    /// A text with bytes that mean nothing in its encoding.
    Undecodable,
    /// The text was decoded wrongly before it came here.
    Mojibake,
    /// The content is in another encoding than it declares.
    CharsetDeclared,
    /// The extension claims a format whose marks the content lacks.
    NotWhatItClaims,
    /// XML that is not well-formed.
    XmlNotWellFormed,
    /// XML that draws on something outside of itself.
    XmlExternal,
    /// XML deeper, larger or with more entities than is read.
    XmlLimits,
    /// A PDF that claims PDF/A and breaks one of its rules.
    PdfaBroken,
    /// An OFD that breaks a rule of GB/T 33190 that readers can do without.
    OfdIrregular,
    /// Scripts, or actions that start programs.
    ActiveContent,
    /// Macros of an office program.
    Macros,
    /// Larger than is examined.
    TooLarge,
    /// Every page or the whole picture is empty.
    Blank,
}

impl FaultKind {
    /// Stable name for programs, manuals and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Empty => "formats.empty",
            Self::Encrypted => "formats.encrypted",
            Self::Restricted => "formats.restricted",
            Self::Truncated => "formats.truncated",
            Self::Damaged => "formats.damaged",
            Self::PartMissing => "formats.part_missing",
            Self::Repaired => "formats.repaired",
            Self::Undecodable => "formats.undecodable",
            Self::Mojibake => "formats.mojibake",
            Self::CharsetDeclared => "formats.charset_declared",
            Self::NotWhatItClaims => "formats.not_what_it_claims",
            Self::XmlNotWellFormed => "formats.xml_not_well_formed",
            Self::XmlExternal => "formats.xml_external",
            Self::XmlLimits => "formats.xml_limits",
            Self::PdfaBroken => "formats.pdfa_broken",
            Self::OfdIrregular => "formats.ofd_irregular",
            Self::ActiveContent => "formats.active_content",
            Self::Macros => "formats.macros",
            Self::TooLarge => "formats.too_large",
            Self::Blank => "formats.blank",
        }
    }

    /// How much it weighs.
    pub fn weight(self) -> FaultWeight {
        match self {
            Self::Empty
            | Self::Encrypted
            | Self::Truncated
            | Self::Damaged
            | Self::PartMissing
            | Self::Undecodable
            | Self::XmlNotWellFormed => FaultWeight::Broken,
            Self::Restricted
            | Self::CharsetDeclared
            | Self::XmlExternal
            | Self::PdfaBroken
            | Self::ActiveContent
            | Self::Macros => FaultWeight::Conformance,
            Self::Repaired
            | Self::Mojibake
            | Self::NotWhatItClaims
            | Self::XmlLimits
            | Self::OfdIrregular
            | Self::TooLarge
            | Self::Blank => FaultWeight::Doubtful,
        }
    }

    /// The check that it speaks to first. A truncated file also fails U-2.2, an encrypted one too.
    pub fn check(self) -> FaultCheck {
        match self {
            Self::Truncated => FaultCheck::Whole,
            Self::Encrypted | Self::Restricted | Self::ActiveContent | Self::Macros => FaultCheck::Permitted,
            Self::Empty
            | Self::Damaged
            | Self::PartMissing
            | Self::Undecodable
            | Self::Mojibake
            | Self::NotWhatItClaims
            | Self::TooLarge
            | Self::Blank => FaultCheck::Readable,
            Self::Repaired
            | Self::CharsetDeclared
            | Self::XmlNotWellFormed
            | Self::XmlExternal
            | Self::XmlLimits
            | Self::PdfaBroken
            | Self::OfdIrregular => FaultCheck::Format,
        }
    }

    /// What it means, in words.
    pub fn meaning(self) -> &'static str {
        match self {
            Self::Empty => "the file is empty",
            Self::Encrypted => "the file is encrypted",
            Self::Restricted => "the file forbids its reader something",
            Self::Truncated => "the file is cut off",
            Self::Damaged => "the file is damaged",
            Self::PartMissing => "a part that the format demands is missing",
            Self::Repaired => "the file opens only after it was mended on the way",
            Self::Undecodable => "the text cannot be decoded",
            Self::Mojibake => "the text was decoded wrongly before",
            Self::CharsetDeclared => "the text is not in the encoding that it declares",
            Self::NotWhatItClaims => "the content is not what the extension claims",
            Self::XmlNotWellFormed => "the XML is not well-formed",
            Self::XmlExternal => "the XML draws on something outside of itself",
            Self::XmlLimits => "the XML is deeper or larger than is read",
            Self::PdfaBroken => "the file claims PDF/A and breaks a rule of it",
            Self::OfdIrregular => "the file breaks a rule of OFD",
            Self::ActiveContent => "the file holds scripts or starts programs",
            Self::Macros => "the file holds macros",
            Self::TooLarge => "the file is larger than is examined",
            Self::Blank => "there is nothing to be seen",
        }
    }
}

/// One fault of a file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    /// What is wrong.
    pub kind: FaultKind,
    /// Where, or by which rule, in English.
    pub detail: String,
}

impl Fault {
    /// A fault, with where it is.
    pub fn new(kind: FaultKind, detail: impl Into<String>) -> Self {
        Self {
            kind,
            detail: detail.into(),
        }
    }

    /// Stable name for programs, manuals and translations.
    pub fn code(&self) -> &'static str {
        self.kind.code()
    }

    /// How much it weighs.
    pub fn weight(&self) -> FaultWeight {
        self.kind.weight()
    }
}

impl std::fmt::Display for Fault {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.write_str(self.kind.meaning())?;
        if self.detail.is_empty() {
            return Ok(());
        }
        write!(out, ": {}", self.detail)
    }
}

//! What can be wrong with an electronic record package.

use crate::safe_xml::XmlFault;
use std::io;
use std::path::PathBuf;

/// Why a package could not be read at all.
#[derive(Debug, thiserror::Error)]
pub enum EepError {
    /// It is no sound XML.
    #[error("the package cannot be read")]
    Xml(#[from] XmlFault),
    /// The disk failed.
    #[error("cannot write {}", path.display())]
    Disk {
        /// Where.
        path: PathBuf,
        /// Why.
        #[source]
        source: io::Error,
    },
}

impl EepError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Xml(fault) => fault.code(),
            Self::Disk { .. } => "eep.disk",
        }
    }
}

/// Kind of a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EepFaultKind {
    /// The root element is not 电子文件封装包 of the namespace of DA/T 48.
    Root,
    /// An element that the form does not know there.
    ElementUnknown,
    /// An element stands there more often than the form allows.
    ElementTwice,
    /// Elements stand in another order than the form's.
    ElementOrder,
    /// A mandatory element is missing.
    ElementMissing,
    /// Text stands where only elements may.
    TextUnexpected,
    /// 版本 is not 2009, or not what the signed part says.
    Version,
    /// 封装包类型 is not 原始型 or 修改型, or does not fit what is in it.
    Kind,
    /// A value is not of the list that the form fixes.
    Value,
    /// An identifier is given twice.
    IdentifierTwice,
    /// A reference leads to nothing.
    ReferenceOpen,
    /// 编码数据 is no Base64.
    Base64,
    /// 编码数据 is empty and refers to nothing.
    ContentMissing,
    /// The data are not as long as 计算机文件大小 says.
    SizeDiffers,
    /// 反编码关键字 is not the ending of 计算机文件名.
    KeywordDiffers,
    /// The parts of 档号 do not agree with its text.
    CodeParts,
    /// A later version does not hold the one before it.
    HistoryIncomplete,
}

impl EepFaultKind {
    /// Stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::Root => "eep.root",
            Self::ElementUnknown => "eep.element_unknown",
            Self::ElementTwice => "eep.element_twice",
            Self::ElementOrder => "eep.element_order",
            Self::ElementMissing => "eep.element_missing",
            Self::TextUnexpected => "eep.text_unexpected",
            Self::Version => "eep.version",
            Self::Kind => "eep.kind",
            Self::Value => "eep.value",
            Self::IdentifierTwice => "eep.identifier_twice",
            Self::ReferenceOpen => "eep.reference_open",
            Self::Base64 => "eep.base64",
            Self::ContentMissing => "eep.content_missing",
            Self::SizeDiffers => "eep.size_differs",
            Self::KeywordDiffers => "eep.keyword_differs",
            Self::CodeParts => "eep.code_parts",
            Self::HistoryIncomplete => "eep.history_incomplete",
        }
    }

    /// How to mend it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::Root => "write 电子文件封装包 in the namespace of DA/T 48",
            Self::ElementUnknown | Self::TextUnexpected => "take it out, or write it where the form has it",
            Self::ElementTwice => "write the element as often as the form allows",
            Self::ElementOrder => "write the elements in the order of DA/T 48",
            Self::ElementMissing => "add the element",
            Self::Version => "write 2009 in 版本 and in the attribute of 被签名对象",
            Self::Kind => "write 原始型 for a package with 封装内容, 修改型 for one with 修改封装内容",
            Self::Value => "write one of the values of DA/T 48",
            Self::IdentifierTwice => "give each part an identifier of its own",
            Self::ReferenceOpen => "correct the reference, or add what it refers to",
            Self::Base64 => "encode the file again (RFC 2045)",
            Self::ContentMissing => "add the data of the file",
            Self::SizeDiffers => "encapsulate the file again: data and recorded size must agree",
            Self::KeywordDiffers => "write the ending of the file's name into 反编码关键字",
            Self::CodeParts => "make the parts of 档号 and its text agree",
            Self::HistoryIncomplete => "keep the whole earlier package in 原封装包",
        }
    }
}

/// A fault of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EepFault {
    /// Its kind.
    pub kind: EepFaultKind,
    /// Line of the file, from 1.
    pub line: u64,
    /// The element.
    pub element: String,
    /// What the form asks for.
    pub expected: String,
    /// What was there.
    pub found: String,
}

//! Persons: members of the staff, readers, and programs that act by themselves.

use jiff::Timestamp;
use lantai_domain::{InstitutionId, PersonId};

/// What kind of person it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PersonKind {
    /// Works in an institution; has rights by holding posts.
    Staff,
    /// Registered to read.
    Reader,
    /// Another program.
    Service,
}

impl PersonKind {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::Staff => "staff",
            Self::Reader => "reader",
            Self::Service => "service",
        }
    }

    /// Reads an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        [Self::Staff, Self::Reader, Self::Service]
            .into_iter()
            .find(|kind| kind.id() == id)
    }
}

/// A person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// Identifies them.
    pub id: PersonId,
    /// What they are.
    pub kind: PersonKind,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub institution: Option<InstitutionId>,
    /// Who entered them; `None`: the archive itself, or they themselves.
    pub created_by: Option<PersonId>,
    /// When.
    pub created_at: Timestamp,
}

/// The document by which a reader showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IdentityDocument {
    /// 居民身份证.
    IdentityCard,
    /// 护照.
    Passport,
    /// 港澳居民来往内地通行证.
    HongKongMacaoPermit,
    /// 台湾居民来往大陆通行证.
    TaiwanPermit,
    /// 外国人永久居留身份证.
    ResidencePermit,
    /// 军官证、警官证 and others of the service.
    ServiceCard,
    /// 单位介绍信.
    LetterOfIntroduction,
}

/// All kinds of documents.
pub const IDENTITY_DOCUMENTS: [IdentityDocument; 7] = [
    IdentityDocument::IdentityCard,
    IdentityDocument::Passport,
    IdentityDocument::HongKongMacaoPermit,
    IdentityDocument::TaiwanPermit,
    IdentityDocument::ResidencePermit,
    IdentityDocument::ServiceCard,
    IdentityDocument::LetterOfIntroduction,
];

impl IdentityDocument {
    /// Identifier in interfaces and in the catalogue.
    pub fn id(self) -> &'static str {
        match self {
            Self::IdentityCard => "identity_card",
            Self::Passport => "passport",
            Self::HongKongMacaoPermit => "hong_kong_macao_permit",
            Self::TaiwanPermit => "taiwan_permit",
            Self::ResidencePermit => "residence_permit",
            Self::ServiceCard => "service_card",
            Self::LetterOfIntroduction => "letter_of_introduction",
        }
    }

    /// Reads an identifier.
    pub fn from_id(id: &str) -> Option<Self> {
        IDENTITY_DOCUMENTS
            .into_iter()
            .find(|document| document.id() == id)
    }
}

/// That somebody saw who a reader is. No number of a document is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IdentityCheck {
    /// By which kind of document.
    pub document: IdentityDocument,
    /// Who saw it.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

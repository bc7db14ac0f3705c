//! Under which hat somebody asks: a post, a reader's card, or nobody's.

use crate::classification::SecurityClassification;
use crate::ids::PostId;
use crate::role::Role;
use jiff::Timestamp;
use std::collections::BTreeSet;

/// Values that a post reaches.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Span {
    /// All there are, and all that will come.
    All,
    /// These.
    Only(BTreeSet<String>),
}

impl Span {
    /// Whether a value is reached.
    pub fn reaches(&self, value: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(values) => values.contains(value),
        }
    }

    /// The values by name; none where every one is reached.
    pub fn values(&self) -> impl Iterator<Item = &String> {
        match self {
            Self::All => None,
            Self::Only(values) => Some(values.iter()),
        }
        .into_iter()
        .flatten()
    }
}

/// One hat: what a post gives, or what everybody has.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hat {
    /// The post; `None`: nobody's, or a reader's card.
    pub post: Option<PostId>,
    /// Its role; `None`: the public.
    pub role: Option<Role>,
    /// The fonds it reaches.
    pub fonds: Span,
    /// The categories it reaches.
    pub categories: Span,
    /// Up to which classification its holder may see.
    pub clearance: SecurityClassification,
}

impl Hat {
    /// What everybody has.
    pub fn public() -> Self {
        Self {
            post: None,
            role: None,
            fonds: Span::All,
            categories: Span::All,
            clearance: SecurityClassification::Public,
        }
    }

    /// A hat that reaches everything of a role, up to internal records.
    pub fn everywhere(role: Role) -> Self {
        Self {
            role: Some(role),
            clearance: SecurityClassification::Internal,
            ..Self::public()
        }
    }
}

/// What somebody asks for, in their own words; policies may depend on it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Purpose {
    /// Not said.
    #[default]
    Unsaid,
    /// 工作查考.
    Work,
    /// 编史修志.
    Compilation,
    /// 学术研究.
    Research,
    /// 个人事务.
    PersonalAffairs,
}

impl Purpose {
    /// Its word in policies.
    pub fn id(self) -> &'static str {
        match self {
            Self::Unsaid => "unsaid",
            Self::Work => "work",
            Self::Compilation => "compilation",
            Self::Research => "research",
            Self::PersonalAffairs => "personal_affairs",
        }
    }
}

/// Somebody who asks, at a moment: all their hats.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Asking {
    /// The hats; the public's one is always among them.
    hats: Vec<Hat>,
    /// What for.
    pub purpose: Purpose,
    /// When.
    pub at: Timestamp,
}

impl Asking {
    /// Somebody with hats; they have the public's one besides.
    pub fn new(hats: impl IntoIterator<Item = Hat>, purpose: Purpose, at: Timestamp) -> Self {
        let mut hats: Vec<Hat> = hats.into_iter().collect();
        hats.push(Hat::public());
        Self { hats, purpose, at }
    }

    /// Nobody known.
    pub fn public(at: Timestamp) -> Self {
        Self::new([], Purpose::Unsaid, at)
    }

    /// The hats, the public's one last.
    pub fn hats(&self) -> &[Hat] {
        &self.hats
    }

    /// Every role of theirs.
    pub fn roles(&self) -> BTreeSet<Role> {
        self.hats.iter().filter_map(|hat| hat.role).collect()
    }
}

//! What the gate answered, and why.

/// Why something is allowed or refused.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Ground {
    /// Name of the policy.
    pub policy: String,
    /// Its meaning in Chinese.
    pub zh: String,
    /// Its meaning in English.
    pub en: String,
}

/// An answer of the gate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// It is allowed, by these policies.
    Allowed(Vec<Ground>),
    /// It is refused. By these policies; none: nothing allows it.
    Refused(Vec<Ground>),
}

impl Answer {
    /// Whether it is allowed.
    pub fn is_allowed(&self) -> bool {
        matches!(self, Self::Allowed(_))
    }

    /// The policies that led to it.
    pub fn grounds(&self) -> &[Ground] {
        match self {
            Self::Allowed(grounds) | Self::Refused(grounds) => grounds,
        }
    }
}

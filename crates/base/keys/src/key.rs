//! A master key: what may be told of it, and what may not.

use crate::algorithm::CipherAlgorithm;
use crate::secret::Secret;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a master key stands in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyState {
    /// A rotation has made it; nothing is wrapped under it yet.
    Coming,
    /// New data keys are wrapped under it; one key is active at a time.
    Active,
    /// It only unwraps what was wrapped under it before.
    Retired,
}

impl KeyState {
    /// The name in the key store, and in what a command prints.
    pub fn name(self) -> &'static str {
        match self {
            Self::Coming => "coming",
            Self::Active => "active",
            Self::Retired => "retired",
        }
    }
}

/// What may be told of a master key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KeyInfo {
    /// Its identifier; objects name the key that their data key is wrapped under.
    pub id: String,
    /// Its algorithm.
    pub algorithm: CipherAlgorithm,
    /// Where it stands.
    pub state: KeyState,
    /// When it was made.
    pub created: Timestamp,
}

/// A master key.
#[derive(Debug, Clone)]
pub(crate) struct MasterKey {
    pub(crate) info: KeyInfo,
    pub(crate) secret: Secret,
}

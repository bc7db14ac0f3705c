//! Security classification (密级).

use serde::{Deserialize, Serialize};

/// 密级 of a record. The last three are state secrets (保守国家秘密法); such a record cannot be opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecurityClassification {
    /// 公开, or none stated.
    #[default]
    Public,
    /// 内部.
    Internal,
    /// 秘密.
    Confidential,
    /// 机密.
    Secret,
    /// 绝密.
    TopSecret,
}

/// The text names no known classification.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no security classification: 公开, 内部, 秘密, 机密 or 绝密")]
pub struct ClassificationError(pub String);

impl SecurityClassification {
    /// Reads the Chinese label; empty and 无 mean none.
    pub fn from_label(label: &str) -> Result<Self, ClassificationError> {
        match label.trim() {
            "" | "无" | "公开" | "非密" => Ok(Self::Public),
            "内部" => Ok(Self::Internal),
            "秘密" => Ok(Self::Confidential),
            "机密" => Ok(Self::Secret),
            "绝密" => Ok(Self::TopSecret),
            other => Err(ClassificationError(other.to_owned())),
        }
    }

    /// Finds one by its identifier, such as `internal`.
    pub fn from_name(name: &str) -> Option<Self> {
        let all = [
            Self::Public,
            Self::Internal,
            Self::Confidential,
            Self::Secret,
            Self::TopSecret,
        ];
        all.into_iter().find(|one| one.name() == name)
    }

    /// The Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Public => "公开",
            Self::Internal => "内部",
            Self::Confidential => "秘密",
            Self::Secret => "机密",
            Self::TopSecret => "绝密",
        }
    }

    /// The identifier used in interfaces.
    pub fn name(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
            Self::Confidential => "confidential",
            Self::Secret => "secret",
            Self::TopSecret => "top_secret",
        }
    }

    /// Whether the record is a state secret.
    pub fn is_state_secret(self) -> bool {
        self >= Self::Confidential
    }
}

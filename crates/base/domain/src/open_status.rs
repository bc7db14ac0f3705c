//! Opening status (开放状态): what the public may see, and who decided it.

use crate::classification::SecurityClassification;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Who decided on the opening of a record, when, and on which ground.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpeningDecision {
    /// 开放说明: the ground in words.
    pub ground: String,
    /// Name of the account that decided; `None` when the decision came with the transferred catalogue.
    pub decided_by: Option<String>,
    /// When it was decided here; `None` when it came with the transferred catalogue.
    pub decided_at: Option<Timestamp>,
}

/// 开放状态 of a record. Unreviewed means closed.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum OpenStatus {
    /// 待审核: no decision yet.
    #[default]
    Unreviewed,
    /// 未到期: inside the closed period of 25 years (档案法 27).
    NotDue,
    /// 开放.
    Open(OpeningDecision),
    /// 提前开放: opened before 25 years have passed.
    OpenEarly(OpeningDecision),
    /// 开放 after the listed passages are masked; until a masked copy exists only the entry is shown.
    OpenMasked(OpeningDecision),
    /// 开放目录: the entry may be shown, the content on application.
    OpenCatalogueOnly(OpeningDecision),
    /// 延期开放 (国家档案馆档案开放办法 8).
    Delayed(OpeningDecision),
    /// 控制: restricted use.
    Controlled(OpeningDecision),
}

/// Which of the states, without its data; what interfaces and filters speak of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OpenStatusKind {
    /// 待审核.
    Unreviewed,
    /// 未到期.
    NotDue,
    /// 开放.
    Open,
    /// 提前开放.
    OpenEarly,
    /// 遮盖开放.
    OpenMasked,
    /// 目录公开.
    OpenCatalogueOnly,
    /// 延期开放.
    Delayed,
    /// 控制.
    Controlled,
}

/// All kinds, in the order in which screens list them.
pub const OPEN_STATUS_KINDS: [OpenStatusKind; 8] = [
    OpenStatusKind::Open,
    OpenStatusKind::OpenEarly,
    OpenStatusKind::OpenMasked,
    OpenStatusKind::OpenCatalogueOnly,
    OpenStatusKind::Unreviewed,
    OpenStatusKind::NotDue,
    OpenStatusKind::Delayed,
    OpenStatusKind::Controlled,
];

impl OpenStatusKind {
    /// Identifier used in interfaces, such as `open_early`.
    pub fn name(self) -> &'static str {
        match self {
            Self::Unreviewed => "unreviewed",
            Self::NotDue => "not_due",
            Self::Open => "open",
            Self::OpenEarly => "open_early",
            Self::OpenMasked => "open_masked",
            Self::OpenCatalogueOnly => "open_catalogue_only",
            Self::Delayed => "delayed",
            Self::Controlled => "controlled",
        }
    }

    /// Chinese label.
    pub fn label(self) -> &'static str {
        match self {
            Self::Unreviewed => "待审核",
            Self::NotDue => "未到期",
            Self::Open => "开放",
            Self::OpenEarly => "提前开放",
            Self::OpenMasked => "遮盖开放",
            Self::OpenCatalogueOnly => "目录公开",
            Self::Delayed => "延期开放",
            Self::Controlled => "控制",
        }
    }

    /// The kind of an identifier.
    pub fn from_name(name: &str) -> Option<Self> {
        OPEN_STATUS_KINDS.into_iter().find(|kind| kind.name() == name)
    }

    /// Whether the public may see the catalogue entry.
    pub fn entry_is_public(self) -> bool {
        matches!(
            self,
            Self::Open | Self::OpenEarly | Self::OpenMasked | Self::OpenCatalogueOnly
        )
    }

    /// Whether the public may see text and files.
    pub fn content_is_public(self) -> bool {
        matches!(self, Self::Open | Self::OpenEarly)
    }
}

/// Why an opening status cannot be given.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum OpeningRefused {
    /// A state secret opens only after declassification (档案法 20).
    #[error("a record classified {0} cannot be opened before it is declassified")]
    StillClassified(&'static str),
    /// Every decision names its ground.
    #[error("the decision names no ground")]
    GroundMissing,
    /// Nothing would change.
    #[error("the record is {0} already")]
    Unchanged(&'static str),
    /// The label of a received catalogue is unknown.
    #[error("{0:?} is no opening status")]
    UnknownLabel(String),
}

impl OpeningRefused {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::StillClassified(_) => "cataloguing.still_classified",
            Self::GroundMissing => "cataloguing.ground_missing",
            Self::Unchanged(_) => "cataloguing.transition_refused",
            Self::UnknownLabel(_) => "cataloguing.open_status_unknown",
        }
    }
}

impl OpenStatus {
    /// Which state it is.
    pub fn kind(&self) -> OpenStatusKind {
        match self {
            Self::Unreviewed => OpenStatusKind::Unreviewed,
            Self::NotDue => OpenStatusKind::NotDue,
            Self::Open(_) => OpenStatusKind::Open,
            Self::OpenEarly(_) => OpenStatusKind::OpenEarly,
            Self::OpenMasked(_) => OpenStatusKind::OpenMasked,
            Self::OpenCatalogueOnly(_) => OpenStatusKind::OpenCatalogueOnly,
            Self::Delayed(_) => OpenStatusKind::Delayed,
            Self::Controlled(_) => OpenStatusKind::Controlled,
        }
    }

    /// The decision behind the state, where there was one.
    pub fn decision(&self) -> Option<&OpeningDecision> {
        match self {
            Self::Unreviewed | Self::NotDue => None,
            Self::Open(decision)
            | Self::OpenEarly(decision)
            | Self::OpenMasked(decision)
            | Self::OpenCatalogueOnly(decision)
            | Self::Delayed(decision)
            | Self::Controlled(decision) => Some(decision),
        }
    }

    /// The state with a decision in it; `Unreviewed` and `NotDue` carry none.
    pub fn of(kind: OpenStatusKind, decision: OpeningDecision) -> Self {
        match kind {
            OpenStatusKind::Unreviewed => Self::Unreviewed,
            OpenStatusKind::NotDue => Self::NotDue,
            OpenStatusKind::Open => Self::Open(decision),
            OpenStatusKind::OpenEarly => Self::OpenEarly(decision),
            OpenStatusKind::OpenMasked => Self::OpenMasked(decision),
            OpenStatusKind::OpenCatalogueOnly => Self::OpenCatalogueOnly(decision),
            OpenStatusKind::Delayed => Self::Delayed(decision),
            OpenStatusKind::Controlled => Self::Controlled(decision),
        }
    }

    /// The state named by the label of a received catalogue (开放状态, 开放说明). A state secret never comes in open.
    pub fn from_received(
        label: &str,
        ground: &str,
        classification: SecurityClassification,
    ) -> Result<Self, OpeningRefused> {
        let kind = match label.trim() {
            "" | "待审核" | "未审核" => OpenStatusKind::Unreviewed,
            "未到期" => OpenStatusKind::NotDue,
            "开放" | "已开放" => OpenStatusKind::Open,
            "提前开放" => OpenStatusKind::OpenEarly,
            "遮盖开放" => OpenStatusKind::OpenMasked,
            "开放目录" | "目录公开" => OpenStatusKind::OpenCatalogueOnly,
            "延期开放" => OpenStatusKind::Delayed,
            "控制" | "控制使用" => OpenStatusKind::Controlled,
            other => {
                return OpenStatusKind::from_name(other)
                    .ok_or_else(|| OpeningRefused::UnknownLabel(other.to_owned()))
                    .and_then(|kind| Self::from_received(kind.label(), ground, classification));
            }
        };
        if kind.entry_is_public() && classification.is_state_secret() {
            return Err(OpeningRefused::StillClassified(classification.label()));
        }
        let decision = OpeningDecision {
            ground: ground.trim().to_owned(),
            decided_by: None,
            decided_at: None,
        };
        Ok(Self::of(kind, decision))
    }

    /// Takes a human decision; the old state is consumed, and the change may be refused.
    pub fn decide(
        self,
        to: OpenStatusKind,
        ground: &str,
        classification: SecurityClassification,
        by: &str,
        at: Timestamp,
    ) -> Result<Self, OpeningRefused> {
        if to == self.kind() {
            return Err(OpeningRefused::Unchanged(to.name()));
        }
        if to.entry_is_public() && classification.is_state_secret() {
            return Err(OpeningRefused::StillClassified(classification.label()));
        }
        if ground.trim().is_empty() {
            return Err(OpeningRefused::GroundMissing);
        }
        let decision = OpeningDecision {
            ground: ground.trim().to_owned(),
            decided_by: Some(by.to_owned()),
            decided_at: Some(at),
        };
        Ok(Self::of(to, decision))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn noon() -> Timestamp {
        "2026-01-01T12:00:00Z".parse().unwrap()
    }

    #[test]
    fn a_state_secret_is_never_opened() {
        for kind in OPEN_STATUS_KINDS
            .into_iter()
            .filter(|kind| kind.entry_is_public())
        {
            let refused =
                OpenStatus::Unreviewed.decide(kind, "期满", SecurityClassification::Secret, "admin", noon());
            assert_eq!(refused, Err(OpeningRefused::StillClassified("机密")));
            assert!(
                OpenStatus::from_received(kind.label(), "", SecurityClassification::Confidential).is_err()
            );
        }
    }

    #[test]
    fn a_decision_names_its_ground_and_changes_something() {
        let internal = SecurityClassification::Internal;
        assert_eq!(
            OpenStatus::Unreviewed.decide(OpenStatusKind::Open, " ", internal, "admin", noon()),
            Err(OpeningRefused::GroundMissing)
        );
        let open = OpenStatus::Unreviewed
            .decide(OpenStatusKind::Open, "期满", internal, "admin", noon())
            .unwrap();
        assert_eq!(open.decision().unwrap().decided_by.as_deref(), Some("admin"));
        assert_eq!(
            open.decide(OpenStatusKind::Open, "期满", internal, "admin", noon()),
            Err(OpeningRefused::Unchanged("open"))
        );
    }

    #[test]
    fn every_kind_is_read_by_label_and_by_name() {
        for kind in OPEN_STATUS_KINDS {
            let public = SecurityClassification::Public;
            assert_eq!(
                OpenStatus::from_received(kind.label(), "x", public)
                    .unwrap()
                    .kind(),
                kind
            );
            assert_eq!(
                OpenStatus::from_received(kind.name(), "x", public)
                    .unwrap()
                    .kind(),
                kind
            );
        }
        assert!(OpenStatus::from_received("也许", "", SecurityClassification::Public).is_err());
    }

    #[test]
    fn a_status_is_stored_with_its_decision() {
        let status = OpenStatus::from_received("开放", "期满", SecurityClassification::Public).unwrap();
        let json = serde_json::to_string(&status).unwrap();
        assert_eq!(
            json,
            r#"{"status":"open","ground":"期满","decided_by":null,"decided_at":null}"#
        );
        assert_eq!(serde_json::from_str::<OpenStatus>(&json).unwrap(), status);
    }
}

//! Shapes of what a package is: its stage, its digests, what becomes of its faults.

use crate::accession::MajorFaults;
use crate::listing::{DigestOf, PackageDigest};
use lantai_domain::Stage;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// At which stage a package is tested.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = CheckStage)]
pub enum StageBody {
    /// 归档.
    #[default]
    Filing,
    /// 移交与接收.
    Transfer,
    /// 长期保存.
    Preservation,
}

impl From<StageBody> for Stage {
    fn from(body: StageBody) -> Self {
        match body {
            StageBody::Filing => Self::Filing,
            StageBody::Transfer => Self::Transfer,
            StageBody::Preservation => Self::Preservation,
        }
    }
}

impl From<Stage> for StageBody {
    fn from(stage: Stage) -> Self {
        match stage {
            Stage::Filing => Self::Filing,
            Stage::Transfer => Self::Transfer,
            Stage::Preservation => Self::Preservation,
        }
    }
}

/// What becomes of a package whose faults are major and no worse.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = MajorFaults)]
pub enum MajorFaultsBody {
    /// It goes back.
    #[default]
    Return,
    /// A person may accept each with a written reason.
    Ask,
}

impl From<MajorFaultsBody> for MajorFaults {
    fn from(body: MajorFaultsBody) -> Self {
        match body {
            MajorFaultsBody::Return => Self::Return,
            MajorFaultsBody::Ask => Self::Ask,
        }
    }
}

impl From<MajorFaults> for MajorFaultsBody {
    fn from(majors: MajorFaults) -> Self {
        match majors {
            MajorFaults::Return => Self::Return,
            MajorFaults::Ask => Self::Ask,
        }
    }
}

/// What a digest was taken over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(as = DigestOf)]
pub enum DigestOfBody {
    /// The container file.
    Container,
    /// The sorted list of files.
    FileList,
}

/// Digests of a package as it came.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PackageDigest)]
pub struct PackageDigestBody {
    /// What `value` was taken over.
    pub of: DigestOfBody,
    /// Always `sm3`.
    pub algorithm: String,
    /// Lower-case hexadecimal.
    pub value: String,
    /// SM3 of the list of files.
    pub file_list: String,
    /// Files in the list.
    pub files: u64,
}

impl From<&PackageDigest> for PackageDigestBody {
    fn from(digest: &PackageDigest) -> Self {
        Self {
            of: match digest.of {
                DigestOf::Container => DigestOfBody::Container,
                DigestOf::FileList => DigestOfBody::FileList,
            },
            algorithm: digest.algorithm.clone(),
            value: digest.value.clone(),
            file_list: digest.file_list.clone(),
            files: digest.files,
        }
    }
}

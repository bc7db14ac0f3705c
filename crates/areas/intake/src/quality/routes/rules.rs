//! The rules in force, for the pages.

use super::QualityState;
use super::bodies::{SeverityBody, UnitBody};
use axum::Json;
use axum::extract::State;
use lantai_http::ProblemBody;
use serde::Serialize;
use utoipa::ToSchema;

/// A defect class.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityDefectClassBody)]
pub struct DefectClassBody {
    /// Its stable name.
    pub code: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    pub english: String,
    /// How much it weighs.
    pub severity: SeverityBody,
    /// The figure that marks it on the inspection page.
    pub key: Option<u8>,
}

/// A plan to choose.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityPlanBody)]
pub struct PlanBody {
    /// Its stable name.
    pub id: String,
    /// Its Chinese name.
    pub label: String,
    /// Its English name.
    pub english: String,
    /// What one piece is.
    pub unit: UnitBody,
    /// Whether lots before decide how strictly the next one is inspected.
    pub switches: bool,
}

/// The rules of the double check.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = QualityRulesBody)]
pub struct RulesBody {
    /// Which version.
    pub version: String,
    /// Days to the end of an inspection.
    pub deadline_days: u32,
    /// Defect classes in the order of the page.
    pub defects: Vec<DefectClassBody>,
    /// Plans to choose.
    pub plans: Vec<PlanBody>,
}

/// Shows defect classes and sampling plans.
#[utoipa::path(get, path = "/api/v1/quality/rules", tag = "quality",
    responses(
        (status = 200, description = "The rules", body = RulesBody),
        (status = 401, description = "For the staff", body = ProblemBody),
    ))]
pub async fn get_quality_rules(State(state): State<QualityState>) -> Json<RulesBody> {
    let rules = &state.rules;
    let defects = rules.defects.iter().map(|defect| DefectClassBody {
        code: defect.code.clone(),
        label: defect.label.clone(),
        english: defect.english.clone(),
        severity: defect.severity.into(),
        key: defect.key,
    });
    let plans = rules.plans.iter().map(|plan| PlanBody {
        id: plan.id.clone(),
        label: plan.label.clone(),
        english: plan.english.clone(),
        unit: plan.unit.into(),
        switches: plan.switches(),
    });
    Json(RulesBody {
        version: rules.version.clone(),
        deadline_days: rules.deadline_days,
        defects: defects.collect(),
        plans: plans.collect(),
    })
}

//! Routes of access.

mod search;
mod why;

use crate::catalogue_index::CatalogueIndex;
use lantai_gate::Gatekeeper;
use lantai_http::{Api, Door};
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::routes as operations;

/// What the routes of access work on.
#[derive(Clone)]
pub struct AccessState {
    /// The index with the holdings.
    pub catalogue: CatalogueIndex,
    /// Names of categories by code.
    pub categories: Arc<BTreeMap<String, String>>,
    /// The gate, for explaining its answers.
    pub gatekeeper: Arc<Gatekeeper>,
    /// The time, for telling how long a search took.
    pub clock: Arc<dyn lantai_domain::Clock>,
}

/// The routes of this area.
pub fn routes(state: AccessState) -> Api {
    Api::new()
        .route(Door::Anybody, operations!(search::search))
        .route(Door::Anybody, operations!(why::explain_record))
        .with_state(state)
}

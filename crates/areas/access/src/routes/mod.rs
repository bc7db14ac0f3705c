//! Routes of access.

mod search;

use crate::catalogue_index::CatalogueIndex;
use std::collections::BTreeMap;
use std::sync::Arc;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes as operations;

/// What the routes of access work on.
#[derive(Clone)]
pub struct AccessState {
    /// The index with the holdings.
    pub catalogue: CatalogueIndex,
    /// Names of categories by code.
    pub categories: Arc<BTreeMap<String, String>>,
    /// The time, for telling how long a search took.
    pub clock: Arc<dyn lantai_domain::Clock>,
}

/// The routes of this area.
pub fn routes(state: AccessState) -> OpenApiRouter {
    OpenApiRouter::new()
        .routes(operations!(search::search))
        .with_state(state)
}

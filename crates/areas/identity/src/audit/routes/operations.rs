//! The operations of the interface, by method and path, as the layer of the audit trail needs them.

use axum::http::Method;
use std::collections::HashMap;

/// Operations that only read and never show anything that is not open, so that they need no event. Whatever is not
/// named here is taken to show something, unless its answer says otherwise.
pub const SHOW_NOTHING_CLOSED: &[&str] = &[
    // whether the program runs, who asks, and what they may
    "get_health",
    "get_session",
    "get_policies",
    // what somebody has of their own: factors, sessions; what posts there are
    "get_account",
    "list_sessions",
    "list_institutions",
    "list_posts",
    // the way to another provider of identities
    "go_to_provider",
    // figures, rules, lists of what is under way: no title and no content of a record
    "get_overview",
    "list_fonds",
    "get_fonds",
    "get_quality_rules",
    "list_quality_lots",
    "list_filing_tables",
    "get_filing_table",
    "get_filing_sheet",
    "list_accessions",
    // how far work has come: asked again and again while a page is open
    "watch_accession",
    "head_upload",
    "describe_uploads",
];

/// Names of operations.
#[derive(Debug, Clone, Default)]
pub struct Operations(HashMap<(Method, String), String>);

impl Operations {
    /// Out of the description of the interface.
    pub fn of(document: &utoipa::openapi::OpenApi) -> Self {
        let mut names = HashMap::new();
        for (path, item) in &document.paths.paths {
            let operations = [
                (Method::GET, &item.get),
                (Method::PUT, &item.put),
                (Method::POST, &item.post),
                (Method::DELETE, &item.delete),
                (Method::PATCH, &item.patch),
                (Method::HEAD, &item.head),
                (Method::OPTIONS, &item.options),
            ];
            for (method, operation) in operations {
                let name = operation
                    .as_ref()
                    .and_then(|operation| operation.operation_id.clone());
                if let Some(name) = name {
                    names.insert((method, path.clone()), name);
                }
            }
        }
        Self(names)
    }

    /// The name of an operation; where it has none: method and path.
    pub fn name(&self, method: &Method, path: &str) -> String {
        let known = self.0.get(&(method.clone(), path.to_owned())).cloned();
        known.unwrap_or_else(|| format!("{} {path}", method.as_str().to_ascii_lowercase()))
    }

    /// Every name.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.0.values().map(String::as_str)
    }
}

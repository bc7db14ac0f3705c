//! The description of the interface, from which the client of the pages is generated.

use std::collections::BTreeSet;
use utoipa::OpenApi;
use utoipa::openapi::schema::{ArrayItems, Components, Schema};
use utoipa::openapi::{OpenApi as ApiDocument, RefOr};

/// What the interface is called.
#[derive(OpenApi)]
#[openapi(info(
    title = "Lantai",
    description = "Digital archive: records, search, accessions",
    license(name = "Apache-2.0", identifier = "Apache-2.0")
))]
pub(crate) struct Document;

/// Says what holds for every answer: each of its fields is there, `null` where there is nothing to tell. The derive
/// macro takes a field that may be `null` for one that may be missing.
pub(crate) fn promise_every_field(document: &mut ApiDocument) {
    let asked = bodies_of_requests(document);
    let Some(Components { schemas, .. }) = document.components.as_mut() else {
        return;
    };
    for (name, schema) in schemas.iter_mut() {
        if !asked.contains(name) {
            require_all(schema);
        }
    }
}

fn require_all(schema: &mut RefOr<Schema>) {
    let RefOr::T(schema) = schema else { return };
    match schema {
        Schema::Object(object) => {
            object.required = object.properties.keys().cloned().collect();
            object.properties.values_mut().for_each(require_all);
        }
        Schema::AllOf(parts) => parts.items.iter_mut().for_each(require_all),
        Schema::Array(array) => {
            if let ArrayItems::RefOrSchema(items) = &mut array.items {
                require_all(items);
            }
        }
        _ => {}
    }
}

fn bodies_of_requests(document: &ApiDocument) -> BTreeSet<String> {
    let operations = document
        .paths
        .paths
        .values()
        .flat_map(|item| [&item.put, &item.post, &item.patch]);
    let bodies = operations
        .flatten()
        .filter_map(|operation| match operation.request_body.as_ref()? {
            RefOr::T(body) => Some(body),
            RefOr::Ref(_) => None,
        });
    let schemas = bodies
        .flat_map(|body| body.content.values())
        .filter_map(|content| match content {
            RefOr::T(content) => content.schema.as_ref(),
            RefOr::Ref(_) => None,
        });
    schemas
        .filter_map(|schema| match schema {
            RefOr::Ref(reference) => reference.ref_location.rsplit('/').next().map(str::to_owned),
            RefOr::T(_) => None,
        })
        .collect()
}

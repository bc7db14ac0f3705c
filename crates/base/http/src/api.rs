//! Routes with their doors: the only way to offer an operation is to say who may use it.

use crate::problem::Problem;
use crate::viewer::{Asker, Proved, proof_in};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRequestParts, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use lantai_domain::access::Action;
use lantai_domain::{Viewer, Who};
use utoipa::openapi::OpenApi;
use utoipa::openapi::extensions::ExtensionsBuilder;
use utoipa_axum::router::{OpenApiRouter, UtoipaMethodRouter};

/// Name under which the description of the interface tells the door of an operation.
pub const DOOR: &str = "x-lantai-door";

/// Name under which the description of the interface tells that an operation demands a proof of the last minutes.
pub const FRESH: &str = "x-lantai-fresh-proof";

/// Who may use an operation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Door {
    /// Everybody. What they see depends on what the gate allows them.
    Anybody,
    /// Whoever has begun to sign in, be it that something is missing: what leads on from there.
    SigningIn,
    /// Whoever has signed in: only what is their own.
    SignedIn,
    /// Whoever has signed in and proved within the last minutes who they are: what of their own is dangerous.
    SignedInLately,
    /// Whoever may do this: on the archive, or with some record (which of them is then the handler's question).
    May(Action),
    /// Whoever may do this and proved within the last minutes who they are, or shows a token: what is dangerous.
    MayLately(Action),
}

impl Door {
    /// Its word in the description of the interface.
    pub fn id(self) -> &'static str {
        match self {
            Self::Anybody => "anybody",
            Self::SigningIn => "signing_in",
            Self::SignedIn | Self::SignedInLately => "signed_in",
            Self::May(action) | Self::MayLately(action) => action.id(),
        }
    }

    /// Whether a proof of the last minutes is demanded.
    pub fn demands_a_fresh_proof(self) -> bool {
        matches!(self, Self::SignedInLately | Self::MayLately(_))
    }

    /// Whether somebody may pass; otherwise what they are told.
    pub fn pass(self, viewer: &Viewer, proved: Proved) -> Result<(), Problem> {
        let open = match self {
            Self::Anybody => true,
            Self::SigningIn => viewer.is_known() || proved >= Proved::Partly,
            Self::SignedIn | Self::SignedInLately => viewer.is_known(),
            Self::May(action) | Self::MayLately(action) => viewer.may(action),
        };
        let fresh = proved == Proved::Lately || matches!(viewer.who(), Who::Service { .. });
        match (open, viewer.is_known()) {
            (true, _) if self.demands_a_fresh_proof() && !fresh => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "identity.proof_needed",
                "please prove once more who you are",
            )),
            (true, _) => Ok(()),
            (false, false) => Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "identity.sign_in_needed",
                "please sign in",
            )),
            (false, true) => Err(Problem::new(
                StatusCode::FORBIDDEN,
                "identity.not_allowed",
                format!("none of your posts allows {}", self.id()),
            )),
        }
    }
}

/// Routes of an area. There is no way to add one without its [`Door`].
#[derive(Clone)]
pub struct Api<S = ()>(OpenApiRouter<S>);

impl<S: Clone + Send + Sync + 'static> Api<S> {
    /// No routes yet.
    pub fn new() -> Self {
        Self(OpenApiRouter::new())
    }

    /// Routes that are described in a document.
    pub fn described_in(document: OpenApi) -> Self {
        Self(OpenApiRouter::with_openapi(document))
    }

    /// Offers operations to whom a door lets in. A request that changes something must also prove that a page of ours
    /// sent it, or carry a token instead of a cookie.
    pub fn route(self, door: Door, operations: UtoipaMethodRouter<S>) -> Self {
        let (schemas, mut paths, router) = operations;
        for item in paths.paths.values_mut() {
            let offered = [
                &mut item.get,
                &mut item.put,
                &mut item.post,
                &mut item.delete,
                &mut item.options,
                &mut item.head,
                &mut item.patch,
            ];
            for operation in offered.into_iter().flatten() {
                let mut told = ExtensionsBuilder::new().add(DOOR, door.id());
                if door.demands_a_fresh_proof() {
                    told = told.add(FRESH, true);
                }
                let told = told.build();
                match &mut operation.extensions {
                    Some(extensions) => extensions.merge(told),
                    none => *none = Some(told),
                }
            }
        }
        let router = router.route_layer(middleware::from_fn(move |request, next| {
            guard(door, request, next)
        }));
        Self(self.0.routes((schemas, paths, router)))
    }

    /// Lets the bodies of these routes be of any size: they are streamed to disk and limited there.
    pub fn with_bodies_of_any_size(self) -> Self {
        Self(self.0.layer(DefaultBodyLimit::disable()))
    }

    /// Lets the bodies of these routes be as long as this.
    pub fn with_bodies_up_to(self, bytes: usize) -> Self {
        Self(self.0.layer(DefaultBodyLimit::max(bytes)))
    }

    /// Adds the routes of another area.
    pub fn merge(self, other: Self) -> Self {
        Self(self.0.merge(other.0))
    }

    /// Gives the routes what they work on.
    pub fn with_state(self, state: S) -> Api {
        Api(self.0.with_state(state))
    }
}

impl<S: Clone + Send + Sync + 'static> Default for Api<S> {
    fn default() -> Self {
        Self::new()
    }
}

impl Api {
    /// The routes and their description.
    pub fn into_parts(self) -> (Router, OpenApi) {
        self.0.split_for_parts()
    }
}

async fn guard(door: Door, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let Ok(Asker(viewer)) = Asker::from_request_parts(&mut parts, &()).await;
    let Ok(proved) = Proved::from_request_parts(&mut parts, &()).await;
    if let Err(refused) = door.pass(&viewer, proved) {
        return refused.into_response();
    }
    let changes = !matches!(parts.method, Method::GET | Method::HEAD | Method::OPTIONS);
    let by_token = matches!(viewer.who(), Who::Service { .. });
    if changes
        && !by_token
        && let Err(unproved) = proof_in(&parts.headers)
    {
        return unproved.into_response();
    }
    next.run(Request::from_parts(parts, body)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::Body;
    use lantai_domain::access::Rights;
    use std::sync::Arc;
    use tower::ServiceExt;
    use utoipa_axum::routes as operations;

    #[utoipa::path(get, path = "/read", responses((status = 200)))]
    async fn read() -> &'static str {
        "read"
    }

    #[utoipa::path(post, path = "/change", responses((status = 200)))]
    async fn change() -> &'static str {
        "changed"
    }

    fn app() -> (Router, OpenApi) {
        let figures = Door::May(Action::ViewFigures);
        let api: Api = Api::new().route(figures, operations!(read));
        api.route(figures, operations!(change)).into_parts()
    }

    async fn status(method: Method, path: &str, viewer: Option<&Viewer>, proof: bool) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        if proof {
            request = request.header("x-lantai-csrf", "1");
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(viewer) = viewer {
            request.extensions_mut().insert(viewer.clone());
        }
        app().0.oneshot(request).await.unwrap().status().as_u16()
    }

    fn service(rights: Rights) -> Viewer {
        let name = "another program".to_owned();
        Viewer::new(Who::Service { name }, Vec::new(), Arc::new(rights))
    }

    #[tokio::test]
    async fn a_door_is_closed_to_everybody_whom_the_gate_does_not_allow() {
        let holder = Viewer::local_archivist();
        let known = service(Rights::none());
        assert_eq!(status(Method::GET, "/read", None, true).await, 401);
        assert_eq!(
            status(Method::GET, "/read", Some(&Viewer::nobody()), true).await,
            401
        );
        assert_eq!(status(Method::GET, "/read", Some(&known), true).await, 403);
        assert_eq!(status(Method::GET, "/read", Some(&holder), false).await, 200);
    }

    #[tokio::test]
    async fn a_change_needs_its_proof_unless_a_token_asks_for_it() {
        let holder = Viewer::local_archivist();
        assert_eq!(status(Method::POST, "/change", Some(&holder), false).await, 403);
        assert_eq!(status(Method::POST, "/change", Some(&holder), true).await, 200);
        let program = service(Rights::all());
        assert_eq!(status(Method::POST, "/change", Some(&program), false).await, 200);
    }

    #[test]
    fn the_description_tells_the_door() {
        let document = serde_json::to_value(app().1).unwrap();
        assert_eq!(document["paths"]["/read"]["get"][DOOR], "view_figures");
    }
}

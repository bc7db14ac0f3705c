//! Who asks. The sign-in layer puts the viewer into the request; without it everybody is the public.

use crate::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use lantai_domain::Viewer;

/// Whoever asks: a member of the staff, or the public.
#[derive(Debug, Clone)]
pub struct Asker(pub Viewer);

impl<S: Send + Sync> FromRequestParts<S> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        Ok(Self(
            parts
                .extensions
                .get::<Viewer>()
                .cloned()
                .unwrap_or(Viewer::Public),
        ))
    }
}

/// A member of the staff; everybody else is refused before the handler starts. A request that changes something must
/// also prove that a page of ours sent it ([`CsrfProof`]).
#[derive(Debug, Clone)]
pub struct Staff(pub Viewer);

impl<S: Send + Sync> FromRequestParts<S> for Staff {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Self::Rejection> {
        let Asker(viewer) = Asker::from_request_parts(parts, state).await?;
        if !viewer.sees_everything() {
            return Err(Problem::new(
                StatusCode::UNAUTHORIZED,
                "identity.sign_in_needed",
                "please sign in",
            ));
        }
        if !matches!(parts.method, Method::GET | Method::HEAD) {
            CsrfProof::from_request_parts(parts, state).await?;
        }
        Ok(Self(viewer))
    }
}

/// Proof that a page of ours sent the request: a header that a form of another site cannot set.
#[derive(Debug, Clone, Copy)]
pub struct CsrfProof;

impl<S: Send + Sync> FromRequestParts<S> for CsrfProof {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, Self::Rejection> {
        if parts.headers.contains_key("x-lantai-csrf") {
            return Ok(Self);
        }
        Err(Problem::new(
            StatusCode::FORBIDDEN,
            "identity.csrf_proof_missing",
            "the header x-lantai-csrf is missing",
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::Router;
    use axum::body::Body;
    use axum::http::Request;
    use axum::routing::{get, post};
    use tower::ServiceExt;

    fn app() -> Router {
        let staff_only = |_: Staff| async { "ok" };
        Router::new()
            .route("/read", get(staff_only))
            .route("/change", post(staff_only))
    }

    async fn status(method: &str, path: &str, viewer: Option<Viewer>, proof: bool) -> u16 {
        let mut request = Request::builder().method(method).uri(path);
        if proof {
            request = request.header("x-lantai-csrf", "1");
        }
        let mut request = request.body(Body::empty()).unwrap();
        if let Some(viewer) = viewer {
            request.extensions_mut().insert(viewer);
        }
        app().oneshot(request).await.unwrap().status().as_u16()
    }

    #[tokio::test]
    async fn a_staff_route_is_closed_to_everybody_else() {
        let staff = || Some(Viewer::Archivist("admin".to_owned()));
        assert_eq!(status("GET", "/read", None, false).await, 401);
        assert_eq!(status("GET", "/read", Some(Viewer::Public), true).await, 401);
        assert_eq!(status("GET", "/read", staff(), false).await, 200);
        assert_eq!(status("POST", "/change", staff(), false).await, 403);
        assert_eq!(status("POST", "/change", staff(), true).await, 200);
    }
}

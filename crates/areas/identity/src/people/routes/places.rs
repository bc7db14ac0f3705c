//! Institutions and posts.

use super::super::error::PeopleError;
use super::super::institution::{InstitutionKind, NewInstitution};
use super::super::post::NewPost;
use super::bodies::{
    InstitutionBody, InstitutionChangeBody, MadeBody, NewInstitutionBody, NewPostBody, PostBody,
};
use super::tell::{self, Teller};
use super::{PageQuery, Part, PeopleState, problem};
use crate::repository::people_places::{InstitutionRepository, PostRepository};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::{InstitutionId, PostId};
use lantai_http::{Page, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

fn kind(id: &str) -> Result<InstitutionKind, Problem> {
    InstitutionKind::from_id(id).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "people.institution_kind",
            format!("{id:?} is no kind of institution"),
        )
    })
}

/// Lists institutions, units and departments.
#[utoipa::path(get, path = "/api/v1/institutions", tag = "people",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of institutions", body = Page<InstitutionBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_institutions(
    State(state): State<PeopleState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<InstitutionBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let read = async {
        let mut reader = state.database().read().await?;
        InstitutionRepository(reader.conn())
            .page(part.after.as_deref(), part.rows())
            .await
    };
    let found = read.await.map_err(|error| problem(&error.into()))?;
    let page = Page::cut(found, part.limit, |one| one.id.to_string());
    Ok(Json(page.map(|one| tell::institution(&one))))
}

/// Enters an institution, a unit or a department.
#[utoipa::path(post, path = "/api/v1/institutions", tag = "people",
    request_body = NewInstitutionBody,
    responses(
        (status = 201, description = "It is entered", body = MadeBody),
        (status = 400, description = "It cannot stand there, or has no name", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is nothing to stand under", body = ProblemBody),
        (status = 409, description = "What it is to stand under exists no more", body = ProblemBody),
    ))]
pub async fn create_institution(
    State(state): State<PeopleState>,
    Json(body): Json<NewInstitutionBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let new = NewInstitution {
        parent: body.parent.map(InstitutionId::new),
        kind: kind(&body.kind)?,
        name: body.name,
    };
    let id = state.people.enter_institution(new).await;
    let id = id.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

/// Gives an institution another name or kind.
#[utoipa::path(put, path = "/api/v1/institutions/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The institution")),
    request_body = InstitutionChangeBody,
    responses(
        (status = 204, description = "It is changed"),
        (status = 400, description = "The kind does not fit where it stands", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It exists no more", body = ProblemBody),
    ))]
pub async fn change_institution(
    State(state): State<PeopleState>,
    Path(id): Path<Uuid>,
    Json(body): Json<InstitutionChangeBody>,
) -> Result<StatusCode, Problem> {
    let (id, kind) = (InstitutionId::new(id), kind(&body.kind)?);
    let changed = state.people.change_institution(id, kind, &body.name).await;
    changed.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Closes an institution in which nobody works.
#[utoipa::path(delete, path = "/api/v1/institutions/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The institution")),
    responses(
        (status = 204, description = "It is closed"),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is in use, or closed", body = ProblemBody),
    ))]
pub async fn close_institution(
    State(state): State<PeopleState>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let closed = state.people.close_institution(InstitutionId::new(id)).await;
    closed.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Which posts.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PostsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Posts of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Only of this institution.
    institution: Option<Uuid>,
}

/// Lists posts, with who holds them or is to hold them.
#[utoipa::path(get, path = "/api/v1/posts", tag = "people",
    params(PostsQuery),
    responses(
        (status = 200, description = "A page of posts", body = Page<PostBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_posts(
    State(state): State<PeopleState>,
    Query(query): Query<PostsQuery>,
) -> Result<Json<Page<PostBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let institution = query.institution.map(InstitutionId::new);
    let read = async {
        let mut teller = Teller::new(&state).await?;
        let posts = PostRepository(teller.reader.conn())
            .page(institution, part.after.as_deref(), part.rows())
            .await?;
        let page = Page::cut(posts, part.limit, |post| post.id.to_string());
        let mut items = Vec::with_capacity(page.items.len());
        for post in &page.items {
            items.push(teller.post_body(post).await?);
        }
        Ok::<_, PeopleError>(Page {
            items,
            next_cursor: page.next_cursor,
        })
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

/// Makes a post. What it allows never changes: for other rights, make another one.
#[utoipa::path(post, path = "/api/v1/posts", tag = "people",
    request_body = NewPostBody,
    responses(
        (status = 201, description = "It is made", body = MadeBody),
        (status = 400, description = "No post gives this role, or what it reaches is not named well", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is no such institution", body = ProblemBody),
        (status = 409, description = "The institution exists no more", body = ProblemBody),
    ))]
pub async fn create_post(
    State(state): State<PeopleState>,
    Json(body): Json<NewPostBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let new = NewPost {
        institution: InstitutionId::new(body.institution),
        name: body.name,
        scope: body.scope.read()?,
    };
    let id = state.people.make_post(new).await;
    let id = id.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

/// Closes a post that nobody holds or is to hold.
#[utoipa::path(delete, path = "/api/v1/posts/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The post")),
    responses(
        (status = 204, description = "It is closed"),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "Somebody holds it, or it is closed", body = ProblemBody),
    ))]
pub async fn close_post(
    State(state): State<PeopleState>,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let closed = state.people.close_post(PostId::new(id)).await;
    closed.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

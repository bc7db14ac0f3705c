//! Persons and accounts.

use super::super::accounts::NewAccount;
use super::super::error::PeopleError;
use super::super::person::PersonKind;
use super::bodies::{
    FirstPasswordBody, MadeBody, NewAccountBody, NewPersonBody, PersonBody, ReasonBody, ReinstatementBody,
};
use super::tell::Teller;
use super::{Part, PeopleState, actor, moment, problem};
use crate::repository::people_persons::{PersonFilter, PersonRepository};
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::{InstitutionId, PersonId};
use lantai_http::{Asker, Page, Problem, ProblemBody};
use serde::Deserialize;
use utoipa::IntoParams;
use uuid::Uuid;

/// Which members of the staff.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct PersonsQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Persons of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Only of this institution.
    institution: Option<Uuid>,
    /// Letters of the name.
    #[serde(default)]
    q: String,
}

/// Lists members of the staff with their accounts and posts.
#[utoipa::path(get, path = "/api/v1/persons", tag = "people",
    params(PersonsQuery),
    responses(
        (status = 200, description = "A page of persons", body = Page<PersonBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_persons(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Query(query): Query<PersonsQuery>,
) -> Result<Json<Page<PersonBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let filter = PersonFilter {
        kind: Some(PersonKind::Staff),
        institution: query.institution.map(InstitutionId::new),
        name: query.q.trim(),
    };
    let read = async {
        let mut teller = Teller::new(&state).await?;
        let persons = PersonRepository(teller.reader.conn())
            .page(&filter, part.after.as_deref(), part.rows())
            .await?;
        let page = Page::cut(persons, part.limit, |person| person.id.to_string());
        let mut items = Vec::with_capacity(page.items.len());
        for person in &page.items {
            items.push(teller.person(person, viewer.person()).await?);
        }
        Ok::<_, PeopleError>(Page {
            items,
            next_cursor: page.next_cursor,
        })
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

/// Enters a member of the staff.
#[utoipa::path(post, path = "/api/v1/persons", tag = "people",
    request_body = NewPersonBody,
    responses(
        (status = 201, description = "They are entered", body = MadeBody),
        (status = 400, description = "They have no name", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is no such institution", body = ProblemBody),
        (status = 409, description = "The institution exists no more", body = ProblemBody),
    ))]
pub async fn create_person(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Json(body): Json<NewPersonBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let institution = body.institution.map(InstitutionId::new);
    let id = state
        .people
        .enter_person(actor(&viewer)?, &body.name, institution)
        .await;
    let id = id.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

/// Shows a person with account and posts.
#[utoipa::path(get, path = "/api/v1/persons/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "The person")),
    responses(
        (status = 200, description = "The person", body = PersonBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
    ))]
pub async fn get_person(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<Json<PersonBody>, Problem> {
    let read = async {
        let mut teller = Teller::new(&state).await?;
        let found = PersonRepository(teller.reader.conn())
            .find(PersonId::new(id))
            .await?;
        // readers are the reading room's business
        let found = found.filter(|person| person.kind == PersonKind::Staff);
        teller
            .person(&found.ok_or(PeopleError::NotFound)?, viewer.person())
            .await
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

/// Makes an account. It cannot be used before somebody else brings it to life.
#[utoipa::path(post, path = "/api/v1/accounts", tag = "people",
    request_body = NewAccountBody,
    responses(
        (status = 201, description = "It is made; its first password is shown this once", body = FirstPasswordBody),
        (status = 400, description = "Not a name of an account, or a time that is over", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own account", body = ProblemBody),
        (status = 404, description = "There is no such person", body = ProblemBody),
        (status = 409, description = "The name is taken, or the person has an account", body = ProblemBody),
    ))]
pub async fn create_account(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Json(body): Json<NewAccountBody>,
) -> Result<(StatusCode, Json<FirstPasswordBody>), Problem> {
    let new = NewAccount {
        name: body.name,
        person: PersonId::new(body.person),
        expires_at: moment(body.expires_at.as_deref())?,
    };
    let password = state.people.create_account(actor(&viewer)?, new).await;
    let password = Some(password.map_err(|error| problem(&error))?);
    Ok((StatusCode::CREATED, Json(FirstPasswordBody { password })))
}

/// Brings an account to life that somebody else made.
#[utoipa::path(post, path = "/api/v1/accounts/{name}/activation", tag = "people",
    params(("name" = String, Path, description = "The account")),
    responses(
        (status = 204, description = "It can be used"),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, your own account, or you made it", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It does not wait", body = ProblemBody),
    ))]
pub async fn activate_account(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(name): Path<String>,
) -> Result<StatusCode, Problem> {
    let done = state.people.activate(actor(&viewer)?, &name).await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Takes an account out of use, at once.
#[utoipa::path(post, path = "/api/v1/accounts/{name}/disabling", tag = "people",
    params(("name" = String, Path, description = "The account")),
    request_body = ReasonBody,
    responses(
        (status = 204, description = "It is out of use, its sessions have ended"),
        (status = 400, description = "No reason is given", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own account", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is out of use already, or the last of an administrator", body = ProblemBody),
    ))]
pub async fn disable_account(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(name): Path<String>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    let done = state.people.disable(actor(&viewer)?, &name, &body.reason).await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Asks that an account be used again, with a new first password; somebody else must bring it to life.
#[utoipa::path(post, path = "/api/v1/accounts/{name}/reinstatement", tag = "people",
    params(("name" = String, Path, description = "The account")),
    request_body = ReinstatementBody,
    responses(
        (status = 200, description = "It waits; its first password is shown this once", body = FirstPasswordBody),
        (status = 400, description = "A time that is over", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own account", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is the last of an administrator", body = ProblemBody),
    ))]
pub async fn reinstate_account(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(name): Path<String>,
    Json(body): Json<ReinstatementBody>,
) -> Result<Json<FirstPasswordBody>, Problem> {
    let expires_at = moment(body.expires_at.as_deref())?;
    let password = state.people.reinstate(actor(&viewer)?, &name, expires_at).await;
    let password = password.map_err(|error| problem(&error))?;
    Ok(Json(FirstPasswordBody { password }))
}

//! Readers: registering, and being verified.

use super::super::error::PeopleError;
use super::super::person::{IdentityDocument, Person, PersonKind};
use super::super::readers::NewReader;
use super::bodies::{MadeBody, PersonNameBody};
use super::tell::Teller;
use super::{Part, PeopleState, actor, problem};
use crate::audit::routes::PeerAddress;
use crate::repository::people_persons::{AccountRepository, PersonFilter, PersonRepository};
use axum::Json;
use axum::extract::{Path, Query, Request, State};
use axum::http::StatusCode;
use lantai_domain::PersonId;
use lantai_http::{Asker, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

/// A reader who registers.
#[derive(Deserialize, ToSchema)]
pub struct NewReaderBody {
    /// The name of the account.
    pub account: String,
    /// Its password: long, and none with which guessing begins.
    pub password: String,
    /// The reader's name.
    pub name: String,
}

/// A reader.
#[derive(Debug, Serialize, ToSchema)]
pub struct ReaderBody {
    /// Identifies them.
    pub id: Uuid,
    /// Their name.
    pub name: String,
    /// Their account.
    pub account: Option<String>,
    /// `inactive`, `active` or `disabled`.
    pub state: Option<String>,
    /// Since when they are registered.
    pub registered_at: String,
    /// The kind of document that they showed; `null`: not verified.
    pub document: Option<String>,
    /// Who saw it.
    pub verified_by: Option<PersonNameBody>,
    /// When.
    pub verified_at: Option<String>,
}

/// What a reader showed.
#[derive(Debug, Deserialize, ToSchema)]
pub struct VerificationBody {
    /// Kind of document, such as `identity_card`; its number is not asked for.
    pub document: String,
}

/// Registers a reader.
#[utoipa::path(post, path = "/api/v1/readers", tag = "people",
    request_body = NewReaderBody,
    responses(
        (status = 201, description = "They are registered and can sign in", body = MadeBody),
        (status = 400, description = "A name or a password that is none", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 409, description = "The name is taken", body = ProblemBody),
        (status = 422, description = "A password that is too weak", body = ProblemBody),
        (status = 429, description = "Too many registrations from one place", body = ProblemBody),
    ))]
pub async fn register_reader(
    State(state): State<PeopleState>,
    request: Request,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let place = request
        .extensions()
        .get::<PeerAddress>()
        .map(|PeerAddress(address)| *address);
    let Json(body) = <Json<NewReaderBody> as axum::extract::FromRequest<()>>::from_request(request, &())
        .await
        .map_err(|error| Problem::new(error.status(), "http.body", error.body_text()))?;
    let now_ms = state.now().as_millisecond();
    if let Err(seconds) = state.throttle.admit(place, now_ms) {
        return Err(problem(&PeopleError::TooMany { seconds }));
    }
    let registered = async {
        let chosen = state
            .sign_in
            .readers_password(body.account.trim(), &body.password);
        let new = NewReader {
            password: chosen.await?,
            account: body.account,
            name: body.name,
        };
        state.people.register(new).await
    };
    let id = registered.await.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

/// Which readers.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct ReadersQuery {
    /// Where the page begins.
    cursor: Option<String>,
    /// Readers of a page, 50 if not said, 200 at most.
    limit: Option<u32>,
    /// Letters of the name.
    #[serde(default)]
    q: String,
}

/// Lists registered readers, for the reading room.
#[utoipa::path(get, path = "/api/v1/readers", tag = "people",
    params(ReadersQuery),
    responses(
        (status = 200, description = "A page of readers", body = Page<ReaderBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_readers(
    State(state): State<PeopleState>,
    Query(query): Query<ReadersQuery>,
) -> Result<Json<Page<ReaderBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let filter = PersonFilter {
        kind: Some(PersonKind::Reader),
        institution: None,
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
            items.push(reader_body(&mut teller, person).await?);
        }
        Ok::<_, PeopleError>(Page {
            items,
            next_cursor: page.next_cursor,
        })
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

async fn reader_body(teller: &mut Teller<'_>, person: &Person) -> Result<ReaderBody, PeopleError> {
    let account = AccountRepository(teller.reader.conn())
        .of_person(person.id)
        .await?;
    let check = PersonRepository(teller.reader.conn()).check(person.id).await?;
    let verified_by = match &check {
        Some(check) => Some(teller.person_name(check.by).await?),
        None => None,
    };
    Ok(ReaderBody {
        id: person.id.uuid(),
        name: person.name.clone(),
        state: account.as_ref().map(|account| account.state.id().to_owned()),
        account: account.map(|account| account.name),
        registered_at: person.created_at.to_string(),
        document: check.map(|check| check.document.id().to_owned()),
        verified_by,
        verified_at: check.map(|check| check.at.to_string()),
    })
}

/// Keeps that a reader showed who they are.
#[utoipa::path(post, path = "/api/v1/readers/{id}/verification", tag = "people",
    params(("id" = Uuid, Path, description = "The reader")),
    request_body = VerificationBody,
    responses(
        (status = 204, description = "They are verified"),
        (status = 400, description = "Not a kind of document", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is no reader", body = ProblemBody),
    ))]
pub async fn verify_reader(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<VerificationBody>,
) -> Result<StatusCode, Problem> {
    let document = IdentityDocument::from_id(&body.document).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "people.document",
            format!("{:?} is no kind of document", body.document),
        )
    })?;
    let done = state
        .people
        .verify(actor(&viewer)?, PersonId::new(id), document)
        .await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

//! Programs and their tokens.

use super::super::account::AccountKind;
use super::super::error::PeopleError;
use super::super::token::{NewToken, Token, TokenState};
use super::bodies::{AccountBody, MadeBody, NewScopeBody, PersonNameBody, ReasonBody, ScopeBody};
use super::tell::Teller;
use super::{PageQuery, Part, PeopleState, actor, moment, problem};
use crate::repository::people_persons::AccountRepository;
use crate::repository::people_tokens::TokenRepository;
use axum::Json;
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use lantai_domain::access::Action;
use lantai_http::{Asker, Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use utoipa::ToSchema;
use uuid::Uuid;

/// A program with an account.
#[derive(Debug, Serialize, ToSchema)]
pub struct ServiceBody {
    /// What it is.
    pub name: String,
    /// Its account.
    pub account: AccountBody,
    /// Its tokens, also those that are over.
    pub tokens: Vec<TokenBody>,
}

/// A token, without its secret.
#[derive(Debug, Serialize, ToSchema)]
pub struct TokenBody {
    /// Identifies it.
    pub id: Uuid,
    /// What it is for.
    pub label: String,
    /// What it allows.
    pub scope: ScopeBody,
    /// `proposed`, `agreed`, `refused` or `ended`.
    pub state: String,
    /// From when on it can be used no more.
    pub expires_at: String,
    /// Whether its time is over.
    pub is_expired: bool,
    /// Who asked for it.
    pub proposed_by: PersonNameBody,
    /// When.
    pub proposed_at: String,
    /// Who agreed, refused or revoked it.
    pub settled_by: Option<PersonNameBody>,
    /// Why it was refused or revoked.
    pub reason: Option<String>,
    /// When it was last used, to the minute.
    pub last_used: Option<String>,
}

/// A program to be given an account.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewServiceBody {
    /// The name of the account.
    pub account: String,
    /// What it is.
    pub name: String,
}

/// A token to be asked for.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewTokenBody {
    /// What it is for.
    pub label: String,
    /// The role under which the program acts, and what it reaches.
    pub scope: NewScopeBody,
    /// What of the role it may do: words of the policies, such as `receive`.
    pub actions: Vec<String>,
    /// From when on it can be used no more; within a year.
    pub expires_at: String,
}

/// A token's secret: shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct SecretBody {
    /// Identifies the token.
    pub id: Uuid,
    /// To be sent as `Authorization: Bearer …`.
    pub secret: String,
}

async fn token_body(teller: &mut Teller<'_>, token: &Token) -> Result<TokenBody, PeopleError> {
    let (by, at) = token.proposed;
    let (settled, reason) = match &token.state {
        TokenState::Proposed => (None, None),
        TokenState::Agreed(mark) => (Some(mark), None),
        TokenState::Refused { mark, reason } | TokenState::Revoked { mark, reason } => {
            (Some(mark), Some(reason.clone()))
        }
    };
    let settled_by = match settled.and_then(|mark| mark.by) {
        Some(by) => Some(teller.person_name(by).await?),
        None => None,
    };
    Ok(TokenBody {
        id: token.id,
        label: token.label.clone(),
        scope: teller.scope(&token.scope, Some(&token.actions)),
        state: token.state.id().to_owned(),
        expires_at: token.expires_at.to_string(),
        is_expired: token.expires_at <= teller.now,
        proposed_by: teller.person_name(by).await?,
        proposed_at: at.to_string(),
        settled_by,
        reason,
        last_used: token.last_used.map(|used| used.to_string()),
    })
}

/// Lists programs with their tokens.
#[utoipa::path(get, path = "/api/v1/services", tag = "people",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of programs", body = Page<ServiceBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_services(
    State(state): State<PeopleState>,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<ServiceBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let read = async {
        let mut teller = Teller::new(&state).await?;
        let accounts = AccountRepository(teller.reader.conn())
            .page(
                Some(AccountKind::Service),
                None,
                part.after.as_deref(),
                part.rows(),
            )
            .await?;
        let page = Page::cut(accounts, part.limit, |account| account.name.clone());
        let mut items = Vec::with_capacity(page.items.len());
        for account in &page.items {
            let found = TokenRepository(teller.reader.conn())
                .of_account(&account.name)
                .await?;
            let mut tokens = Vec::with_capacity(found.len());
            for token in &found {
                tokens.push(token_body(&mut teller, token).await?);
            }
            let person = account.person.ok_or(PeopleError::NotFound)?;
            items.push(ServiceBody {
                name: teller.person_name(person).await?.name,
                account: teller.account(account),
                tokens,
            });
        }
        Ok::<_, PeopleError>(Page {
            items,
            next_cursor: page.next_cursor,
        })
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

/// Gives a program an account. It comes to life with the first token that somebody else agrees to.
#[utoipa::path(post, path = "/api/v1/services", tag = "people",
    request_body = NewServiceBody,
    responses(
        (status = 201, description = "It is made", body = MadeBody),
        (status = 400, description = "Not a name", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 409, description = "The name is taken", body = ProblemBody),
    ))]
pub async fn create_service(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Json(body): Json<NewServiceBody>,
) -> Result<(StatusCode, Json<MadeBody>), Problem> {
    let id = state
        .people
        .create_service(actor(&viewer)?, &body.account, &body.name)
        .await;
    let id = id.map_err(|error| problem(&error))?.uuid();
    Ok((StatusCode::CREATED, Json(MadeBody { id })))
}

/// Asks for a token. Its secret is shown this once, and opens nothing before somebody else agrees.
#[utoipa::path(post, path = "/api/v1/services/{name}/tokens", tag = "people",
    params(("name" = String, Path, description = "The account of the program")),
    request_body = NewTokenBody,
    responses(
        (status = 201, description = "It waits for somebody else", body = SecretBody),
        (status = 400, description = "Role, reach, actions or time that no token can have", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is no such program", body = ProblemBody),
        (status = 409, description = "The account is out of use", body = ProblemBody),
    ))]
pub async fn propose_token(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(name): Path<String>,
    Json(body): Json<NewTokenBody>,
) -> Result<(StatusCode, Json<SecretBody>), Problem> {
    let wrong = |_| problem(&PeopleError::Scope);
    let actions = body.actions.iter().map(|action| action.parse::<Action>());
    let new = NewToken {
        label: body.label,
        scope: body.scope.read()?,
        actions: actions.collect::<Result<BTreeSet<_>, _>>().map_err(wrong)?,
        expires_at: moment(Some(&body.expires_at))?.ok_or_else(|| problem(&PeopleError::Validity))?,
    };
    let made = state.people.propose_token(actor(&viewer)?, &name, new).await;
    let (id, secret) = made.map_err(|error| problem(&error))?;
    let secret = secret.reveal().to_owned();
    Ok((StatusCode::CREATED, Json(SecretBody { id, secret })))
}

/// Agrees to a token that somebody else asked for.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/agreement", tag = "people",
    params(("id" = Uuid, Path, description = "The token")),
    responses(
        (status = 204, description = "It can be used"),
        (status = 400, description = "Its time is over", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts, or your own proposal", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It does not wait, or its account is out of use", body = ProblemBody),
    ))]
pub async fn agree_to_token(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
) -> Result<StatusCode, Problem> {
    let done = state.people.agree_to_token(actor(&viewer)?, id).await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Refuses a token that somebody else asked for.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/refusal", tag = "people",
    params(("id" = Uuid, Path, description = "The token")),
    request_body = ReasonBody,
    responses(
        (status = 204, description = "It is refused"),
        (status = 400, description = "No reason is given", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It does not wait", body = ProblemBody),
    ))]
pub async fn refuse_token(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    let done = state.people.refuse_token(actor(&viewer)?, id, &body.reason).await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Revokes a token, or withdraws one that was asked for; at once.
#[utoipa::path(post, path = "/api/v1/tokens/{id}/revocation", tag = "people",
    params(("id" = Uuid, Path, description = "The token")),
    request_body = ReasonBody,
    responses(
        (status = 204, description = "It opens nothing any more"),
        (status = 400, description = "No reason is given", body = ProblemBody),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is over", body = ProblemBody),
    ))]
pub async fn revoke_token(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Path(id): Path<Uuid>,
    Json(body): Json<ReasonBody>,
) -> Result<StatusCode, Problem> {
    let done = state.people.revoke_token(actor(&viewer)?, id, &body.reason).await;
    done.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

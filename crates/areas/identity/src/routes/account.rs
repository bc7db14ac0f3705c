//! One's own account: password, authenticator, recovery codes, sessions.

use super::answers::{entered, entered_body, problem};
use super::session_bodies::SessionBody;
use super::{CalledFrom, IdentityState, Own};
use crate::sign_in::{AccountFactors, Session};
use axum::Json;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use lantai_http::{Page, Problem, ProblemBody};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// One's own account.
#[derive(Debug, Serialize, ToSchema)]
pub struct OwnAccountBody {
    /// Its name.
    pub name: String,
    /// Since when it has its password (milliseconds since 1970); `null`: not known.
    pub password_changed_at_ms: Option<i64>,
    /// When it must be changed; `null`: never.
    pub password_until_ms: Option<i64>,
    /// Whether it must have a second factor.
    pub second_factor_demanded: bool,
    /// When its authenticator was set up; `null`: it has none.
    pub totp_since_ms: Option<i64>,
    /// How many recovery codes are left.
    pub recovery_codes: i64,
    /// Its passkeys.
    pub passkeys: Vec<PasskeyBody>,
    /// Since when it is linked to the other provider; `null`: it is not.
    pub provider_since_ms: Option<i64>,
}

/// A passkey.
#[derive(Debug, Serialize, ToSchema)]
pub struct PasskeyBody {
    /// Its name.
    pub id: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was set up.
    pub created_at_ms: i64,
    /// When it was last used; `null`: never.
    pub last_used_at_ms: Option<i64>,
}

/// A session of one's own.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct OwnSessionBody {
    /// Its name.
    pub id: String,
    /// Whether it is the one that asks.
    pub is_this: bool,
    /// Browser and system; empty: not known.
    pub device: String,
    /// The network it comes from; empty: not known.
    pub address: String,
    /// What was proved when it began: words joined by `+`.
    pub proofs: String,
    /// When it began.
    pub created_at_ms: i64,
    /// When it was last used, give or take a minute.
    pub last_seen_ms: i64,
}

/// A new password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPasswordBody {
    /// The one in use; `null` where the sign-in has just asked for it.
    pub old: Option<String>,
    /// The new one.
    pub new: String,
}

/// An authenticator that is being set up.
#[derive(Debug, Serialize, ToSchema)]
pub struct NewTotpBody {
    /// Name of this setting up.
    pub step: String,
    /// The secret, to be typed in where no picture can be read.
    pub secret: String,
    /// The address that the picture holds (`otpauth://…`).
    pub address: String,
}

/// The code that shows that an authenticator works.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ConfirmTotpBody {
    /// Name of the setting up.
    pub step: String,
    /// The code.
    pub code: String,
}

/// Recovery codes, shown once.
#[derive(Debug, Serialize, ToSchema)]
pub struct RecoveryCodesBody {
    /// The codes; none: there were some already.
    pub codes: Vec<String>,
}

/// A passkey in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct PasskeyIdPath {
    /// Its name.
    pub passkey: String,
}

/// A session in an address.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Path)]
pub struct SessionIdPath {
    /// Its name.
    pub session: String,
}

impl From<AccountFactors> for OwnAccountBody {
    fn from(factors: AccountFactors) -> Self {
        let changed_at_ms = factors.account.password_changed_at_ms;
        Self {
            name: factors.account.name,
            password_changed_at_ms: (changed_at_ms > 0).then_some(changed_at_ms),
            password_until_ms: factors.password_until_ms,
            second_factor_demanded: factors.second_factor_demanded,
            totp_since_ms: factors.totp.map(|totp| totp.created_at_ms),
            recovery_codes: factors.account.recovery_codes,
            passkeys: factors
                .passkeys
                .into_iter()
                .map(|passkey| PasskeyBody {
                    id: passkey.credential,
                    label: passkey.label,
                    created_at_ms: passkey.created_at_ms,
                    last_used_at_ms: passkey.last_used_at_ms,
                })
                .collect(),
            provider_since_ms: factors.outside.first().map(|identity| identity.linked_at_ms),
        }
    }
}

fn own_session(session: Session, this: &Session) -> OwnSessionBody {
    OwnSessionBody {
        is_this: session.id == this.id,
        id: session.id,
        device: session.device,
        address: session.address,
        proofs: session.proofs.to_string(),
        created_at_ms: session.created_at_ms,
        last_seen_ms: session.last_seen_ms,
    }
}

/// One's own account.
#[utoipa::path(get, path = "/api/v1/account", tag = "account",
    responses(
        (status = 200, description = "The account", body = OwnAccountBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
    ))]
pub async fn get_account(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<Json<OwnAccountBody>, Problem> {
    let factors = state.sign_in.factors(&session).await;
    Ok(Json(factors.map_err(|error| problem(&error))?.into()))
}

/// Changes one's password; all other sessions end.
#[utoipa::path(put, path = "/api/v1/account/password", tag = "account",
    request_body = NewPasswordBody,
    responses(
        (status = 200, description = "Changed", body = SessionBody),
        (status = 401, description = "The old password is wrong, or nobody is signed in", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 422, description = "The new password is not good enough", body = ProblemBody),
        (status = 429, description = "Too many attempts: see Retry-After", body = ProblemBody),
    ))]
pub async fn change_password(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Own(session): Own,
    Json(request): Json<NewPasswordBody>,
) -> Result<Response, Problem> {
    let begun = state
        .sign_in
        .change_password(&caller, &session, request.old.as_deref(), &request.new)
        .await;
    entered_body(&state, &begun.map_err(|error| problem(&error))?).await
}

/// Begins to set an authenticator up.
#[utoipa::path(post, path = "/api/v1/account/totp", tag = "account",
    responses(
        (status = 200, description = "What the authenticator is to know", body = NewTotpBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
    ))]
pub async fn begin_totp(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<Json<NewTotpBody>, Problem> {
    let begun = state.sign_in.begin_totp(&session).await;
    let begun = begun.map_err(|error| problem(&error))?;
    Ok(Json(NewTotpBody {
        step: begun.step,
        secret: begun.secret,
        address: begun.address,
    }))
}

/// Sets an authenticator up whose code proves that it works. Whoever has no recovery codes gets some.
#[utoipa::path(post, path = "/api/v1/account/totp/confirmation", tag = "account",
    request_body = ConfirmTotpBody,
    responses(
        (status = 201, description = "Set up", body = RecoveryCodesBody),
        (status = 401, description = "The code is wrong, or nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 409, description = "It took too long; begin again", body = ProblemBody),
    ))]
pub async fn confirm_totp(
    State(state): State<IdentityState>,
    CalledFrom(caller): CalledFrom,
    Own(session): Own,
    Json(request): Json<ConfirmTotpBody>,
) -> Result<Response, Problem> {
    let set_up = state
        .sign_in
        .confirm_totp(&caller, &session, &request.step, &request.code)
        .await;
    let (codes, begun) = set_up.map_err(|error| problem(&error))?;
    let response = (StatusCode::CREATED, Json(RecoveryCodesBody { codes })).into_response();
    match begun {
        Some(begun) => entered(&state, &begun, response),
        None => Ok(response),
    }
}

/// Takes the authenticator away.
#[utoipa::path(delete, path = "/api/v1/account/totp", tag = "account",
    responses(
        (status = 204, description = "Taken away"),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 404, description = "There is none", body = ProblemBody),
        (status = 409, description = "It is the last factor of an account that must have one", body = ProblemBody),
    ))]
pub async fn remove_totp(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<StatusCode, Problem> {
    let removed = state.sign_in.remove_totp(&session).await;
    removed.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// New recovery codes, in place of those before.
#[utoipa::path(post, path = "/api/v1/account/recovery-codes", tag = "account",
    responses(
        (status = 201, description = "The codes", body = RecoveryCodesBody),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The last proof is too old", body = ProblemBody),
        (status = 404, description = "The account has no second factor", body = ProblemBody),
    ))]
pub async fn new_recovery_codes(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<(StatusCode, Json<RecoveryCodesBody>), Problem> {
    let codes = state.sign_in.new_recovery_codes(&session).await;
    let codes = codes.map_err(|error| problem(&error))?;
    Ok((StatusCode::CREATED, Json(RecoveryCodesBody { codes })))
}

/// One's own sessions, the latest used first.
#[utoipa::path(get, path = "/api/v1/account/sessions", tag = "account",
    responses(
        (status = 200, description = "The sessions", body = Page<OwnSessionBody>),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
    ))]
pub async fn list_sessions(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<Json<Page<OwnSessionBody>>, Problem> {
    let found = state.sign_in.sessions(&session).await;
    let found = found.map_err(|error| problem(&error))?;
    Ok(Json(Page {
        items: found.into_iter().map(|one| own_session(one, &session)).collect(),
        next_cursor: None,
    }))
}

/// Ends all other sessions of one's own.
#[utoipa::path(delete, path = "/api/v1/account/sessions", tag = "account",
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
    ))]
pub async fn end_other_sessions(
    State(state): State<IdentityState>,
    Own(session): Own,
) -> Result<StatusCode, Problem> {
    let ended = state.sign_in.end_other_sessions(&session).await;
    ended.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

/// Ends one session of one's own.
#[utoipa::path(delete, path = "/api/v1/account/sessions/{session}", tag = "account",
    params(SessionIdPath),
    responses(
        (status = 204, description = "Ended"),
        (status = 401, description = "Nobody is signed in", body = ProblemBody),
        (status = 403, description = "The proof against forged requests is missing", body = ProblemBody),
        (status = 404, description = "There is no such session", body = ProblemBody),
    ))]
pub async fn end_session(
    State(state): State<IdentityState>,
    Own(session): Own,
    Path(path): Path<SessionIdPath>,
) -> Result<StatusCode, Problem> {
    let ended = state.sign_in.end_session(&session, &path.session).await;
    ended.map_err(|error| problem(&error))?;
    Ok(StatusCode::NO_CONTENT)
}

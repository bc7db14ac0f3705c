//! Who asks, and how far they have come, as it is sent.

use super::IdentityState;
use crate::error::IdentityError;
use crate::sign_in::{Session, Stage};
use lantai_domain::access::Hat;
use lantai_domain::{Role, Viewer, Who};
use lantai_http::Proved;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Who asks, and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct SessionBody {
    /// Name of the institution.
    pub institution: String,
    /// Who asks.
    pub viewer: ViewerBody,
    /// Version of the program.
    pub version: String,
    /// The account that is being signed in to while something is missing; `null`: nothing is begun, or nothing missing.
    pub signing_in_as: Option<String>,
    /// Whether the second factor is missing.
    pub second_factor_needed: bool,
    /// The second factors that would do.
    pub second_factors: Vec<SecondFactor>,
    /// Whether the password must be changed first.
    pub password_must_change: bool,
    /// Whether a second factor must be set up first.
    pub enrolment_needed: bool,
    /// Whether who asks proved who they are within the last minutes, as what is dangerous demands.
    pub proved_lately: bool,
    /// What the button of another provider of identities says; `null`: there is none.
    pub provider: Option<String>,
}

/// Who asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct ViewerBody {
    /// `public`, `reader`, `staff` or `program`.
    pub kind: ViewerKind,
    /// Name of the account; `null` for the public.
    pub name: Option<String>,
    /// What they may do at all: words of the policies, such as `receive`.
    pub actions: Vec<String>,
}

/// The kinds of viewers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ViewerKind {
    /// A reader who has not signed in.
    Public,
    /// A reader who has.
    Reader,
    /// A member of the staff.
    Staff,
    /// A program that shows a token.
    Program,
}

impl ViewerKind {
    fn of(viewer: &Viewer) -> Self {
        let is_reader = |hat: &Hat| matches!(hat.role, Some(Role::Reader | Role::VerifiedReader));
        match viewer.who() {
            Who::Public => Self::Public,
            Who::Service { .. } => Self::Program,
            // somebody between two posts has no hat at all
            Who::Account { .. } if viewer.hats().iter().any(is_reader) => Self::Reader,
            Who::Account { .. } | Who::Local(_) => Self::Staff,
        }
    }
}

/// What can be asked for after the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactor {
    /// A code of the authenticator.
    Totp,
    /// A passkey.
    Passkey,
    /// A recovery code.
    RecoveryCode,
}

/// Name and password.
#[derive(Debug, Deserialize, ToSchema)]
pub struct SignInBody {
    /// Name of the account.
    pub name: String,
    /// Its password.
    pub password: String,
}

/// A code of the authenticator, or a recovery code.
#[derive(Debug, Deserialize, ToSchema)]
pub struct CodeBody {
    /// The code.
    pub code: String,
}

/// A proof of who is signed in.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProofBody {
    /// The password, or a code of the authenticator.
    pub proof: String,
}

/// What is said about somebody.
pub(crate) async fn session_body(
    state: &IdentityState,
    viewer: &Viewer,
    session: Option<&Session>,
    proved: Proved,
) -> Result<SessionBody, IdentityError> {
    let stage = session.map(|session| session.stage);
    let second_factors = match session.filter(|session| session.stage == Stage::SecondFactor) {
        Some(session) => second_factors(state, session).await?,
        None => Vec::new(),
    };
    let is_known = viewer.is_known();
    Ok(SessionBody {
        institution: state.sign_in.institution().to_owned(),
        viewer: ViewerBody {
            kind: ViewerKind::of(viewer),
            name: is_known.then(|| viewer.name().to_owned()),
            actions: viewer
                .rights()
                .actions()
                .map(|action| action.id().to_owned())
                .collect(),
        },
        version: env!("CARGO_PKG_VERSION").to_owned(),
        signing_in_as: session
            .filter(|session| !session.is_whole())
            .map(|session| session.account.clone()),
        second_factor_needed: stage == Some(Stage::SecondFactor),
        second_factors,
        password_must_change: stage == Some(Stage::NewPassword),
        enrolment_needed: stage == Some(Stage::Enrolment),
        proved_lately: is_known && proved == Proved::Lately,
        provider: state.sign_in.provider_name().map(str::to_owned),
    })
}

async fn second_factors(
    state: &IdentityState,
    session: &Session,
) -> Result<Vec<SecondFactor>, IdentityError> {
    let account = state.sign_in.factors(session).await?.account;
    let offered = [
        (account.has_totp, SecondFactor::Totp),
        (account.passkeys > 0, SecondFactor::Passkey),
        (account.recovery_codes > 0, SecondFactor::RecoveryCode),
    ];
    Ok(offered
        .into_iter()
        .filter(|(there, _)| *there)
        .map(|(_, factor)| factor)
        .collect())
}

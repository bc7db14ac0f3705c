//! Bodies of people.

use super::super::error::PeopleError;
use super::super::post::Scope;
use super::problem;
use axum::http::StatusCode;
use lantai_domain::access::Span;
use lantai_domain::{Role, SecurityClassification};
use lantai_http::Problem;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

/// What was made.
#[derive(Debug, Serialize, ToSchema)]
pub struct MadeBody {
    /// Identifies it.
    pub id: Uuid,
}

/// Why something is refused or taken away.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReasonBody {
    /// In words.
    pub reason: String,
}

/// What a post or a token is to allow.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewScopeBody {
    /// The role, such as `cataloguer`.
    pub role: String,
    /// Numbers of the fonds that are reached; `null`: every one.
    #[serde(default)]
    pub fonds: Option<Vec<String>>,
    /// Codes of the categories that are reached; `null`: every one.
    #[serde(default)]
    pub categories: Option<Vec<String>>,
    /// Up to which classification: `public`, `internal`, `confidential`, `secret`, `top_secret`.
    #[serde(default)]
    pub clearance: Option<String>,
}

fn span(values: Option<Vec<String>>) -> Span {
    match values {
        None => Span::All,
        Some(values) => Span::Only(values.into_iter().collect()),
    }
}

impl NewScopeBody {
    pub(super) fn read(self) -> Result<Scope, Problem> {
        let role: Role = self.role.parse().map_err(|error: lantai_domain::role::NoRole| {
            Problem::new(StatusCode::BAD_REQUEST, "people.role", error.to_string())
        })?;
        let clearance = match self.clearance.as_deref() {
            None => SecurityClassification::Internal,
            Some(name) => serde_json::from_value(serde_json::Value::String(name.to_owned()))
                .map_err(|_| problem(&PeopleError::Scope))?,
        };
        let scope = Scope::new(role, span(self.fonds), span(self.categories), clearance);
        scope.map_err(|error| problem(&error))
    }
}

/// What a post or a token allows.
#[derive(Debug, Serialize, ToSchema)]
pub struct ScopeBody {
    /// The role.
    pub role: String,
    /// Numbers of the fonds that are reached; `null`: every one.
    pub fonds: Option<Vec<String>>,
    /// Codes of the categories that are reached; `null`: every one.
    pub categories: Option<Vec<String>>,
    /// Up to which classification.
    pub clearance: String,
    /// What the policies allow under this role: words of the policies.
    pub actions: Vec<String>,
}

/// An institution, a unit or a department.
#[derive(Debug, Serialize, ToSchema)]
pub struct InstitutionBody {
    /// Identifies it.
    pub id: Uuid,
    /// What it stands under; `null`: it stands at the top.
    pub parent: Option<Uuid>,
    /// `province_archives`, `city_archives`, `county_archives`, `other_archives`, `unit` or `department`.
    pub kind: String,
    /// Its name.
    pub name: String,
    /// Since when it exists no more.
    pub closed_at: Option<String>,
}

/// An institution to be entered.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewInstitutionBody {
    /// What it stands under; `null`: it is an archives at the top.
    #[serde(default)]
    pub parent: Option<Uuid>,
    /// `province_archives`, `city_archives`, `county_archives`, `other_archives`, `unit` or `department`.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// How an institution is to be called.
#[derive(Debug, Deserialize, ToSchema)]
pub struct InstitutionChangeBody {
    /// Its kind.
    pub kind: String,
    /// Its name.
    pub name: String,
}

/// A post to be made. What it allows never changes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPostBody {
    /// Where it is.
    pub institution: Uuid,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub scope: NewScopeBody,
}

/// A post, with who holds it or is to hold it.
#[derive(Debug, Serialize, ToSchema)]
pub struct PostBody {
    /// Identifies it.
    pub id: Uuid,
    /// Where it is.
    pub institution: Uuid,
    /// Its name.
    pub name: String,
    /// What it allows.
    pub scope: ScopeBody,
    /// Who holds it, or is to hold it.
    pub holdings: Vec<HoldingBody>,
}

/// A person by name.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct PersonNameBody {
    /// Identifies them.
    pub id: Uuid,
    /// Their name.
    pub name: String,
}

/// Somebody holds a post, held it, or is to hold it.
#[derive(Debug, Serialize, ToSchema)]
pub struct HoldingBody {
    /// Identifies it.
    pub id: Uuid,
    /// Who.
    pub person: PersonNameBody,
    /// Which post.
    pub post: Uuid,
    /// Name of the post.
    pub post_name: String,
    /// Role of the post.
    pub role: String,
    /// Its first moment.
    pub from: String,
    /// The moment from which on it holds no more; `null`: without an end.
    pub until: Option<String>,
    /// `proposed`, `agreed`, `refused` or `ended`.
    pub state: String,
    /// Whether it gives rights now.
    pub is_effective: bool,
    /// `proposal`: somebody asked for it; `bootstrap` or `adopted`: the archive made it at its beginning.
    pub origin: String,
    /// Who asked for it; `null`: nobody.
    pub proposed_by: Option<PersonNameBody>,
    /// When it was asked for or made.
    pub proposed_at: String,
    /// Who agreed, refused or ended it.
    pub settled_by: Option<PersonNameBody>,
    /// When.
    pub settled_at: Option<String>,
    /// Why it was refused or ended.
    pub reason: Option<String>,
}

/// An account.
#[derive(Debug, Serialize, ToSchema)]
pub struct AccountBody {
    /// Its name.
    pub name: String,
    /// `person`, `reader` or `service`.
    pub kind: String,
    /// `inactive`, `active` or `disabled`.
    pub state: String,
    /// From when on it can be used no more.
    pub expires_at: Option<String>,
    /// Whether its time is over.
    pub is_expired: bool,
    /// Why it is out of use.
    pub reason: Option<String>,
}

/// A person with account and posts.
#[derive(Debug, Serialize, ToSchema)]
pub struct PersonBody {
    /// Identifies them.
    pub id: Uuid,
    /// `staff`, `reader` or `service`.
    pub kind: String,
    /// Their name.
    pub name: String,
    /// Where they work.
    pub institution: Option<Uuid>,
    /// Their account; `null`: they have none.
    pub account: Option<AccountBody>,
    /// Their posts, also those that are over.
    pub holdings: Vec<HoldingBody>,
    /// Whether it is whoever asks: nobody decides on themselves.
    pub is_self: bool,
}

/// A person to be entered.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewPersonBody {
    /// Their name.
    pub name: String,
    /// Where they work.
    #[serde(default)]
    pub institution: Option<Uuid>,
}

/// An account to be made.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewAccountBody {
    /// Its name.
    pub name: String,
    /// Whose it is to be.
    pub person: Uuid,
    /// From when on it can be used no more.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// An account to be used again.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ReinstatementBody {
    /// From when on it can be used no more.
    #[serde(default)]
    pub expires_at: Option<String>,
}

/// A first password: shown this once.
#[derive(Debug, Serialize, ToSchema)]
pub struct FirstPasswordBody {
    /// The password; `null`: a program has none.
    pub password: Option<String>,
}

/// Who is to hold which post.
#[derive(Debug, Deserialize, ToSchema)]
pub struct ProposalBody {
    /// Who.
    pub person: Uuid,
    /// Which post.
    pub post: Uuid,
    /// The first moment; `null`: as soon as somebody agrees.
    #[serde(default)]
    pub from: Option<String>,
    /// The moment from which on it holds no more; `null`: without an end.
    #[serde(default)]
    pub until: Option<String>,
}

/// To whom a post goes over.
#[derive(Debug, Deserialize, ToSchema)]
pub struct HandOverBody {
    /// Who is to hold it.
    pub person: Uuid,
    /// The first moment; `null`: as soon as somebody agrees.
    #[serde(default)]
    pub from: Option<String>,
    /// The moment from which on it holds no more; `null`: without an end.
    #[serde(default)]
    pub until: Option<String>,
}

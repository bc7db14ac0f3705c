//! What waits for a second person.

use super::super::account::{Account, AccountKind, AccountState};
use super::super::error::PeopleError;
use super::super::holding::{Holding, Origin};
use super::super::token::Token;
use super::bodies::{PersonNameBody, ScopeBody};
use super::tell::Teller;
use super::{PageQuery, Part, PeopleState, problem};
use crate::repository::people_holdings::HoldingRepository;
use crate::repository::people_persons::AccountRepository;
use crate::repository::people_places::InstitutionRepository;
use crate::repository::people_tokens::TokenRepository;
use axum::Json;
use axum::extract::{Query, State};
use lantai_domain::PersonId;
use lantai_http::{Asker, Page, Problem, ProblemBody};
use serde::Serialize;
use utoipa::ToSchema;

/// Kinds of what waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum WaitingKind {
    /// An account that cannot be used yet.
    Account,
    /// A post that somebody is to hold.
    Holding,
    /// A token of a program.
    Token,
}

/// Something that one person asked for and a second one is to agree to or refuse.
#[derive(Debug, Serialize, ToSchema)]
pub struct WaitingBody {
    /// What it is.
    pub kind: WaitingKind,
    /// Name of the account, or identifier of holding or token.
    pub id: String,
    /// Who asked; `null`: nobody who is known.
    pub asked_by: Option<PersonNameBody>,
    /// When.
    pub asked_at: Option<String>,
    /// Whom it concerns.
    pub person: Option<PersonNameBody>,
    /// The account it concerns, where it is an account or a token.
    pub account: Option<String>,
    /// The post, or what the token is for.
    pub name: Option<String>,
    /// Where the post is.
    pub institution: Option<String>,
    /// What it would allow; `null`: an account by itself allows nothing.
    pub scope: Option<ScopeBody>,
    /// Its first moment.
    pub from: Option<String>,
    /// The moment from which on it holds no more.
    pub until: Option<String>,
    /// Who would give the post up with it.
    pub takes_over_from: Option<PersonNameBody>,
    /// Whether whoever looks asked for it, or is concerned: then they decide nothing.
    pub is_own: bool,
}

enum Waiting {
    Account(Account),
    Holding(Box<Holding>),
    Token(Box<Token>),
}

/// Lists what waits for a second person: accounts, then posts, then tokens, each the oldest first.
#[utoipa::path(get, path = "/api/v1/grants/waiting", tag = "people",
    params(PageQuery),
    responses(
        (status = 200, description = "A page of what waits", body = Page<WaitingBody>),
        (status = 401, description = "Sign in first", body = ProblemBody),
        (status = 403, description = "Not for your posts", body = ProblemBody),
    ))]
pub async fn list_waiting_grants(
    State(state): State<PeopleState>,
    Asker(viewer): Asker,
    Query(query): Query<PageQuery>,
) -> Result<Json<Page<WaitingBody>>, Problem> {
    let part = Part::of(query.cursor.as_deref(), query.limit)?;
    let read = async {
        let mut teller = Teller::new(&state).await?;
        let found = waiting(&mut teller, &part).await?;
        let page = Page::cut(found, part.limit, |one| match one {
            Waiting::Account(account) => format!("0{}", account.name),
            Waiting::Holding(holding) => format!("1{}", holding.id),
            Waiting::Token(token) => format!("2{}", token.id),
        });
        let mut items = Vec::with_capacity(page.items.len());
        for one in &page.items {
            items.push(body(&mut teller, one, viewer.person()).await?);
        }
        Ok::<_, PeopleError>(Page {
            items,
            next_cursor: page.next_cursor,
        })
    };
    Ok(Json(read.await.map_err(|error| problem(&error))?))
}

/// One more than the page takes, from its beginning on.
async fn waiting(teller: &mut Teller<'_>, part: &Part) -> Result<Vec<Waiting>, PeopleError> {
    let after = part.after.as_deref().unwrap_or("0");
    let (kind, after) = after.split_at_checked(1).unwrap_or(("0", ""));
    let missing = |found: &Vec<Waiting>| part.rows() - i64::try_from(found.len()).unwrap_or(0);
    let mut found = Vec::new();
    if kind == "0" {
        let accounts = AccountRepository(teller.reader.conn())
            .page(None, Some(AccountState::Inactive), Some(after), missing(&found))
            .await?;
        // the account of a program comes to life with its first token
        let accounts = accounts
            .into_iter()
            .filter(|account| account.kind != AccountKind::Service);
        found.extend(accounts.map(Waiting::Account));
    }
    if kind <= "1" && missing(&found) > 0 {
        let after = if kind == "1" { after } else { "" };
        let holdings = HoldingRepository(teller.reader.conn())
            .waiting(Some(after), missing(&found))
            .await?;
        found.extend(
            holdings
                .into_iter()
                .map(|holding| Waiting::Holding(Box::new(holding))),
        );
    }
    if missing(&found) > 0 {
        let after = if kind == "2" { after } else { "" };
        let tokens = TokenRepository(teller.reader.conn())
            .waiting(Some(after), missing(&found))
            .await?;
        found.extend(tokens.into_iter().map(|token| Waiting::Token(Box::new(token))));
    }
    Ok(found)
}

async fn name(
    teller: &mut Teller<'_>,
    person: Option<PersonId>,
) -> Result<Option<PersonNameBody>, PeopleError> {
    Ok(match person {
        Some(person) => Some(teller.person_name(person).await?),
        None => None,
    })
}

async fn body(
    teller: &mut Teller<'_>,
    one: &Waiting,
    asker: Option<PersonId>,
) -> Result<WaitingBody, PeopleError> {
    match one {
        Waiting::Account(account) => account_body(teller, account, asker).await,
        Waiting::Holding(holding) => holding_body(teller, holding, asker).await,
        Waiting::Token(token) => token_body(teller, token, asker).await,
    }
}

async fn account_body(
    teller: &mut Teller<'_>,
    account: &Account,
    asker: Option<PersonId>,
) -> Result<WaitingBody, PeopleError> {
    let asked_by = account.proposed.map(|(by, _)| by);
    Ok(WaitingBody {
        kind: WaitingKind::Account,
        id: account.name.clone(),
        asked_by: name(teller, asked_by).await?,
        asked_at: account.proposed.map(|(_, at)| at.to_string()),
        person: name(teller, account.person).await?,
        account: Some(account.name.clone()),
        name: None,
        institution: None,
        scope: None,
        from: None,
        until: account.expires_at.map(|end| end.to_string()),
        takes_over_from: None,
        is_own: asker.is_some() && (asker == asked_by || asker == account.person),
    })
}

async fn holding_body(
    teller: &mut Teller<'_>,
    holding: &Holding,
    asker: Option<PersonId>,
) -> Result<WaitingBody, PeopleError> {
    let post = teller.post(holding.grant.post).await?;
    let asked_by = match holding.origin {
        Origin::Proposal { by } => Some(by),
        Origin::Bootstrap | Origin::Adopted => None,
    };
    let replaced = match holding.grant.replaces {
        Some(replaced) => HoldingRepository(teller.reader.conn()).find(replaced).await?,
        None => None,
    };
    let gives_up = replaced.map(|replaced| replaced.grant.person);
    let institution = InstitutionRepository(teller.reader.conn())
        .find(post.institution)
        .await?;
    let concerned = [asked_by, Some(holding.grant.person), gives_up];
    Ok(WaitingBody {
        kind: WaitingKind::Holding,
        id: holding.id.to_string(),
        asked_by: name(teller, asked_by).await?,
        asked_at: Some(holding.proposed_at.to_string()),
        person: name(teller, Some(holding.grant.person)).await?,
        account: None,
        institution: institution.map(|institution| institution.name),
        scope: Some(teller.scope(&post.scope, None)),
        name: Some(post.name),
        from: Some(holding.grant.validity.from().to_string()),
        until: holding.grant.validity.until().map(|until| until.to_string()),
        takes_over_from: name(teller, gives_up).await?,
        is_own: asker.is_some() && concerned.contains(&asker),
    })
}

async fn token_body(
    teller: &mut Teller<'_>,
    token: &Token,
    asker: Option<PersonId>,
) -> Result<WaitingBody, PeopleError> {
    let (by, at) = token.proposed;
    Ok(WaitingBody {
        kind: WaitingKind::Token,
        id: token.id.to_string(),
        asked_by: name(teller, Some(by)).await?,
        asked_at: Some(at.to_string()),
        person: None,
        account: Some(token.account.clone()),
        name: Some(token.label.clone()),
        institution: None,
        scope: Some(teller.scope(&token.scope, Some(&token.actions))),
        from: None,
        until: Some(token.expires_at.to_string()),
        takes_over_from: None,
        is_own: asker == Some(by),
    })
}

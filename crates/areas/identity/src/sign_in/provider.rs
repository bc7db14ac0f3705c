//! Signing in by another provider (OpenID Connect): code flow with PKCE, state and nonce.
//!
//! The provider says who somebody is, never what they may do: it leads to an account that is there already, and to none
//! that it was not linked to.

use super::provider_client::ProviderClient;
use super::random::token;
use super::session::{Caller, Proof, Proofs, Session};
use super::settings::{OidcSettings, Origin};
use super::{Entered, SignIn};
use crate::error::IdentityError;
use crate::repository::sign_in::{OutsideIdentity, SignInRepository};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lantai_database::StoreError;
use openidconnect::core::{CoreAuthenticationFlow, CoreClient, CoreProviderMetadata};
use openidconnect::{
    AuthorizationCode, ClientId, ClientSecret, CsrfToken, HttpRequest, IssuerUrl, Nonce, OAuth2TokenResponse,
    PkceCodeChallenge, PkceCodeVerifier, RedirectUrl, Scope, TokenResponse,
};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::path::Path;
use tokio::sync::RwLock;

/// Where the provider sends people back to.
pub(crate) const CALLBACK: &str = "/api/v1/session/provider/return";
/// Of what kind the step between going and coming back is.
const STEP: &str = "provider";
/// How long somebody may take there.
const STEP_MS: i64 = 10 * 60 * 1_000;
/// How long what the provider says of itself is believed.
const METADATA_MS: i64 = 60 * 60 * 1_000;

/// A provider of identities.
#[derive(Debug)]
pub(crate) struct Provider {
    settings: OidcSettings,
    secret: Option<String>,
    redirect: String,
    client: ProviderClient,
    metadata: RwLock<Option<(i64, CoreProviderMetadata)>>,
}

/// What is kept between going and coming back; sealed, because the verifier is a secret.
#[derive(Debug, Serialize, Deserialize)]
struct Gone {
    nonce: String,
    verifier: String,
    /// The account that is to be linked, where somebody is signed in.
    link: Option<String>,
}

/// Where somebody is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Way {
    /// Address at the provider.
    pub address: String,
    /// What must be in the browser's cookie when it comes back.
    pub state: String,
}

/// Who came back.
#[derive(Debug)]
pub enum Returned {
    /// Somebody signs in.
    Entered(Entered),
    /// Somebody who is signed in linked the provider.
    Linked,
}

/// Who the provider says somebody is.
struct Identity {
    subject: String,
    claim: Option<String>,
}

fn unsound(what: &str) -> IdentityError {
    IdentityError::Provider(what.to_owned())
}

/// What went wrong, with what led to it: the operator reads it, whoever signs in does not.
fn failed(error: impl std::error::Error) -> IdentityError {
    let mut told = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        told = format!("{told}: {error}");
        cause = error.source();
    }
    IdentityError::Provider(told)
}

impl Provider {
    pub fn new(settings: &OidcSettings, origin: &Origin, data: &Path) -> Result<Self, IdentityError> {
        let read = |path: &Path| std::fs::read(data.join(path)).map_err(IdentityError::KeyFile);
        let secret = settings.client_secret_file.as_deref().map(read).transpose()?;
        let secret = secret.map(|bytes| String::from_utf8_lossy(&bytes).trim().to_owned());
        let authorities = settings.ca_file.as_deref().map(read).transpose()?;
        Ok(Self {
            settings: settings.clone(),
            secret,
            redirect: format!("{}{CALLBACK}", origin.text),
            client: ProviderClient::new(authorities.as_deref())?,
            metadata: RwLock::new(None),
        })
    }

    /// What the provider says of itself: its addresses and keys.
    async fn metadata(&self, now_ms: i64) -> Result<CoreProviderMetadata, IdentityError> {
        if let Some((until_ms, known)) = &*self.metadata.read().await
            && now_ms < *until_ms
        {
            return Ok(known.clone());
        }
        let issuer = IssuerUrl::new(self.settings.issuer.clone()).map_err(failed)?;
        let client = self.client.clone();
        let fetch = move |request: HttpRequest| client.clone().fetch(request);
        let found = CoreProviderMetadata::discover_async(issuer, &fetch)
            .await
            .map_err(failed)?;
        *self.metadata.write().await = Some((now_ms + METADATA_MS, found.clone()));
        Ok(found)
    }

    fn client_id(&self) -> ClientId {
        ClientId::new(self.settings.client_id.clone())
    }

    fn redirect(&self) -> Result<RedirectUrl, IdentityError> {
        RedirectUrl::new(self.redirect.clone()).map_err(failed)
    }

    fn secret(&self) -> Option<ClientSecret> {
        self.secret.clone().map(ClientSecret::new)
    }

    /// Who came back with this code.
    async fn identity(&self, code: &str, gone: &Gone, now_ms: i64) -> Result<Identity, IdentityError> {
        let metadata = self.metadata(now_ms).await?;
        let userinfo = metadata.userinfo_endpoint().map(|endpoint| endpoint.to_string());
        let client = CoreClient::from_provider_metadata(metadata, self.client_id(), self.secret())
            .set_redirect_uri(self.redirect()?);
        let http = self.client.clone();
        let fetch = move |request: HttpRequest| http.clone().fetch(request);
        let tokens = client
            .exchange_code(AuthorizationCode::new(code.to_owned()))
            .map_err(failed)?
            .set_pkce_verifier(PkceCodeVerifier::new(gone.verifier.clone()))
            .request_async(&fetch)
            .await
            .map_err(failed)?;
        let id_token = tokens
            .id_token()
            .ok_or_else(|| unsound("it gave no identity token"))?;
        let verified = id_token
            .claims(&client.id_token_verifier(), &Nonce::new(gone.nonce.clone()))
            .map_err(failed)?;
        let subject = verified.subject().to_string();
        if self.settings.account_claim.is_empty() {
            return Ok(Identity { subject, claim: None });
        }
        // the signature was verified above, so its content can be read as it is: names of claims are configured
        let claims = content_of(&id_token.to_string()).unwrap_or_default();
        let mut claim = self.claim_in(&claims);
        if claim.is_none()
            && let Some(address) = userinfo
        {
            let told = self
                .ask_userinfo(&address, tokens.access_token().secret(), &subject)
                .await?;
            claim = self.claim_in(&told);
        }
        Ok(Identity { subject, claim })
    }

    /// The name of the account in some claims; an address of mail counts only when the provider verified it.
    fn claim_in(&self, claims: &Value) -> Option<String> {
        let name = self.settings.account_claim.as_str();
        let verified = claims.get("email_verified").and_then(Value::as_bool) == Some(true);
        if name == "email" && !verified {
            return None;
        }
        claims.get(name).and_then(Value::as_str).map(str::to_owned)
    }

    async fn ask_userinfo(&self, address: &str, access: &str, subject: &str) -> Result<Value, IdentityError> {
        let request = openidconnect::http::Request::builder()
            .uri(address)
            .header("authorization", format!("Bearer {access}"))
            .header("accept", "application/json")
            .body(Vec::new())
            .map_err(failed)?;
        let answer = self.client.clone().fetch(request).await.map_err(failed)?;
        let told: Value = serde_json::from_slice(answer.body()).map_err(failed)?;
        match told.get("sub").and_then(Value::as_str) == Some(subject) {
            true => Ok(told),
            false => Err(unsound("it tells of somebody else than who signed in")),
        }
    }
}

/// What a signed token holds.
fn content_of(token: &str) -> Option<Value> {
    let middle = token.split('.').nth(1)?;
    let bytes = BASE64_URL_SAFE_NO_PAD.decode(middle).ok()?;
    serde_json::from_slice(&bytes).ok()
}

impl SignIn {
    /// What the button of the other provider says; `None`: there is none.
    pub fn provider_name(&self) -> Option<&str> {
        self.provider
            .as_ref()
            .map(|provider| provider.settings.name.as_str())
    }

    fn provider(&self) -> Result<&Provider, IdentityError> {
        self.provider.as_deref().ok_or(IdentityError::NoProvider)
    }

    /// Sends somebody to the other provider: to sign in, or, with a session, to link the two.
    pub async fn go_to_provider(&self, session: Option<&Session>) -> Result<Way, IdentityError> {
        let provider = self.provider()?;
        if let Some(session) = session {
            self.must_be_fresh(session)?;
        }
        let metadata = provider.metadata(self.now_ms()).await?;
        let client = CoreClient::from_provider_metadata(metadata, provider.client_id(), provider.secret())
            .set_redirect_uri(provider.redirect()?);
        let state = token(&*self.random)?;
        let nonce = token(&*self.random)?;
        let verifier = PkceCodeVerifier::new(token(&*self.random)?);
        let challenge = PkceCodeChallenge::from_code_verifier_sha256(&verifier);
        let gone = Gone {
            nonce: nonce.clone(),
            verifier: verifier.secret().clone(),
            link: session.map(|session| session.account.clone()),
        };
        let gone = serde_json::to_vec(&gone).map_err(failed)?;
        let sealed = self.secrets.seal(&*self.random, STEP, &state, &gone)?;
        self.keep_step_named(state.clone(), STEP, None, sealed, STEP_MS)
            .await?;
        let told = state.clone();
        let mut request = client.authorize_url(
            CoreAuthenticationFlow::AuthorizationCode,
            move || CsrfToken::new(told),
            move || Nonce::new(nonce),
        );
        let wanted = match provider.settings.account_claim.as_str() {
            "" => &[][..],
            "email" => &["email"][..],
            _ => &["profile"][..],
        };
        for scope in wanted {
            request = request.add_scope(Scope::new((*scope).to_owned()));
        }
        let (address, _, _) = request.set_pkce_challenge(challenge).url();
        Ok(Way {
            address: address.to_string(),
            state,
        })
    }

    /// Takes somebody back. `state` must be what their browser kept as well (`kept`), so that nobody is signed in by a
    /// link that somebody else made.
    pub async fn come_back(
        &self,
        caller: &Caller,
        kept: Option<&str>,
        state: &str,
        code: &str,
    ) -> Result<Returned, IdentityError> {
        let provider = self.provider()?;
        if kept != Some(state) {
            return Err(IdentityError::StepGone);
        }
        let sealed = self.take(state, STEP, None).await?;
        let gone = self.secrets.open(STEP, state, &sealed)?;
        let gone: Gone = serde_json::from_slice(&gone).map_err(failed)?;
        let identity = provider.identity(code, &gone, self.now_ms()).await?;
        let issuer = provider.settings.issuer.as_str();
        if let Some(account) = &gone.link {
            self.link(issuer, &identity.subject, account).await?;
            return Ok(Returned::Linked);
        }
        let name = self.account_behind(issuer, &identity).await?;
        let account = self.account(&name).await?.ok_or(IdentityError::NotLinked)?;
        let proof = match provider.settings.proves_second_factor {
            true => Proof::StrongProvider,
            false => Proof::Provider,
        };
        self.begin(&account, Proofs::of(proof), caller, None)
            .await
            .map(Returned::Entered)
    }

    /// The account that an identity leads to: the one it is linked to, or the one its claim names, which it is linked to
    /// from then on.
    async fn account_behind(&self, issuer: &str, identity: &Identity) -> Result<String, IdentityError> {
        let mut reader = self.database.read().await?;
        let linked = SignInRepository(reader.conn())
            .linked_account(issuer, &identity.subject)
            .await?;
        drop(reader);
        if let Some(linked) = linked {
            return Ok(linked);
        }
        let claimed = identity.claim.as_deref().ok_or(IdentityError::NotLinked)?;
        let account = self.account(claimed).await?.ok_or(IdentityError::NotLinked)?;
        self.link(issuer, &identity.subject, &account.name).await?;
        Ok(account.name)
    }

    async fn link(&self, issuer: &str, subject: &str, account: &str) -> Result<(), IdentityError> {
        let identity = OutsideIdentity {
            issuer: issuer.to_owned(),
            subject: subject.to_owned(),
            account: account.to_owned(),
            linked_at_ms: self.now_ms(),
        };
        let mut work = self.database.begin_upkeep().await?;
        let linked = SignInRepository(work.conn())
            .insert_outside_identity(&identity)
            .await;
        match linked {
            Ok(()) => Ok(work.commit().await?),
            Err(StoreError::Conflict(_)) => Err(IdentityError::LinkedAlready),
            Err(error) => Err(error.into()),
        }
    }
}

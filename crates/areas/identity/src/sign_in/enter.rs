//! Coming in: the password, the code after it, proving it once more, and going out.

use super::account::SignInAccount;
use super::random::{short_name, token};
use super::session::{Caller, NOTED_EVERY_MS, Proof, Proofs, Session, Stage, UNFINISHED_MS};
use super::throttle::{Attempt, Refused, Throttle};
use super::{SignIn, recovery, totp};
use crate::error::IdentityError;
use crate::repository::sign_in::SignInRepository;
use crate::repository::sign_in_sessions::SessionRepository;
use aws_lc_rs::digest;
use lantai_domain::audit::{AuditNote, EventClass};

/// A session that was begun, with the token that goes into the cookie and is kept nowhere else.
#[derive(Debug, Clone)]
pub struct Entered {
    /// The token.
    pub token: String,
    /// The session.
    pub session: Session,
}

/// The form in which tokens are kept.
fn digest_of(token: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

impl From<Refused> for IdentityError {
    fn from(refused: Refused) -> Self {
        match refused {
            Refused::Locked { seconds } => Self::Locked { seconds },
            Refused::Paused { seconds } => Self::Throttled { seconds },
        }
    }
}

impl SignIn {
    /// Signs in with name and password, as far as these lead.
    pub async fn enter(&self, caller: &Caller, name: &str, password: &str) -> Result<Entered, IdentityError> {
        let account = self.account(name).await?;
        let account = self.with_password(caller, name, account, password).await?;
        self.begin(&account, Proofs::of(Proof::Password), caller, None)
            .await
    }

    /// Goes on with a code of the authenticator, or a recovery code.
    pub async fn enter_code(
        &self,
        caller: &Caller,
        session: &Session,
        code: &str,
    ) -> Result<Entered, IdentityError> {
        if session.stage != Stage::SecondFactor {
            return Err(IdentityError::StepGone);
        }
        let account = self.account_of(session).await?;
        let proof = self.check_code(caller, &account, code).await?;
        let proofs = session.proofs.clone().and(proof);
        self.begin(&account, proofs, caller, Some(session)).await
    }

    /// Proves once more who is signed in, with the password or a code.
    pub async fn prove(&self, caller: &Caller, session: &Session, proof: &str) -> Result<(), IdentityError> {
        if !session.is_whole() {
            return Err(IdentityError::SignInNeeded);
        }
        let account = self.account_of(session).await?;
        let looks_like_a_code = proof.len() == 6 && proof.bytes().all(|digit| digit.is_ascii_digit());
        if account.has_totp && looks_like_a_code {
            self.check_code(caller, &account, proof).await?;
        } else {
            self.with_password(caller, &session.account, Some(account), proof)
                .await?;
        }
        self.proved(session).await
    }

    /// Notes that the owner of a session proved who they are.
    pub(super) async fn proved(&self, session: &Session) -> Result<(), IdentityError> {
        let mut work = self.database.begin_upkeep().await?;
        SessionRepository(work.conn())
            .proved(&session.id, self.now_ms())
            .await?;
        Ok(work.commit().await?)
    }

    /// The account, if this is its password.
    pub(super) async fn with_password(
        &self,
        caller: &Caller,
        name: &str,
        account: Option<SignInAccount>,
        password: &str,
    ) -> Result<SignInAccount, IdentityError> {
        let attempt = Attempt {
            name,
            exists: account.is_some(),
            address: &caller.address,
            familiar: account.is_some() && self.knows(name, caller).await?,
        };
        let kept = account.as_ref().map(|account| account.password_hash.clone());
        let lane = admit(&self.passwords, &attempt, self.now_ms())?;
        match self.work.fits(lane, password, kept).await {
            Ok(true) => {
                self.passwords.right(&attempt);
                account.ok_or(IdentityError::WrongCredentials)
            }
            Ok(false) => {
                tracing::warn!(address = %caller.network(), "a sign-in was refused");
                Err(IdentityError::WrongCredentials)
            }
            Err(error) => {
                self.passwords.undecided(&attempt);
                Err(error)
            }
        }
    }

    async fn knows(&self, name: &str, caller: &Caller) -> Result<bool, IdentityError> {
        let address = self.address_digest(name, caller);
        let mut reader = self.database.read().await?;
        Ok(SignInRepository(reader.conn())
            .knows_address(name, &address)
            .await?)
    }

    fn address_digest(&self, name: &str, caller: &Caller) -> String {
        self.secrets.digest("known address", name, &caller.address)
    }

    /// Uses up a code of an account: of its authenticator, or a recovery code.
    async fn check_code(
        &self,
        caller: &Caller,
        account: &SignInAccount,
        code: &str,
    ) -> Result<Proof, IdentityError> {
        let attempt = Attempt {
            name: &account.name,
            exists: true,
            address: &caller.address,
            familiar: self.knows(&account.name, caller).await?,
        };
        admit(&self.codes, &attempt, self.now_ms())?;
        match self.use_code(account, code).await {
            Ok(Some(proof)) => {
                self.codes.right(&attempt);
                Ok(proof)
            }
            Ok(None) => {
                tracing::warn!(address = %caller.network(), "a second factor was refused");
                Err(IdentityError::WrongCode)
            }
            Err(error) => {
                self.codes.undecided(&attempt);
                Err(error)
            }
        }
    }

    async fn use_code(&self, account: &SignInAccount, code: &str) -> Result<Option<Proof>, IdentityError> {
        if let Some(digest) = recovery::digest(&self.secrets, &account.name, code) {
            let mut work = self.database.begin_upkeep().await?.unaudited();
            let used = SignInRepository(work.conn())
                .use_recovery_code(&account.name, &digest)
                .await?;
            work.commit().await?;
            return Ok(used.then_some(Proof::RecoveryCode));
        }
        let mut work = self.database.begin_upkeep().await?.unaudited();
        let Some(factor) = SignInRepository(work.conn()).totp(&account.name).await? else {
            return Ok(None);
        };
        let secret = self.secrets.open("totp", &account.name, &factor.sealed_secret)?;
        let Some(step) = totp::step_of(&secret, code, self.now_ms())? else {
            return Ok(None);
        };
        let used = SignInRepository(work.conn())
            .use_totp_step(&account.name, step)
            .await?;
        work.commit().await?;
        Ok(used.then_some(Proof::Totp))
    }

    /// Begins a session with what was proved, in place of the one before: a new token each time somebody comes further.
    pub(super) async fn begin(
        &self,
        account: &SignInAccount,
        proofs: Proofs,
        caller: &Caller,
        before: Option<&Session>,
    ) -> Result<Entered, IdentityError> {
        let standing = self.standing(&account.name).await?;
        if !standing.may_sign_in {
            return Err(IdentityError::NotActive);
        }
        let now_ms = self.now_ms();
        let stage = proofs.stage(account, standing.duty, &self.settings, now_ms);
        let whole = stage == Stage::Whole;
        let lasts_ms = match whole {
            true => i64::from(self.settings.session_hours) * 3_600_000,
            false => UNFINISHED_MS,
        };
        let session = Session {
            id: short_name(&*self.random)?,
            account: account.name.clone(),
            stage,
            proofs,
            device: caller.device(),
            address: caller.network(),
            created_at_ms: now_ms,
            proved_at_ms: now_ms,
            last_seen_ms: now_ms,
            idle_ms: standing.duty.idle_ms(&self.settings),
            expires_at_ms: now_ms + lasts_ms,
        };
        let token = token(&*self.random)?;
        let mut work = self.database.begin_upkeep().await?;
        if let Some(before) = before {
            SessionRepository(work.conn())
                .delete(&before.account, &before.id)
                .await?;
        }
        SessionRepository(work.conn())
            .insert(&session, &digest_of(&token))
            .await?;
        if whole && !caller.address.is_empty() {
            let address = self.address_digest(&account.name, caller);
            SignInRepository(work.conn())
                .put_address(&account.name, &address, now_ms)
                .await?;
        }
        let action = if whole { "sign_in" } else { "begin_sign_in" };
        let note = AuditNote::new(EventClass::SignIn, action, self.clock.now());
        work.note(note.by(standing.named));
        work.commit().await?;
        Ok(Entered { token, session })
    }

    /// The session of a token; `None`: there is none, or it has ended. Notes that it was used.
    pub async fn session(&self, token: &str) -> Result<Option<Session>, IdentityError> {
        let now_ms = self.now_ms();
        let mut reader = self.database.read().await?;
        let found = SessionRepository(reader.conn())
            .by_token(&digest_of(token), now_ms)
            .await?;
        drop(reader);
        let Some(session) = found else { return Ok(None) };
        if now_ms - session.last_seen_ms >= NOTED_EVERY_MS {
            let mut work = self.database.begin_upkeep().await?.unaudited();
            SessionRepository(work.conn()).seen(&session.id, now_ms).await?;
            work.commit().await?;
        }
        Ok(Some(session))
    }

    /// Signs out.
    pub async fn leave(&self, session: &Session) -> Result<(), IdentityError> {
        let mut work = self.database.begin_upkeep().await?;
        SessionRepository(work.conn())
            .delete(&session.account, &session.id)
            .await?;
        Ok(work.commit().await?)
    }

    /// The sessions of whoever has this one.
    pub async fn sessions(&self, session: &Session) -> Result<Vec<Session>, IdentityError> {
        let mut reader = self.database.read().await?;
        Ok(SessionRepository(reader.conn())
            .of_account(&session.account, self.now_ms())
            .await?)
    }

    /// Ends another session of whoever has this one.
    pub async fn end_session(&self, session: &Session, id: &str) -> Result<(), IdentityError> {
        let mut work = self.database.begin_upkeep().await?;
        let ended = SessionRepository(work.conn())
            .delete(&session.account, id)
            .await?;
        work.commit().await?;
        match ended {
            true => Ok(()),
            false => Err(IdentityError::NotInAccount),
        }
    }

    /// Ends all other sessions of whoever has this one; how many there were.
    pub async fn end_other_sessions(&self, session: &Session) -> Result<u64, IdentityError> {
        let mut work = self.database.begin_upkeep().await?;
        let ended = SessionRepository(work.conn())
            .delete_all_but(&session.account, &session.id)
            .await?;
        work.commit().await?;
        Ok(ended)
    }
}

fn admit(throttle: &Throttle, attempt: &Attempt<'_>, now_ms: i64) -> Result<super::Lane, IdentityError> {
    let lane = throttle.admit(attempt, now_ms);
    if lane.is_err() {
        tracing::warn!("a sign-in came too early");
    }
    Ok(lane?)
}

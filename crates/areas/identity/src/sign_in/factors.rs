//! Second factors of one's own account: setting them up, looking at them, taking them away.

use super::account::SignInAccount;
use super::random::token;
use super::session::{Caller, Proof, Session, Stage};
use super::{Entered, SignIn, recovery, totp};
use crate::error::IdentityError;
use crate::repository::sign_in::{OutsideIdentity, SignInRepository, Step, TotpFactor};
use crate::repository::sign_in_passkeys::Passkey;

/// Of what kind the step between secret and confirmation is.
const STEP: &str = "totp";
/// How long setting an authenticator up may take.
const STEP_MS: i64 = 15 * 60 * 1_000;

/// An authenticator that is being set up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewAuthenticator {
    /// Name of this setting up.
    pub step: String,
    /// The secret, to be typed in.
    pub secret: String,
    /// The address that the picture holds.
    pub address: String,
}

/// How somebody proves who they are.
#[derive(Debug, Clone)]
pub struct AccountFactors {
    /// The account.
    pub account: SignInAccount,
    /// Until when its password is good; `None`: for ever.
    pub password_until_ms: Option<i64>,
    /// Whether it must have a second factor.
    pub second_factor_demanded: bool,
    /// The authenticator.
    pub totp: Option<TotpFactor>,
    /// The passkeys.
    pub passkeys: Vec<Passkey>,
    /// The links to other providers.
    pub outside: Vec<OutsideIdentity>,
}

impl SignIn {
    /// How whoever has this session proves who they are.
    pub async fn factors(&self, session: &Session) -> Result<AccountFactors, IdentityError> {
        let account = self.account_of(session).await?;
        let duty = self.standing(&account.name).await?.duty;
        let mut reader = self.database.read().await?;
        let totp = SignInRepository(reader.conn()).totp(&account.name).await?;
        let passkeys = SignInRepository(reader.conn()).passkeys(&account.name).await?;
        let outside = SignInRepository(reader.conn())
            .outside_identities(&account.name)
            .await?;
        Ok(AccountFactors {
            password_until_ms: account.password_until_ms(duty, &self.settings),
            second_factor_demanded: duty.needs_second_factor(&self.settings),
            account,
            totp,
            passkeys,
            outside,
        })
    }

    /// Whether whoever has this session may set a factor up: fresh, or sent here by the sign-in.
    pub(super) fn may_enrol(&self, session: &Session) -> Result<(), IdentityError> {
        match session.stage {
            Stage::Enrolment => Ok(()),
            _ => self.must_be_fresh(session),
        }
    }

    /// Begins to set an authenticator up.
    pub async fn begin_totp(&self, session: &Session) -> Result<NewAuthenticator, IdentityError> {
        self.may_enrol(session)?;
        let secret = totp::new_secret(&*self.random)?;
        let sealed = self
            .secrets
            .seal(&*self.random, "totp", &session.account, &secret)?;
        let shown = totp::show(&secret, &self.institution, &session.account)?;
        let step = self
            .keep_step(STEP, Some(&session.account), sealed, STEP_MS)
            .await?;
        Ok(NewAuthenticator {
            step,
            secret: shown.secret,
            address: shown.address,
        })
    }

    /// Sets an authenticator up whose code proves that it works. Whoever has no recovery codes gets some; whoever was
    /// sent here by the sign-in goes on.
    pub async fn confirm_totp(
        &self,
        caller: &Caller,
        session: &Session,
        step: &str,
        code: &str,
    ) -> Result<(Vec<String>, Option<Entered>), IdentityError> {
        self.may_enrol(session)?;
        let now_ms = self.now_ms();
        let mut work = self.database.begin_upkeep().await?;
        let begun = SignInRepository(work.conn())
            .take_step(step, STEP, now_ms)
            .await?;
        let begun = begun.filter(|begun| begun.account.as_ref() == Some(&session.account));
        let begun = begun.ok_or(IdentityError::StepGone)?;
        let secret = self.secrets.open("totp", &session.account, &begun.content)?;
        // after a wrong code nothing is committed: the step waits on
        let used = totp::step_of(&secret, code, now_ms)?.ok_or(IdentityError::WrongCode)?;
        SignInRepository(work.conn())
            .put_totp(&session.account, &begun.content, used, now_ms)
            .await?;
        let codes = match self.account_of(session).await?.recovery_codes {
            0 => self.put_new_codes(&mut work, &session.account).await?,
            _ => Vec::new(),
        };
        work.commit().await?;
        let entered = self.after_enrolment(caller, session, Proof::Totp).await?;
        Ok((codes, entered))
    }

    /// Whoever was sent by the sign-in to set a factor up has proved it now.
    pub(super) async fn after_enrolment(
        &self,
        caller: &Caller,
        session: &Session,
        proof: Proof,
    ) -> Result<Option<Entered>, IdentityError> {
        if session.stage != Stage::Enrolment {
            return Ok(None);
        }
        let account = self.account_of(session).await?;
        let proofs = session.proofs.clone().and(proof);
        self.begin(&account, proofs, caller, Some(session))
            .await
            .map(Some)
    }

    /// New recovery codes, in place of those before.
    pub async fn new_recovery_codes(&self, session: &Session) -> Result<Vec<String>, IdentityError> {
        self.must_be_fresh(session)?;
        if !self.account_of(session).await?.has_second_factor() {
            return Err(IdentityError::NotInAccount);
        }
        let mut work = self.database.begin_upkeep().await?;
        let codes = self.put_new_codes(&mut work, &session.account).await?;
        work.commit().await?;
        Ok(codes)
    }

    pub(super) async fn put_new_codes(
        &self,
        work: &mut lantai_database::UnitOfWork,
        account: &str,
    ) -> Result<Vec<String>, IdentityError> {
        let codes = recovery::new_codes(&*self.random)?;
        let digests: Vec<String> = codes
            .iter()
            .filter_map(|code| recovery::digest(&self.secrets, account, code))
            .collect();
        SignInRepository(work.conn())
            .put_recovery_codes(account, &digests)
            .await?;
        Ok(codes)
    }

    /// Takes the authenticator away.
    pub async fn remove_totp(&self, session: &Session) -> Result<(), IdentityError> {
        let account = self
            .may_lose_a_factor(session, |account| account.passkeys > 0)
            .await?;
        let mut work = self.database.begin_upkeep().await?;
        let removed = SignInRepository(work.conn()).delete_totp(&account.name).await?;
        if account.passkeys == 0 {
            SignInRepository(work.conn())
                .put_recovery_codes(&account.name, &[])
                .await?;
        }
        work.commit().await?;
        match removed {
            true => Ok(()),
            false => Err(IdentityError::NotInAccount),
        }
    }

    /// Takes a passkey away.
    pub async fn remove_passkey(&self, session: &Session, credential: &str) -> Result<(), IdentityError> {
        let others = |account: &SignInAccount| account.has_totp || account.passkeys > 1;
        let account = self.may_lose_a_factor(session, others).await?;
        let mut work = self.database.begin_upkeep().await?;
        let removed = SignInRepository(work.conn())
            .delete_passkey(&account.name, credential)
            .await?;
        if removed && !others(&account) {
            SignInRepository(work.conn())
                .put_recovery_codes(&account.name, &[])
                .await?;
        }
        work.commit().await?;
        match removed {
            true => Ok(()),
            false => Err(IdentityError::NotInAccount),
        }
    }

    /// Undoes the links to other providers.
    pub async fn unlink(&self, session: &Session) -> Result<(), IdentityError> {
        self.must_be_fresh(session)?;
        let mut work = self.database.begin_upkeep().await?;
        let removed = SignInRepository(work.conn())
            .delete_outside_identities(&session.account)
            .await?;
        work.commit().await?;
        match removed {
            true => Ok(()),
            false => Err(IdentityError::NotInAccount),
        }
    }

    async fn may_lose_a_factor(
        &self,
        session: &Session,
        has_another: impl Fn(&SignInAccount) -> bool,
    ) -> Result<SignInAccount, IdentityError> {
        self.must_be_fresh(session)?;
        let account = self.account_of(session).await?;
        let duty = self.standing(&account.name).await?.duty;
        if duty.needs_second_factor(&self.settings) && !has_another(&account) {
            return Err(IdentityError::FactorNeeded);
        }
        Ok(account)
    }

    /// Keeps what was begun until its second half comes.
    pub(super) async fn keep_step(
        &self,
        kind: &str,
        account: Option<&str>,
        content: String,
        lasts_ms: i64,
    ) -> Result<String, IdentityError> {
        let step = token(&*self.random)?;
        self.keep_step_named(step.clone(), kind, account, content, lasts_ms)
            .await?;
        Ok(step)
    }

    /// Keeps what was begun under a name that is given.
    pub(super) async fn keep_step_named(
        &self,
        step: String,
        kind: &str,
        account: Option<&str>,
        content: String,
        lasts_ms: i64,
    ) -> Result<(), IdentityError> {
        let now_ms = self.now_ms();
        let step = Step {
            step,
            kind: kind.to_owned(),
            account: account.map(str::to_owned),
            content,
            until_ms: now_ms + lasts_ms,
        };
        let mut work = self.database.begin_upkeep().await?.unaudited();
        let kept = SignInRepository(work.conn()).insert_step(&step, now_ms).await?;
        work.commit().await?;
        match kept {
            true => Ok(()),
            false => Err(IdentityError::Busy),
        }
    }
}

//! Changing one's password.

use super::account::Duty;
use super::hashing::PasswordWork;
use super::password_rules::{PasswordRules, SHORTEST, SHORTEST_OF_ADMINISTRATORS, WeakPassword};
use super::session::{Caller, Session, Stage};
use super::{Entered, SignIn};
use crate::error::IdentityError;
use crate::password::KeptPassword;
use crate::repository::sign_in::SignInRepository;
use crate::repository::sign_in_sessions::SessionRepository;
use std::sync::Arc;

/// A password that the owner of a new account chooses, if the rules take it.
pub async fn choose_password(
    rules: &Arc<PasswordRules>,
    work: &PasswordWork,
    account: &str,
    password: &str,
    duty: Duty,
) -> Result<KeptPassword, IdentityError> {
    let (rules, owned_account, owned) = (Arc::clone(rules), account.to_owned(), password.to_owned());
    tokio::task::spawn_blocking(move || rules.check(&owned_account, &owned, duty.shortest_password()))
        .await??;
    Ok(KeptPassword::chosen(work.hash(password).await?))
}

impl Duty {
    /// Letters of the shortest password.
    fn shortest_password(self) -> usize {
        match self {
            Self::Administrator => SHORTEST_OF_ADMINISTRATORS,
            Self::Staff | Self::Reader => SHORTEST,
        }
    }
}

impl SignIn {
    /// Changes the password of whoever has this session, and ends all their other sessions. Who is signed in gives the
    /// old one; who was sent here by the sign-in has just given it.
    pub async fn change_password(
        &self,
        caller: &Caller,
        session: &Session,
        old: Option<&str>,
        new: &str,
    ) -> Result<Entered, IdentityError> {
        let account = self.account_of(session).await?;
        match session.stage {
            Stage::NewPassword => {}
            Stage::Whole => {
                let old = old.ok_or(IdentityError::WrongCredentials)?;
                self.with_password(caller, &account.name, Some(account.clone()), old)
                    .await?;
            }
            Stage::SecondFactor | Stage::Enrolment => return Err(IdentityError::SignInNeeded),
        }
        let chosen = self
            .new_password(&account.name, &account.password_hash, new)
            .await?;
        let mut work = self.database.begin_upkeep().await?;
        SignInRepository(work.conn())
            .put_password(&account.name, &chosen, self.now_ms())
            .await?;
        SessionRepository(work.conn())
            .delete_all_but(&account.name, &session.id)
            .await?;
        work.commit().await?;
        let account = self.account_of(session).await?;
        self.begin(&account, session.proofs.clone(), caller, Some(session))
            .await
    }

    /// A password that a reader chooses who registers, if the rules take it.
    pub async fn readers_password(
        &self,
        account: &str,
        password: &str,
    ) -> Result<KeptPassword, IdentityError> {
        choose_password(&self.rules, &self.work, account, password, Duty::Reader).await
    }

    /// A new password of an account, if the rules take it and it was not used before.
    async fn new_password(&self, name: &str, kept: &str, new: &str) -> Result<KeptPassword, IdentityError> {
        let duty = self.standing(name).await?.duty;
        let mut reader = self.database.read().await?;
        let mut former = SignInRepository(reader.conn()).former_passwords(name).await?;
        drop(reader);
        former.push(kept.to_owned());
        if self.work.fits_any(new, former).await? {
            return Err(WeakPassword::Former.into());
        }
        choose_password(&self.rules, &self.work, name, new, duty).await
    }
}

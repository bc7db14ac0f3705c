//! Passkeys (WebAuthn): set up by whoever is signed in, then enough to sign in by themselves, because the authenticator
//! asks its owner for a finger, a face or a number before it answers.

use super::account::SignInAccount;
use super::session::{Caller, Proof, Proofs, Session, Stage};
use super::settings::Origin;
use super::{Entered, SignIn};
use crate::error::IdentityError;
use crate::repository::sign_in::SignInRepository;
use crate::repository::sign_in_passkeys::Passkey;
use base64::Engine;
use base64::prelude::{BASE64_STANDARD_NO_PAD, BASE64_URL_SAFE_NO_PAD};
use webauthn_rp::bin::{Decode, Encode};
use webauthn_rp::request::TimedCeremony;
use webauthn_rp::request::auth::AuthenticationVerificationOptions;
use webauthn_rp::request::register::{
    CredProtect, PublicKeyCredentialUserEntity, RegistrationVerificationOptions, UserHandle64, Username,
};
use webauthn_rp::request::{
    AsciiDomain, DomainOrigin, ExtensionInfo, Port, PublicKeyCredentialDescriptor, RpId, Scheme,
};
use webauthn_rp::response::register::{CompressedPubKey, DynamicState, StaticState};
use webauthn_rp::response::{AuthTransports, CredentialId, SentChallenge};
use webauthn_rp::{
    AuthenticatedCredential, DiscoverableAuthentication64, DiscoverableAuthenticationServerState,
    DiscoverableCredentialRequestOptions, PublicKeyCredentialCreationOptions, Registration,
    RegistrationServerState,
};

/// Of what kind the step of a passkey that is being set up is.
const NEW: &str = "passkey_new";
/// Of what kind the step of a passkey that is being used is.
const USE: &str = "passkey_use";
/// How long an authenticator may take to answer.
const STEP_MS: i64 = 5 * 60 * 1_000;
/// Longest name that an owner gives a passkey.
const LONGEST_LABEL: usize = 64;

fn refused(error: impl std::fmt::Display) -> IdentityError {
    IdentityError::Passkey(error.to_string())
}

fn unreadable() -> IdentityError {
    IdentityError::Passkey("it cannot be read".to_owned())
}

fn to_text(bytes: &[u8]) -> String {
    BASE64_STANDARD_NO_PAD.encode(bytes)
}

fn to_bytes(text: &str) -> Result<Vec<u8>, IdentityError> {
    BASE64_STANDARD_NO_PAD.decode(text).map_err(|_| unreadable())
}

fn step_name(challenge: SentChallenge) -> String {
    format!("{:032x}", challenge.0)
}

/// Where passkeys are used: the address of the pages, or this machine.
struct Place {
    id: RpId,
    origin: Option<Origin>,
}

impl Place {
    fn of(origin: Option<Origin>) -> Result<Self, IdentityError> {
        let host = origin.as_ref().map_or("localhost", |origin| origin.host.as_str());
        let domain = AsciiDomain::try_from(host.to_owned()).map_err(refused)?;
        Ok(Self {
            id: RpId::Domain(domain),
            origin,
        })
    }

    /// Origins that are taken: exactly the one that is set; without one, this machine at any port.
    fn origins(&self) -> Vec<DomainOrigin<'_, '_>> {
        match &self.origin {
            None => vec![DomainOrigin {
                scheme: Scheme::Any,
                host: "localhost",
                port: Port::Any,
            }],
            Some(origin) => DomainOrigin::try_from(origin.text.as_str()).into_iter().collect(),
        }
    }
}

type KeptKey = StaticState<CompressedPubKey<[u8; 32], [u8; 32], [u8; 48], Vec<u8>>>;

fn read_states(passkey: &Passkey) -> Result<(KeptKey, DynamicState), IdentityError> {
    let key = KeptKey::decode(to_bytes(&passkey.key_state)?.as_slice()).map_err(|_| unreadable())?;
    let counter: [u8; 7] = to_bytes(&passkey.counter_state)?
        .try_into()
        .map_err(|_| unreadable())?;
    let counter = DynamicState::decode(counter).map_err(|_| unreadable())?;
    Ok((key, counter))
}

fn handle_of(text: &str) -> Result<UserHandle64, IdentityError> {
    let bytes: [u8; 64] = hex::decode(text)
        .ok()
        .and_then(|bytes| bytes.try_into().ok())
        .ok_or_else(unreadable)?;
    UserHandle64::decode(bytes).map_err(|_| unreadable())
}

impl SignIn {
    fn place(&self) -> Result<Place, IdentityError> {
        Place::of(self.settings.origin()?)
    }

    /// Begins to set a passkey up: what the browser's `navigator.credentials.create` is given, as JSON.
    pub async fn begin_new_passkey(&self, session: &Session) -> Result<String, IdentityError> {
        self.may_enrol(session)?;
        let place = self.place()?;
        let mut fresh = [0; 64];
        self.random.fill(&mut fresh)?;
        let mut work = self.database.begin_upkeep().await?;
        let handle = SignInRepository(work.conn())
            .give_handle(&session.account, &hex::encode(fresh))
            .await?;
        let passkeys = SignInRepository(work.conn()).passkeys(&session.account).await?;
        work.commit().await?;
        let user_id = handle_of(&handle)?;
        let known = passkeys.iter().map(descriptor).collect::<Result<Vec<_>, _>>()?;
        let user = PublicKeyCredentialUserEntity {
            name: Username::try_from(session.account.as_str()).map_err(refused)?,
            id: &user_id,
            display_name: None,
        };
        let mut options = PublicKeyCredentialCreationOptions::passkey(&place.id, user, known);
        // asked for, not enforced: most authenticators of telephones and computers do not know it, and all unlock anyway
        options.extensions.cred_protect =
            CredProtect::UserVerificationRequired(ExtensionInfo::AllowDontEnforceValue);
        let (begun, told) = options.start_ceremony().map_err(refused)?;
        let name = step_name(begun.sent_challenge());
        let content = to_text(&begun.encode().map_err(refused)?);
        self.keep_step_named(name, NEW, Some(&session.account), content, STEP_MS)
            .await?;
        serde_json::to_string(&told).map_err(refused)
    }

    /// Sets a passkey up with what the browser answered. Whoever has no recovery codes gets some; whoever was sent here
    /// by the sign-in goes on.
    pub async fn confirm_passkey(
        &self,
        caller: &Caller,
        session: &Session,
        label: &str,
        answer: &[u8],
    ) -> Result<(Vec<String>, Option<Entered>), IdentityError> {
        self.may_enrol(session)?;
        let place = self.place()?;
        let answer = Registration::from_json_relaxed(answer).map_err(refused)?;
        let challenge = answer.challenge_relaxed().map_err(refused)?;
        let now_ms = self.now_ms();
        let begun = self
            .take(&step_name(challenge), NEW, Some(&session.account))
            .await?;
        let begun = RegistrationServerState::<64>::decode(to_bytes(&begun)?.as_slice()).map_err(refused)?;
        let origins = place.origins();
        let options = RegistrationVerificationOptions::<'_, '_, _, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..RegistrationVerificationOptions::default()
        };
        let registered = begun.verify(&place.id, &answer, &options).map_err(refused)?;
        let label: String = label.trim().chars().take(LONGEST_LABEL).collect();
        let passkey = Passkey {
            credential: BASE64_URL_SAFE_NO_PAD.encode(registered.id().as_ref()),
            account: session.account.clone(),
            label,
            key_state: to_text(&infallible(registered.static_state().encode())),
            counter_state: to_text(&infallible(registered.dynamic_state().encode())),
            transports: i64::from(infallible(registered.transports().encode())),
            created_at_ms: now_ms,
            last_used_at_ms: None,
        };
        let mut work = self.database.begin_upkeep().await?;
        SignInRepository(work.conn()).insert_passkey(&passkey).await?;
        let codes = match self.account_of(session).await?.recovery_codes {
            0 => self.put_new_codes(&mut work, &session.account).await?,
            _ => Vec::new(),
        };
        work.commit().await?;
        let entered = self.after_enrolment(caller, session, Proof::Passkey).await?;
        Ok((codes, entered))
    }

    /// Begins to use a passkey: what the browser's `navigator.credentials.get` is given, as JSON.
    pub async fn begin_passkey(&self) -> Result<String, IdentityError> {
        let place = self.place()?;
        let (begun, told) = DiscoverableCredentialRequestOptions::passkey(&place.id)
            .start_ceremony()
            .map_err(refused)?;
        let name = step_name(begun.sent_challenge());
        let content = to_text(&begun.encode().map_err(refused)?);
        self.keep_step_named(name, USE, None, content, STEP_MS).await?;
        serde_json::to_string(&told).map_err(refused)
    }

    /// Signs in with what the browser answered. Where a session is there already, it must be the same account: then the
    /// passkey is the second factor, or proves once more who is signed in.
    pub async fn enter_passkey(
        &self,
        caller: &Caller,
        session: Option<&Session>,
        answer: &[u8],
    ) -> Result<Entered, IdentityError> {
        let (account, passkey) = self.used_passkey(answer).await?;
        let before = session.filter(|session| session.stage != Stage::NewPassword);
        if before.is_some_and(|before| before.account != account.name) {
            return Err(IdentityError::PasskeyUnknown);
        }
        tracing::debug!(set_up_at_ms = passkey.created_at_ms, "a passkey was used");
        let proofs = match before {
            Some(before) => before.proofs.clone().and(Proof::Passkey),
            None => Proofs::of(Proof::Passkey),
        };
        self.begin(&account, proofs, caller, session).await
    }

    async fn used_passkey(&self, answer: &[u8]) -> Result<(SignInAccount, Passkey), IdentityError> {
        let place = self.place()?;
        let answer = DiscoverableAuthentication64::from_json_relaxed(answer).map_err(refused)?;
        let challenge = answer.challenge_relaxed().map_err(refused)?;
        let begun = self.take(&step_name(challenge), USE, None).await?;
        let begun = DiscoverableAuthenticationServerState::decode(to_bytes(&begun)?.as_slice())
            .map_err(|_| unreadable())?;
        let handle = *answer.response().user_handle();
        let mut reader = self.database.read().await?;
        let account = SignInRepository(reader.conn())
            .account_by_handle(&hex::encode(handle.as_ref()))
            .await?;
        let credential = BASE64_URL_SAFE_NO_PAD.encode(answer.raw_id().as_ref());
        let passkey = SignInRepository(reader.conn()).passkey(&credential).await?;
        drop(reader);
        let (Some(account), Some(passkey)) = (account, passkey) else {
            return Err(IdentityError::PasskeyUnknown);
        };
        if passkey.account != account.name {
            return Err(IdentityError::PasskeyUnknown);
        }
        let (key, counter) = read_states(&passkey)?;
        let mut kept =
            AuthenticatedCredential::new(answer.raw_id(), &handle, key, counter).map_err(refused)?;
        let origins = place.origins();
        let options = AuthenticationVerificationOptions::<'_, '_, _, &str> {
            allowed_origins: &origins,
            error_on_unsolicited_extensions: false,
            ..AuthenticationVerificationOptions::default()
        };
        begun
            .verify(&place.id, &answer, &mut kept, &options)
            .map_err(refused)?;
        let counter = to_text(&infallible(kept.dynamic_state().encode()));
        let mut work = self.database.begin_upkeep().await?.unaudited();
        let used = SignInRepository(work.conn())
            .use_passkey(&passkey, &counter, self.now_ms())
            .await?;
        work.commit().await?;
        match used {
            true => Ok((account, passkey)),
            false => Err(IdentityError::StepGone),
        }
    }

    /// What was begun under this name, taken so that it cannot be taken again.
    pub(super) async fn take(
        &self,
        step: &str,
        kind: &str,
        account: Option<&str>,
    ) -> Result<String, IdentityError> {
        let mut work = self.database.begin_upkeep().await?.unaudited();
        let begun = SignInRepository(work.conn())
            .take_step(step, kind, self.now_ms())
            .await?;
        work.commit().await?;
        let begun = begun.filter(|begun| begun.account.as_deref() == account);
        begun.map(|begun| begun.content).ok_or(IdentityError::StepGone)
    }
}

fn descriptor(passkey: &Passkey) -> Result<PublicKeyCredentialDescriptor<Vec<u8>>, IdentityError> {
    let id = BASE64_URL_SAFE_NO_PAD
        .decode(&passkey.credential)
        .map_err(|_| unreadable())?;
    let transports = u8::try_from(passkey.transports).map_err(|_| unreadable())?;
    Ok(PublicKeyCredentialDescriptor {
        id: CredentialId::<Vec<u8>>::decode(id).map_err(|_| unreadable())?,
        transports: AuthTransports::decode(transports).map_err(|_| unreadable())?,
    })
}

fn infallible<T>(result: Result<T, std::convert::Infallible>) -> T {
    match result {
        Ok(value) => value,
        Err(never) => match never {},
    }
}

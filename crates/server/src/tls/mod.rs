//! TLS with certificates of one's own: `[tls]` in the configuration.
//!
//! The files are read at start, and what cannot be used stops it by name. While the service runs they are looked at again
//! and again, and at each request to do so: what can be used is used for every connection from then on; what cannot is
//! told, and what was in use stays in use.

mod certificate;
mod error;
mod greeting;
mod redirect;
mod settings;

pub use error::TlsError;
pub(crate) use greeting::greet;
pub(crate) use redirect::redirecting;
pub use settings::{TlsSettings, TlsVersion};

use certificate::Identity;
use jiff::{SignedDuration, Timestamp};
use lantai_domain::Clock;
use std::error::Error;
use std::fmt;
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};
use std::time::Duration;
use tokio::sync::mpsc;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::crypto::{CryptoProvider, aws_lc_rs};
use tokio_rustls::rustls::sign::SingleCertAndKey;
use tokio_rustls::rustls::version::{TLS12, TLS13};

/// How often the files are looked at.
const PAUSE: Duration = Duration::from_secs(10);
/// So long before the certificate ends, everybody is told; certificates of a public authority last 47 to 90 days.
const SOON: SignedDuration = SignedDuration::from_hours(30 * 24);
/// How often it is told again in the log.
const AGAIN: SignedDuration = SignedDuration::from_hours(24);

/// HTTP versions that are spoken, the better one first.
const H2: &[u8] = b"h2";
const HTTP_1_1: &[u8] = b"http/1.1";

/// Something about the certificate that the operator should mend in time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TlsNotice {
    /// It ends in less than 30 days.
    EndsSoon {
        /// The file.
        path: PathBuf,
        /// When it ends.
        ends: Timestamp,
        /// Whole days until then; less than none when it has ended.
        days: i64,
    },
    /// Others of the file's group may read the key.
    GroupReadsKey {
        /// The file.
        path: PathBuf,
    },
}

impl TlsNotice {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::EndsSoon { .. } => "tls.ends_soon",
            Self::GroupReadsKey { .. } => "tls.key_of_group",
        }
    }
}

impl fmt::Display for TlsNotice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::EndsSoon { path, ends, days } => {
                let (path, end) = (path.display(), if *days < 0 { "ended" } else { "end" });
                write!(
                    f,
                    "certificates in {path} {end} on {ends} ({days} days): renew them"
                )
            }
            Self::GroupReadsKey { path } => {
                write!(
                    f,
                    "the key {} may be read by its group: see that nobody else is in it",
                    path.display()
                )
            }
        }
    }
}

/// What came of looking at the files.
#[derive(Debug)]
pub enum Looked {
    /// They are what they were.
    Same,
    /// They have changed, and new connections use what is in them.
    Replaced,
    /// They have changed and cannot be used; what was in use stays in use.
    Kept(TlsError),
}

/// What tells one state of a file from another; `None`: it cannot be looked at.
type Stamp = Option<(u64, u64, u64, i64, i64)>;

fn stamp(path: &Path) -> Stamp {
    let data = std::fs::metadata(path).ok()?;
    Some((
        data.dev(),
        data.ino(),
        data.size(),
        data.mtime(),
        data.mtime_nsec(),
    ))
}

/// What new connections are met with.
#[derive(Debug)]
struct InUse {
    config: Arc<ServerConfig>,
    ends: Timestamp,
    group_reads_key: bool,
    /// The files as they were when they were read last, well or not.
    stamps: [Stamp; 2],
}

/// TLS at work.
#[derive(Debug)]
pub struct Tls {
    certificate: PathBuf,
    key: PathBuf,
    minimum: TlsVersion,
    provider: Arc<CryptoProvider>,
    in_use: RwLock<InUse>,
}

impl Tls {
    /// Reads certificates and key; their paths are relative to the data folder.
    pub fn open(settings: &TlsSettings, data: &Path, now: Timestamp) -> Result<Self, TlsError> {
        let (certificate, key) = (data.join(&settings.certificate), data.join(&settings.key));
        let provider = Arc::new(aws_lc_rs::default_provider());
        let stamps = [stamp(&certificate), stamp(&key)];
        let identity = Identity::read(&certificate, &key, now, &provider)?;
        let in_use = InUse {
            config: config_of(&identity, settings.minimum, &provider)?,
            ends: identity.ends,
            group_reads_key: identity.group_reads_key,
            stamps,
        };
        Ok(Self {
            certificate,
            key,
            minimum: settings.minimum,
            provider,
            in_use: RwLock::new(in_use),
        })
    }

    /// What the next connection is met with.
    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        Arc::clone(&in_use.config)
    }

    /// When the first of the certificates in use ends.
    pub fn ends(&self) -> Timestamp {
        self.in_use.read().unwrap_or_else(PoisonError::into_inner).ends
    }

    /// What the operator should mend in time.
    pub fn notices(&self, now: Timestamp) -> Vec<TlsNotice> {
        let in_use = self.in_use.read().unwrap_or_else(PoisonError::into_inner);
        let (ends, left) = (in_use.ends, in_use.ends.duration_since(now));
        let ends_soon = (left < SOON).then(|| TlsNotice::EndsSoon {
            path: self.certificate.clone(),
            ends,
            days: left.as_hours().div_euclid(24),
        });
        let group = in_use.group_reads_key.then(|| TlsNotice::GroupReadsKey {
            path: self.key.clone(),
        });
        ends_soon.into_iter().chain(group).collect()
    }

    /// Looks whether the files have changed since they were read last, and reads them if so.
    pub fn look(&self, now: Timestamp) -> Looked {
        let known = self.in_use.read().unwrap_or_else(PoisonError::into_inner).stamps;
        if [stamp(&self.certificate), stamp(&self.key)] == known {
            return Looked::Same;
        }
        self.reload(now)
    }

    /// Reads the files again, whether they have changed or not.
    pub fn reload(&self, now: Timestamp) -> Looked {
        // before they are read: what changes meanwhile is seen at the next look
        let stamps = [stamp(&self.certificate), stamp(&self.key)];
        let read = Identity::read(&self.certificate, &self.key, now, &self.provider).and_then(|identity| {
            let config = config_of(&identity, self.minimum, &self.provider)?;
            Ok((identity, config))
        });
        let mut in_use = self.in_use.write().unwrap_or_else(PoisonError::into_inner);
        in_use.stamps = stamps;
        match read {
            Ok((identity, config)) => {
                in_use.config = config;
                in_use.ends = identity.ends;
                in_use.group_reads_key = identity.group_reads_key;
                Looked::Replaced
            }
            Err(error) => Looked::Kept(error),
        }
    }

    /// Looks at the files again and again, and at each request to read them, until `stop` resolves. What ends soon is told
    /// once a day.
    pub(crate) async fn keep(
        &self,
        clock: &dyn Clock,
        mut reload: mpsc::Receiver<()>,
        stop: impl Future<Output = ()>,
    ) {
        tokio::pin!(stop);
        let mut told: Option<Timestamp> = None;
        loop {
            let now = clock.now();
            if told.is_none_or(|told| now.duration_since(told) >= AGAIN) {
                told = Some(now);
                for notice in self.notices(now) {
                    tracing::warn!(notice.code = notice.code(), "{notice}");
                }
            }
            let looked = tokio::select! {
                () = &mut stop => return,
                Some(()) = reload.recv() => self.reload(clock.now()),
                () = tokio::time::sleep(PAUSE) => self.look(clock.now()),
            };
            match looked {
                Looked::Same => {}
                Looked::Replaced => {
                    told = None;
                    tracing::info!(certificate.ends = %self.ends(), "new certificates are in use");
                }
                Looked::Kept(error) => {
                    let cause = error.source().map(ToString::to_string).unwrap_or_default();
                    tracing::error!(
                        error.code = error.code(),
                        error = %error,
                        error.cause = cause,
                        "the certificates cannot be used; those that were in use stay in use"
                    );
                }
            }
        }
    }
}

/// Sessions are kept with the configuration, so that none goes on past the certificate it began with.
fn config_of(
    identity: &Identity,
    minimum: TlsVersion,
    provider: &Arc<CryptoProvider>,
) -> Result<Arc<ServerConfig>, TlsError> {
    let versions = match minimum {
        TlsVersion::Tls12 => &[&TLS13, &TLS12][..],
        TlsVersion::Tls13 => &[&TLS13][..],
    };
    let resolver = SingleCertAndKey::from(Arc::clone(&identity.key));
    let mut config = ServerConfig::builder_with_provider(Arc::clone(provider))
        .with_protocol_versions(versions)
        .map_err(TlsError::Unusable)?
        .with_no_client_auth()
        .with_cert_resolver(Arc::new(resolver));
    config.alpn_protocols = vec![H2.to_vec(), HTTP_1_1.to_vec()];
    Ok(Arc::new(config))
}

//! Certificates of authorities that exist for one test.

use lantai_server::TlsSettings;
use rcgen::{
    BasicConstraints, CertificateParams, CertifiedIssuer, DistinguishedName, DnType, IsCa, KeyPair,
    KeyUsagePurpose, date_time_ymd,
};
use std::os::unix::fs::PermissionsExt;
use std::path::{Path, PathBuf};
use tokio_rustls::rustls::pki_types::CertificateDer;

/// A day: year, month, day.
pub type Day = (i32, u8, u8);

/// A day that no test lives to see.
pub const LATE: Day = (2090, 1, 1);
const EARLY: Day = (2020, 1, 1);

/// Somebody who issues certificates.
pub struct Authority(CertifiedIssuer<'static, KeyPair>);

fn of_an_authority(name: &str, until: Day) -> CertificateParams {
    let mut params = CertificateParams::default();
    params.not_after = date_time_ymd(until.0, until.1, until.2);
    let mut own = DistinguishedName::new();
    own.push(DnType::CommonName, name);
    params.distinguished_name = own;
    params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
    params.key_usages = vec![KeyUsagePurpose::KeyCertSign, KeyUsagePurpose::DigitalSignature];
    params
}

impl Authority {
    /// One that stands above all others.
    pub fn root(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::self_signed(of_an_authority(name, LATE), key).unwrap())
    }

    /// One below another.
    pub fn below(other: &Self, name: &str) -> Self {
        Self::below_until(other, name, LATE)
    }

    /// The same, valid until a day.
    pub fn below_until(other: &Self, name: &str, until: Day) -> Self {
        let key = KeyPair::generate().unwrap();
        Self(CertifiedIssuer::signed_by(of_an_authority(name, until), key, &other.0).unwrap())
    }

    pub fn der(&self) -> CertificateDer<'static> {
        self.0.der().clone()
    }

    pub fn pem(&self) -> String {
        self.0.pem()
    }

    /// A certificate for this machine, valid between two days.
    pub fn issue_between(&self, from: Day, until: Day) -> Issued {
        let names = ["localhost".to_owned(), "127.0.0.1".to_owned()];
        let mut params = CertificateParams::new(names).unwrap();
        params.not_before = date_time_ymd(from.0, from.1, from.2);
        params.not_after = date_time_ymd(until.0, until.1, until.2);
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.0).unwrap();
        Issued {
            der: certificate.der().clone(),
            pem: certificate.pem(),
            key: key.serialize_pem(),
        }
    }

    /// A certificate for this machine.
    pub fn issue(&self) -> Issued {
        self.issue_between(EARLY, LATE)
    }

    /// The same, valid until a day.
    pub fn issue_until(&self, until: Day) -> Issued {
        self.issue_between(EARLY, until)
    }
}

/// A certificate with its key.
pub struct Issued {
    pub der: CertificateDer<'static>,
    pub pem: String,
    pub key: String,
}

/// Where the two files of a test lie.
pub struct Files {
    folder: PathBuf,
}

impl Files {
    pub fn in_folder(folder: &Path) -> Self {
        let folder = folder.join("tls");
        std::fs::create_dir_all(&folder).unwrap();
        Self { folder }
    }

    pub fn certificate(&self) -> PathBuf {
        self.folder.join("chain.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    pub fn settings(&self) -> TlsSettings {
        TlsSettings {
            certificate: self.certificate(),
            key: self.key(),
            minimum: lantai_server::TlsVersion::default(),
            redirect_from: None,
        }
    }

    /// Puts another file in the place of one, as tools that renew certificates do.
    pub fn put(&self, path: &Path, text: &str, mode: u32) {
        let new = self.folder.join("new");
        std::fs::write(&new, text).unwrap();
        std::fs::set_permissions(&new, std::fs::Permissions::from_mode(mode)).unwrap();
        std::fs::rename(&new, path).unwrap();
    }

    pub fn hold(&self, issued: &Issued) {
        self.put(&self.certificate(), &issued.pem, 0o644);
        self.put(&self.key(), &issued.key, 0o600);
    }
}

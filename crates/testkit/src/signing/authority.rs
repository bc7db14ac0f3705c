//! Certificates and lists of revoked ones, made for tests.

use super::der::{bits, context, element, integer, octets, oid, sequence, set, text, time, yes};
use super::key::TestKey;
use jiff::Timestamp;

/// What a certificate is to be like.
#[derive(Debug, Clone)]
pub struct CertificateForm {
    /// CN of the subject.
    pub name: String,
    /// Its key.
    pub key: TestKey,
    /// Serial number.
    pub serial: u64,
    /// From when and until when it is valid.
    pub validity: (Timestamp, Timestamp),
    /// Whether it is an authority.
    pub is_authority: bool,
    /// Bits of keyUsage in two bytes, the first bit highest; `None`: no such extension.
    pub usage: Option<u16>,
    /// The purpose of extendedKeyUsage.
    pub purpose: Option<&'static str>,
    /// Whether it names a place where revocations are published.
    pub names_revocation: bool,
}

/// Somebody with a key and a certificate.
#[derive(Debug, Clone)]
pub struct Holder {
    /// CN.
    pub name: String,
    /// The key.
    pub key: TestKey,
    /// Serial number of the certificate.
    pub serial: u64,
    /// The certificate in DER.
    pub certificate: Vec<u8>,
}

/// A moment from its text.
#[expect(clippy::unwrap_used, reason = "the text is that of a test")]
pub fn moment(text: &str) -> Timestamp {
    text.parse().unwrap()
}

impl CertificateForm {
    /// A certificate for signing documents, valid from 2020 through 2029.
    pub fn signer(name: &str, key: TestKey) -> Self {
        Self {
            name: name.to_owned(),
            key,
            serial: 7,
            validity: (moment("2020-01-01T00:00:00Z"), moment("2030-01-01T00:00:00Z")),
            is_authority: false,
            usage: Some(0xC000),
            purpose: None,
            names_revocation: false,
        }
    }

    /// The certificate of an authority.
    pub fn authority(name: &str, key: TestKey) -> Self {
        Self {
            is_authority: true,
            serial: 1,
            usage: Some(0x0600),
            ..Self::signer(name, key)
        }
    }

    /// The certificate of a time stamping authority.
    pub fn time_stamper(name: &str, key: TestKey) -> Self {
        Self {
            serial: 9,
            purpose: Some("1.3.6.1.5.5.7.3.8"),
            ..Self::signer(name, key)
        }
    }

    /// The same, valid until another moment.
    pub fn until(self, until: &str) -> Self {
        Self {
            validity: (self.validity.0, moment(until)),
            ..self
        }
    }

    /// The same with another serial number.
    pub fn serial(self, serial: u64) -> Self {
        Self { serial, ..self }
    }

    /// Signed by itself.
    pub fn self_signed(&self) -> Holder {
        self.signed_by(&self.name, self.key)
    }

    fn signed_by(&self, issuer: &str, key: TestKey) -> Holder {
        let (from, until) = self.validity;
        let signed = sequence(&[
            context(0, &integer(2)),
            integer(self.serial),
            key.algorithm(),
            name_of(issuer),
            sequence(&[time(from), time(until)]),
            name_of(&self.name),
            self.key.public(),
            context(3, &sequence(&self.extensions(key))),
        ]);
        let value = key.sign(&signed);
        Holder {
            name: self.name.clone(),
            key: self.key,
            serial: self.serial,
            certificate: sequence(&[signed, key.algorithm(), bits(&value)]),
        }
    }

    fn extensions(&self, issuer: TestKey) -> Vec<Vec<u8>> {
        let extension = |dotted: &str, value: Vec<u8>| sequence(&[oid(dotted), octets(&value)]);
        let critical = |dotted: &str, value: Vec<u8>| sequence(&[oid(dotted), yes(), octets(&value)]);
        let authority = if self.is_authority { yes() } else { Vec::new() };
        let mut all = vec![
            critical("2.5.29.19", sequence(&[authority])),
            extension("2.5.29.14", octets(&self.key.identifier())),
            extension("2.5.29.35", sequence(&[element(0x80, &issuer.identifier())])),
        ];
        if let Some(usage) = self.usage {
            all.push(critical("2.5.29.15", bits(&usage.to_be_bytes())));
        }
        if let Some(purpose) = self.purpose {
            all.push(critical("2.5.29.37", sequence(&[oid(purpose)])));
        }
        if self.names_revocation {
            let place = element(0x86, b"http://crl.example/list.crl");
            let point = sequence(&[context(0, &context(0, &place))]);
            all.push(extension("2.5.29.31", sequence(&[point])));
        }
        all
    }
}

impl Holder {
    /// Issues a certificate.
    pub fn issue(&self, form: &CertificateForm) -> Holder {
        form.signed_by(&self.name, self.key)
    }

    /// The certificate in PEM.
    pub fn pem(&self) -> String {
        pem("CERTIFICATE", &self.certificate)
    }

    /// Issues a list of revoked certificates: serial numbers with their moments.
    pub fn list(&self, as_of: &str, until: &str, revoked: &[(u64, &str)]) -> Vec<u8> {
        let entries: Vec<Vec<u8>> = revoked
            .iter()
            .map(|(serial, at)| sequence(&[integer(*serial), time(moment(at))]))
            .collect();
        let entries = if entries.is_empty() {
            Vec::new()
        } else {
            sequence(&entries)
        };
        let signed = sequence(&[
            integer(1),
            self.key.algorithm(),
            name_of(&self.name),
            time(moment(as_of)),
            time(moment(until)),
            entries,
        ]);
        let value = self.key.sign(&signed);
        sequence(&[signed, self.key.algorithm(), bits(&value)])
    }

    /// An answer of an OCSP responder about a certificate that it issued; `revoked`: since when it is revoked.
    pub fn answer(&self, serial: u64, as_of: &str, revoked: Option<&str>) -> Vec<u8> {
        let bits_of_key = self.key.bits();
        let status = match revoked {
            None => element(0x80, &[]),
            Some(at) => context(1, &time(moment(at))),
        };
        let id = sequence(&[
            self.key.digest_algorithm(),
            octets(&self.key.digest(&name_of(&self.name))),
            octets(&self.key.digest(&bits_of_key)),
            integer(serial),
        ]);
        let signed = sequence(&[
            context(2, &octets(&self.key_identifier())),
            time(moment(as_of)),
            sequence(&[sequence(&[id, status, time(moment(as_of))])]),
        ]);
        let value = self.key.sign(&signed);
        let basic = sequence(&[signed, self.key.algorithm(), bits(&value)]);
        let held = sequence(&[oid("1.3.6.1.5.5.7.48.1.1"), octets(&basic)]);
        sequence(&[element(0x0A, &[0]), context(0, &held)])
    }

    /// How messages name the certificate: issuer and serial number.
    pub(super) fn issuer_and_serial(&self, issuer: &str) -> Vec<u8> {
        sequence(&[name_of(issuer), integer(self.serial)])
    }

    /// The identifier of its key, for messages that name signers by it.
    pub(super) fn key_identifier(&self) -> Vec<u8> {
        self.key.identifier()
    }
}

/// A block of PEM.
pub fn pem(name: &str, bytes: &[u8]) -> String {
    use base64::Engine as _;
    let text = base64::engine::general_purpose::STANDARD.encode(bytes);
    let lines: Vec<&str> = text
        .as_bytes()
        .chunks(64)
        .map(|line| std::str::from_utf8(line).unwrap_or_default())
        .collect();
    format!(
        "-----BEGIN {name}-----\n{}\n-----END {name}-----\n",
        lines.join("\n")
    )
}

fn name_of(name: &str) -> Vec<u8> {
    let attribute = |dotted: &str, value: &str| set(&[sequence(&[oid(dotted), text(value)])]);
    sequence(&[
        attribute("2.5.4.6", "CN"),
        attribute("2.5.4.10", "示例县"),
        attribute("2.5.4.3", name),
    ])
}

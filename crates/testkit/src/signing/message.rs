//! Signed messages and timestamp tokens, made for tests.

use super::authority::Holder;
use super::der::{context, element, integer, octets, oid, sequence, set, time};
use jiff::Timestamp;

const DATA: &str = "1.2.840.113549.1.7.1";
const STATEMENT: &str = "1.2.840.113549.1.9.16.1.4";

/// How a message is to be made.
#[derive(Debug, Clone, Default)]
pub struct MessageForm<'a> {
    /// Whether the message holds the content.
    pub holds_content: bool,
    /// When the signer says that it was signed.
    pub claimed: Option<Timestamp>,
    /// A time stamping authority, and its time.
    pub stamp: Option<(&'a Holder, Timestamp)>,
    /// Further certificates.
    pub certificates: Vec<Vec<u8>>,
    /// Lists of revoked certificates.
    pub lists: Vec<Vec<u8>>,
    /// No attributes: the content itself is signed.
    pub plain: bool,
    /// Object identifiers of GM/T 0010 in place of those of PKCS #7.
    pub is_gm: bool,
}

impl Holder {
    /// Signs content; `issuer` issued the certificate.
    pub fn message(&self, issuer: &str, content: &[u8], form: &MessageForm<'_>) -> Vec<u8> {
        self.signed_data(issuer, DATA, content, form)
    }

    /// A timestamp token of content.
    pub fn token(&self, content: &[u8], at: Timestamp) -> Vec<u8> {
        let statement = sequence(&[
            integer(1),
            oid("1.2.3.4"),
            sequence(&[self.key.digest_algorithm(), octets(&self.key.digest(content))]),
            integer(77),
            time(at),
        ]);
        let form = MessageForm {
            holds_content: true,
            ..MessageForm::default()
        };
        self.signed_data("", STATEMENT, &statement, &form)
    }

    fn signed_data(&self, issuer: &str, kind: &str, content: &[u8], form: &MessageForm<'_>) -> Vec<u8> {
        let attribute = |dotted: &str, value: Vec<u8>| sequence(&[oid(dotted), set(&[value])]);
        let mut attributes = vec![
            attribute("1.2.840.113549.1.9.3", oid(kind)),
            attribute("1.2.840.113549.1.9.4", octets(&self.key.digest(content))),
        ];
        if let Some(claimed) = form.claimed {
            attributes.push(attribute("1.2.840.113549.1.9.5", time(claimed)));
        }
        let attributes = set(&attributes);
        let signed = if form.plain {
            content
        } else {
            attributes.as_slice()
        };
        let value = self.key.sign(signed);
        let identity = if issuer.is_empty() {
            element(0x80, &self.key_identifier())
        } else {
            self.issuer_and_serial(issuer)
        };
        let mut info = vec![integer(1), identity, self.key.digest_algorithm()];
        if !form.plain {
            // the set again, under the tag of its place
            let mut field = attributes.clone();
            if let Some(tag) = field.first_mut() {
                *tag = 0xA0;
            }
            info.push(field);
        }
        info.extend([self.key.algorithm(), octets(&value)]);
        if let Some((stamper, at)) = form.stamp {
            let token = stamper.token(&value, at);
            info.push(context(1, &attribute("1.2.840.113549.1.9.16.2.14", token)));
        }
        let held = if form.holds_content {
            context(0, &octets(content))
        } else {
            Vec::new()
        };
        let certificates: Vec<Vec<u8>> = std::iter::once(self.certificate.clone())
            .chain(form.certificates.iter().cloned())
            .collect();
        let lists = if form.lists.is_empty() {
            Vec::new()
        } else {
            context(1, &form.lists.concat())
        };
        let data = sequence(&[
            integer(1),
            set(&[self.key.digest_algorithm()]),
            sequence(&[oid(kind), held]),
            context(0, &certificates.concat()),
            lists,
            set(&[sequence(&info)]),
        ]);
        let outer = if form.is_gm {
            "1.2.156.10197.6.1.4.2.2"
        } else {
            "1.2.840.113549.1.7.2"
        };
        sequence(&[oid(outer), context(0, &data)])
    }
}

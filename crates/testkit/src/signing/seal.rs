//! Electronic seals of GB/T 38540, made for tests.

use super::authority::{Holder, moment};
use super::der::{ascii, bits, context, integer, octets, oid, sequence, text, time};
use jiff::Timestamp;

/// A seal that somebody made for somebody.
#[derive(Debug, Clone)]
pub struct SealForm<'a> {
    /// Who made it.
    pub maker: &'a Holder,
    /// Certificates of those who may use it.
    pub users: Vec<Vec<u8>>,
    /// From when and until when it may be used.
    pub validity: (&'a str, &'a str),
}

impl SealForm<'_> {
    /// The seal (`SESeal`, version 4).
    pub fn seal(&self) -> Vec<u8> {
        let users: Vec<Vec<u8>> = self.users.iter().map(|user| octets(user)).collect();
        let (from, until) = (moment(self.validity.0), moment(self.validity.1));
        let info = sequence(&[
            sequence(&[ascii("ES"), integer(4), ascii("LANTAI")]),
            ascii("seal-1"),
            sequence(&[
                integer(1),
                text("示例县档案馆公章"),
                integer(1),
                sequence(&users),
                time(from),
                time(from),
                time(until),
            ]),
            sequence(&[ascii("png"), octets(b"a picture"), integer(40), integer(40)]),
        ]);
        let value = self.maker.key.sign(&info);
        sequence(&[
            info,
            octets(&self.maker.certificate),
            oid(self.maker.key.algorithm_oid()),
            bits(&value),
        ])
    }

    /// Seals content (`SES_Signature`, version 4); with a timestamp where there is a stamper.
    pub fn sealing(
        &self,
        user: &Holder,
        content: &[u8],
        property: &str,
        at: Timestamp,
        stamp: Option<(&Holder, Timestamp)>,
    ) -> Vec<u8> {
        let signed = sequence(&[
            integer(4),
            self.seal(),
            time(at),
            bits(&user.key.digest(content)),
            ascii(property),
        ]);
        let value = user.key.sign(&signed);
        let token = stamp.map(|(stamper, at)| context(0, &bits(&stamper.token(&value, at))));
        sequence(&[
            signed,
            octets(&user.certificate),
            oid(user.key.algorithm_oid()),
            bits(&value),
            token.unwrap_or_default(),
        ])
    }
}

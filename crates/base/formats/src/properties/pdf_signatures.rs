//! Signatures of a PDF (ISO 32000-2, 12.8): their fields, what each covers, and the evidence in the document security
//! store.

use super::ExamineLimits;
use super::pdf::{Document, name_is};
use super::pdf_revisions::{Later, only_signatures_were_added};
use super::signed_parts::{EmbeddedSignature, MOST_SIGNATURES, SignedBytes, SignedForm, SignedParts};
use hayro_syntax::Pdf;
use hayro_syntax::object::{Array, Dict, Name, Number, ObjRef, Object, Stream, String as PdfString};
use std::collections::HashSet;

/// Depth of the tree of fields.
const MAX_TREE: usize = 32;
/// Fields and store entries looked at.
const MOST_ENTRIES: usize = 10_000;
/// Largest document whose revisions are compared: each is opened anew.
const COMPARED_BYTES: usize = 128 << 20;
/// Revisions that are compared.
const COMPARED_REVISIONS: usize = 16;

/// A signature that was found, with the revision that it ends.
struct Found {
    signature: EmbeddedSignature,
    reference: Option<ObjRef>,
    /// Where its last range ends.
    end: usize,
}

/// All signatures of a document, and how many there are.
pub(super) fn signed_parts(
    document: &Document<'_>,
    bytes: &[u8],
    is_encrypted: bool,
    limits: &ExamineLimits,
) -> (SignedParts, u64) {
    let (mut fields, mut left) = (Vec::new(), MOST_ENTRIES);
    let form = document.root.get::<Dict<'_>>("AcroForm");
    if let Some(all) = form.and_then(|form| form.get::<Array<'_>>("Fields")) {
        collect(&all, "", false, 0, &mut left, &mut fields);
    }
    let mut found: Vec<Found> = fields
        .iter()
        .filter_map(|field| field.read(bytes, is_encrypted))
        .collect();
    found.sort_by_key(|found| found.end);
    compare_revisions(document.pdf, bytes, &mut found, limits);
    let mut parts = SignedParts::default();
    for found in found {
        parts.add(found.signature);
    }
    if let Some(store) = document.root.get::<Dict<'_>>("DSS") {
        read_store(&store, &mut parts);
    }
    (parts, fields.len() as u64)
}

/// A field that is signed.
struct Field<'a> {
    name: String,
    value: Dict<'a>,
    reference: Option<ObjRef>,
}

fn collect<'a>(
    fields: &Array<'a>,
    above: &str,
    is_signature: bool,
    depth: usize,
    left: &mut usize,
    found: &mut Vec<Field<'a>>,
) {
    for field in fields.iter::<Dict<'a>>() {
        // kids may be their own parents: what is walked over is bounded, not only how deep
        if depth > MAX_TREE || *left == 0 || found.len() >= MOST_SIGNATURES {
            return;
        }
        *left -= 1;
        let own = field.get::<PdfString<'a>>("T");
        let own = own
            .map(|name| super::pdf_text(name.as_bytes()))
            .unwrap_or_default();
        let name = match (above, own.as_str()) {
            ("", own) => own.to_owned(),
            (above, "") => above.to_owned(),
            (above, own) => format!("{above}.{own}"),
        };
        let is_signature = match field.get::<Name<'a>>("FT") {
            Some(kind) => kind.as_ref() == b"Sig",
            None => is_signature,
        };
        if let Some(value) = field.get::<Dict<'a>>("V").filter(|_| is_signature) {
            found.push(Field {
                name: name.clone(),
                value,
                reference: field.get_ref("V"),
            });
        }
        if let Some(kids) = field.get::<Array<'a>>("Kids") {
            collect(&kids, &name, is_signature, depth + 1, left, found);
        }
    }
}

impl Field<'_> {
    fn read(&self, bytes: &[u8], is_encrypted: bool) -> Option<Found> {
        let sub = self.value.get::<Name<'_>>("SubFilter");
        let form = match sub.as_ref().map(AsRef::as_ref) {
            Some(b"adbe.pkcs7.sha1") => SignedForm::Sha1Message,
            Some(b"ETSI.RFC3161") => SignedForm::Timestamp,
            Some(b"adbe.x509.rsa_sha1") => SignedForm::Value,
            Some(b"adbe.pkcs7.detached" | b"ETSI.CAdES.detached") => SignedForm::Message,
            // software for SM2 has names of its own
            _ => SignedForm::Any,
        };
        let ranges = self.ranges();
        let mut lacking = Vec::new();
        let held = self.value.get::<PdfString<'_>>("Contents")?;
        let (value, end) = match gap(&ranges, bytes) {
            Ok((value, end)) => {
                // strings of an encrypted document were decrypted, which this one never was encrypted for
                if !is_encrypted && value != held.as_bytes() {
                    lacking.push("what the ranges leave out is not the signature".to_owned());
                }
                (value, end)
            }
            Err(why) => {
                lacking.push(why);
                (held.as_bytes().to_vec(), 0)
            }
        };
        let ranges = ranges
            .into_iter()
            .map(|(from, length)| (from as u64, length as u64));
        let mut value = value;
        value.truncate(stated_length(&value).unwrap_or(value.len()));
        let mut signature =
            EmbeddedSignature::new(&self.name, form, value, SignedBytes::Ranges(ranges.collect()));
        signature.lacking = lacking;
        if signature.form == SignedForm::Value {
            self.bare(&mut signature);
        }
        Some(Found {
            signature,
            reference: self.reference,
            end,
        })
    }

    /// Offsets and lengths; what is no number ends them.
    fn ranges(&self) -> Vec<(usize, usize)> {
        let numbers = self.value.get::<Array<'_>>("ByteRange");
        let numbers: Vec<usize> = numbers
            .map(|numbers| {
                let numbers = numbers.iter::<Number>().take(64);
                numbers
                    .map_while(|number| usize::try_from(number.as_i64()).ok())
                    .collect()
            })
            .unwrap_or_default();
        numbers
            .chunks_exact(2)
            .filter_map(|pair| Some((*pair.first()?, *pair.get(1)?)))
            .collect()
    }

    /// A value of RSA with SHA-1, which is an octet string, and its certificates.
    fn bare(&self, signature: &mut EmbeddedSignature) {
        signature.algorithm = Some("1.2.840.113549.1.1.5".to_owned());
        if let Some((header, length)) = element_header(&signature.value.0) {
            let inner = signature.value.0.get(header..header + length);
            if let Some(inner) = inner.map(<[u8]>::to_vec) {
                signature.value.0 = inner;
            }
        }
        if let Some(one) = self.value.get::<PdfString<'_>>("Cert") {
            signature.certificates = vec![super::Blob(one.as_bytes().to_vec())];
        } else if let Some(all) = self.value.get::<Array<'_>>("Cert") {
            let all = all.iter::<PdfString<'_>>().take(32);
            signature.certificates = all.map(|one| super::Blob(one.as_bytes().to_vec())).collect();
        }
    }
}

/// The value in the gap between two ranges that cover everything else from the beginning, and where they end.
fn gap(ranges: &[(usize, usize)], bytes: &[u8]) -> Result<(Vec<u8>, usize), String> {
    let [(0, before), (from, length)] = ranges else {
        return Err(format!(
            "its ranges are {ranges:?}, not two from the beginning on"
        ));
    };
    let end = from.checked_add(*length).filter(|end| *end <= bytes.len());
    let end = end.ok_or("its ranges reach beyond the end of the file")?;
    let inner = bytes
        .get(*before..*from)
        .and_then(|gap| gap.strip_prefix(b"<"))
        .and_then(|gap| gap.strip_suffix(b">"));
    let inner = inner.ok_or("its ranges leave out more than the signature")?;
    let digits: Vec<u8> = inner
        .iter()
        .copied()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    let value = hex::decode(&digits).map_err(|_| "its ranges leave out what is no signature")?;
    Ok((value, end))
}

/// Bytes of tag and length of the first element, and the length; `None`: not stated.
fn element_header(bytes: &[u8]) -> Option<(usize, usize)> {
    let first = usize::from(*bytes.get(1)?);
    if first < 0x80 {
        return Some((2, first));
    }
    let count = first & 0x7F;
    if count == 0 || count > 4 {
        return None;
    }
    let digits = bytes.get(2..2 + count)?;
    let length = digits.iter().fold(0, |sum, byte| sum << 8 | usize::from(*byte));
    Some((2 + count, length))
}

/// The length of the first element with tag and length: zeros fill the room after it.
fn stated_length(bytes: &[u8]) -> Option<usize> {
    let (header, length) = element_header(bytes)?;
    header.checked_add(length).filter(|whole| *whole <= bytes.len())
}

/// What comes after a signature may be further signatures and what belongs to them, and nothing else.
fn compare_revisions(pdf: &Pdf, bytes: &[u8], found: &mut [Found], limits: &ExamineLimits) {
    let is_last = |end: usize| {
        bytes
            .get(end..)
            .is_some_and(|rest| rest.iter().all(u8::is_ascii_whitespace))
    };
    let covered = found.iter().any(|found| found.end > 0 && is_last(found.end));
    let ends: Vec<(usize, Option<ObjRef>)> = found.iter().map(|found| (found.end, found.reference)).collect();
    let mut compared = 0;
    for found in found
        .iter_mut()
        .filter(|found| found.end > 0 && !is_last(found.end))
    {
        compared += 1;
        if bytes.len() > COMPARED_BYTES || compared > COMPARED_REVISIONS {
            let told = "the document went on after it, and is too large to be compared";
            found.signature.undecided.push(told.to_owned());
            continue;
        }
        let later: HashSet<ObjRef> = ends
            .iter()
            .filter(|(end, _)| *end > found.end)
            .filter_map(|(_, reference)| *reference)
            .collect();
        let later = Later {
            signatures: later,
            covers_all: covered,
        };
        let signed = bytes.get(..found.end).unwrap_or_default().to_vec();
        let compared = match Pdf::new(signed) {
            Ok(signed) => only_signatures_were_added(&signed, pdf, &later, limits),
            Err(_) => Err("what it covers is no document of its own".to_owned()),
        };
        if let Err(why) = compared {
            found
                .signature
                .lacking
                .push(format!("the document was changed after it: {why}"));
        }
    }
}

/// Certificates, lists and answers of the document security store.
fn read_store(store: &Dict<'_>, parts: &mut SignedParts) {
    let streams = |key: &str| -> Vec<Vec<u8>> {
        let all = store.get::<Array<'_>>(key);
        let all = all.into_iter().flat_map(|all| {
            let streams: Vec<Stream<'_>> = all.iter::<Stream<'_>>().take(200).collect();
            streams
        });
        all.filter_map(|stream| stream.decoded_data().ok().map(|data| data.into_owned()))
            .collect()
    };
    for bytes in streams("Certs") {
        parts.add_evidence(|parts| &mut parts.certificates, &bytes);
    }
    for bytes in streams("CRLs") {
        parts.add_evidence(|parts| &mut parts.lists, &bytes);
    }
    for bytes in streams("OCSPs") {
        parts.add_evidence(|parts| &mut parts.answers, &bytes);
    }
}

/// Whether a dictionary is a field for a signature that nobody has signed yet.
pub(super) fn is_empty_field(dict: &Dict<'_>) -> bool {
    let is_one = |dict: &Dict<'_>| name_is(dict, "FT", "Sig") && !dict.contains_key("V");
    is_one(dict) || parent(dict).is_some_and(|parent| is_one(&parent))
}

fn parent<'a>(dict: &Dict<'a>) -> Option<Dict<'a>> {
    dict.get::<Dict<'a>>("Parent")
}

/// Whether a dictionary is the field or the appearance of one of these signatures.
pub(super) fn belongs_to(dict: &Dict<'_>, signatures: &HashSet<ObjRef>) -> bool {
    let is_one = |dict: &Dict<'_>| {
        name_is(dict, "FT", "Sig") && dict.get_ref("V").is_some_and(|value| signatures.contains(&value))
    };
    let is_plain = !dict.contains_key("Subtype") || name_is(dict, "Subtype", "Widget");
    is_plain && (is_one(dict) || parent(dict).is_some_and(|parent| is_one(&parent)))
}

/// Whether an object is a dictionary that belongs to one of these signatures.
pub(super) fn object_belongs_to(object: &Object<'_>, signatures: &HashSet<ObjRef>) -> bool {
    matches!(object, Object::Dict(dict) if belongs_to(dict, signatures))
}

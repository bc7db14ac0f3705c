//! Signatures of an OFD (GB/T 33190, 18): the digests of what they protect, and which parts they leave out.

use super::ExamineLimits;
use super::ofd::join;
use super::signed_parts::{Blob, EmbeddedSignature, SignedBytes, SignedForm, SignedParts};
use super::zip_file::{Element, MemberFault, Members};
use crate::bagit::Algorithm;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use std::collections::{BTreeSet, HashMap};

/// Parts that are named one by one.
const MOST_NAMES: usize = 20;

/// A signature on its way: where its description lies, and its elements.
pub(super) struct Described {
    pub member: String,
    pub elements: Vec<Element>,
}

/// Reads all signatures of the package. `lists` are the members that list signatures.
pub(super) fn signed_parts(
    members: &mut Members<'_>,
    limits: &ExamineLimits,
    lists: &BTreeSet<String>,
    described: &[Described],
) -> SignedParts {
    let mut reading = Reading {
        members,
        left: limits.expanded_bytes,
        digests: HashMap::new(),
    };
    let mut own: BTreeSet<String> = lists.iter().map(|name| name.to_lowercase()).collect();
    for signature in described {
        // everything that lies with a signature belongs to it: description, value, seal
        own.insert(signature.member.to_lowercase());
        for element in &signature.elements {
            let is_place = matches!(element.name.as_str(), "SignedValue" | "BaseLoc");
            let found = is_place.then(|| reading.find(&signature.member, element.text.trim()));
            // a description cannot declare a page its own
            let beside = found
                .flatten()
                .filter(|name| folder(name) == folder(&signature.member));
            own.extend(beside.map(|name| name.to_lowercase()));
        }
    }
    let read: Vec<Covering> = described
        .iter()
        .filter_map(|signature| reading.signature(signature, &own))
        .collect();
    let mut parts = SignedParts::default();
    for (place, one) in read.iter().enumerate() {
        let mut signature = one.signature.clone();
        // what changed for a later signature is that one's to answer for, if it covers this one too
        let later: Vec<&Covering> = read
            .iter()
            .skip(place + 1)
            .filter(|later| later.covers(one))
            .collect();
        let is_open = |name: &&String| {
            !later
                .iter()
                .any(|later| later.covered.contains(&name.to_lowercase()))
        };
        let left_out: Vec<String> = one.left_out.iter().filter(is_open).cloned().collect();
        if !left_out.is_empty() {
            signature.lacking.push(several(&left_out));
        }
        parts.add(signature);
    }
    parts
}

/// A signature with what it covers and what it leaves out.
struct Covering {
    signature: EmbeddedSignature,
    /// Names in lower case.
    covered: BTreeSet<String>,
    left_out: Vec<String>,
    /// Its own description and value, in lower case.
    own: [String; 2],
}

impl Covering {
    fn covers(&self, earlier: &Self) -> bool {
        earlier.own.iter().all(|name| self.covered.contains(name))
    }
}

fn folder(name: &str) -> &str {
    name.rsplit_once('/').map_or("", |(folder, _)| folder)
}

struct Reading<'a, 'b> {
    members: &'a mut Members<'b>,
    /// Bytes that may still be expanded for digests.
    left: u64,
    digests: HashMap<(String, Algorithm), String>,
}

impl Reading<'_, '_> {
    fn find(&self, base: &str, reference: &str) -> Option<String> {
        let names = [join(base, reference), join("", reference)];
        let names = names.into_iter().flatten();
        names
            .into_iter()
            .find_map(|name| self.members.like(&name).map(str::to_owned))
    }

    fn signature(&mut self, described: &Described, own: &BTreeSet<String>) -> Option<Covering> {
        let text_of = |name: &str| {
            let found = described.elements.iter().find(|element| element.name == name);
            found.map(|element| element.text.trim().to_owned())
        };
        let place = text_of("SignedValue").and_then(|reference| self.find(&described.member, &reference))?;
        let value = self.members.read(&place).ok()?;
        let description = self.members.read(&described.member).ok()?;
        let mut signature = EmbeddedSignature::new(
            &described.member,
            SignedForm::Any,
            value,
            SignedBytes::Bytes(Blob(description)),
        );
        signature.algorithm = text_of("SignatureMethod").filter(|oid| !oid.is_empty());
        let method = described
            .elements
            .iter()
            .find(|element| element.name == "References")
            .and_then(|element| element.attribute("CheckMethod"));
        let covered = self.references(described, method, &mut signature);
        let left_out: Vec<String> = self
            .members
            .names()
            .filter(|name| !name.ends_with('/'))
            .filter(|name| !covered.contains(&name.to_lowercase()) && !own.contains(&name.to_lowercase()))
            .map(str::to_owned)
            .collect();
        Some(Covering {
            signature,
            covered,
            left_out,
            own: [described.member.to_lowercase(), place.to_lowercase()],
        })
    }

    /// Compares what the references say with what is there; the members that they cover.
    fn references(
        &mut self,
        described: &Described,
        method: Option<&str>,
        signature: &mut EmbeddedSignature,
    ) -> BTreeSet<String> {
        let (mut covered, mut altered, mut unread) = (BTreeSet::new(), Vec::new(), Vec::new());
        let algorithm = algorithm(method);
        let mut open: Option<&str> = None;
        for element in &described.elements {
            match element.name.as_str() {
                "Reference" => open = element.attribute("FileRef"),
                "CheckValue" => {
                    let Some(reference) = open.take() else { continue };
                    let Some(name) = self.find(&described.member, reference) else {
                        altered.push(format!("{reference} (missing)"));
                        continue;
                    };
                    covered.insert(name.to_lowercase());
                    let Some(algorithm) = algorithm else { continue };
                    let wanted: String = element.text.split_whitespace().collect();
                    let wanted = STANDARD.decode(wanted).map(hex::encode).unwrap_or_default();
                    match self.digest(&name, algorithm) {
                        Some(digest) if digest == wanted => {}
                        Some(_) => altered.push(name),
                        None => unread.push(name),
                    }
                }
                _ => {}
            }
        }
        if !altered.is_empty() {
            signature.altered.push(several(&altered));
        }
        if !unread.is_empty() {
            signature.undecided.push(several(&unread));
        }
        if algorithm.is_none() {
            let named = method.unwrap_or("MD5, which is meant where none is named");
            signature.undecided.push(format!("digests by {named}"));
        }
        covered
    }

    fn digest(&mut self, name: &str, algorithm: Algorithm) -> Option<String> {
        let key = (name.to_owned(), algorithm);
        if let Some(known) = self.digests.get(&key) {
            return Some(known.clone());
        }
        let (digest, bytes) = match self.members.digest(name, algorithm, self.left) {
            Ok(found) => found,
            // what is damaged is not what was signed
            Err(MemberFault::Missing | MemberFault::Fault(super::FaultKind::Damaged, _)) => {
                return Some(String::new());
            }
            Err(MemberFault::Fault(..)) => return None,
        };
        self.left = self.left.saturating_sub(bytes);
        self.digests.insert(key, digest.clone());
        Some(digest)
    }
}

/// The digest algorithm of references, by its object identifier or name; MD5 proves nothing and is none.
fn algorithm(method: Option<&str>) -> Option<Algorithm> {
    let method = method?.trim();
    let known = match method {
        "1.2.156.10197.1.401" | "1.2.156.10197.1.401.1" => Algorithm::Sm3,
        "1.3.14.3.2.26" => Algorithm::Sha1,
        "2.16.840.1.101.3.4.2.1" => Algorithm::Sha256,
        "2.16.840.1.101.3.4.2.2" => Algorithm::Sha384,
        "2.16.840.1.101.3.4.2.3" => Algorithm::Sha512,
        name => Algorithm::from_name(name)?,
    };
    (known != Algorithm::Md5).then_some(known)
}

fn several(names: &[String]) -> String {
    let told: Vec<&str> = names.iter().take(MOST_NAMES).map(String::as_str).collect();
    let more = names.len().saturating_sub(MOST_NAMES);
    if more == 0 {
        told.join(", ")
    } else {
        format!("{}, and {more} more", told.join(", "))
    }
}

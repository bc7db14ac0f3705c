//! From the certificate of a signer to a trust anchor (RFC 5280, 6), and whether any certificate on the way was expired
//! or revoked.

use crate::certificate::Certificate;
use crate::key::Holds;
use crate::oids;
use crate::problem::{ProblemKind, Report};
use crate::revocation::{OcspAnswer, RevocationList, Standing};
use crate::trust::TrustStore;
use jiff::Timestamp;

/// Certificates on the way at most.
const LONGEST: usize = 8;
/// Signatures of certificates that are tried for one signer: hostile messages hold thousands.
const ATTEMPTS: u32 = 64;

/// Certificates and evidence of revocation that come with a signature.
#[derive(Debug, Clone, Default)]
pub struct Evidence {
    pub(crate) certificates: Vec<Certificate>,
    pub(crate) lists: Vec<RevocationList>,
    pub(crate) answers: Vec<OcspAnswer>,
}

impl Evidence {
    /// Adds a certificate in DER; what is none is left out.
    pub fn add_certificate(&mut self, bytes: &[u8]) {
        self.certificates.extend(Certificate::from_der(bytes).ok());
    }

    /// Adds a list of revoked certificates in DER; what is none is left out.
    pub fn add_list(&mut self, bytes: &[u8]) {
        self.lists.extend(RevocationList::from_der(bytes).ok());
    }

    /// Adds an answer of an OCSP responder in DER; what is none is left out.
    pub fn add_answer(&mut self, bytes: &[u8]) {
        self.answers.extend(OcspAnswer::from_der(bytes).ok());
    }

    /// Takes all of other evidence.
    pub fn extend(&mut self, other: &Self) {
        self.certificates.extend(other.certificates.iter().cloned());
        self.lists.extend(other.lists.iter().cloned());
        self.answers.extend(other.answers.iter().cloned());
    }
}

/// What a signer signs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    Document,
    Time,
}

/// When something was signed, as far as it is known.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Moment {
    /// By a trusted timestamp.
    pub stamped: Option<Timestamp>,
    /// By the signer's own word.
    pub claimed: Option<Timestamp>,
    /// The moment of the test.
    pub now: Timestamp,
}

/// Judges the certificate of a signer.
pub(crate) struct Path<'a> {
    pub trust: &'a TrustStore,
    pub evidence: &'a Evidence,
    pub moment: Moment,
}

/// What the search for an anchor came to.
#[derive(Debug, Default)]
struct Search {
    attempts: u32,
    broken: Option<String>,
    unknown: Option<String>,
}

impl Path<'_> {
    /// Judges the certificate, and all on the way to the anchor.
    pub fn judge(&self, signer: &Certificate, purpose: Purpose, report: &mut Report) {
        match purpose {
            Purpose::Document if !signer.may_sign() => {
                let found = format!("the key of {} is not for signing", signer.subject());
                report.add(ProblemKind::CertificateWrong, found);
            }
            Purpose::Time if !signer.is_for(oids::PURPOSE_TIMESTAMP) => {
                let found = format!("the certificate of {} is not for time stamping", signer.subject());
                report.add(ProblemKind::CertificateWrong, found);
            }
            _ => {}
        }
        let mut search = Search::default();
        let mut path = vec![signer];
        let is_trusted = self.climb(&mut path, &mut search);
        // an anchor is trusted as it is; authorities renew their certificates for the same key
        let dated = if is_trusted {
            path.len().saturating_sub(1).max(1)
        } else {
            path.len()
        };
        for certificate in path.iter().take(dated) {
            self.judge_dates(certificate, report);
            if let Some(oid) = certificate.unknown_extension() {
                let found = format!("{} has the critical extension {oid}", certificate.subject());
                report.add(ProblemKind::AlgorithmUnknown, found);
            }
        }
        if is_trusted {
            for pair in path.windows(2) {
                if let [certificate, issuer] = pair {
                    self.judge_revocation(certificate, issuer, report);
                }
            }
            return;
        }
        match search {
            Search {
                broken: Some(found), ..
            } => report.add(ProblemKind::ChainBroken, found),
            Search {
                unknown: Some(found), ..
            } => report.add(ProblemKind::AlgorithmUnknown, found),
            _ => report.add(
                ProblemKind::AnchorUnknown,
                format!("{}, issued by {}", signer.subject(), signer.issuer()),
            ),
        }
    }

    /// Goes on to an issuer. Where no anchor is reached, the path is as it was.
    fn climb<'c>(&'c self, path: &mut Vec<&'c Certificate>, search: &mut Search) -> bool {
        let Some(&last) = path.last() else { return false };
        if self.trust.anchors().contains(last) {
            return true;
        }
        let anchors = self.trust.anchors().iter().map(|anchor| (anchor, true));
        let others = self.evidence.certificates.iter().map(|other| (other, false));
        for (issuer, is_anchor) in anchors.chain(others) {
            if path.len() >= LONGEST || search.attempts >= ATTEMPTS {
                return false;
            }
            if path.contains(&issuer) || !last.may_be_issued_by(issuer) {
                continue;
            }
            search.attempts += 1;
            match last.is_signed_by(issuer) {
                Holds::Yes => {}
                Holds::No if is_anchor => {
                    let found = format!(
                        "{} did not sign the certificate of {}",
                        issuer.subject(),
                        last.subject()
                    );
                    search.broken.get_or_insert(found);
                    continue;
                }
                Holds::No => continue,
                Holds::Unknown(what) => {
                    search.unknown.get_or_insert(what);
                    continue;
                }
            }
            let between = u32::try_from(path.len() - 1).unwrap_or(u32::MAX);
            let is_old_root = is_anchor && issuer.is_old_root();
            if let Some(objection) = issuer.objection_as_issuer(between).filter(|_| !is_old_root) {
                let found = format!("{}: {objection}", issuer.subject());
                search.broken.get_or_insert(found);
                continue;
            }
            path.push(issuer);
            if self.climb(path, search) {
                return true;
            }
            path.pop();
        }
        false
    }

    fn judge_dates(&self, certificate: &Certificate, report: &mut Report) {
        let (from, until) = certificate.validity();
        let told = |when: &str, moment: Timestamp| {
            let subject = certificate.subject();
            format!("{subject} is valid from {from} until {until}, {when} {moment}")
        };
        if let Some(stamped) = self.moment.stamped {
            if !certificate.is_valid_at(stamped) {
                report.add(
                    ProblemKind::OutsideValidity,
                    told("and was time-stamped at", stamped),
                );
            }
            return;
        }
        let claimed = self
            .moment
            .claimed
            .filter(|claimed| !certificate.is_valid_at(*claimed));
        if let Some(claimed) = claimed {
            report.add(
                ProblemKind::OutsideValidity,
                told("and was signed with at", claimed),
            );
        } else if self.moment.now < from {
            report.add(ProblemKind::OutsideValidity, told("and it is", self.moment.now));
        } else if until < self.moment.now {
            report.add(
                ProblemKind::ExpiredWithoutTimestamp,
                told("and it is", self.moment.now),
            );
        }
    }

    fn judge_revocation(&self, certificate: &Certificate, issuer: &Certificate, report: &mut Report) {
        let moment = self.moment.stamped.unwrap_or(self.moment.now);
        let lists = self.evidence.lists.iter().chain(self.trust.lists());
        let by_lists = lists.filter_map(|list| list.standing(certificate, issuer));
        let answers = self.evidence.answers.iter();
        let by_answers = answers.filter_map(|answer| answer.standing(certificate, issuer));
        let mut is_known = false;
        for standing in by_lists.chain(by_answers) {
            match standing {
                Standing::Revoked(at) if at <= moment => {
                    let found = format!("{} was revoked at {at}", certificate.subject());
                    report.add(ProblemKind::Revoked, found);
                    return;
                }
                Standing::Revoked(_) => is_known = true,
                Standing::Good { as_of, until } => {
                    is_known |= as_of >= moment || until.is_some_and(|until| until >= moment);
                }
            }
        }
        if !is_known && certificate.names_revocation() {
            let found = format!("no evidence for {} at {moment}", certificate.subject());
            report.add(ProblemKind::RevocationUnknown, found);
        }
    }
}

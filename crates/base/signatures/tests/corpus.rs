//! The vectors of SM2 and SM3, certificates by SM2, and seals that others made.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use lantai_signatures::{Certificate, Hash, Holds, PublicKey, Seal, TrustStore};
use lantai_testkit::corpus;
use std::collections::BTreeMap;
use std::path::Path;

/// The stanzas of a file of vectors: `Key = value`, apart by empty lines.
fn stanzas(path: &Path) -> Vec<BTreeMap<String, String>> {
    let text = std::fs::read_to_string(path).unwrap();
    let blocks = text.split("\n\n").map(|block| {
        let lines = block.lines().filter(|line| !line.starts_with('#'));
        let pairs = lines.filter_map(|line| line.split_once('='));
        pairs
            .map(|(key, value)| (key.trim().to_owned(), value.trim().to_owned()))
            .collect::<BTreeMap<_, _>>()
    });
    blocks.filter(|stanza| !stanza.is_empty()).collect()
}

#[test]
fn every_digest_of_sm3_is_right() {
    let Some(folder) = corpus("gm") else { return };
    let mut count = 0;
    for stanza in stanzas(&folder.join("evp/evpmd_sm3.txt")) {
        let Some(input) = stanza.get("Input") else {
            continue;
        };
        if stanza.get("Digest").map(String::as_str) != Some("SM3") {
            continue;
        }
        let bytes = match input.strip_prefix('"') {
            Some(text) => text.trim_end_matches('"').as_bytes().to_vec(),
            None => hex::decode(input).unwrap(),
        };
        let copies = stanza.get("Count").map_or(1, |count| count.parse().unwrap());
        let copies = stanza.get("Ncopy").map_or(copies, |count| count.parse().unwrap());
        let digest = hex::encode(Hash::Sm3.of(&bytes.repeat(copies)));
        assert_eq!(digest, stanza["Output"].to_lowercase(), "{input}");
        count += 1;
    }
    assert!(count >= 8, "{count} digests");
    eprintln!("{count} digests of SM3 hold");
}

#[test]
fn every_signature_of_sm2_is_judged_as_the_vectors_say() {
    let Some(folder) = corpus("gm") else { return };
    let path = folder.join("evp/evppkey_sm2.txt");
    let mut trust = BTreeMap::new();
    // the private key holds the public one as its last bits
    let text = std::fs::read_to_string(&path).unwrap();
    for block in text.split("PrivateKey").skip(1) {
        let name = block
            .trim_start_matches([' ', '='])
            .lines()
            .next()
            .unwrap()
            .trim()
            .to_owned();
        let body = block.split("-----BEGIN PRIVATE KEY-----").nth(1).unwrap();
        let body: String = body
            .split("-----END")
            .next()
            .unwrap()
            .split_whitespace()
            .collect();
        let der = base64::Engine::decode(&base64::engine::general_purpose::STANDARD, body).unwrap();
        let point = &der[der.len() - 65..];
        let head = hex::decode("3059301306072a8648ce3d020106082a811ccf5501822d034200").unwrap();
        trust.insert(
            name,
            PublicKey::from_der(&[head, point.to_vec()].concat()).unwrap(),
        );
    }
    let (mut right, mut refused) = (0, 0);
    for stanza in stanzas(&path) {
        let Some(key) = stanza.get("Verify").and_then(|name| trust.get(name)) else {
            continue;
        };
        let (digest, value) = (
            hex::decode(&stanza["Input"]).unwrap(),
            hex::decode(&stanza["Output"]).unwrap(),
        );
        let holds = key.holds_sm2_digest(&digest, &value);
        if stanza.contains_key("Result") {
            assert_ne!(holds, Holds::Yes, "{stanza:?}");
            refused += 1;
            continue;
        }
        assert_eq!(holds, Holds::Yes, "{stanza:?}");
        right += 1;
        for place in 0..value.len() {
            let mut wrong = value.clone();
            wrong[place] ^= 1;
            assert_ne!(key.holds_sm2_digest(&digest, &wrong), Holds::Yes, "byte {place}");
        }
    }
    assert!(right >= 2 && refused >= 1, "{right} right, {refused} refused");
    eprintln!("{right} signatures of SM2 hold, {refused} are refused");
}

fn certificates(path: &Path) -> Vec<Certificate> {
    let mut trust = TrustStore::default();
    let name = path.display().to_string();
    trust
        .add_certificates(&name, &std::fs::read(path).unwrap())
        .unwrap();
    trust.anchors().to_vec()
}

#[test]
fn certificates_by_sm2_are_signed_by_their_issuers() {
    let Some(folder) = corpus("gm/certs") else { return };
    let authorities = certificates(&folder.join("sm2/chain-ca.crt"));
    assert_eq!(authorities.len(), 2);
    for name in [
        "client_sign",
        "client_enc",
        "server_sign",
        "server_enc",
        "client_sign_expire",
    ] {
        let all = certificates(&folder.join(format!("sm2/{name}.crt")));
        let signed = authorities
            .iter()
            .filter(|issuer| all[0].is_signed_by(issuer) == Holds::Yes);
        assert_eq!(signed.count(), 1, "{name}");
    }
    let middle = &certificates(&folder.join("sm2-chain-ca.crt"))[0];
    let leaf = &certificates(&folder.join("sm2-leaf.crt"))[0];
    assert_eq!(leaf.is_signed_by(middle), Holds::Yes);
    assert_eq!(middle.is_signed_by(leaf), Holds::No);
    let root = &certificates(&folder.join("sm2-root-cert.pem"))[0];
    assert_eq!(root.is_signed_by(root), Holds::Yes);
}

#[test]
fn seals_of_all_versions_are_read_and_as_they_were_made() {
    let Some(folder) = corpus("ofd/ofdrw/ofdrw-gm") else {
        return;
    };
    for name in ["UserV1.esl", "UserV5.esl", "UserV5_ts.esl"] {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let seal = Seal::from_der(&bytes).unwrap();
        assert_eq!(seal.is_as_made(), Holds::Yes, "{name}: {}", seal.name());
        // a byte of the picture
        let mut wrong = bytes.clone();
        let place = wrong.len() / 2;
        wrong[place] ^= 1;
        assert_eq!(Seal::from_der(&wrong).unwrap().is_as_made(), Holds::No, "{name}");
    }
}

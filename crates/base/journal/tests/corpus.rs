//! The transparency-log vectors of the corpus: proofs, edge cases of signatures, a log written by others.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a test ends where something is not as it should be"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use base64::{Engine, engine::general_purpose::STANDARD};
use lantai_journal::merkle::{self, root_of};
use lantai_journal::note::{open_note, verify_strict};
use lantai_journal::tile::{Tile, parse_hashes};
use lantai_journal::{Checkpoint, Hash, VerifyingKey, leaf_hash};
use serde_json::Value;

/// The corpus, or `None` after saying why the test is skipped.
fn corpus() -> Option<PathBuf> {
    let default = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../../shared/corpus");
    let root = std::env::var_os("LANTAI_CORPUS").map_or_else(|| PathBuf::from(default), PathBuf::from);
    let tlog = root.join("tlog");
    if tlog.is_dir() {
        return Some(tlog);
    }
    println!("skipped: no corpus at {} (set LANTAI_CORPUS)", tlog.display());
    None
}

fn json_files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            json_files(&path, found);
        } else if path.extension().is_some_and(|end| end == "json") {
            found.push(path);
        }
    }
}

/// A case of the vectors.
struct Case(Value);

/// Some cases write words where a hash belongs. [`Hash`] cannot hold them, so that no caller of ours can get so far;
/// their own hash stands for them here, equal where they are equal.
fn hash_or_placeholder(text: &str) -> Option<Hash> {
    let bytes = STANDARD.decode(text).ok().filter(|bytes| !bytes.is_empty())?;
    Some(Hash::from_slice(&bytes).unwrap_or_else(|| leaf_hash(&bytes)))
}

impl Case {
    fn number(&self, name: &str) -> u64 {
        self.0[name]
            .as_u64()
            .unwrap_or_else(|| panic!("no number {name}"))
    }

    fn hash(&self, name: &str) -> Option<Hash> {
        hash_or_placeholder(self.0[name].as_str()?)
    }

    fn proof(&self) -> Option<Vec<Hash>> {
        let Some(hashes) = self.0["proof"].as_array() else {
            return Some(Vec::new());
        };
        hashes
            .iter()
            .map(|hash| Hash::from_base64(hash.as_str()?))
            .collect()
    }

    fn is_accepted(&self, kind: &str) -> Option<bool> {
        let proof = self.proof()?;
        Some(
            match kind {
                "inclusion" => merkle::verify_inclusion(
                    &self.hash("leafHash")?,
                    self.number("leafIdx"),
                    self.number("treeSize"),
                    &proof,
                    &self.hash("root")?,
                ),
                "subtreeinclusion" => merkle::verify_subtree_inclusion(
                    &self.hash("leafHash")?,
                    self.number("leafIdx"),
                    self.number("start"),
                    self.number("end"),
                    &proof,
                    &self.hash("root")?,
                ),
                "consistency" => merkle::verify_consistency(
                    self.number("size1"),
                    self.number("size2"),
                    &proof,
                    &self.hash("root1")?,
                    &self.hash("root2")?,
                ),
                "subtreeconsistency" => merkle::verify_subtree_consistency(
                    self.number("start"),
                    self.number("end"),
                    self.number("size"),
                    &proof,
                    &self.hash("root1")?,
                    &self.hash("root2")?,
                ),
                other => panic!("unknown kind {other}"),
            }
            .is_ok(),
        )
    }
}

#[test]
fn every_proof_gets_the_wanted_verdict() {
    let Some(tlog) = corpus() else { return };
    let mut judged = 0;
    for kind in [
        "inclusion",
        "consistency",
        "subtreeinclusion",
        "subtreeconsistency",
    ] {
        let mut files = Vec::new();
        json_files(&tlog.join("rfc6962").join(kind), &mut files);
        for file in files {
            let case = Case(serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap());
            let want_error = case.0["wantErr"].as_bool().unwrap();
            assert_eq!(
                case.is_accepted(kind).unwrap_or(false),
                !want_error,
                "{}",
                file.display()
            );
            judged += 1;
        }
    }
    assert!(judged >= 300, "only {judged} cases");
}

#[test]
fn edge_cases_of_signatures_are_judged_as_ever() {
    let Some(tlog) = corpus() else { return };
    let vectors = std::fs::read(tlog.join("cctv-ed25519/ed25519vectors.json")).unwrap();
    let vectors: Vec<Value> = serde_json::from_slice(&vectors).unwrap();
    let mut accepted: BTreeMap<String, usize> = BTreeMap::new();
    let mut total = 0;
    for vector in &vectors {
        let bytes = |name: &str| hex::decode(vector[name].as_str().unwrap()).unwrap();
        let key: [u8; 32] = bytes("key").try_into().unwrap();
        if verify_strict(&key, vector["msg"].as_str().unwrap().as_bytes(), &bytes("sig")).is_ok() {
            total += 1;
            for flag in vector["flags"].as_array().into_iter().flatten() {
                *accepted.entry(flag.as_str().unwrap().to_owned()).or_default() += 1;
            }
        }
    }
    // The strict rules let pass only points with a component of small order next to one of large order. This set
    // must not change from release to release: an archive's old signatures are judged by it.
    let flags: Vec<&str> = accepted.keys().map(String::as_str).collect();
    assert_eq!(flags, ["low_order_component_A", "low_order_component_R"]);
    assert_eq!((vectors.len(), total), (914, 43), "{accepted:?}");
    assert_eq!(accepted.values().copied().collect::<Vec<_>>(), [42, 35]);
}

/// The order of the group, little end first: adding it to `S` gives a second spelling of the same signature.
const GROUP_ORDER: [u8; 32] = [
    0xed, 0xd3, 0xf5, 0x5c, 0x1a, 0x63, 0x12, 0x58, 0xd6, 0x9c, 0xf7, 0xa2, 0xde, 0xf9, 0xde, 0x14, 0, 0, 0,
    0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10,
];

#[test]
fn a_second_spelling_of_a_signature_is_refused() {
    use ed25519_dalek::Signer;
    let key = ed25519_dalek::SigningKey::from_bytes(&[3; 32]);
    let mut signature = key.sign(b"fact").to_bytes();
    let public = key.verifying_key().to_bytes();
    assert!(verify_strict(&public, b"fact", &signature).is_ok());
    let mut carry = 0u16;
    for (byte, order) in signature[32..].iter_mut().zip(GROUP_ORDER) {
        carry += u16::from(*byte) + u16::from(order);
        *byte = carry as u8;
        carry >>= 8;
    }
    assert_eq!(carry, 0);
    assert!(verify_strict(&public, b"fact", &signature).is_err());
}

/// Key, checkpoint and tiles of a log that another programme wrote: 300 entries, mirrored and cosigned.
#[test]
fn a_log_of_others_is_read() {
    let Some(tlog) = corpus() else { return };
    let witness = tlog.join("sunlight/witness");
    let key_of = |file: &str| -> VerifyingKey {
        let log: Value = serde_json::from_slice(&std::fs::read(witness.join(file)).unwrap()).unwrap();
        log["verifier_keys"][0].as_str().unwrap().parse().unwrap()
    };
    let log = "000de184301123b9278c086a7d9f68c9577e83872224c197058fd90784ea9706";
    let origin = "rome2026h1.example.org";

    let note = std::fs::read(witness.join("mirror").join(log).join("checkpoint")).unwrap();
    let mirrored = Checkpoint::open(&note, origin, &key_of("mirror/mirror.v0.json")).unwrap();
    assert_eq!(mirrored.size(), 300);
    assert!(
        open_note(&note, &key_of("witness.v0.json")).is_err(),
        "another's signature does not count"
    );

    let note = std::fs::read(witness.join(log).join("checkpoint")).unwrap();
    let witnessed = Checkpoint::open(&note, origin, &key_of("witness.v0.json")).unwrap();
    assert_eq!((witnessed.origin(), witnessed.size()), (origin, 300));

    let folder = witness.join("mirror").join(log);
    let tile = |level, index| {
        let tile = Tile::of_hashes(level, index, 300).unwrap();
        let bytes = std::fs::read(folder.join(tile.path())).unwrap();
        parse_hashes(&bytes, tile.width).unwrap()
    };
    let (full, partial, upper) = (tile(0, 0), tile(0, 1), tile(1, 0));
    assert_eq!((full.len(), partial.len()), (256, 44));
    assert_eq!(upper, [root_of(&full)]);
    let leaves = [full, partial].concat();
    assert_eq!(root_of(&leaves), mirrored.root());
    let proof = merkle::inclusion_proof(&leaves[..], 299, 300).unwrap();
    merkle::verify_inclusion(&leaves[299], 299, 300, &proof, &mirrored.root()).unwrap();

    let decoy = std::fs::read(witness.join("checkpoint")).unwrap();
    assert!(Checkpoint::open(&decoy, origin, &key_of("witness.v0.json")).is_err());
}

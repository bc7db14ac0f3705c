//! The Merkle tree of RFC 6962: roots, proofs, and their verification.

use crate::hash::Hash;
pub use crate::hash::{leaf_hash, node_hash};
pub use crate::proof::{
    ProofError, verify_consistency, verify_inclusion, verify_subtree_consistency, verify_subtree_inclusion,
};

/// Gives the hashes of complete subtrees.
pub trait HashReader {
    /// Why a hash cannot be had.
    type Error;

    /// The root of the complete subtree over the entries `index·2^level ‥ (index+1)·2^level`.
    fn node(&self, level: u8, index: u64) -> Result<Hash, Self::Error>;
}

/// The level-0 hashes in a slice are a reader of everything above them.
impl HashReader for [Hash] {
    type Error = ProofError;

    fn node(&self, level: u8, index: u64) -> Result<Hash, ProofError> {
        let width = 1usize.checked_shl(u32::from(level)).ok_or(ProofError::Range)?;
        let start = usize::try_from(index)
            .ok()
            .and_then(|index| index.checked_mul(width));
        let end = start.and_then(|start| start.checked_add(width));
        let (Some(start), Some(end)) = (start, end) else {
            return Err(ProofError::Range);
        };
        Ok(root_of(self.get(start..end).ok_or(ProofError::Range)?))
    }
}

/// The root of the tree over `leaves`, which are leaf hashes.
pub fn root_of(leaves: &[Hash]) -> Hash {
    match leaves {
        [] => Hash::of_empty_tree(),
        [leaf] => *leaf,
        _ => {
            // Pairing neighbours level by level, an odd one rising unpaired, gives RFC 6962's tree.
            let mut row: Vec<Hash> = pair_up(leaves);
            while row.len() > 1 {
                row = pair_up(&row);
            }
            row[0]
        }
    }
}

fn pair_up(row: &[Hash]) -> Vec<Hash> {
    row.chunks(2)
        .map(|pair| match pair {
            [left, right] => node_hash(left, right),
            single => single[0],
        })
        .collect()
}

/// The root of the first `size` entries.
pub fn tree_root<R: HashReader + ?Sized>(reader: &R, size: u64) -> Result<Hash, R::Error> {
    if size == 0 {
        return Ok(Hash::of_empty_tree());
    }
    range_root(reader, 0, size)
}

/// The hash of the entries `start ‥ end` as RFC 6962's recursion reaches them: `start` is a multiple of the
/// power of two that `end - start` does not exceed.
fn range_root<R: HashReader + ?Sized>(reader: &R, start: u64, end: u64) -> Result<Hash, R::Error> {
    let count = end - start;
    if count.is_power_of_two() {
        let level = count.trailing_zeros();
        return reader.node(level as u8, start >> level);
    }
    let middle = start + split(count);
    Ok(node_hash(
        &range_root(reader, start, middle)?,
        &range_root(reader, middle, end)?,
    ))
}

/// The largest power of two smaller than `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (63 - (count - 1).leading_zeros())
}

/// The proof that entry `index` is in the tree of `size` entries (RFC 6962 §2.1.1), lowest hash first.
///
/// Empty for a tree of one entry, and for an index that the tree does not have.
pub fn inclusion_proof<R: HashReader + ?Sized>(
    reader: &R,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = Vec::new();
    if index >= size {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, size);
    while end - start > 1 {
        let middle = start + split(end - start);
        if index < middle {
            proof.push(range_root(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(reader, start, middle)?);
            start = middle;
        }
    }
    proof.reverse();
    Ok(proof)
}

/// The proof that the tree of `old` entries is the beginning of the tree of `new` ones (RFC 6962 §2.1.2).
///
/// Empty when the sizes are equal, when `old` is 0 (nothing is proved about nothing), or larger than `new`.
pub fn consistency_proof<R: HashReader + ?Sized>(
    reader: &R,
    old: u64,
    new: u64,
) -> Result<Vec<Hash>, R::Error> {
    let mut proof = Vec::new();
    if old == 0 || old >= new {
        return Ok(proof);
    }
    let (mut start, mut end) = (0, new);
    let mut old_is_known = true; // whether the old tree is exactly the subtree we stand on
    while old != end {
        let middle = start + split(end - start);
        if old <= middle {
            proof.push(range_root(reader, middle, end)?);
            end = middle;
        } else {
            proof.push(range_root(reader, start, middle)?);
            start = middle;
            old_is_known = false;
        }
    }
    if !old_is_known {
        proof.push(range_root(reader, start, end)?);
    }
    proof.reverse();
    Ok(proof)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn leaves(count: u64) -> Vec<Hash> {
        (0..count)
            .map(|number| leaf_hash(&number.to_be_bytes()))
            .collect()
    }

    #[test]
    fn every_proof_of_every_small_tree_is_accepted() {
        let leaves = leaves(70);
        for size in 1..=70u64 {
            let reader = &leaves[..size as usize];
            let root = root_of(reader);
            assert_eq!(tree_root(reader, size), Ok(root));
            for index in 0..size {
                let proof = inclusion_proof(reader, index, size).unwrap();
                verify_inclusion(&leaves[index as usize], index, size, &proof, &root).unwrap();
            }
            for old in 1..=size {
                let proof = consistency_proof(reader, old, size).unwrap();
                verify_consistency(old, size, &proof, &root_of(&reader[..old as usize]), &root).unwrap();
            }
        }
    }

    #[test]
    fn readers_refuse_what_they_do_not_have() {
        let leaves = leaves(4);
        assert_eq!(leaves[..].node(3, 0), Err(ProofError::Range));
        assert_eq!(leaves[..].node(0, 4), Err(ProofError::Range));
        assert_eq!(leaves[..].node(200, 1), Err(ProofError::Range));
        assert_eq!(leaves[..].node(63, u64::MAX), Err(ProofError::Range));
    }

    proptest! {
        #[test]
        fn a_proof_holds_for_its_entry_alone(size in 1u64..2000, index in any::<prop::sample::Index>(), other in any::<prop::sample::Index>(), bit in 0usize..256) {
            let leaves = leaves(size);
            let index = index.index(size as usize) as u64;
            let other = other.index(size as usize) as u64;
            let root = root_of(&leaves);
            let proof = inclusion_proof(&leaves[..], index, size).unwrap();
            prop_assert!(verify_inclusion(&leaves[index as usize], index, size, &proof, &root).is_ok());
            if other != index {
                prop_assert!(verify_inclusion(&leaves[other as usize], index, size, &proof, &root).is_err());
                prop_assert!(verify_inclusion(&leaves[index as usize], other, size, &proof, &root).is_err());
            }
            for at in 0..proof.len() {
                let mut bytes = *proof[at].as_bytes();
                bytes[bit / 8] ^= 1 << (bit % 8);
                let mut wrong = proof.clone();
                wrong[at] = Hash::from_bytes(bytes);
                prop_assert!(verify_inclusion(&leaves[index as usize], index, size, &wrong, &root).is_err());
            }
        }

        #[test]
        fn an_altered_past_has_no_consistency_proof(new in 2u64..2000, old in any::<prop::sample::Index>(), altered in any::<prop::sample::Index>()) {
            let old = old.index(new as usize - 1) as u64 + 1;
            let leaves = leaves(new);
            let root = root_of(&leaves);
            let proof = consistency_proof(&leaves[..], old, new).unwrap();
            prop_assert!(verify_consistency(old, new, &proof, &root_of(&leaves[..old as usize]), &root).is_ok());
            let mut past = leaves[..old as usize].to_vec();
            past[altered.index(old as usize)] = leaf_hash(b"forged");
            prop_assert!(verify_consistency(old, new, &proof, &root_of(&past), &root).is_err());
        }
    }
}

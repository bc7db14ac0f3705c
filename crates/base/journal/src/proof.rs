//! What an outsider needs to check a proof: RFC 9162 §2.1.3.2 and §2.1.4.2, and their forms for subtrees.

use crate::hash::{Hash, node_hash};

/// Why a proof proves nothing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ProofError {
    /// The indices and sizes do not describe a place in a tree.
    #[error("the indices do not fit the tree")]
    Range,
    /// The proof has more or fewer hashes than the place needs.
    #[error("the proof has the wrong length")]
    Length,
    /// The proof leads to another root.
    #[error("the proof does not lead to the root")]
    Root,
}

/// Checks that the entry with `leaf` as its hash is number `index` of the `size` entries under `root`.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::Range);
    }
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in proof {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            while node & 1 == 0 && node != 0 {
                (node, last) = (node >> 1, last >> 1);
            }
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if hash == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Checks that the tree of `old` entries under `old_root` is the beginning of the one of `new` entries.
///
/// Sizes of 0 are refused unless both are 0: the empty tree says nothing about a later one.
pub fn verify_consistency(
    old: u64,
    new: u64,
    proof: &[Hash],
    old_root: &Hash,
    new_root: &Hash,
) -> Result<(), ProofError> {
    if old > new || (old == 0 && new != 0) {
        return Err(ProofError::Range);
    }
    if new == 0 && *new_root != Hash::of_empty_tree() {
        return Err(ProofError::Root); // there is only one tree without entries
    }
    if old == new {
        return match (proof.is_empty(), old_root == new_root) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    verify_subtree_consistency(0, old, new, proof, old_root, new_root)
}

/// Checks that entry `index` with the hash `leaf` is under `root`, the root of the subtree `start ‥ end`.
pub fn verify_subtree_inclusion(
    leaf: &Hash,
    index: u64,
    start: u64,
    end: u64,
    proof: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if !is_subtree(start, end) || index < start {
        return Err(ProofError::Range);
    }
    verify_inclusion(leaf, index - start, end - start, proof, root)
}

/// Checks that the subtree `start ‥ end` with the root `subtree_root` is part of the tree of `size` entries.
pub fn verify_subtree_consistency(
    start: u64,
    end: u64,
    size: u64,
    proof: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), ProofError> {
    if start == end && end <= size {
        // No entries are part of every tree, and nothing is to be proved about them.
        return match (proof.is_empty(), *subtree_root == Hash::of_empty_tree()) {
            (false, _) => Err(ProofError::Length),
            (true, false) => Err(ProofError::Root),
            (true, true) => Ok(()),
        };
    }
    if !is_subtree(start, end) || end > size {
        return Err(ProofError::Range);
    }
    let (mut first, mut second, mut last) = (start, end - 1, size - 1);
    let reaches_the_end = second == last;
    while first != second && (reaches_the_end || second & 1 == 1) {
        (first, second, last) = (first >> 1, second >> 1, last >> 1);
    }
    let (seed, rest) = if first == second {
        (*subtree_root, proof)
    } else {
        let (seed, rest) = proof.split_first().ok_or(ProofError::Length)?;
        (*seed, rest)
    };
    let (mut small, mut large) = (seed, seed); // the subtree and the whole tree, growing together
    for hash in rest {
        if last == 0 {
            return Err(ProofError::Length);
        }
        if second & 1 == 1 || second == last {
            if first < second {
                small = node_hash(hash, &small);
            }
            large = node_hash(hash, &large);
            while second & 1 == 0 && second != 0 {
                (first, second, last) = (first >> 1, second >> 1, last >> 1);
            }
        } else {
            large = node_hash(&large, hash);
        }
        (first, second, last) = (first >> 1, second >> 1, last >> 1);
    }
    if last != 0 {
        return Err(ProofError::Length);
    }
    if small == *subtree_root && large == *root {
        Ok(())
    } else {
        Err(ProofError::Root)
    }
}

/// Whether `start ‥ end` is a subtree: it starts at a multiple of the power of two that covers its length.
fn is_subtree(start: u64, end: u64) -> bool {
    let Some(count) = end.checked_sub(start).filter(|count| *count > 0) else {
        return false;
    };
    count
        .checked_next_power_of_two()
        .is_some_and(|cover| start.is_multiple_of(cover))
}

//! One block of one stream, after GB/T 32905-2016, clause 5.

use super::{BLOCK, State};

/// The state before the first block (IV).
pub(super) const INITIAL: State = [
    0x7380_166f,
    0x4914_b2b9,
    0x1724_42d7,
    0xda8a_0600,
    0xa96f_30bc,
    0x1631_38aa,
    0xe38d_ee4d,
    0xb0fb_0e4e,
];

/// The constant of each round, already turned by the number of the round.
pub(super) static ROUND: [u32; 64] = round_constants();

const fn round_constants() -> [u32; 64] {
    let mut table = [0; 64];
    let mut round = 0;
    while round < 64 {
        let constant: u32 = if round < 16 { 0x79cc_4519 } else { 0x7a87_9d8a };
        table[round] = constant.rotate_left((round % 32) as u32);
        round += 1;
    }
    table
}

fn p0(word: u32) -> u32 {
    word ^ word.rotate_left(9) ^ word.rotate_left(17)
}

fn p1(word: u32) -> u32 {
    word ^ word.rotate_left(15) ^ word.rotate_left(23)
}

/// Takes a block into a state.
pub(super) fn compress(state: &mut State, block: &[u8; BLOCK]) {
    let mut words = [0_u32; 68];
    for (word, bytes) in words.iter_mut().zip(block.as_chunks::<4>().0) {
        *word = u32::from_be_bytes(*bytes);
    }
    for at in 16..68 {
        let turned = words[at - 16] ^ words[at - 9] ^ words[at - 3].rotate_left(15);
        words[at] = p1(turned) ^ words[at - 13].rotate_left(7) ^ words[at - 6];
    }
    let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
    for round in 0..64 {
        let a12 = a.rotate_left(12);
        let ss1 = a12.wrapping_add(e).wrapping_add(ROUND[round]).rotate_left(7);
        let ss2 = ss1 ^ a12;
        let (ff, gg) = if round < 16 {
            (a ^ b ^ c, e ^ f ^ g)
        } else {
            ((a & b) | (c & (a | b)), (e & f) | (!e & g))
        };
        let tt1 = ff
            .wrapping_add(d)
            .wrapping_add(ss2)
            .wrapping_add(words[round] ^ words[round + 4]);
        let tt2 = gg.wrapping_add(h).wrapping_add(ss1).wrapping_add(words[round]);
        (d, c, b, a) = (c, b.rotate_left(9), a, tt1);
        (h, g, f, e) = (g, f.rotate_left(19), e, p0(tt2));
    }
    for (word, new) in state.iter_mut().zip([a, b, c, d, e, f, g, h]) {
        *word ^= new;
    }
}

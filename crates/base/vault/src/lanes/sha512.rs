//! SHA-512 (FIPS 180-4, 6.4): block by block by a library, or eight lanes in the registers of AVX-512.

use super::UNIT;
use sha2::digest::generic_array::GenericArray;

/// The state of one running digest.
pub(super) type State = [u64; 8];

/// The state before the first block (FIPS 180-4, 5.3.5).
pub(super) const INITIAL: State = [
    0x6a09_e667_f3bc_c908,
    0xbb67_ae85_84ca_a73b,
    0x3c6e_f372_fe94_f82b,
    0xa54f_f53a_5f1d_36f1,
    0x510e_527f_ade6_82d1,
    0x9b05_688c_2b3e_6c1f,
    0x1f83_d9ab_fb41_bd6b,
    0x5be0_cd19_137e_2179,
];

/// Takes a block into a state.
pub(super) fn compress(state: &mut State, block: &[u8; UNIT]) {
    sha2::compress512(state, std::slice::from_ref(GenericArray::from_slice(block)));
}

#[cfg(target_arch = "x86_64")]
pub(super) use lanes::compress_lanes;

#[cfg(target_arch = "x86_64")]
mod lanes {
    use super::State;
    use crate::lanes::{LANES, UNIT};
    use core::arch::x86_64::__m512i;
    use pulp::x86::V4;
    use pulp::{NullaryFnOnce, cast};

    /// The constant of each round (FIPS 180-4, 4.2.3).
    static ROUND: [u64; 80] = [
        0x428a_2f98_d728_ae22,
        0x7137_4491_23ef_65cd,
        0xb5c0_fbcf_ec4d_3b2f,
        0xe9b5_dba5_8189_dbbc,
        0x3956_c25b_f348_b538,
        0x59f1_11f1_b605_d019,
        0x923f_82a4_af19_4f9b,
        0xab1c_5ed5_da6d_8118,
        0xd807_aa98_a303_0242,
        0x1283_5b01_4570_6fbe,
        0x2431_85be_4ee4_b28c,
        0x550c_7dc3_d5ff_b4e2,
        0x72be_5d74_f27b_896f,
        0x80de_b1fe_3b16_96b1,
        0x9bdc_06a7_25c7_1235,
        0xc19b_f174_cf69_2694,
        0xe49b_69c1_9ef1_4ad2,
        0xefbe_4786_384f_25e3,
        0x0fc1_9dc6_8b8c_d5b5,
        0x240c_a1cc_77ac_9c65,
        0x2de9_2c6f_592b_0275,
        0x4a74_84aa_6ea6_e483,
        0x5cb0_a9dc_bd41_fbd4,
        0x76f9_88da_8311_53b5,
        0x983e_5152_ee66_dfab,
        0xa831_c66d_2db4_3210,
        0xb003_27c8_98fb_213f,
        0xbf59_7fc7_beef_0ee4,
        0xc6e0_0bf3_3da8_8fc2,
        0xd5a7_9147_930a_a725,
        0x06ca_6351_e003_826f,
        0x1429_2967_0a0e_6e70,
        0x27b7_0a85_46d2_2ffc,
        0x2e1b_2138_5c26_c926,
        0x4d2c_6dfc_5ac4_2aed,
        0x5338_0d13_9d95_b3df,
        0x650a_7354_8baf_63de,
        0x766a_0abb_3c77_b2a8,
        0x81c2_c92e_47ed_aee6,
        0x9272_2c85_1482_353b,
        0xa2bf_e8a1_4cf1_0364,
        0xa81a_664b_bc42_3001,
        0xc24b_8b70_d0f8_9791,
        0xc76c_51a3_0654_be30,
        0xd192_e819_d6ef_5218,
        0xd699_0624_5565_a910,
        0xf40e_3585_5771_202a,
        0x106a_a070_32bb_d1b8,
        0x19a4_c116_b8d2_d0c8,
        0x1e37_6c08_5141_ab53,
        0x2748_774c_df8e_eb99,
        0x34b0_bcb5_e19b_48a8,
        0x391c_0cb3_c5c9_5a63,
        0x4ed8_aa4a_e341_8acb,
        0x5b9c_ca4f_7763_e373,
        0x682e_6ff3_d6b2_b8a3,
        0x748f_82ee_5def_b2fc,
        0x78a5_636f_4317_2f60,
        0x84c8_7814_a1f0_ab72,
        0x8cc7_0208_1a64_39ec,
        0x90be_fffa_2363_1e28,
        0xa450_6ceb_de82_bde9,
        0xbef9_a3f7_b2c6_7915,
        0xc671_78f2_e372_532b,
        0xca27_3ece_ea26_619c,
        0xd186_b8c7_21c0_c207,
        0xeada_7dd6_cde0_eb1e,
        0xf57d_4f7f_ee6e_d178,
        0x06f0_67aa_7217_6fba,
        0x0a63_7dc5_a2c8_98a6,
        0x113f_9804_bef9_0dae,
        0x1b71_0b35_131c_471b,
        0x28db_77f5_2304_7d84,
        0x32ca_ab7b_40c7_2493,
        0x3c9e_be0a_15c9_bebc,
        0x431d_67c4_9c10_0d4c,
        0x4cc5_d4be_cb3e_42b6,
        0x597f_299c_fc65_7e2a,
        0x5fcb_6fab_3ad6_faec,
        0x6c44_198c_4a47_5817,
    ];

    /// Operations on a word of every lane.
    #[derive(Clone, Copy)]
    struct Words(V4);

    impl Words {
        #[inline(always)]
        fn add(self, a: __m512i, b: __m512i) -> __m512i {
            self.0.avx512f._mm512_add_epi64(a, b)
        }

        #[inline(always)]
        fn turn<const RIGHT: i32>(self, a: __m512i) -> __m512i {
            self.0.avx512f._mm512_ror_epi64::<RIGHT>(a)
        }

        #[inline(always)]
        fn xor3(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
            self.0.avx512f._mm512_ternarylogic_epi64::<0x96>(a, b, c)
        }

        #[inline(always)]
        fn majority(self, a: __m512i, b: __m512i, c: __m512i) -> __m512i {
            self.0.avx512f._mm512_ternarylogic_epi64::<0xe8>(a, b, c)
        }

        #[inline(always)]
        fn choose(self, which: __m512i, one: __m512i, other: __m512i) -> __m512i {
            self.0
                .avx512f
                ._mm512_ternarylogic_epi64::<0xca>(which, one, other)
        }

        #[inline(always)]
        fn great_sigma_0(self, a: __m512i) -> __m512i {
            self.xor3(self.turn::<28>(a), self.turn::<34>(a), self.turn::<39>(a))
        }

        #[inline(always)]
        fn great_sigma_1(self, e: __m512i) -> __m512i {
            self.xor3(self.turn::<14>(e), self.turn::<18>(e), self.turn::<41>(e))
        }

        #[inline(always)]
        fn small_sigma_0(self, w: __m512i) -> __m512i {
            let shifted = self.0.avx512f._mm512_srli_epi64::<7>(w);
            self.xor3(self.turn::<1>(w), self.turn::<8>(w), shifted)
        }

        #[inline(always)]
        fn small_sigma_1(self, w: __m512i) -> __m512i {
            let shifted = self.0.avx512f._mm512_srli_epi64::<6>(w);
            self.xor3(self.turn::<19>(w), self.turn::<61>(w), shifted)
        }

        #[inline(always)]
        fn splat(self, word: u64) -> __m512i {
            cast([word; LANES])
        }

        /// The blocks of all lanes, word by word: the vector `n` holds word `n` of every lane.
        #[inline(always)]
        fn load(self, blocks: [&[u8; UNIT]; LANES]) -> [__m512i; 16] {
            let words = blocks.map(|block| block.as_chunks::<8>().0);
            let mut loaded = [self.splat(0); 16];
            let mut word = 0;
            while word < 16 {
                let mut lanes = [0_u64; LANES];
                let mut lane = 0;
                while lane < LANES {
                    lanes[lane] = u64::from_be_bytes(words[lane][word]);
                    lane += 1;
                }
                loaded[word] = cast(lanes);
                word += 1;
            }
            loaded
        }

        #[inline(always)]
        fn compress(self, state: &mut [__m512i; 8], blocks: [&[u8; UNIT]; LANES]) {
            let mut w = self.load(blocks);
            let [mut a, mut b, mut c, mut d, mut e, mut f, mut g, mut h] = *state;
            // A round; instead of moving the words, the next round names them in another order.
            macro_rules! round {
                ($j:expr, $at:expr, $a:ident,$b:ident,$c:ident,$d:ident,$e:ident,$f:ident,$g:ident,$h:ident) => {{
                    let constant = self.splat(ROUND[$j + $at]);
                    let fed = self.add(self.add($h, constant), w[$at]);
                    let t1 = self.add(
                        self.add(fed, self.great_sigma_1($e)),
                        self.choose($e, $f, $g),
                    );
                    $d = self.add($d, t1);
                    $h = self.add(
                        t1,
                        self.add(self.great_sigma_0($a), self.majority($a, $b, $c)),
                    );
                }};
            }
            macro_rules! next_word {
                ($at:expr) => {
                    w[$at] = self.add(
                        self.add(w[$at], self.small_sigma_0(w[($at + 1) % 16])),
                        self.add(w[($at + 9) % 16], self.small_sigma_1(w[($at + 14) % 16])),
                    );
                };
            }
            macro_rules! sixteen {
                ($each:ident) => {
                    $each!(0);
                    $each!(1);
                    $each!(2);
                    $each!(3);
                    $each!(4);
                    $each!(5);
                    $each!(6);
                    $each!(7);
                    $each!(8);
                    $each!(9);
                    $each!(10);
                    $each!(11);
                    $each!(12);
                    $each!(13);
                    $each!(14);
                    $each!(15);
                };
            }
            let mut j = 0;
            while j < 80 {
                if j > 0 {
                    sixteen!(next_word);
                }
                round!(j, 0, a, b, c, d, e, f, g, h);
                round!(j, 1, h, a, b, c, d, e, f, g);
                round!(j, 2, g, h, a, b, c, d, e, f);
                round!(j, 3, f, g, h, a, b, c, d, e);
                round!(j, 4, e, f, g, h, a, b, c, d);
                round!(j, 5, d, e, f, g, h, a, b, c);
                round!(j, 6, c, d, e, f, g, h, a, b);
                round!(j, 7, b, c, d, e, f, g, h, a);
                round!(j, 8, a, b, c, d, e, f, g, h);
                round!(j, 9, h, a, b, c, d, e, f, g);
                round!(j, 10, g, h, a, b, c, d, e, f);
                round!(j, 11, f, g, h, a, b, c, d, e);
                round!(j, 12, e, f, g, h, a, b, c, d);
                round!(j, 13, d, e, f, g, h, a, b, c);
                round!(j, 14, c, d, e, f, g, h, a, b);
                round!(j, 15, b, c, d, e, f, g, h, a);
                j += 16;
            }
            let new = [a, b, c, d, e, f, g, h];
            let mut word = 0;
            while word < 8 {
                state[word] = self.add(state[word], new[word]);
                word += 1;
            }
        }
    }

    struct Job<'a> {
        words: Words,
        states: &'a mut [State; LANES],
        data: [&'a [u8]; LANES],
        blocks: usize,
    }

    impl NullaryFnOnce for Job<'_> {
        type Output = ();

        #[inline(always)]
        fn call(self) {
            let mut state: [__m512i; 8] = std::array::from_fn(|word| {
                let lanes: [u64; LANES] = std::array::from_fn(|lane| self.states[lane][word]);
                cast(lanes)
            });
            let data = self.data.map(|lane| lane.as_chunks::<UNIT>().0);
            let there = data.iter().map(|lane| lane.len()).min().unwrap_or_default();
            // no iterator: every call from here must be inlined into the code for this processor
            let mut block = 0;
            while block < self.blocks.min(there) {
                self.words
                    .compress(&mut state, std::array::from_fn(|lane| &data[lane][block]));
                block += 1;
            }
            for (word, lanes) in state.into_iter().enumerate() {
                let lanes: [u64; LANES] = cast(lanes);
                for (state, value) in self.states.iter_mut().zip(lanes) {
                    state[word] = value;
                }
            }
        }
    }

    /// Takes `blocks` blocks of every lane.
    pub(in crate::lanes) fn compress_lanes(
        simd: V4,
        states: &mut [State; LANES],
        data: [&[u8]; LANES],
        blocks: usize,
    ) {
        simd.vectorize(Job {
            words: Words(simd),
            states,
            data,
            blocks,
        });
    }
}

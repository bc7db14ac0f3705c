//! Text cut into the pieces of words that the model knows: of all ways to cut, the one whose pieces are likeliest
//! together (Kudo, T. (2018): Subword Regularization, the unigram model; Viterbi's way of finding it).

use super::container::{Container, Marks};

/// Stands for a space.
const SPACE_MARK: char = '\u{2581}';
/// How much less likely an unknown character is than the least likely piece.
const UNKNOWN_PENALTY: f32 = 10.0;
/// Free place in the table.
const NOTHING: u32 = u32::MAX;
const FNV_START: u64 = 0xcbf2_9ce4_8422_2325;
const FNV_PRIME: u64 = 0x0100_0000_01b3;

/// The pieces.
#[derive(Debug)]
pub(super) struct Pieces {
    text: Vec<u8>,
    /// Where each piece begins in `text`, and where the last one ends.
    starts: Vec<u32>,
    scores: Vec<f32>,
    /// Numbers of pieces by the FNV-1a sum of their bytes, each at the first free place from there.
    table: Vec<u32>,
    replacements: Vec<(u32, Vec<u32>)>,
    marks: Marks,
    longest: usize,
    unknown_score: f32,
}

/// The best way to cut the text up to a place.
#[derive(Clone, Copy)]
struct Way {
    score: f32,
    piece: u32,
    from: usize,
}

impl Pieces {
    /// # Errors
    ///
    /// Says that there are none.
    pub(super) fn new(container: &Container) -> Result<Self, String> {
        let mut pieces = Self {
            text: Vec::new(),
            starts: vec![0],
            scores: container.scores.clone(),
            table: vec![NOTHING; (container.scores.len() * 2).next_power_of_two()],
            replacements: container.replacements.clone(),
            marks: container.marks,
            longest: 0,
            unknown_score: container.scores.iter().copied().fold(f32::INFINITY, f32::min) - UNKNOWN_PENALTY,
        };
        for (number, piece) in (0..).zip(container.pieces()) {
            pieces.text.extend_from_slice(piece);
            let end = u32::try_from(pieces.text.len()).map_err(|error| error.to_string())?;
            pieces.starts.push(end);
            pieces.longest = pieces.longest.max(piece.len());
            let sum = piece.iter().fold(FNV_START, |sum, byte| added(sum, *byte));
            // the first of equal pieces is the one that is found
            if !piece.is_empty() && pieces.find(sum, piece).is_none() {
                pieces.insert(sum, number);
            }
        }
        match pieces.longest {
            0 => Err("it has no pieces of words".to_owned()),
            _ => Ok(pieces),
        }
    }

    fn insert(&mut self, sum: u64, number: u32) {
        let mask = self.table.len() - 1;
        let mut at = sum as usize & mask;
        while self.table[at] != NOTHING {
            at = (at + 1) & mask;
        }
        self.table[at] = number;
    }

    fn find(&self, sum: u64, bytes: &[u8]) -> Option<u32> {
        let mask = self.table.len() - 1;
        let mut at = sum as usize & mask;
        loop {
            let number = self.table[at];
            if number == NOTHING {
                return None;
            }
            let range = self.starts[number as usize] as usize..self.starts[number as usize + 1] as usize;
            if &self.text[range] == bytes {
                return Some(number);
            }
            at = (at + 1) & mask;
        }
    }

    /// The numbers of the pieces of a text, without marks of beginning and end.
    pub(super) fn of(&self, text: &str) -> Vec<u32> {
        let text = self.prepared(text);
        let places: Vec<usize> = text
            .char_indices()
            .map(|(at, _)| at)
            .chain([text.len()])
            .collect();
        let nowhere = Way {
            score: f32::NEG_INFINITY,
            piece: self.marks.unknown,
            from: 0,
        };
        let mut ways = vec![nowhere; places.len()];
        ways[0].score = 0.0;
        let bytes = text.as_bytes();
        for from in 0..places.len() - 1 {
            let score = ways[from].score;
            let mut sum = FNV_START;
            for to in from + 1..places.len() {
                if places[to] - places[from] > self.longest {
                    break;
                }
                sum = bytes[places[to - 1]..places[to]]
                    .iter()
                    .fold(sum, |sum, byte| added(sum, *byte));
                let found = self.find(sum, &bytes[places[from]..places[to]]);
                let Some(piece) = found.filter(|piece| *piece != self.marks.unknown) else {
                    continue;
                };
                let score = score + self.scores[piece as usize];
                if score > ways[to].score {
                    ways[to] = Way { score, piece, from };
                }
            }
            let unknown = score + self.unknown_score;
            if unknown > ways[from + 1].score {
                ways[from + 1] = Way {
                    score: unknown,
                    piece: self.marks.unknown,
                    from,
                };
            }
        }
        let mut cut = Vec::new();
        let mut at = ways.len() - 1;
        while at > 0 {
            cut.push(ways[at].piece);
            at = ways[at].from;
        }
        cut.reverse();
        cut
    }

    /// Characters replaced, runs of spaces made one, a mark for each space and one in front.
    fn prepared(&self, text: &str) -> String {
        let mut prepared = String::with_capacity(text.len() + SPACE_MARK.len_utf8());
        let replaced = text.chars().flat_map(|character| self.replaced(character));
        let mut last = None;
        for character in replaced {
            if last.is_none() && character != ' ' {
                prepared.push(SPACE_MARK);
            }
            if !(character == ' ' && last == Some(' ')) {
                prepared.push(if character == ' ' { SPACE_MARK } else { character });
            }
            last = Some(character);
        }
        if last.is_none() {
            prepared.push(SPACE_MARK);
        }
        prepared
    }

    fn replaced(&self, character: char) -> impl Iterator<Item = char> + '_ {
        let found = self
            .replacements
            .binary_search_by_key(&u32::from(character), |(from, _)| *from);
        let others = found.ok().map(|at| self.replacements[at].1.as_slice());
        let itself = others.is_none().then_some(character);
        let others = others
            .unwrap_or_default()
            .iter()
            .copied()
            .filter_map(char::from_u32);
        itself.into_iter().chain(others)
    }
}

fn added(sum: u64, byte: u8) -> u64 {
    (sum ^ u64::from(byte)).wrapping_mul(FNV_PRIME)
}

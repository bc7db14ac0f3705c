//! The small language of byte patterns in `rules/formats.toml`, which explains it at its top.

use memchr::memmem;

use super::pattern::{ByteSpec, Chunk, Gap, Pattern, Place};

/// Why a pattern of the rule file cannot be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PatternError {
    /// The line does not begin with `bof N:`, `bof N-M:`, `eof …:` or `any:`.
    #[error("the line does not say where the pattern lies: {0}")]
    Place(String),
    /// Something that is neither text, byte, range, choice nor gap.
    #[error("cannot read the pattern from here: {0}")]
    Token(String),
    /// The pattern holds no byte to look for.
    #[error("the pattern is empty")]
    Empty,
}

impl PatternError {
    /// Stable name for programs.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Place(_) => "formats.pattern_place",
            Self::Token(_) => "formats.pattern_token",
            Self::Empty => "formats.pattern_empty",
        }
    }
}

impl Pattern {
    /// Reads a line such as `bof 0-1024: '%PDF-' [31-32] '.'`.
    pub(crate) fn parse(line: &str) -> Result<Self, PatternError> {
        let (place_text, body) = line
            .split_once(':')
            .ok_or_else(|| PatternError::Place(line.to_owned()))?;
        let (place, offset) = parse_place(place_text).ok_or_else(|| PatternError::Place(line.to_owned()))?;
        let mut chunks = parse_body(body)?;
        if chunks.is_empty() {
            return Err(PatternError::Empty);
        }
        let mut end_gap = Gap::NONE;
        match place {
            Place::Head | Place::Anywhere => {
                if let Some(first) = chunks.first_mut() {
                    first.gap = first.gap.plus(offset);
                }
            }
            Place::Tail => end_gap = offset,
        }
        Ok(Self {
            place,
            chunks,
            end_gap,
        })
    }
}

fn parse_place(text: &str) -> Option<(Place, Gap)> {
    let text = text.trim();
    if text == "any" {
        return Some((Place::Anywhere, Gap { min: 0, max: None }));
    }
    let (name, offset) = text.split_once(' ')?;
    let place = match name {
        "bof" => Place::Head,
        "eof" => Place::Tail,
        _ => return None,
    };
    Some((place, parse_gap(offset.trim())?))
}

/// `4`, `2-8`, `2-*`, `*`.
fn parse_gap(text: &str) -> Option<Gap> {
    if text == "*" {
        return Some(Gap { min: 0, max: None });
    }
    let Some((low, high)) = text.split_once('-') else {
        let exact = text.parse().ok()?;
        return Some(Gap {
            min: exact,
            max: Some(exact),
        });
    };
    let min = low.parse().ok()?;
    let max = if high == "*" {
        None
    } else {
        Some(high.parse().ok()?)
    };
    if max.is_some_and(|max| max < min) {
        return None;
    }
    Some(Gap { min, max })
}

fn parse_body(body: &str) -> Result<Vec<Chunk>, PatternError> {
    let mut chunks: Vec<Chunk> = Vec::new();
    let mut gap = Gap::NONE;
    let mut rest = body.trim_start();
    while !rest.is_empty() {
        let broken = || PatternError::Token(rest.chars().take(40).collect());
        if let Some(after) = rest.strip_prefix('*') {
            gap = gap.plus(Gap { min: 0, max: None });
            rest = after.trim_start();
            continue;
        }
        if let Some(after) = rest.strip_prefix('{') {
            let (inside, after) = after.split_once('}').ok_or_else(broken)?;
            gap = gap.plus(parse_gap(inside).ok_or_else(broken)?);
            rest = after.trim_start();
            continue;
        }
        if let Some(after) = rest.strip_prefix('(') {
            let (alternatives, after) = parse_choice(after).ok_or_else(broken)?;
            chunks.push(Chunk {
                gap,
                alternatives,
                finder: None,
            });
            gap = Gap::NONE;
            rest = after.trim_start();
            continue;
        }
        let (specs, after) = parse_bytes(rest).ok_or_else(broken)?;
        match chunks.last_mut() {
            // Bytes that follow bytes belong to one sequence, however the line is spaced.
            Some(chunk) if gap == Gap::NONE && chunk.alternatives.len() == 1 => {
                if let Some(sequence) = chunk.alternatives.first_mut() {
                    sequence.extend(specs);
                }
            }
            _ => {
                chunks.push(Chunk {
                    gap,
                    alternatives: vec![specs],
                    finder: None,
                });
                gap = Gap::NONE;
            }
        }
        rest = after.trim_start();
    }
    for chunk in &mut chunks {
        if let [only] = chunk.alternatives.as_slice() {
            let literal: Vec<u8> = only
                .iter()
                .map_while(|spec| match spec {
                    ByteSpec::Exact(byte) => Some(*byte),
                    _ => None,
                })
                .collect();
            if !literal.is_empty() {
                chunk.finder = Some(memmem::Finder::new(&literal).into_owned());
            }
        }
    }
    Ok(chunks)
}

/// The inside of `(A | B)`; returns what follows the bracket.
fn parse_choice(text: &str) -> Option<(Vec<Vec<ByteSpec>>, &str)> {
    let mut alternatives = Vec::new();
    let mut current = Vec::new();
    let mut rest = text.trim_start();
    loop {
        if let Some(after) = rest.strip_prefix(['|', ')']) {
            if current.is_empty() {
                return None;
            }
            alternatives.push(std::mem::take(&mut current));
            if rest.starts_with(')') {
                return Some((alternatives, after));
            }
            rest = after.trim_start();
            continue;
        }
        let (specs, after) = parse_bytes(rest)?;
        current.extend(specs);
        rest = after.trim_start();
    }
}

/// One token: `'text'`, `??`, `[..]` or hexadecimal pairs.
fn parse_bytes(text: &str) -> Option<(Vec<ByteSpec>, &str)> {
    if let Some(after) = text.strip_prefix('\'') {
        let (inside, after) = after.split_once('\'')?;
        if inside.is_empty() {
            return None;
        }
        return Some((inside.bytes().map(ByteSpec::Exact).collect(), after));
    }
    if let Some(after) = text.strip_prefix("??") {
        return Some((vec![ByteSpec::Any], after));
    }
    if let Some(after) = text.strip_prefix('[') {
        let (inside, after) = after.split_once(']')?;
        return Some((vec![parse_class(inside)?], after));
    }
    let digits = text.bytes().take_while(u8::is_ascii_hexdigit).count();
    if digits == 0 || digits % 2 == 1 {
        return None;
    }
    let (hexadecimal, after) = text.split_at(digits);
    let bytes = hex::decode(hexadecimal).ok()?;
    Some((bytes.into_iter().map(ByteSpec::Exact).collect(), after))
}

fn parse_class(inside: &str) -> Option<ByteSpec> {
    let byte = |text: &str| u8::from_str_radix(text, 16).ok();
    if let Some(mask) = inside.strip_prefix("!&") {
        return Some(ByteSpec::NotAllBits(byte(mask)?));
    }
    if let Some(mask) = inside.strip_prefix('&') {
        return Some(ByteSpec::AllBits(byte(mask)?));
    }
    let (negated, inside) = inside
        .strip_prefix('!')
        .map_or((false, inside), |rest| (true, rest));
    let (low, high) = match inside.split_once('-') {
        Some((low, high)) => (byte(low)?, byte(high)?),
        None => (byte(inside)?, byte(inside)?),
    };
    if low > high {
        return None;
    }
    Some(if negated {
        ByteSpec::NotRange(low, high)
    } else {
        ByteSpec::Range(low, high)
    })
}

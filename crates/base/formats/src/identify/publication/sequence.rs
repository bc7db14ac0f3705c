//! Byte sequences as PRONOM writes them, turned into lines of our pattern language.
//!
//! A sequence knows classes of several bytes (`[!0000]`, `[0000:1000]`), ours only of one: such a class becomes a
//! choice of rows of single bytes that says the same.

use super::tree::stated;
use crate::safe_xml::Element;

/// Rows that one sequence may become; real ones become eight at most.
const MAX_ROWS: usize = 256;

/// The lines of one signature (an element `InternalSignature`), or the sequence that cannot be read.
pub(super) fn lines_of(signature: &Element) -> Result<Vec<String>, String> {
    signature.children_named("ByteSequence").map(line_of).collect()
}

fn line_of(sequence: &Element) -> Result<String, String> {
    let place = match stated(sequence, "Reference") {
        Some("BOFoffset") => "bof",
        Some("EOFoffset") => "eof",
        _ => "any",
    };
    let mut parts: Vec<&Element> = sequence.children_named("SubSequence").collect();
    parts.sort_by_key(|part| number(part, "Position").unwrap_or(0));
    if place == "eof" {
        // The first is the one nearest the end.
        parts.reverse();
    }
    let mut body = String::new();
    let mut end = String::new();
    let count = parts.len();
    for (index, part) in parts.into_iter().enumerate() {
        let gap = Gap {
            min: number(part, "SubSeqMinOffset").unwrap_or(0),
            max: number(part, "SubSeqMaxOffset"),
        };
        let text = body_of(part)?;
        match place {
            "eof" => {
                body.push_str(&text);
                if index + 1 == count {
                    end = gap.plain();
                } else {
                    body.push_str(&gap.token());
                }
            }
            _ => {
                if index > 0 {
                    body.push_str(&gap.token());
                } else if place == "bof" {
                    end = gap.plain();
                }
                body.push_str(&text);
            }
        }
    }
    if body.is_empty() {
        return Err("a sequence without bytes".to_owned());
    }
    Ok(match place {
        "any" => format!("any:{body}"),
        _ => format!("{place} {end}:{body}"),
    })
}

/// One subsequence: fragments on its left, the sequence itself, fragments on its right.
fn body_of(part: &Element) -> Result<String, String> {
    let mut body = String::new();
    for (gap, choice) in fragments(part, "LeftFragment")?.into_iter().rev() {
        body.push_str(&choice);
        body.push_str(&gap.token());
    }
    let sequence = part
        .child("Sequence")
        .ok_or_else(|| "a subsequence without bytes".to_owned())?;
    body.push_str(&translate(&sequence.text)?);
    for (gap, choice) in fragments(part, "RightFragment")? {
        body.push_str(&gap.token());
        body.push_str(&choice);
    }
    Ok(body)
}

/// Fragments by their distance from the sequence; those at one place are a choice. Their offsets are the same in
/// every publication so far; were they not, the widest gap would hold.
fn fragments(part: &Element, side: &str) -> Result<Vec<(Gap, String)>, String> {
    let mut found: Vec<&Element> = part.children_named(side).collect();
    found.sort_by_key(|fragment| number(fragment, "Position").unwrap_or(0));
    let mut places = Vec::new();
    for same in found.chunk_by(|left, right| number(left, "Position") == number(right, "Position")) {
        let mins = same
            .iter()
            .map(|fragment| number(fragment, "MinOffset").unwrap_or(0));
        let maxes: Option<Vec<usize>> = same
            .iter()
            .map(|fragment| number(fragment, "MaxOffset"))
            .collect();
        let gap = Gap {
            min: mins.min().unwrap_or(0),
            max: maxes.and_then(|all| all.into_iter().max()),
        };
        let text = match same {
            [only] => translate(&only.text)?,
            several => {
                let mut rows = Vec::new();
                for fragment in several {
                    rows.extend(rows_of(&fragment.text)?);
                }
                choice(&rows)
            }
        };
        places.push((gap, text));
    }
    Ok(places)
}

fn number(element: &Element, name: &str) -> Option<usize> {
    stated(element, name)?.parse().ok()
}

/// Bytes of any kind between two parts.
struct Gap {
    min: usize,
    max: Option<usize>,
}

impl Gap {
    /// As it stands after `bof`: `4`, `2-8`, `2-*`.
    fn plain(&self) -> String {
        match self.max {
            Some(max) if max == self.min => max.to_string(),
            Some(max) => format!("{}-{}", self.min, max.max(self.min)),
            None => format!("{}-*", self.min),
        }
    }

    /// As it stands between bytes; nothing for no gap.
    fn token(&self) -> String {
        match (self.min, self.max) {
            (0, Some(0)) => String::new(),
            (0, None) => " *".to_owned(),
            _ => format!(" {{{}}}", self.plain()),
        }
    }
}

/// A piece of a sequence.
enum Piece {
    /// Rows of single bytes, one of which must match; mostly there is one.
    Rows(Vec<Vec<String>>),
    /// A gap, as written in our language.
    Gap(String),
}

/// A whole sequence in our language.
fn translate(sequence: &str) -> Result<String, String> {
    let mut text = String::new();
    let mut bytes: Vec<String> = Vec::new();
    for piece in pieces(sequence)? {
        match piece {
            Piece::Rows(mut rows) if rows.len() == 1 => bytes.extend(rows.pop().unwrap_or_default()),
            Piece::Rows(rows) => {
                text.push_str(&row_text(&std::mem::take(&mut bytes)));
                text.push_str(&choice(&rows));
            }
            Piece::Gap(gap) => {
                text.push_str(&row_text(&std::mem::take(&mut bytes)));
                text.push_str(&gap);
            }
        }
    }
    text.push_str(&row_text(&bytes));
    Ok(text)
}

/// A sequence without gaps as the rows that it stands for.
fn rows_of(sequence: &str) -> Result<Vec<Vec<String>>, String> {
    let mut all: Vec<Vec<String>> = vec![Vec::new()];
    for piece in pieces(sequence)? {
        let Piece::Rows(rows) = piece else {
            return Err(shortened(sequence));
        };
        if all.len().saturating_mul(rows.len()) > MAX_ROWS {
            return Err(shortened(sequence));
        }
        all = all
            .iter()
            .flat_map(|before| rows.iter().map(|row| [before.as_slice(), row].concat()))
            .collect();
    }
    Ok(all)
}

fn choice(rows: &[Vec<String>]) -> String {
    let rows: Vec<String> = rows.iter().map(|row| row_text(row)).collect();
    format!(" ({} )", rows.join(" |"))
}

/// Bytes as text where a person can read them, else in hexadecimal; each run begins with a blank.
fn row_text(row: &[String]) -> String {
    let mut text = String::new();
    let is_hex = |token: &str| token.len() == 2 && token != "??";
    for run in row.chunk_by(|left, right| is_hex(left) && is_hex(right)) {
        if !run.first().is_some_and(|token| is_hex(token)) {
            text.push(' ');
            text.push_str(&run.join(" "));
            continue;
        }
        let bytes = hex::decode(run.concat()).unwrap_or_default();
        let mut unreadable: Vec<u8> = Vec::new();
        for part in bytes.chunk_by(|left, right| readable(*left) == readable(*right)) {
            match std::str::from_utf8(part) {
                Ok(letters) if part.len() > 1 && part.iter().all(|byte| readable(*byte)) => {
                    add_hexadecimal(&mut text, &std::mem::take(&mut unreadable));
                    text.push_str(&format!(" '{letters}'"));
                }
                _ => unreadable.extend(part),
            }
        }
        add_hexadecimal(&mut text, &unreadable);
    }
    text
}

fn add_hexadecimal(text: &mut String, bytes: &[u8]) {
    if !bytes.is_empty() {
        text.push(' ');
        text.push_str(&hex::encode_upper(bytes));
    }
}

fn readable(byte: u8) -> bool {
    (0x20..0x7F).contains(&byte) && byte != b'\'' && byte != b'"' && byte != b'\\'
}

fn shortened(sequence: &str) -> String {
    sequence
        .split_whitespace()
        .collect::<String>()
        .chars()
        .take(60)
        .collect()
}

fn pieces(sequence: &str) -> Result<Vec<Piece>, String> {
    let mut pieces = Vec::new();
    let mut rest = sequence.trim_start();
    while !rest.is_empty() {
        let (piece, after) = piece(rest).ok_or_else(|| shortened(rest))?;
        pieces.push(piece);
        rest = after.trim_start();
    }
    if pieces.is_empty() {
        return Err("a sequence without bytes".to_owned());
    }
    Ok(pieces)
}

fn piece(text: &str) -> Option<(Piece, &str)> {
    if let Some(after) = text.strip_prefix('*') {
        return Some((Piece::Gap(" *".to_owned()), after));
    }
    if let Some(after) = text.strip_prefix('{') {
        let (inside, after) = after.split_once('}')?;
        return Some((Piece::Gap(format!(" {{{}}}", inside.trim())), after));
    }
    if let Some(after) = text.strip_prefix('(') {
        // PRONOM has no choice within a choice.
        let (inside, after) = after.split_once(')')?;
        let mut rows = Vec::new();
        for one in inside.split('|') {
            rows.extend(rows_of(one).ok()?);
        }
        return Some((Piece::Rows(rows), after));
    }
    if let Some(after) = text.strip_prefix("??") {
        return Some((Piece::Rows(vec![vec!["??".to_owned()]]), after));
    }
    if let Some(after) = text.strip_prefix('[') {
        let (inside, after) = after.split_once(']')?;
        return Some((Piece::Rows(class(inside.trim())?), after));
    }
    let (bytes, after) = literal(text)?;
    let row = bytes.iter().map(|byte| format!("{byte:02X}")).collect();
    Some((Piece::Rows(vec![row]), after))
}

/// `'text'` or one pair of hexadecimal digits.
fn literal(text: &str) -> Option<(Vec<u8>, &str)> {
    if let Some(after) = text.strip_prefix('\'') {
        let (inside, after) = after.split_once('\'')?;
        return Some((inside.as_bytes().to_vec(), after)).filter(|(bytes, _)| !bytes.is_empty());
    }
    let pair = text.get(..2)?;
    let byte = u8::from_str_radix(pair, 16).ok()?;
    Some((vec![byte], text.get(2..)?))
}

/// All of a value of a class: text and hexadecimal pairs.
fn value(text: &str) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let (more, after) = literal(rest)?;
        bytes.extend(more);
        rest = after.trim_start();
    }
    Some(bytes).filter(|bytes| (1..=16).contains(&bytes.len()))
}

/// The inside of `[…]` as rows of single bytes.
fn class(inside: &str) -> Option<Vec<Vec<String>>> {
    let (is_not, inside) = match inside.strip_prefix('!') {
        Some(rest) => (true, rest.trim_start()),
        None => (false, inside),
    };
    if let Some(mask) = inside.strip_prefix('&') {
        let [mask] = value(mask)?[..] else { return None };
        let not = if is_not { "!" } else { "" };
        return Some(vec![vec![format!("[{not}&{mask:02X}]")]]);
    }
    let (low, high) = match split_range(inside) {
        Some((low, high)) => (value(low)?, value(high)?),
        None => (value(inside)?, value(inside)?),
    };
    if low.len() != high.len() || low > high {
        return None;
    }
    if let ([low], [high]) = (&low[..], &high[..]) {
        let not = if is_not { "!" } else { "" };
        let range = if low == high {
            format!("[{not}{low:02X}]")
        } else {
            format!("[{not}{low:02X}-{high:02X}]")
        };
        return Some(vec![vec![range]]);
    }
    match (is_not, low == high) {
        (true, true) => Some(not_equal(&low)),
        (false, _) => Some(between(&low, &high)),
        (true, false) => None,
    }
}

/// `low:high`, where a colon in quotes does not count.
fn split_range(inside: &str) -> Option<(&str, &str)> {
    let mut in_quotes = false;
    let position = inside.bytes().position(|byte| {
        if byte == b'\'' {
            in_quotes = !in_quotes;
        }
        (byte == b':' || byte == b'-') && !in_quotes
    })?;
    Some((inside.get(..position)?, inside.get(position + 1..)?))
}

/// Any bytes of this length but these: the first that differs is the first, or the second, …
fn not_equal(bytes: &[u8]) -> Vec<Vec<String>> {
    (0..bytes.len())
        .map(|differs| {
            let token = |(at, byte): (usize, &u8)| match at.cmp(&differs) {
                std::cmp::Ordering::Less => format!("{byte:02X}"),
                std::cmp::Ordering::Equal => format!("[!{byte:02X}]"),
                std::cmp::Ordering::Greater => "??".to_owned(),
            };
            bytes.iter().enumerate().map(token).collect()
        })
        .collect()
}

/// All numbers of this length from one to another, most significant byte first.
fn between(low: &[u8], high: &[u8]) -> Vec<Vec<String>> {
    let exact = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02X}")).collect::<Vec<_>>();
    let (Some((first, low_rest)), Some((last, high_rest))) = (low.split_first(), high.split_first()) else {
        return vec![Vec::new()];
    };
    let range = |from: u8, to: u8| format!("[{from:02X}-{to:02X}]");
    let with = |byte: u8, rows: Vec<Vec<String>>| {
        rows.into_iter()
            .map(move |row| [vec![format!("{byte:02X}")], row].concat())
    };
    if first == last {
        return with(*first, between(low_rest, high_rest)).collect();
    }
    if low == high {
        return vec![exact(low)];
    }
    let any = || low_rest.iter().map(|_| "??".to_owned());
    let mut rows: Vec<Vec<String>> = with(*first, between(low_rest, &vec![0xFF; low_rest.len()])).collect();
    if let (Some(from), Some(to)) = (first.checked_add(1), last.checked_sub(1))
        && from <= to
    {
        rows.push(std::iter::once(range(from, to)).chain(any()).collect());
    }
    rows.extend(with(*last, between(&vec![0; high_rest.len()], high_rest)));
    rows
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::super::pattern::Pattern;
    use super::*;

    fn matches(sequence: &str, bytes: &[u8]) -> bool {
        let line = format!("bof 0:{}", translate(sequence).unwrap());
        Pattern::parse(&line).unwrap().matches(bytes)
    }

    #[test]
    fn what_pronom_writes_becomes_a_line() {
        let cases = [
            ("255044462D", " '%PDF-'"),
            ("10 00 'Word.' ['6'-'7'] 00", " 1000 'Word.' [36-37] 00"),
            ("41??{2}42*43[30:39]", " 41 ?? {2} 42 * 43 [30-39]"),
            (
                "'a' (22|27) [!0A] [&01] [!&02]",
                " 61 ( 22 | 27 ) [!0A] [&01] [!&02]",
            ),
            ("4142[!0000]", " 'AB' ( [!00] ?? | 00 [!00] )"),
        ];
        for (written, wanted) in cases {
            assert_eq!(translate(written).unwrap(), wanted);
        }
        for broken in ["", "4", "[41", "'a", "[!0000:0101]", "zz", "(41", "[0200:0100]"] {
            assert!(translate(broken).is_err(), "{broken}");
        }
    }

    proptest! {
        #[test]
        fn wide_classes_mean_what_they_say(low in any::<[u8; 2]>(), high in any::<[u8; 2]>(), found in any::<[u8; 2]>()) {
            let (low, high) = (low.min(high), low.max(high));
            let (written_low, written_high) = (hex::encode_upper(low), hex::encode_upper(high));
            let (range, not) = (format!("[{written_low}:{written_high}]"), format!("[!{written_low}]"));
            let inside = matches(&range, &found);
            prop_assert_eq!(inside, low <= found && found <= high);
            prop_assert_eq!(matches(&not, &found), found != low);
            prop_assert!(matches(&range, &low));
            prop_assert!(!matches(&not, &low));
        }

        #[test]
        fn no_sequence_makes_it_panic(text in "[0-9A-F'a-c?*{}()|!&:\\[\\] -]{0,40}") {
            if let Ok(line) = translate(&text) { let _ = Pattern::parse(&format!("bof 0:{line}")); }
        }
    }
}

//! From the answers of the recogniser, one for each step along the line, to characters.

/// So sure must the blank be for nothing else to be thought of.
const SURE_BLANK: f32 = 0.9;
/// So probable must it be that a step is some character, for one to be put into a gap.
const SOME_CHARACTER: f32 = 0.2;
/// A gap is this many times wider than the usual step from character to character.
const GAP: f32 = 1.6;
/// Lines of narrower characters have no gaps to speak of: Latin letters take two or three steps.
const FULL_WIDTH: usize = 4;

/// A line as it was read.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Written {
    /// Its characters.
    pub(crate) text: String,
    /// Where the middle of each character stands along the line, 0 to 1; as many as characters.
    pub(crate) middles: Vec<f32>,
    /// Mean probability of its characters; 0 where there are none.
    pub(crate) confidence: f32,
}

/// A character at a step.
#[derive(Debug, Clone, Copy)]
struct Peak {
    step: usize,
    class: usize,
    probability: f32,
}

/// The likeliest characters: of each step the likeliest class, of equal neighbours the first, without the blank
/// (class 0). `answers` holds `classes` numbers for each step; class `n` is the character `n - 1` of the alphabet.
///
/// A character whose look-alikes share its probability (〇 and ○) may lose to the blank that way. Where there is room
/// for a character, and it is likely that there is some, the likeliest is put in.
pub(crate) fn decode(answers: &[f32], classes: usize, alphabet: &[String]) -> Written {
    if classes == 0 {
        return Written::default();
    }
    let steps = answers.len() / classes;
    let (mut peaks, mut doubtful) = (Vec::new(), Vec::new());
    let mut before = 0;
    for (step, row) in answers.chunks_exact(classes).enumerate() {
        let (class, probability) = likeliest(row);
        if class != 0 && class != before {
            peaks.push(Peak {
                step,
                class,
                probability,
            });
        }
        if class == 0 && probability < SURE_BLANK {
            let (second, _) = likeliest(row.get(1..).unwrap_or(&[]));
            doubtful.push(Peak {
                step,
                class: second + 1,
                probability: 1.0 - probability,
            });
        }
        before = class;
    }
    if !doubtful.is_empty() {
        fill_gaps(&mut peaks, &doubtful, alphabet);
    }
    let mut written = Written::default();
    let mut sum = 0.0;
    for peak in peaks {
        let character = peak.class.checked_sub(1).and_then(|at| alphabet.get(at));
        for character in character.map_or("", String::as_str).chars() {
            written.text.push(character);
            written.middles.push((peak.step as f32 + 0.5) / steps as f32);
            sum += peak.probability;
        }
    }
    if !written.middles.is_empty() {
        written.confidence = (sum / written.middles.len() as f32).clamp(0.0, 1.0);
    }
    written
}

/// Puts a doubtful character into each gap that has room for one.
fn fill_gaps(peaks: &mut Vec<Peak>, doubtful: &[Peak], alphabet: &[String]) {
    let mut distances: Vec<usize> = peaks
        .iter()
        .zip(peaks.iter().skip(1))
        .map(|(one, other)| other.step - one.step)
        .collect();
    distances.sort_unstable();
    let Some(usual) = distances
        .get(distances.len() / 2)
        .copied()
        .filter(|usual| *usual >= FULL_WIDTH)
    else {
        return;
    };
    let is_space = |peak: &Peak| {
        let character = peak.class.checked_sub(1).and_then(|at| alphabet.get(at));
        character.is_none_or(|character| character.trim().is_empty())
    };
    let found: Vec<Peak> = peaks
        .iter()
        .zip(peaks.iter().skip(1))
        .filter(|(one, other)| (other.step - one.step) as f32 >= GAP * usual as f32)
        .filter_map(|(one, other)| {
            let room = one.step + usual / 2..=other.step.saturating_sub(usual / 2);
            doubtful
                .iter()
                .filter(|peak| room.contains(&peak.step) && peak.probability >= SOME_CHARACTER)
                .filter(|peak| !is_space(peak))
                .max_by(|one, other| one.probability.total_cmp(&other.probability))
        })
        .copied()
        .collect();
    if !found.is_empty() {
        peaks.extend(found);
        peaks.sort_by_key(|peak| peak.step);
    }
}

/// The largest number of a row and its place. Eighteen thousand numbers for each step: kept simple enough for the
/// compiler to take eight or sixteen at once.
fn likeliest(row: &[f32]) -> (usize, f32) {
    const LANES: usize = 16;
    let mut best = [f32::MIN; LANES];
    let chunks = row.chunks_exact(LANES);
    let mut largest =
        chunks.remainder().iter().fold(
            f32::MIN,
            |largest, value| if *value > largest { *value } else { largest },
        );
    for chunk in chunks {
        for (best, value) in best.iter_mut().zip(chunk) {
            *best = if *value > *best { *value } else { *best };
        }
    }
    for value in best {
        largest = if value > largest { value } else { largest };
    }
    let place = row.iter().position(|value| *value >= largest).unwrap_or(0);
    (place, largest)
}

/// Numbers that are written in characters.
const DIGITS: &str = "〇一二三四五六七八九";
/// What is round like 〇.
const ROUND: &str = "○〇0Oo";

impl Written {
    /// Writes the nought of numbers in characters as such: 二○○五年 with a ring, a letter or a digit is 二〇〇五年.
    pub(crate) fn with_noughts(mut self) -> Self {
        let mut characters: Vec<char> = self.text.chars().collect();
        let mut at = 0;
        while at < characters.len() {
            let run = characters
                .iter()
                .skip(at)
                .take_while(|one| ROUND.contains(**one))
                .count();
            let before = at.checked_sub(1).and_then(|before| characters.get(before));
            let after = characters.get(at + run);
            let is_number = |side: Option<&char>| side.is_some_and(|one| DIGITS.contains(*one));
            let is_counted = after.is_some_and(|one| "年月日号".contains(*one));
            if run > 0 && is_number(before) && (is_number(after) || is_counted) {
                for character in characters.iter_mut().skip(at).take(run) {
                    *character = '〇';
                }
            }
            at += run.max(1);
        }
        self.text = characters.into_iter().collect();
        self
    }

    /// Takes white space off both ends.
    pub(crate) fn trimmed(self) -> Self {
        let characters: Vec<char> = self.text.chars().collect();
        let begin = characters.iter().take_while(|one| one.is_whitespace()).count();
        let end = characters.len()
            - characters
                .iter()
                .rev()
                .take_while(|one| one.is_whitespace())
                .count();
        if begin >= end {
            return Self::default();
        }
        Self {
            text: characters.get(begin..end).unwrap_or(&[]).iter().collect(),
            middles: self.middles.get(begin..end).unwrap_or(&[]).to_vec(),
            confidence: self.confidence,
        }
    }

    /// Where each character begins along the line, 0 to 1: half way between its middle and the one before.
    pub(crate) fn offsets(&self) -> Vec<f32> {
        let second = self.middles.get(1).copied();
        let mut before = None;
        self.middles
            .iter()
            .map(|middle| {
                let begin = match before {
                    Some(before) => f32::midpoint(before, *middle),
                    None => middle - second.map_or(*middle, |second| (second - middle) / 2.0),
                };
                before = Some(*middle);
                begin.clamp(0.0, 1.0)
            })
            .collect()
    }

    /// This and what follows it on the same line, their places given as shares of the whole line.
    pub(crate) fn join(parts: Vec<(Self, f32, f32)>) -> Self {
        let mut whole = Self::default();
        let mut sum = 0.0;
        for (part, begin, end) in parts {
            sum += part.confidence * part.middles.len() as f32;
            whole.text.push_str(&part.text);
            whole
                .middles
                .extend(part.middles.iter().map(|middle| begin + middle * (end - begin)));
        }
        if !whole.middles.is_empty() {
            whole.confidence = sum / whole.middles.len() as f32;
        }
        whole
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn alphabet() -> Vec<String> {
        ["大", "坝", " "].map(str::to_owned).to_vec()
    }

    fn answers(classes: &[usize]) -> Vec<f32> {
        classes
            .iter()
            .flat_map(|class| (0..4).map(move |at| if at == *class { 0.9 } else { 0.03 }))
            .collect()
    }

    #[test]
    fn equal_neighbours_are_one_character_unless_a_blank_is_between() {
        let written = decode(&answers(&[0, 1, 1, 0, 1, 2, 0, 0]), 4, &alphabet());
        assert_eq!(written.text, "大大坝");
        assert_eq!(written.middles, [1.5 / 8.0, 4.5 / 8.0, 5.5 / 8.0]);
        assert!((written.confidence - 0.9).abs() < 1e-6);
        let offsets = written.offsets();
        assert_eq!(offsets, [0.0, 3.0 / 8.0, 5.0 / 8.0]);
    }

    #[test]
    fn a_character_that_shares_its_probability_is_put_into_its_gap() {
        let alphabet: Vec<String> = ["八", "年", "〇", "○", " "].map(str::to_owned).to_vec();
        let row = |class: usize| {
            (0..6)
                .map(|at| if at == class { 0.95 } else { 0.01 })
                .collect::<Vec<f32>>()
        };
        let shared = vec![0.54, 0.0, 0.0, 0.27, 0.19, 0.0];
        let line = |middle: &[f32]| {
            let mut answers = Vec::new();
            for (step, class) in [(0, 1), (6, 2), (12, 1), (18, 1), (30, 2)] {
                answers.resize_with(step, || row(0));
                answers.push(row(class));
            }
            answers[24] = middle.to_vec();
            answers.concat()
        };
        assert_eq!(decode(&line(&shared), 6, &alphabet).text, "八年八八〇年");
        assert_eq!(decode(&line(&row(0)), 6, &alphabet).text, "八年八八年");
        // a space has its own ways
        assert_eq!(
            decode(&line(&[0.54, 0.0, 0.0, 0.0, 0.0, 0.46]), 6, &alphabet).text,
            "八年八八年"
        );
    }

    #[test]
    fn a_nought_among_characters_is_written_as_such() {
        let nought = |text: &str| {
            let written = Written {
                text: text.to_owned(),
                ..Written::default()
            };
            written.with_noughts().text
        };
        assert_eq!(nought("二○O五年一月"), "二〇〇五年一月");
        assert_eq!(nought("一九八0年"), "一九八〇年");
        assert_eq!(nought("共100元，○七一"), "共100元，○七一");
        assert_eq!(nought("第一00"), "第一00");
    }

    #[test]
    fn nothing_is_read_from_blanks() {
        assert_eq!(decode(&answers(&[0, 0]), 4, &alphabet()), Written::default());
        assert_eq!(decode(&[], 4, &alphabet()), Written::default());
        assert_eq!(decode(&[1.0], 0, &alphabet()), Written::default());
    }

    #[test]
    fn white_space_at_the_ends_goes_with_its_places() {
        let written = decode(&answers(&[3, 1, 3, 2, 3]), 4, &alphabet()).trimmed();
        assert_eq!(written.text, "大 坝");
        assert_eq!(written.middles.len(), 3);
        assert_eq!(
            decode(&answers(&[3]), 4, &alphabet()).trimmed(),
            Written::default()
        );
    }

    #[test]
    fn parts_of_a_line_are_joined() {
        let part = decode(&answers(&[1, 2]), 4, &alphabet());
        let whole = Written::join(vec![(part.clone(), 0.0, 0.5), (part, 0.5, 1.0)]);
        assert_eq!(whole.text, "大坝大坝");
        assert_eq!(whole.middles, [0.125, 0.375, 0.625, 0.875]);
    }

    proptest! {
        #[test]
        fn offsets_rise_and_are_as_many_as_characters(classes in proptest::collection::vec(0_usize..4, 0..40)) {
            let written = decode(&answers(&classes), 4, &alphabet());
            let offsets = written.offsets();
            prop_assert_eq!(offsets.len(), written.text.chars().count());
            prop_assert!(offsets.windows(2).all(|pair| pair[0] <= pair[1]));
            prop_assert!(offsets.iter().all(|offset| (0.0..=1.0).contains(offset)));
        }

        #[test]
        fn the_likeliest_is_the_largest(row in proptest::collection::vec(-1.0_f32..1.0, 1..70)) {
            let (place, value) = likeliest(&row);
            prop_assert!(row.iter().all(|other| *other <= value));
            prop_assert_eq!(row[place], value);
        }
    }
}

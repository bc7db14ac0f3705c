//! Names of places: one character for a state, two places in one word, places in longer words.

use super::piece::{Basis, Piece, Row};
use super::rules::PlaceRules;
use lantai_models::words::Tag;

/// Splits what is made of single characters for states and provinces: 中美, 京津, 美方, 驻华.
pub(super) fn split_letters(row: &mut Row<'_>, rules: &PlaceRules) {
    row.split(|row, _, piece| {
        let text = row.text(piece.start, piece.end);
        let length = piece.length();
        if !(2..=4).contains(&length) || rules.not_letters.contains(&text) || rules.known.contains(&text) {
            return None;
        }
        let nation = |c: char| rules.nation_letters.contains(&c);
        let province = |c: char| rules.province_letters.contains(&c);
        let all_nations = text.chars().all(nation);
        let may_be_letters = matches!(
            piece.tag,
            Tag::Place | Tag::Organisation | Tag::Noun | Tag::ProperNoun | Tag::Direction | Tag::Person
        );
        let all_provinces = piece.tag == Tag::Place && text.chars().all(province);
        if (all_nations && may_be_letters) || all_provinces {
            return Some((piece.start..piece.end).map(letter).collect());
        }
        let first = text.chars().next()?;
        let rest: String = text.chars().skip(1).collect();
        if length == 2 && nation(first) && !piece.tag.is_name() && rules.letters_before.contains(&rest) {
            let rest = Piece {
                start: piece.start + 1,
                ..piece.named(Tag::Noun, Basis::Model)
            };
            return Some(vec![letter(piece.start), rest]);
        }
        let last = text.chars().last()?;
        let after = length == 2
            && matches!(piece.tag, Tag::Verb | Tag::VerbalNoun)
            && rules.letters_after.contains(&first)
            && (nation(last) || last == '华');
        after.then(|| {
            let verb = Piece {
                end: piece.end - 1,
                ..*piece
            };
            vec![verb, letter(piece.end - 1)]
        })
    });
}

fn letter(at: usize) -> Piece {
    Piece {
        start: at,
        end: at + 1,
        tag: Tag::Place,
        basis: Basis::Letter,
    }
}

/// Splits two places in one word: 吉林省长春市, 北京人民大会堂, 香港特别行政区基本法.
pub(super) fn split_divisions(row: &mut Row<'_>, rules: &PlaceRules) {
    row.split(|row, _, piece| {
        if piece.tag != Tag::Place || piece.length() < 4 {
            return None;
        }
        let cut = division_end(row, piece, rules)?;
        let first = Piece { end: cut, ..*piece };
        let rest = Piece { start: cut, ..*piece };
        let text = row.text(cut, piece.end);
        let is_place = rules.division_ends.iter().any(|end| text.ends_with(end.as_str()))
            || rules.known_at_start(&text).is_some_and(|known| known == text);
        let rest = if is_place {
            // There may be a third: 湖南省长沙市芙蓉区.
            match division_end(row, &rest, rules) {
                Some(again) => {
                    let second = Piece { end: again, ..rest };
                    let third = Piece { start: again, ..rest };
                    return Some(vec![first, second, third]);
                }
                None => rest,
            }
        } else {
            rest.named(Tag::Noun, Basis::Cut)
        };
        Some(vec![first, rest])
    });
}

/// Where the first of two places in a word ends: behind its division, or behind a known place before a long name.
fn division_end(row: &Row<'_>, piece: &Piece, rules: &PlaceRules) -> Option<usize> {
    let text = row.text(piece.start, piece.end);
    let length = piece.length();
    let mut best: Option<usize> = None;
    for division in &rules.divisions {
        let Some((before, after)) = text.split_once(division.as_str()) else {
            continue;
        };
        let (before, rest) = (before.chars().count(), after.chars().count());
        let end = before + division.chars().count();
        // The rest is a name of its own, not the tail of this one.
        if before >= 2 && rest >= 2 && best.is_none_or(|known| end < known) && end + 2 <= length {
            best = Some(end);
        }
    }
    if let Some(end) = best {
        // 市 inside 特别行政区 and the like: the rest must not begin with a division.
        let rest = row.text(piece.start + end, piece.end);
        let continues = rules.divisions.iter().any(|one| rest.starts_with(one.as_str()));
        let continues = continues || rules.divisions.contains(&rest);
        return (!continues).then_some(piece.start + end);
    }
    let known = rules.known_at_start(&text)?.chars().count();
    let rest = row.text(piece.start + known, piece.end);
    let place = length >= known + 2
        && !rules.divisions.contains(&rest)
        && rules
            .division_ends
            .iter()
            .any(|end| rest.ends_with(end.as_str()) && rest.len() > end.len() + 3);
    place.then_some(piece.start + known)
}

/// Corrects tags: known places that the model takes for bodies, words that are places always.
pub(super) fn correct(row: &mut Row<'_>, rules: &PlaceRules) {
    row.split(|row, _, piece| {
        let text = row.text(piece.start, piece.end);
        if rules.always.contains(&text) || (piece.tag != Tag::Place && rules.known.contains(&text)) {
            return Some(vec![piece.named(Tag::Place, Basis::List)]);
        }
        // 亚太地区
        if piece.tag == Tag::Place
            && let Some(stem) = text.strip_suffix("地区")
            && rules.peoples.contains(stem)
        {
            let cut = piece.end - 2;
            let rest = Piece {
                start: cut,
                ..piece.named(Tag::Noun, Basis::Cut)
            };
            return Some(vec![Piece { end: cut, ..*piece }, rest]);
        }
        if piece.tag == Tag::Place && piece.length() == 1 {
            let known = text.chars().all(|c| {
                rules.nation_letters.contains(&c) || rules.province_letters.contains(&c) || c == '华'
            });
            return (!known).then(|| vec![piece.named(Tag::Noun, Basis::Model)]);
        }
        None
    });
}

/// Finds known places inside words of other kinds: 中华民族, 告台湾同胞书.
pub(super) fn find_known(row: &mut Row<'_>, rules: &PlaceRules) {
    row.split(|row, _, piece| {
        if piece.tag.is_name() || piece.tag == Tag::Time || piece.length() < 3 {
            return None;
        }
        // 两岸关系
        let text = row.text(piece.start, piece.end);
        if let Some(word) = rules.always.iter().find(|word| text.starts_with(word.as_str())) {
            let cut = piece.start + word.chars().count();
            let place = Piece {
                end: cut,
                ..piece.named(Tag::Place, Basis::List)
            };
            return Some(vec![place, Piece { start: cut, ..*piece }]);
        }
        super::cut_out(row, piece, &rules.known, Tag::Place)
    });
}

/// Joins a place with the noun that makes it another: 嫩江|基地, 香港|特区, 喀喇|昆仑山.
pub(super) fn join_tails(row: &mut Row<'_>, rules: &PlaceRules) {
    row.join(|row, index| {
        let first = row.pieces.get(index)?;
        let second = row.pieces.get(index + 1)?;
        if !matches!(first.tag, Tag::Place) || first.length() < 2 {
            return None;
        }
        let tail = row.text_at(index + 1);
        let noun = matches!(
            second.tag,
            Tag::Noun | Tag::Locality | Tag::ProperNoun | Tag::Place
        );
        (noun && rules.tails.contains(&tail)).then_some((2, Tag::Place, Basis::Joined))
    });
}

//! Names of bodies: words joined up to an ending such as 局 or 委员会, congresses, states behind 政府.

use super::piece::{Basis, Piece, Row};
use super::rules::{NameRules, OrganisationRules};
use lantai_models::words::Tag;

/// A name of a body has at most this many words and characters.
const MOST_WORDS: usize = 9;
const MOST_CHARACTERS: usize = 32;

/// 中国政府 names a state: the place stays, the rest goes.
pub(super) fn split_states(row: &mut Row<'_>, rules: &NameRules) {
    row.split(|row, _, piece| {
        if piece.tag != Tag::Organisation {
            return None;
        }
        let text = row.text(piece.start, piece.end);
        let stem = text.strip_suffix("政府")?;
        is_state(stem, rules).then(|| {
            let cut = piece.end - 2;
            let place = Piece {
                end: cut,
                ..piece.named(Tag::Place, Basis::Cut)
            };
            let rest = Piece {
                start: cut,
                ..piece.named(Tag::Noun, Basis::Cut)
            };
            vec![place, rest]
        })
    });
}

/// Joins words to bodies.
pub(super) fn join(row: &mut Row<'_>, rules: &NameRules) {
    row.join(|row, index| join_at(row, index, rules));
}

fn join_at(row: &Row<'_>, index: usize, rules: &NameRules) -> Option<(usize, Tag, Basis)> {
    let first = row.pieces.get(index)?;
    let bodies = &rules.organisations;
    if let Some(paper) = paper_at(row, index) {
        return Some(paper);
    }
    let opening = row.text_at(index);
    if first.tag == Tag::Organisation && is_cut_short(row, index, &opening, bodies) {
        return Some((2, Tag::Organisation, Basis::Joined));
    }
    let named = first.tag == Tag::Organisation || first.tag == Tag::Place;
    let generic = matches!(first.tag, Tag::Noun | Tag::ProperNoun | Tag::Locality)
        && bodies.openings.contains(&opening);
    if !named && !generic {
        return None;
    }
    let mut best = None;
    for count in 2..=MOST_WORDS {
        let at = index + count - 1;
        let Some(piece) = row.pieces.get(at) else {
            break;
        };
        if piece.end - first.start > MOST_CHARACTERS || !may_be_inside(row, at) {
            break;
        }
        let text = row.text_at(at);
        if !ends_here(row, at, bodies) || (text == "政府" && is_state(&row.text_at(at - 1), rules)) {
            continue;
        }
        let says_little = if named {
            // Right behind its place a weak ending says nothing: 美国公司.
            bodies.weak.contains(&text)
        } else {
            text.chars().count() < 3
        };
        // 中美 are two places unless a longer name follows.
        let short = first.basis == Basis::Letter && count < 4;
        if short || (count == 2 && says_little) {
            continue;
        }
        best = Some(count);
    }
    best.map(|count| (count, Tag::Organisation, Basis::Joined))
}

/// 《两岸关系》杂志.
fn paper_at(row: &Row<'_>, index: usize) -> Option<(usize, Tag, Basis)> {
    if row.text_at(index) != "《" {
        return None;
    }
    let close = (index + 2..index + 5).find(|at| row.text_at(*at) == "》")?;
    let kind = row.text_at(close + 1);
    let paper = ["杂志", "杂志社", "编辑部", "报社"].contains(&kind.as_str());
    paper.then_some((close + 2 - index, Tag::Organisation, Basis::Joined))
}

/// 海基|会: the model left the last character to the next word.
fn is_cut_short(row: &Row<'_>, index: usize, name: &str, rules: &OrganisationRules) -> bool {
    let next = row.text_at(index + 1);
    let ending = ["会", "院", "局", "署", "厅", "社"].contains(&next.as_str());
    ending
        && (2..=4).contains(&name.chars().count())
        && !rules.ends_a_body(name)
        && !rules.bare.contains(name)
}

fn is_state(name: &str, rules: &NameRules) -> bool {
    rules.places.known.iter().any(|one| one == name) || name.ends_with("特别行政区")
}

/// Whether a word may stand inside the name of a body.
fn may_be_inside(row: &Row<'_>, index: usize) -> bool {
    let Some(tag) = row.tag_at(index) else {
        return false;
    };
    match tag {
        Tag::Noun
        | Tag::ProperNoun
        | Tag::VerbalNoun
        | Tag::Organisation
        | Tag::Place
        | Tag::AdjectivalNoun
        | Tag::Adjective
        | Tag::Locality
        | Tag::Person => true,
        Tag::Number => {
            let text = row.text_at(index);
            text.starts_with('第')
                || text
                    .chars()
                    .all(|c| "一二三四五六七八九十".contains(c) || c.is_ascii_digit())
        }
        _ => false,
    }
}

fn ends_here(row: &Row<'_>, index: usize, rules: &OrganisationRules) -> bool {
    let text = row.text_at(index);
    let tag = row.tag_at(index);
    // Alone they name nobody, behind a place they do: 河北省|人民政府.
    if rules.never.contains(&text) && !text.ends_with("政府") {
        return false;
    }
    match tag {
        Some(Tag::Organisation) => rules.ends_a_body(&text) || rules.bare.contains(&text),
        Some(Tag::Noun | Tag::ProperNoun | Tag::VerbalNoun | Tag::Locality) => rules.ends_a_body(&text),
        _ => false,
    }
}

/// 第十五次全国代表大会, 八届全国人大常委会, 十五大; with the body before it, 中国共产党第十五次全国代表大会.
pub(super) fn join_congresses(row: &mut Row<'_>, rules: &OrganisationRules) {
    row.split(|row, _, piece| {
        let text = row.text(piece.start, piece.end);
        let numbered = text.strip_suffix('大').is_some_and(|count| {
            count.chars().count() == 2
                && count.starts_with(['十', '二'])
                && count.chars().all(|c| "一二三四五六七八九十".contains(c))
        });
        (numbered
            && matches!(
                piece.tag,
                Tag::Number | Tag::ProperNoun | Tag::Noun | Tag::Organisation
            ))
        .then(|| vec![piece.named(Tag::Organisation, Basis::List)])
    });
    row.join(|row, index| {
        let body = row.tag_at(index) == Some(Tag::Organisation);
        let numbered = usize::from(body);
        if body
            && row
                .pieces
                .get(index + 1)
                .is_some_and(|next| is_numbered_congress(row, next))
        {
            return Some((2, Tag::Organisation, Basis::Joined));
        }
        let number = row.text_at(index + numbered);
        if !matches!(row.tag_at(index + numbered), Some(Tag::Number | Tag::Measure))
            || !(number.ends_with('届') || number.ends_with('次'))
        {
            return None;
        }
        let first = index + numbered + 1;
        for at in first..first + 4 {
            let text = row.text_at(at);
            if rules.congresses.iter().any(|one| text.ends_with(one.as_str())) {
                return Some((at + 1 - index, Tag::Organisation, Basis::Joined));
            }
            if !may_be_inside(row, at) {
                return None;
            }
        }
        None
    });
}

fn is_numbered_congress(row: &Row<'_>, piece: &Piece) -> bool {
    piece.tag == Tag::Organisation
        && piece.basis == Basis::List
        && row.text(piece.start, piece.end).ends_with('大')
}

/// Leaves out what is no body, and finds those that need nothing before them.
pub(super) fn correct(row: &mut Row<'_>, rules: &OrganisationRules) {
    row.split(|row, _, piece| {
        let text = row.text(piece.start, piece.end);
        if piece.tag == Tag::Organisation {
            let none = piece.length() < 2 || rules.never.contains(&text) || text.ends_with("委员");
            return none.then(|| vec![piece.named(Tag::Noun, Basis::Model)]);
        }
        let may_be = !matches!(piece.tag, Tag::Punctuation | Tag::Time);
        (may_be && rules.bare.contains(&text)).then(|| vec![piece.named(Tag::Organisation, Basis::List)])
    });
}

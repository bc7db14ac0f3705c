//! Responsible body (责任者) and date (日期): from the signature below, the heading above, the note of a law.

use super::lines::{Line, Lines};
use super::{Context, Idea, surest_first};
use lantai_domain::date::ArchivalDate;
use lantai_domain::reading::{Entity, EntityKind};

/// The name of a body on one line has at most this many characters.
const LONGEST: usize = 32;
/// Notes of a law stand within so many lines.
const NOTES_WITHIN: usize = 12;
/// One note of a law has at most this many characters.
const LONGEST_NOTE: usize = 200;
/// A memorial names its author within so many characters.
const MEMORIAL_WITHIN: usize = 22;

/// Who wrote it and when, as far as the text says.
pub(super) struct Signed {
    pub authors: Vec<Idea>,
    pub dates: Vec<Idea>,
}

pub(super) fn signed(context: &Context<'_>, lines: &Lines, title: Option<&Idea>) -> Signed {
    let mut authors = Vec::new();
    let mut dates = Vec::new();
    if context.told("from").is_some() {
        authors.extend(
            context
                .told("from")
                .map(|from| Idea::told(from, "mail_sender", 0.95)),
        );
    }
    if let Some(date) = context.told("date").and_then(day_of) {
        dates.push(Idea::told(
            &date,
            "mail_date",
            if context.told("from").is_some() {
                0.95
            } else {
                0.35
            },
        ));
    }
    let issuer = title.and_then(|title| from_title(context, title));
    let named = issuer.as_ref().map(|issuer| issuer.value.as_str());
    signature(context, lines, named, &mut authors, &mut dates);
    authors.extend(file_author(context));
    notes(context, &lines.first, &mut authors, &mut dates);
    authors.extend(issuer);
    authors.extend(letterhead(context, &lines.first));
    if context.classical {
        authors.extend(memorial(context, &lines.first));
    }
    dates.extend(date_at_the_end(context));
    dates.extend(date_line_above(context, &lines.first));
    dates.extend(only_date(context));
    Signed {
        authors: agreed(authors),
        dates: agreed(dates),
    }
}

/// Whom the file names as its author, where that is more than the user of a program. Often who typed it.
fn file_author(context: &Context<'_>) -> Option<Idea> {
    let author = context.told("author")?.trim();
    let lower = author.to_lowercase();
    let nobody = context
        .rules
        .authors
        .nobody
        .iter()
        .any(|one| lower == one.to_lowercase());
    let name = author.chars().any(char::is_alphabetic) && author.chars().count() >= 2;
    (name && !nobody).then(|| Idea::told(author, "file_author", 0.35))
}

/// Two rules that say the same are surer than either.
fn agreed(ideas: Vec<Idea>) -> Vec<Idea> {
    let mut kept: Vec<Idea> = Vec::new();
    for idea in surest_first(ideas) {
        match kept.iter_mut().find(|known| known.value == idea.value) {
            Some(known) => {
                known.confidence = 1.0 - (1.0 - known.confidence) * (1.0 - idea.confidence * 0.5);
                known.evidence.extend(idea.evidence);
            }
            None => kept.push(idea),
        }
    }
    surest_first(kept)
}

/// Below the text: a line that is a date, and the bodies or persons above it or before it. What is forwarded has a
/// signature of its own behind that of the forwarding letter; the issuer in the title tells which is which.
fn signature(
    context: &Context<'_>,
    lines: &Lines,
    issuer: Option<&str>,
    authors: &mut Vec<Idea>,
    dates: &mut Vec<Idea>,
) {
    let at_the_end = (0..lines.last.len())
        .rev()
        .filter_map(|index| signature_at(context, &lines.last, index));
    let above = (0..lines.first.len()).filter_map(|index| signature_at(context, &lines.first, index));
    let of_issuer = |one: &(Idea, Option<Idea>)| match (&one.1, issuer) {
        (Some(author), Some(issuer)) => author.value == issuer,
        _ => false,
    };
    let mut all: Vec<(Idea, Option<Idea>)> = above.filter(of_issuer).collect();
    all.extend(at_the_end);
    let chosen = all.iter().position(of_issuer).unwrap_or(0);
    if chosen < all.len() {
        let (date, author) = all.swap_remove(chosen);
        dates.push(date);
        authors.extend(author);
    }
}

fn signature_at(context: &Context<'_>, lines: &[Line], index: usize) -> Option<(Idea, Option<Idea>)> {
    let line = lines.get(index).filter(|_| index > 0)?;
    let date = context.last_date_in(line.start, line.end)?;
    let before = context.slice(line.start, date.start).trim().to_owned();
    let after = context.slice(date.end, line.end);
    let quiet = after.chars().all(|c| !c.is_alphanumeric()) || after.trim() == "印发";
    if !quiet || before.chars().count() > LONGEST {
        return None;
    }
    let mut evidence = Vec::new();
    let mut names: Vec<String> = Vec::new();
    if before.is_empty() {
        for above in (index.saturating_sub(6)..index).rev() {
            let line = lines.get(above)?;
            let found = bodies_of(context, &line.raw)
                .or_else(|| person_is(context, line.start, line.end).then(|| vec![line.text.clone()]));
            let Some(found) = found else { break };
            names.splice(0..0, found);
            evidence.insert(0, (line.start, line.end));
        }
    } else {
        names = match bodies_of(context, &before) {
            Some(bodies) => bodies,
            None if person_is(context, line.start, date.start) => {
                vec![super::lines::without_spacing(&before)]
            }
            None => return None,
        };
        evidence.push((line.start, date.start));
    }
    let dated = Idea {
        value: date.value.clone(),
        evidence: vec![(date.start, date.end)],
        by: "signature_date",
        confidence: if names.is_empty() { 0.7 } else { 0.95 },
    };
    let author = (!names.is_empty()).then(|| Idea {
        value: names.join("、"),
        evidence,
        by: "signature",
        confidence: 0.95,
    });
    Some((dated, author))
}

/// The bodies that a short line names and nothing else: 国务院 中央军委.
fn bodies_of(context: &Context<'_>, raw: &str) -> Option<Vec<String>> {
    if raw.chars().count() > LONGEST || raw.contains(['。', '，', '：', '；', '（', '(']) {
        return None;
    }
    let whole = super::lines::without_spacing(raw);
    let parts: Vec<&str> = raw
        .split([' ', '　', '、', '\t'])
        .filter(|part| !part.is_empty())
        .collect();
    let each = parts.len() > 1
        && parts
            .iter()
            .all(|part| part.chars().count() >= 3 && context.is_body(part));
    if each {
        return Some(parts.into_iter().map(str::to_owned).collect());
    }
    context.is_body(&whole).then(|| vec![whole])
}

fn person_is(context: &Context<'_>, start: usize, end: usize) -> bool {
    context.entities.iter().any(|entity| {
        entity.kind == EntityKind::Person
            && entity.start >= start
            && entity.end <= end
            && entity.end - entity.start + 1 >= end - start
    })
}

/// 国务院办公厅关于…: who stands before 关于, 转发, 批转, 印发, 对.
fn from_title(context: &Context<'_>, title: &Idea) -> Option<Idea> {
    let cut = ["关于", "關於", "转发", "批转", "印发", "公布", "对"]
        .iter()
        .filter_map(|word| title.value.find(word))
        .min()?;
    let issuer = title.value.get(..cut)?;
    let bodies = bodies_of(context, issuer)?;
    let start = title.evidence.first()?.0;
    Some(Idea {
        value: bodies.join("、"),
        evidence: vec![(start, start + issuer.chars().count())],
        by: "issuer_in_title",
        confidence: 0.95,
    })
}

/// 国家档案局文件.
fn letterhead(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    lines.iter().take(8).find_map(|line| {
        let body = line.text.strip_suffix("文件")?;
        let bodies = bodies_of(context, body)?;
        Some(Idea {
            value: bodies.join("、"),
            evidence: vec![(line.start, line.end)],
            by: "letterhead",
            confidence: 0.85,
        })
    })
}

/// 2002年3月27日 河南省第九届人民代表大会常务委员会第二十七次会议通过: who made a law, and when it was last altered.
fn notes(context: &Context<'_>, lines: &[Line], authors: &mut Vec<Idea>, dates: &mut Vec<Idea>) {
    let mut last: Option<&Entity> = None;
    let mut author: Option<Idea> = None;
    for line in lines.iter().skip(1).take(NOTES_WITHIN) {
        if line.text.starts_with("第一") {
            break;
        }
        let act = context
            .rules
            .authors
            .acts
            .iter()
            .any(|act| line.text.contains(act.as_str()));
        if line.text.ends_with("施行") || line.text.chars().count() > LONGEST_NOTE {
            continue;
        }
        // （1987年9月5日第六届…通过）
        let opened = usize::from(line.text.starts_with(['（', '(']));
        let first = context.date_at(line.start + opened);
        let follows =
            first.map(|date| super::lines::without_spacing(context.slice(date.end, line.end).trim()));
        let maker = follows.as_ref().and_then(|note| maker(context, note));
        if act || maker.is_some() {
            last = context.last_date_in(line.start, line.end).or(last);
        }
        if author.is_none()
            && let Some((body, date)) = maker.zip(first)
        {
            author = Some(Idea {
                value: body,
                evidence: vec![(date.end, line.end)],
                by: "note_of_a_law",
                confidence: 0.9,
            });
        }
    }
    authors.extend(author);
    dates.extend(last.map(|date| Idea {
        value: date.value.clone(),
        evidence: vec![(date.start, date.end)],
        by: "note_of_a_law",
        confidence: 0.6,
    }));
}

/// The body at the beginning of a note, without the number of its term: 河南省第九届人民代表大会常务委员会.
fn maker(context: &Context<'_>, note: &str) -> Option<String> {
    let session = note.find("第").and_then(|first| {
        // The number of the session stands behind the name of the body, the number of the term inside it.
        let term = note
            .get(first..)?
            .find('届')
            .map(|at| first + at + '届'.len_utf8());
        match term {
            Some(behind) => note.get(behind..)?.find('第').map(|at| behind + at),
            None => Some(first),
        }
    });
    let acts = &context.rules.authors.acts;
    let act = acts.iter().filter_map(|act| note.find(act.as_str())).min();
    let cut = [session, act, note.find("令第"), note.find('《')]
        .into_iter()
        .flatten()
        .min()
        .unwrap_or(note.len());
    let body = note.get(..cut)?;
    let body = match (body.find('第'), body.find('届')) {
        (Some(from), Some(to)) if from < to => {
            format!("{}{}", body.get(..from)?, body.get(to + '届'.len_utf8()..)?)
        }
        _ => body.to_owned(),
    };
    let body = body.strip_prefix('经').unwrap_or(&body);
    let body = body
        .strip_prefix("中华人民共和国")
        .filter(|rest| *rest == "国务院")
        .unwrap_or(body);
    (context.is_body(body) && body.chars().count() <= LONGEST).then(|| body.to_owned())
}

/// 东三省总督锡良等奏: whose memorial it is; 谕军机大臣: the emperor speaks.
fn memorial(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    let line = lines.first()?;
    let rules = &context.rules.authors;
    if rules
        .edicts
        .iter()
        .any(|word| line.raw.starts_with(word.as_str()))
    {
        return Some(Idea {
            value: rules.edict_author.clone(),
            evidence: vec![(line.start, line.start + 1)],
            by: "edict",
            confidence: 0.2,
        });
    }
    let beginning: String = line.raw.chars().take(MEMORIAL_WITHIN).collect();
    let beginning = beginning.split(['。', '，', '、']).next()?.to_owned();
    let verb = rules
        .memorial
        .iter()
        .filter_map(|verb| Some((beginning.find(verb.as_str())?, verb)))
        .min_by_key(|(at, _)| *at)?;
    let mut author = beginning.get(..verb.0)?.to_owned();
    if verb.1.starts_with('等') {
        author.push('等');
    }
    let length = author.chars().count();
    (length >= 2).then(|| Idea {
        value: author,
        evidence: vec![(line.start, line.start + length)],
        by: "memorial",
        confidence: 0.95,
    })
}

/// （道光二十三年正月十六日）, with which letters end.
fn date_at_the_end(context: &Context<'_>) -> Option<Idea> {
    let last = context
        .entities
        .iter()
        .rev()
        .find(|entity| entity.kind == EntityKind::Date)?;
    let end = context.whole.len();
    let after = context.slice(last.end, end);
    let near = end - last.end <= 16 && after.chars().all(|c| !"。，；".contains(c));
    let opened = last.start > 0
        && context
            .slice(last.start - 1, last.start)
            .starts_with(['（', '(', '〔']);
    (near && opened).then(|| Idea {
        value: last.value.clone(),
        evidence: vec![(last.start, last.end)],
        by: "date_at_the_end",
        confidence: 0.9,
    })
}

/// A line above the text that is nothing but a date.
fn date_line_above(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    lines.iter().take(NOTES_WITHIN).find_map(|line| {
        let date = context.date_at(line.start).filter(|date| date.end == line.end)?;
        Some(Idea {
            value: date.value.clone(),
            evidence: vec![(date.start, date.end)],
            by: "date_line_above",
            confidence: 0.6,
        })
    })
}

/// The one date of the text, where it is not the day from which something applies.
fn only_date(context: &Context<'_>) -> Option<Idea> {
    let mut dates = context
        .entities
        .iter()
        .filter(|entity| entity.kind == EntityKind::Date);
    let first = dates.next()?;
    let alone = dates.all(|other| other.value == first.value) && !context.classical;
    let applies = context.slice(first.end, first.end + 8).contains("施行");
    (alone && !applies).then(|| Idea {
        value: first.value.clone(),
        evidence: vec![(first.start, first.end)],
        by: "only_date",
        confidence: 0.2,
    })
}

/// The day of what a mail or file says: `2024-05-01T08:00:00Z`, `Wed, 1 May 2024 08:00:00 +0800`, and dates as
/// catalogues write them.
fn day_of(told: &str) -> Option<String> {
    let told = told.trim();
    if let Ok(time) = jiff::fmt::rfc2822::parse(told) {
        return Some(time.date().to_string());
    }
    let day: String = told.chars().take(10).collect();
    let date = ArchivalDate::parse(&day)
        .or_else(|_| ArchivalDate::parse(told))
        .ok()?;
    (!date.is_unknown()).then(|| date.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_read_as_mail_and_files_write_them() {
        for (told, day) in [
            ("2024-05-01T08:00:00Z", "2024-05-01"),
            ("Wed, 1 May 2024 08:00:00 +0800", "2024-05-01"),
            ("2024年5月1日", "2024-05-01"),
        ] {
            assert_eq!(day_of(told).as_deref(), Some(day), "{told}");
        }
        assert_eq!(day_of("soon"), None);
    }
}

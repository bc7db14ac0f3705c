//! Title proper (题名): from the heading of an official document, the layout, the mail, the file, the first words.

use super::lines::{Line, Lines, without_spacing};
use super::{Context, Idea};
use lantai_domain::document_number::find_document_numbers;

/// A title has at most this many lines and characters.
const MOST_LINES: usize = 6;
const LONGEST: usize = 150;
/// The heading of an official document stands within so many lines.
const WITHIN: usize = 25;
/// The first clause of a text without title is at most this long, as in catalogues of edicts.
const CLAUSE: usize = 36;

/// Everything that may be the title, the surest first.
pub(super) fn titles(context: &Context<'_>, lines: &Lines) -> Vec<Idea> {
    let mut ideas = Vec::new();
    if let Some(subject) = context.told("subject").filter(|_| context.told("from").is_some()) {
        ideas.push(Idea::told(subject, "mail_subject", 0.95));
    }
    ideas.extend(official(context, &lines.first));
    if ideas.is_empty() {
        ideas.extend(by_layout(context, &lines.first));
        ideas.extend(first_line(context, &lines.first));
        ideas.extend(first_clause(context, &lines.first));
    }
    if let Some(title) = context
        .told("title")
        .filter(|title| says_something(context, title))
    {
        let plain = without_spacing(title);
        let line = lines.first.iter().take(WITHIN).find(|line| line.text == plain);
        let mut idea = Idea::told(title, "file_title", 0.45);
        if let Some(line) = line {
            idea.evidence.push((line.start, line.end));
            idea.confidence = 0.85;
        }
        ideas.push(idea);
    }
    super::surest_first(ideas)
}

/// 国务院办公厅 / 关于四川省在温家宝总理考察工作时 / 所提问题和建议办理情况的函.
fn official(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    for (index, line) in lines.iter().take(WITHIN).enumerate() {
        if is_body_text(line) {
            return None;
        }
        if !may_begin(context, line) {
            continue;
        }
        let mut joined = String::new();
        let mut best: Option<(usize, String)> = None;
        for (count, next) in lines
            .get(index..)
            .unwrap_or_default()
            .iter()
            .take(MOST_LINES)
            .enumerate()
        {
            let repeats = best.is_some() && joined.starts_with(next.text.as_str());
            if repeats || !is_title_line(context, next, count) {
                break;
            }
            joined.push_str(&next.text);
            if joined.chars().count() > LONGEST {
                break;
            }
            if ends_like_title(context, &joined) {
                best = Some((count, joined.clone()));
            }
        }
        let Some((count, title)) = best else { continue };
        let about = title.contains("关于") || title.contains("關於");
        let long = title.chars().count() >= 5;
        if !about && !long {
            continue;
        }
        let end = lines.get(index + count).map_or(line.end, |last| last.end);
        return Some(Idea {
            value: title,
            evidence: vec![(line.start, end)],
            by: if about {
                "official_heading"
            } else {
                "heading_of_a_kind"
            },
            confidence: if about { 0.95 } else { 0.9 },
        });
    }
    None
}

/// A line of running text: the heading is over.
fn is_body_text(line: &Line) -> bool {
    let ends = line.text.ends_with(['。', '；', '：', ':']);
    (ends && line.text.chars().count() > 3) || line.text.contains('。') || line.text.chars().count() > 80
}

fn may_begin(context: &Context<'_>, line: &Line) -> bool {
    let text = line.text.as_str();
    let marks = &context.rules.titles;
    let letterhead =
        marks.letterheads.iter().any(|one| text.ends_with(one.as_str())) && !text.contains("关于");
    let mark = marks
        .marks
        .iter()
        .any(|one| text.starts_with(&one.replace(' ', "")));
    !letterhead
        && !mark
        && subject_row(line).is_none()
        && is_title_line(context, line, 0)
        && text.chars().any(char::is_alphabetic)
}

/// Subject words in a row above the heading, with which some offices begin: 气象 广东 香港 函. Titles whose characters
/// are spaced out are none.
pub(super) fn subject_row(line: &Line) -> Option<Vec<&str>> {
    let words: Vec<&str> = line.raw.split_whitespace().collect();
    let length = |word: &&&str| word.chars().count();
    let long = words.iter().filter(|word| length(word) >= 2).count();
    let row = words.len() >= 3 && long + 1 >= words.len() && words.iter().all(|word| length(&word) <= 6);
    (row && words.iter().all(|word| word.chars().all(char::is_alphabetic))).then_some(words)
}

/// Whether a line may be one of the lines of a title.
fn is_title_line(context: &Context<'_>, line: &Line, count: usize) -> bool {
    let text = line.text.as_str();
    let stops = text.contains('。')
        || text.ends_with(['：', ':', '；', '，', ','])
        || text.starts_with(['(', '（', '〔']);
    let number = find_document_numbers(text)
        .iter()
        .any(|found| found.end_char - found.start_char + 2 >= text.chars().count());
    let chapter = text.starts_with("第一") && (text.contains('章') || text.contains('条'));
    let dated = context.date_at(line.start).is_some();
    let address = count > 0 && text.starts_with("各省");
    !stops && !number && !chapter && !dated && !address && text.chars().count() <= 60
}

fn ends_like_title(context: &Context<'_>, title: &str) -> bool {
    let bare = without_note(title);
    let kind = context
        .rules
        .titles
        .kinds
        .iter()
        .find(|kind| bare.ends_with(kind.as_str()) && bare.len() > kind.len());
    let Some(kind) = kind else { return false };
    // 函 and 法 end many words; 的函, 复函 and names of laws end titles.
    let short = kind.chars().count() == 1;
    let before = bare.strip_suffix(kind.as_str()).unwrap_or_default();
    !short
        || before.ends_with(['的', '复', '》', '政'])
        || (kind == "法" && before.starts_with("中华人民共和国"))
        || bare.contains("关于")
}

/// Without （试行）, （草案） at the end.
fn without_note(title: &str) -> &str {
    let Some(inner) = title.strip_suffix(['）', ')']) else {
        return title;
    };
    match inner.rfind(['（', '(']) {
        Some(at) if inner.len() - at < 40 => inner.get(..at).unwrap_or(title),
        _ => title,
    }
}

/// Lines that the layout calls a heading, or that stand out by their height.
fn by_layout(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    let near = lines.get(..lines.len().min(WITHIN)).unwrap_or_default();
    let tallest = near.iter().map(|line| line.height).fold(0.0_f32, f32::max);
    let mut heights: Vec<f32> = lines
        .iter()
        .map(|line| line.height)
        .filter(|height| *height > 0.0)
        .collect();
    heights.sort_by(f32::total_cmp);
    let usual = heights.get(heights.len() / 2).copied().unwrap_or(0.0);
    let tall = |line: &Line| usual > 0.0 && tallest > usual * 1.4 && line.height > tallest * 0.85;
    let stands_out = |line: &Line| (line.heading || tall(line)) && is_title_line(context, line, 0);
    let start = near.iter().position(|line| {
        let letterhead = context
            .rules
            .titles
            .letterheads
            .iter()
            .any(|one| line.text.ends_with(one.as_str()));
        stands_out(line) && !letterhead && line.text.chars().count() >= 4
    })?;
    let run: Vec<&Line> = near
        .get(start..)?
        .iter()
        .take(3)
        .take_while(|line| stands_out(line))
        .collect();
    let value: String = run.iter().map(|line| line.text.as_str()).collect();
    Some(Idea {
        value,
        evidence: vec![(run.first()?.start, run.last()?.end)],
        by: "layout_heading",
        confidence: 0.65,
    })
}

/// A short line that stands alone above longer ones.
fn first_line(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    let line = lines.first()?;
    let length = line.text.chars().count();
    let next = lines.get(1).map_or(0, |next| next.text.chars().count());
    let alone = (4..=40).contains(&length) && next > length && is_title_line(context, line, 0);
    (alone && !line.text.ends_with(['。', '！', '？', '.'])).then(|| Idea {
        value: line.text.clone(),
        evidence: vec![(line.start, line.end)],
        by: "first_line",
        confidence: if context.classical { 0.3 } else { 0.5 },
    })
}

/// The first clause, as catalogues call edicts and memorials that have no title.
fn first_clause(context: &Context<'_>, lines: &[Line]) -> Option<Idea> {
    let line = lines.first()?;
    let mut value = String::new();
    let mut end = line.start;
    for (at, c) in line.raw.chars().enumerate() {
        let stops = if context.classical {
            "。！？；"
        } else {
            "，。！？；："
        };
        if stops.contains(c) || value.chars().count() >= CLAUSE {
            break;
        }
        if c.is_alphanumeric() {
            value.push(c);
            end = line.start + at + 1;
        }
    }
    (value.chars().count() >= 4).then(|| Idea {
        value,
        evidence: vec![(line.start, end)],
        by: "first_clause",
        confidence: if context.classical { 0.7 } else { 0.2 },
    })
}

/// Whether the title that a file gives itself is more than the program's own words or its name.
fn says_something(context: &Context<'_>, title: &str) -> bool {
    let lower = title.trim().to_lowercase();
    let letters = lower.chars().filter(|c| c.is_alphabetic()).count();
    let file_name = [
        ".doc", ".docx", ".pdf", ".xls", ".ppt", ".wps", ".txt", ".tif", ".jpg", ".indd", ".qxd",
    ]
    .iter()
    .any(|ending| lower.ends_with(ending));
    let empty = context
        .rules
        .titles
        .empty
        .iter()
        .any(|one| lower == one.to_lowercase() || lower.starts_with("microsoft "));
    letters >= 3 && !file_name && !empty
}

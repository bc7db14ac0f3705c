//! Reading codes: normalise, split, check in the order in which errors are named.

use super::{
    ArchivalCode, CodeError, CodeErrorKind as Kind, CodeForm, CodePart, CodeRules, Component, ComponentKind,
};
use crate::retention::Retention;
use unicode_normalization::UnicodeNormalization;

/// Folds what scanners and keyboards confuse: width, white space, the look-alikes of `·` and `-`. Nothing else.
pub fn normalise(text: &str) -> String {
    // Dots and dashes are folded on both sides of NFKC, which turns some of them into others.
    text.chars()
        .map(fold)
        .nfkc()
        .map(fold)
        .filter(|c| !c.is_whitespace() && !matches!(c, '\u{200B}' | '\u{FEFF}'))
        .collect()
}

fn fold(c: char) -> char {
    match c {
        '\u{2022}' | '\u{30FB}' | '\u{2027}' | '\u{22C5}' | '\u{2219}' | '\u{FF65}' => '·',
        '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{FF0D}' => '-',
        other => other,
    }
}

/// Chinese characters as names of organisations use them.
fn is_han(c: char) -> bool {
    matches!(c, '\u{3005}' | '\u{3007}' | '\u{3400}'..='\u{4DBF}' | '\u{4E00}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{3FFFF}')
}

fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

pub(super) fn parse(received: &str, rules: &CodeRules) -> Result<ArchivalCode, CodeError> {
    let text = normalise(received);
    check_characters(&text, rules)?;
    let parts: Vec<&str> = text.split('-').collect();
    if let Some(empty) = parts.iter().find(|part| part.split('·').any(str::is_empty)) {
        return Err(CodeError::new(Kind::EmptyPart, CodePart::Whole, *empty));
    }
    let Some((&fonds, levels)) = parts.split_first() else {
        return Err(CodeError::new(Kind::Empty, CodePart::Whole, ""));
    };
    if fonds.parse::<crate::fonds::FondsNumber>().is_err() {
        return Err(CodeError::new(Kind::Fonds, CodePart::Fonds, fonds));
    }
    let Some((&class, rest)) = levels.split_first() else {
        return Err(CodeError::new(Kind::Short, CodePart::Whole, fonds));
    };
    let code = if is_digits(class) {
        old(fonds, levels)
    } else if is_form_2015(class, rest) {
        by_item_2015(fonds, class, rest, rules)
    } else {
        modern(fonds, class, rest, rules)
    }?;
    rules.check(&code)?;
    Ok(code)
}

fn check_characters(text: &str, rules: &CodeRules) -> Result<(), CodeError> {
    if text.is_empty() {
        return Err(CodeError::new(Kind::Empty, CodePart::Whole, ""));
    }
    if text.chars().any(char::is_lowercase) {
        let meant = text.to_uppercase();
        return Err(
            CodeError::new(Kind::Case, CodePart::Whole, text).suggest(meant_if_sound(meant, text, rules))
        );
    }
    let allowed =
        |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || matches!(c, '-' | '·') || is_han(c);
    if let Some(wrong) = text.chars().find(|c| !allowed(*c)) {
        let meant = text
            .replace(['.', '_', '。', ','], "·")
            .replace(['/', '\\', '~'], "-");
        let suggestion = meant_if_sound(meant, text, rules);
        return Err(CodeError::new(Kind::Char, CodePart::Whole, wrong.to_string()).suggest(suggestion));
    }
    Ok(())
}

/// A suggestion is only made when it is a code.
fn meant_if_sound(meant: String, text: &str, rules: &CodeRules) -> Option<String> {
    if meant == text {
        return None;
    }
    parse(&meant, rules).ok().map(|code| code.to_string())
}

/// `category·year` alone, and next a level that is no number: year and retention are joined by a hyphen.
fn is_form_2015(class: &str, rest: &[&str]) -> bool {
    let mut components = class.split('·');
    let year = components.nth(1);
    year.is_some_and(|year| is_digits(year) && year.len() == 4)
        && components.next().is_none()
        && rest.len() > 1
        && rest.first().is_some_and(|next| !is_digits(next))
}

fn old(fonds: &str, levels: &[&str]) -> Result<ArchivalCode, CodeError> {
    if !(2..=3).contains(&levels.len()) {
        return Err(CodeError::new(Kind::Parts, CodePart::Whole, levels.join("-")));
    }
    let mut numbers = Vec::with_capacity(levels.len());
    for (index, level) in levels.iter().enumerate() {
        let widths = if index == 0 { 3..=3 } else { 3..=5 };
        numbers.push(number(level, index + 1, widths)?);
    }
    Ok(ArchivalCode {
        fonds: fonds.to_owned(),
        form: CodeForm::Old,
        category: None,
        components: Vec::new(),
        numbers,
    })
}

fn by_item_2015(
    fonds: &str,
    class: &str,
    rest: &[&str],
    rules: &CodeRules,
) -> Result<ArchivalCode, CodeError> {
    let (retention, organisation, item) = match rest {
        [retention, item] => (retention, None, item),
        [retention, organisation, item] => (retention, Some(organisation), item),
        _ => return Err(CodeError::new(Kind::Parts, CodePart::Whole, rest.join("-"))),
    };
    let (category, year) = class.split_once('·').unwrap_or((class, ""));
    check_category(category, rules)?;
    check_year(year, rules)?;
    if Retention::from_code(retention).is_none() {
        return Err(retention_error(retention));
    }
    let mut components = vec![
        Component {
            kind: ComponentKind::Year,
            text: year.to_owned(),
        },
        Component {
            kind: ComponentKind::Retention,
            text: (*retention).to_owned(),
        },
    ];
    if let Some(organisation) = organisation {
        check_organisation(organisation)?;
        components.push(Component {
            kind: ComponentKind::Organisation,
            text: (*organisation).to_owned(),
        });
    }
    Ok(ArchivalCode {
        fonds: fonds.to_owned(),
        form: CodeForm::ByItem2015,
        category: Some(category.to_owned()),
        components,
        numbers: vec![number(item, 1, 4..=4)?],
    })
}

fn modern(fonds: &str, class: &str, rest: &[&str], rules: &CodeRules) -> Result<ArchivalCode, CodeError> {
    if !(1..=2).contains(&rest.len()) {
        return Err(CodeError::new(Kind::Parts, CodePart::Whole, rest.join("-")));
    }
    let mut pieces = class.split('·');
    let category = pieces.next().unwrap_or_default();
    check_category(category, rules)?;
    let mut components: Vec<Component> = Vec::new();
    let mut placed = false; // after the year or retention period stands the organisation or subject
    for (index, piece) in pieces.enumerate() {
        let kind = component_kind(piece, placed, CodePart::Component(index + 2))?;
        placed |= matches!(kind, ComponentKind::Year | ComponentKind::Retention);
        components.push(Component {
            kind,
            text: piece.to_owned(),
        });
    }
    check_duplicates(&components)?;
    if let Some(year) = components.iter().find(|one| one.kind == ComponentKind::Year) {
        check_year(&year.text, rules)?;
    }
    let numbers = rest
        .iter()
        .enumerate()
        .map(|(index, text)| number(text, index + 1, 3..=5));
    let numbers = numbers.collect::<Result<Vec<String>, CodeError>>()?;
    Ok(ArchivalCode {
        fonds: fonds.to_owned(),
        form: CodeForm::Modern,
        category: Some(category.to_owned()),
        components,
        numbers,
    })
}

fn component_kind(piece: &str, placed: bool, part: CodePart) -> Result<ComponentKind, CodeError> {
    if Retention::from_code(piece).is_some() {
        return Ok(ComponentKind::Retention);
    }
    if piece.strip_prefix('D').is_some_and(is_digits) || piece.parse::<Retention>().is_ok() {
        return Err(retention_error(piece));
    }
    if is_digits(piece) && piece.len() == 4 {
        return Ok(ComponentKind::Year);
    }
    if piece.len() <= 4 && piece.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Ok(if placed {
            ComponentKind::Organisation
        } else {
            ComponentKind::Sub
        });
    }
    if piece.chars().all(is_han) && piece.chars().count() <= 10 {
        return Ok(ComponentKind::Organisation);
    }
    if placed || piece.chars().any(is_han) {
        return Err(CodeError::new(Kind::Organisation, CodePart::Organisation, piece));
    }
    Err(CodeError::new(Kind::Class, part, piece))
}

fn check_category(category: &str, rules: &CodeRules) -> Result<(), CodeError> {
    let sound = category.len() == 2 && category.bytes().all(|byte| byte.is_ascii_uppercase());
    if sound && rules.knows_category(category) {
        return Ok(());
    }
    Err(CodeError::new(Kind::Category, CodePart::Category, category))
}

fn check_duplicates(components: &[Component]) -> Result<(), CodeError> {
    for kind in [ComponentKind::Year, ComponentKind::Retention] {
        if let Some(second) = components.iter().filter(|one| one.kind == kind).nth(1) {
            let part = if kind == ComponentKind::Year {
                CodePart::Year
            } else {
                CodePart::Retention
            };
            return Err(CodeError::new(
                Kind::DuplicateComponent,
                part,
                second.text.as_str(),
            ));
        }
    }
    Ok(())
}

fn check_year(text: &str, rules: &CodeRules) -> Result<(), CodeError> {
    if text == "0000" && rules.unknown_year {
        return Ok(());
    }
    match text.parse::<u16>() {
        Ok(year) if (1000..=rules.current_year).contains(&year) => Ok(()),
        _ => Err(CodeError::new(Kind::Year, CodePart::Year, text)),
    }
}

fn retention_error(text: &str) -> CodeError {
    let meant = text
        .parse::<Retention>()
        .ok()
        .map(|retention| retention.to_string());
    CodeError::new(Kind::Retention, CodePart::Retention, text).suggest(meant)
}

fn check_organisation(text: &str) -> Result<(), CodeError> {
    let short = text.len() <= 4 && text.bytes().all(|byte| byte.is_ascii_alphanumeric());
    let chinese = text.chars().all(is_han) && text.chars().count() <= 10;
    if short || chinese {
        return Ok(());
    }
    Err(CodeError::new(Kind::Organisation, CodePart::Organisation, text))
}

/// A number above zero whose digits are as many as the rule allows.
fn number(text: &str, n: usize, widths: std::ops::RangeInclusive<usize>) -> Result<String, CodeError> {
    let part = CodePart::Number(n);
    if !is_digits(text) {
        let meant = text.replace('O', "0").replace(['I', 'L'], "1");
        let meant = Some(meant).filter(|meant| is_digits(meant));
        return Err(CodeError::new(Kind::Number, part, text).suggest(meant));
    }
    if text.bytes().all(|byte| byte == b'0') {
        return Err(CodeError::new(Kind::Number, part, text));
    }
    if !widths.contains(&text.len()) {
        // Which width the rule wants is known only where there is one.
        let padded = (text.len() < *widths.start() && widths.start() == widths.end())
            .then(|| format!("{text:0>width$}", width = *widths.start()));
        return Err(CodeError::new(Kind::Width, part, text).suggest(padded));
    }
    Ok(text.to_owned())
}

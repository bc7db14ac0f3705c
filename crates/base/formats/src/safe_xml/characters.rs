//! Which characters XML 1.0 has, in texts and in names.

/// Whether a character may stand in a document at all (production 2).
pub(super) fn is_xml_character(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | '\r' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
}

/// The first character that may not stand in a document.
pub(super) fn first_forbidden(text: &str) -> Option<char> {
    // most texts have none: a look at the bytes that such characters begin with spares decoding
    let suspicious = |byte: u8| (byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) || byte == 0xEF;
    if !text.bytes().any(suspicious) {
        return None;
    }
    text.chars().find(|letter| !is_xml_character(*letter))
}

/// White space of XML (production 3).
pub(super) fn is_space(letter: char) -> bool {
    matches!(letter, ' ' | '\t' | '\n' | '\r')
}

/// Whether a text is a name without a colon (NCName of Namespaces in XML).
pub(super) fn is_plain_name(text: &str) -> bool {
    let mut letters = text.chars();
    letters.next().is_some_and(is_name_start) && letters.all(is_name_letter)
}

fn is_name_start(letter: char) -> bool {
    matches!(letter,
        'A'..='Z' | '_' | 'a'..='z' | '\u{c0}'..='\u{d6}' | '\u{d8}'..='\u{f6}' | '\u{f8}'..='\u{2ff}'
        | '\u{370}'..='\u{37d}' | '\u{37f}'..='\u{1fff}' | '\u{200c}'..='\u{200d}' | '\u{2070}'..='\u{218f}'
        | '\u{2c00}'..='\u{2fef}' | '\u{3001}'..='\u{d7ff}' | '\u{f900}'..='\u{fdcf}' | '\u{fdf0}'..='\u{fffd}'
        | '\u{10000}'..='\u{effff}')
}

fn is_name_letter(letter: char) -> bool {
    is_name_start(letter)
        || matches!(letter, '-' | '.' | '0'..='9' | '\u{b7}' | '\u{300}'..='\u{36f}' | '\u{203f}'..='\u{2040}')
}

/// What an entity or character reference stands for; the text is what lies between `&` and `;`.
pub(super) fn referenced(reference: &str) -> Option<char> {
    if let Some(number) = reference.strip_prefix('#') {
        let (digits, radix) = number
            .strip_prefix('x')
            .map_or((number, 10), |digits| (digits, 16));
        if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
            return None;
        }
        let letter = u32::from_str_radix(digits, radix).ok().and_then(char::from_u32)?;
        return is_xml_character(letter).then_some(letter);
    }
    Some(match reference {
        "lt" => '<',
        "gt" => '>',
        "amp" => '&',
        "quot" => '"',
        "apos" => '\'',
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn chinese_names_are_names_and_numbers_do_not_begin_one() {
        assert!(is_plain_name("电子文件封装包"));
        assert!(is_plain_name("eep版本"));
        assert!(!is_plain_name("1档"));
        assert!(!is_plain_name("a:b"));
        assert!(!is_plain_name(""));
    }

    #[test]
    fn references_stand_for_characters_that_xml_has() {
        assert_eq!(referenced("#x4E2D"), Some('中'));
        assert_eq!(referenced("#20013"), Some('中'));
        assert_eq!(referenced("amp"), Some('&'));
        for wrong in ["#0", "#x", "#", "#xFFFE", "#-1", "#+5", "nbsp", ""] {
            assert_eq!(referenced(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn forbidden_characters_are_found() {
        assert_eq!(first_forbidden("一\t\n二\u{ff0c}"), None);
        assert_eq!(first_forbidden("a\u{1}b"), Some('\u{1}'));
        assert_eq!(first_forbidden("a\u{ffff}"), Some('\u{ffff}'));
    }
}

//! Numbers as people write them: 1981, 一九八一, 三十五, 廿一, 元.

/// The value of a Chinese digit, simplified or traditional or the capital ones of accounts.
pub(crate) fn digit(c: char) -> Option<u32> {
    Some(match c {
        '0'..='9' => u32::from(c) - u32::from('0'),
        '０'..='９' => u32::from(c) - u32::from('０'),
        '〇' | '零' | '○' | 'Ｏ' | '◯' => 0,
        '一' | '壹' | '弌' => 1,
        '二' | '贰' | '貳' | '弍' | '两' | '兩' => 2,
        '三' | '叁' | '參' | '叄' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

/// Whether a character can stand in a number.
pub(crate) fn is_numeral(c: char) -> bool {
    digit(c).is_some() || matches!(c, '十' | '拾' | '百' | '佰' | '廿' | '卅' | '卌' | '元')
}

/// Reads a number below a million: digits one by one (1981, 一九八一) or with tens and hundreds
/// (三十五, 廿一, 卅, 一百二十). 元 is one, as in 元年. `None` when it is no number.
pub(crate) fn number(text: &str) -> Option<u32> {
    if text == "元" {
        return Some(1);
    }
    let count = text.chars().count();
    if count == 0 || count > 6 {
        return None;
    }
    if text.chars().all(|c| digit(c).is_some()) {
        return text.chars().try_fold(0u32, |sum, c| Some(sum * 10 + digit(c)?));
    }
    // Tens and hundreds: each unit may come once, the larger first.
    let (mut total, mut pending, mut smallest) = (0u32, None, 1000u32);
    for c in text.chars() {
        if let Some(value) = digit(c) {
            match pending {
                None => pending = Some(value),
                Some(0) => pending = Some(value), // 一百零五
                Some(_) => return None,
            }
            continue;
        }
        let (unit, times) = match c {
            '十' | '拾' => (10, pending.take().unwrap_or(1)),
            '百' | '佰' => (100, pending.take()?),
            '廿' if pending.is_none() => (10, 2),
            '卅' if pending.is_none() => (10, 3),
            '卌' if pending.is_none() => (10, 4),
            _ => return None,
        };
        if unit >= smallest {
            // 廿十, 三百百
            return None;
        }
        smallest = unit;
        total += times * unit;
    }
    Some(total + pending.unwrap_or(0))
}

/// Writes 1 to 99 with tens: 三十五, 十一.
pub(crate) fn in_tens(number: u32) -> String {
    let (tens, ones) = (number / 10 % 10, number % 10);
    let mut text = String::new();
    if tens > 1 {
        text.push(DIGITS.get(tens as usize).copied().unwrap_or('〇'));
    }
    if tens > 0 {
        text.push('十');
    }
    if ones > 0 || tens == 0 {
        text.push(DIGITS.get(ones as usize).copied().unwrap_or('〇'));
    }
    text
}

/// Writes digit by digit: 一九八一.
pub(crate) fn digit_by_digit(number: u32) -> String {
    number
        .to_string()
        .chars()
        .filter_map(|c| DIGITS.get(digit(c)? as usize).copied())
        .collect()
}

const DIGITS: [char; 10] = ['〇', '一', '二', '三', '四', '五', '六', '七', '八', '九'];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_read_as_people_write_them() {
        for (text, value) in [
            ("1981", 1981),
            ("一九八一", 1981),
            ("二〇一九", 2019),
            ("二○○四", 2004),
            ("元", 1),
            ("十", 10),
            ("十一", 11),
            ("二十", 20),
            ("二十三", 23),
            ("廿一", 21),
            ("卅", 30),
            ("卅一", 31),
            ("三十五", 35),
            ("一百零五", 105),
            ("０８", 8),
        ] {
            assert_eq!(number(text), Some(value), "{text}");
        }
        for wrong in ["", "元元", "百", "十百", "廿十", "一二十", "年", "12345678"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn written_numbers_are_read_back() {
        for value in 1..100 {
            assert_eq!(number(&in_tens(value)), Some(value));
            assert_eq!(number(&digit_by_digit(value)), Some(value));
        }
    }
}

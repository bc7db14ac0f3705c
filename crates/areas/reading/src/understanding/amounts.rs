//! Sums of money (金额): 3.5亿元, US$1,200, 人民币壹万贰仟元整, 银五十两.

use super::numbers::Found;
use super::rules::CurrencyRules;
use lantai_domain::reading::EntityKind;

/// Decimals are counted in millionths.
const SCALE: u128 = 1_000_000;
/// A longer run of figures is no sum.
const LONGEST: usize = 40;

/// Finds the sums in a text, in order; the value is a decimal number and the currency of ISO 4217.
pub(super) fn amounts(chars: &[char], rules: &CurrencyRules) -> Vec<Found> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        if !chars.get(at).is_some_and(|c| begins_number(*c)) {
            at += 1;
            continue;
        }
        let end = number_end(chars, at);
        match sum_at(chars, at, end, rules) {
            Some(sum) => {
                at = sum.end.max(at + 1);
                found.push(sum);
            }
            None => at = end.max(at + 1),
        }
    }
    found
}

fn sum_at(chars: &[char], start: usize, end: usize, rules: &CurrencyRules) -> Option<Found> {
    let value = evaluate(chars.get(start..end)?)?;
    let prefix = prefix_before(chars, start, &rules.before);
    // 300余万元, 三十多元
    let (value, end) = match chars.get(end) {
        Some('余' | '多' | '馀' | '來' | '来') => {
            let unit = number_end(chars, end + 1);
            let factor = match chars.get(end + 1..unit)? {
                [] => 1,
                unit => multiplier(unit)?,
            };
            (value.checked_mul(factor)?, unit)
        }
        _ => (value, end),
    };
    if let Some((length, code)) = suffix_at(chars, end, start, rules) {
        let (value, end) = small_change(chars, end, end + length, value);
        let (start, code) = match &prefix {
            // 人民币 before 元 says which 元; US$ before 元 would be strange.
            Some((from, before)) if code == "CNY" || before == code => (*from, before.as_str()),
            _ => (start, code),
        };
        return Some(sum(start, end, value, code, 0.95));
    }
    if let Some((from, code)) = prefix {
        return Some(sum(from, end, value, &code, 0.9));
    }
    // 银五十两
    let silver = rules.silver.iter().any(|word| stands_before(chars, start, word));
    let tael = matches!(chars.get(end), Some('两' | '兩'));
    (silver && tael).then(|| sum(start, end + 1, value, "XXX", 0.8))
}

fn sum(start: usize, end: usize, value: u128, code: &str, confidence: f32) -> Found {
    Found {
        kind: EntityKind::Amount,
        start,
        end,
        value: format!("{} {code}", decimal(value)),
        confidence,
    }
}

/// 3元5角2分, 壹万元整.
fn small_change(chars: &[char], unit: usize, end: usize, value: u128) -> (u128, usize) {
    if end != unit + 1 || !matches!(chars.get(unit), Some('元' | '圆' | '圓')) {
        return (value, end);
    }
    let (mut value, mut end) = (value, end);
    for (mark, worth) in [('角', SCALE / 10), ('分', SCALE / 100)] {
        let zero = usize::from(matches!(chars.get(end), Some('零' | '〇')));
        let Some(digit) = chars.get(end + zero).copied().and_then(numeral) else {
            continue;
        };
        if chars.get(end + zero + 1) == Some(&mark) {
            value = value.saturating_add(digit * worth);
            end += zero + 2;
        }
    }
    if matches!(chars.get(end), Some('整' | '正')) {
        end += 1;
    }
    (value, end)
}

fn suffix_at<'a>(
    chars: &[char],
    end: usize,
    start: usize,
    rules: &'a CurrencyRules,
) -> Option<(usize, &'a str)> {
    let (word, code) = rules
        .behind
        .iter()
        .find(|(word, _)| stands_at(chars, end, word))?;
    let length = word.chars().count();
    let next = chars.get(end + length).copied();
    if word == "元" {
        let other = next.is_some_and(|c| rules.not_yuan.contains(c));
        // 公元, 纪元 are no numbers; 二元 alone is more often a word than a sum.
        let one_numeral = end == start + 1
            && chars
                .get(start)
                .is_some_and(|c| "零一二三四五六七八九多".contains(*c));
        let goes_on = next.is_some_and(|c| {
            c.is_alphabetic() && !"的以左至到和与、及整正多余在一二三四五六七八九十".contains(c)
        });
        if other || (one_numeral && goes_on) {
            return None;
        }
    }
    Some((length, code))
}

/// A currency that stands right before the number, a blank or a mark between them allowed.
fn prefix_before(chars: &[char], start: usize, words: &[(String, String)]) -> Option<(usize, String)> {
    let mut end = start;
    while end > 0 && start - end < 2 && chars.get(end - 1).is_some_and(|c| matches!(c, ' ' | '：' | ':')) {
        end -= 1;
    }
    let (word, code) = words.iter().find(|(word, _)| stands_before(chars, end, word))?;
    let from = end - word.chars().count();
    let letters = word.chars().next().is_some_and(|c| c.is_ascii_alphabetic());
    let inside = letters && from > 0 && chars.get(from - 1).is_some_and(char::is_ascii_alphanumeric);
    (!inside).then(|| (from, code.clone()))
}

fn stands_at(chars: &[char], at: usize, word: &str) -> bool {
    word.chars()
        .enumerate()
        .all(|(n, c)| chars.get(at + n) == Some(&c))
}

fn stands_before(chars: &[char], end: usize, word: &str) -> bool {
    end.checked_sub(word.chars().count())
        .is_some_and(|at| stands_at(chars, at, word))
}

fn begins_number(c: char) -> bool {
    numeral(c).is_some() || unit(c).is_some_and(|unit| unit < 10_000)
}

fn number_end(chars: &[char], start: usize) -> usize {
    let mut end = start;
    while end < chars.len() && end - start < LONGEST {
        let Some(c) = chars.get(end).copied() else { break };
        let figure = |at: usize| {
            chars
                .get(at)
                .is_some_and(|c| c.is_ascii_digit() || ('０'..='９').contains(c))
        };
        // 两 is two at the beginning and in 三万两千; else it is a tael, as in 五十两.
        let tael = matches!(c, '两' | '兩')
            && end > start
            && chars.get(end + 1).is_none_or(|next| unit(*next).is_none());
        if tael {
            break;
        }
        let inside =
            matches!(c, '.' | '．' | ',' | '，') && end > start && figure(end - 1) && figure(end + 1);
        // 1,200 but not 3，4: three figures follow a comma.
        let thousands = (end + 1..end + 4).all(figure) && !figure(end + 4);
        let belongs = inside && (thousands || !matches!(c, ',' | '，'));
        if numeral(c).is_none() && unit(c).is_none() && !belongs {
            break;
        }
        end += 1;
    }
    end
}

fn numeral(c: char) -> Option<u128> {
    Some(match c {
        '0'..='9' => u128::from(u32::from(c) - u32::from('0')),
        '０'..='９' => u128::from(u32::from(c) - u32::from('０')),
        '零' | '〇' | '○' => 0,
        '一' | '壹' | '壱' => 1,
        '二' | '贰' | '貳' | '两' | '兩' => 2,
        '三' | '叁' | '參' | '参' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        _ => return None,
    })
}

fn unit(c: char) -> Option<u128> {
    Some(match c {
        '十' | '拾' => 10,
        '百' | '佰' => 100,
        '千' | '仟' => 1_000,
        '万' | '萬' => 10_000,
        '亿' | '億' => 100_000_000,
        _ => return None,
    })
}

fn multiplier(chars: &[char]) -> Option<u128> {
    chars
        .iter()
        .try_fold(1u128, |product, c| product.checked_mul(unit(*c)?))
}

/// The number in millionths; `None` where the characters make none.
fn evaluate(chars: &[char]) -> Option<u128> {
    let (mut total, mut section) = (0u128, 0u128);
    let mut current: Option<u128> = None;
    let mut decimals: Option<u128> = None;
    for c in chars {
        if let Some(digit) = numeral(*c) {
            match &mut decimals {
                Some(worth) => {
                    *worth /= 10;
                    current = Some(current.unwrap_or(0).checked_add(digit * *worth)?);
                }
                None => current = Some(current.unwrap_or(0).checked_mul(10)?.checked_add(digit * SCALE)?),
            }
            continue;
        }
        if matches!(c, '.' | '．') {
            if decimals.is_some() {
                return None;
            }
            decimals = Some(SCALE);
            continue;
        }
        if matches!(c, ',' | '，') {
            continue;
        }
        let unit = unit(*c)?;
        decimals = None;
        let digits = current.take();
        match unit {
            10_000 => {
                let counted = section.checked_add(digits.unwrap_or(0))?;
                if counted == 0 {
                    return None;
                }
                total = total.checked_add(counted.checked_mul(unit)?)?;
                section = 0;
            }
            100_000_000 => {
                let counted = total.checked_add(section)?.checked_add(digits.unwrap_or(0))?;
                if counted == 0 {
                    return None;
                }
                total = counted.checked_mul(unit)?;
                section = 0;
            }
            unit => section = section.checked_add(digits.unwrap_or(SCALE).checked_mul(unit)?)?,
        }
    }
    total.checked_add(section)?.checked_add(current.unwrap_or(0))
}

fn decimal(value: u128) -> String {
    let (whole, rest) = (value / SCALE, value % SCALE);
    if rest == 0 {
        return whole.to_string();
    }
    let rest = format!("{rest:06}");
    format!("{whole}.{}", rest.trim_end_matches('0'))
}

#[cfg(test)]
mod tests {
    use super::super::rules::UnderstandingRules;
    use super::*;

    fn found(text: &str) -> Vec<(String, String)> {
        let rules = UnderstandingRules::builtin().unwrap();
        let chars: Vec<char> = text.chars().collect();
        amounts(&chars, &rules.currencies)
            .into_iter()
            .map(|one| (chars[one.start..one.end].iter().collect(), one.value))
            .collect()
    }

    #[test]
    fn sums_are_read_in_every_spelling() {
        for (text, written, value) in [
            ("拟投资400亿元，", "400亿元", "40000000000 CNY"),
            ("共计3.5万元。", "3.5万元", "35000 CNY"),
            ("罚款１，２００元", "１，２００元", "1200 CNY"),
            (
                "人民币壹万贰仟叁佰肆拾伍元陆角柒分",
                "人民币壹万贰仟叁佰肆拾伍元陆角柒分",
                "12345.67 CNY",
            ),
            ("计叁拾元整", "叁拾元整", "30 CNY"),
            ("US$1,200.50 in cash", "US$1,200.50", "1200.5 USD"),
            ("贷款1亿2000万美元", "1亿2000万美元", "120000000 USD"),
            ("约300余万元", "300余万元", "3000000 CNY"),
            ("三百五十元", "三百五十元", "350 CNY"),
            ("赏银五十两", "五十两", "50 XXX"),
            ("3万亿元", "3万亿元", "3000000000000 CNY"),
            ("￥88", "￥88", "88 CNY"),
            ("港币五千元", "港币五千元", "5000 HKD"),
        ] {
            assert_eq!(found(text), [(written.to_owned(), value.to_owned())], "{text}");
        }
    }

    #[test]
    fn what_only_looks_like_a_sum_is_none() {
        for text in [
            "公元1981年",
            "一元化领导",
            "三元区",
            "万元户",
            "第二元素",
            "100吨",
            "五十两人",
            "1.2.3元元",
        ] {
            assert_eq!(found(text), [], "{text}");
        }
    }

    #[test]
    fn a_number_beyond_all_counting_is_no_sum() {
        assert_eq!(found(&format!("{}元", "9亿".repeat(30))), []);
    }
}

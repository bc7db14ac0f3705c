//! How people write a day.

use super::{eras, lunar, numerals};
use jiff::civil::Date;

/// The ways in which a day is written, for people: 1908年12月7日, 一九〇八年十二月七日, 光绪三十四年十一月十四日,
/// 光绪三十四年十一月丙申; from 1912 民国 up to the end of September 1949, and the day of the Chinese calendar.
pub fn written_forms(day: Date) -> Vec<String> {
    let (year, month, of_month) = (day.year(), day.month(), day.day());
    let number = |value: i8| numerals::in_tens(u32::try_from(value).unwrap_or_default());
    let year_number = u32::try_from(year).unwrap_or_default();
    let mut forms = vec![
        format!("{year}年{month}月{of_month}日"),
        format!(
            "{}年{}月{}日",
            numerals::digit_by_digit(year_number),
            number(month),
            number(of_month)
        ),
    ];
    if (1912..1949).contains(&year) || (year == 1949 && month < 10) {
        let count = match year_number.saturating_sub(1911) {
            1 => "元".to_owned(),
            count => numerals::in_tens(count),
        };
        forms.push(format!("民国{count}年{}月{}日", number(month), number(of_month)));
    }
    let Some(lunar_day) = lunar::lunar_date(day) else {
        return forms;
    };
    let month = month_name(lunar_day.month);
    let pillar = lunar::pillar_name(lunar::day_pillar(lunar::day_number(day)));
    match eras::written_era(lunar_day.year, lunar_day.month.month, lunar_day.day) {
        Some((era, count)) => {
            let count = if count == 1 {
                "元".to_owned()
            } else {
                numerals::in_tens(count)
            };
            forms.push(format!(
                "{}{count}年{month}{}日",
                era.name,
                day_name(lunar_day.day)
            ));
            forms.push(format!("{}{count}年{month}{pillar}", era.name));
        }
        None if lunar_day.year >= 1911 => {
            let cycle = lunar::pillar_name(lunar::year_pillar(lunar_day.year));
            forms.push(format!("农历{cycle}年{month}{}", day_name(lunar_day.day)));
        }
        None => {}
    }
    forms
}

fn month_name(month: lunar::Month) -> String {
    let name = if month.month == 1 {
        "正".to_owned()
    } else {
        numerals::in_tens(month.month)
    };
    format!("{}{name}月", if month.leap { "闰" } else { "" })
}

fn day_name(day: u32) -> String {
    let name = numerals::in_tens(day);
    if day <= 10 { format!("初{name}") } else { name }
}

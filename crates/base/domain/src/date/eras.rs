//! The names by which years were counted (年号, 纪元).

/// By which calendar the days of an era are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Calendar {
    /// Months by the moon.
    Lunar,
    /// Months of the Gregorian calendar.
    Gregorian,
}

/// An era. The year of an accession belongs to the era before: the new one counts from the next new year, unless
/// it was proclaimed inside a year.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Era {
    /// Name, simplified characters.
    pub name: &'static str,
    /// Its year 1.
    pub first: i32,
    /// The last year it was used in.
    pub last: i32,
    pub calendar: Calendar,
    /// Month and day of year 1 from which we write days in it; `None` when we never do (rivals, other states).
    pub written_from: Option<(u32, u32)>,
}

const fn reign(name: &'static str, first: i32, last: i32) -> Era {
    Era {
        name,
        first,
        last,
        calendar: Calendar::Lunar,
        written_from: Some((1, 1)),
    }
}

const fn inside(name: &'static str, first: i32, last: i32, month: u32, day: u32) -> Era {
    Era {
        name,
        first,
        last,
        calendar: Calendar::Lunar,
        written_from: Some((month, day)),
    }
}

const fn read_only(name: &'static str, first: i32, last: i32, calendar: Calendar) -> Era {
    Era {
        name,
        first,
        last,
        calendar,
        written_from: None,
    }
}

/// Ming and Qing in order, then what is only read. A longer name stands before one that it begins with.
pub(super) const ERAS: &[Era] = &[
    // 建文 was struck out in 1402: that year is 洪武三十五年 in the records of the victor.
    reign("洪武", 1368, 1402),
    reign("建文", 1399, 1402),
    reign("永乐", 1403, 1424),
    reign("洪熙", 1425, 1425),
    reign("宣德", 1426, 1435),
    reign("正统", 1436, 1449),
    reign("景泰", 1450, 1457),
    // The restored emperor proclaimed his second era on the 21st of the first month.
    inside("天顺", 1457, 1464, 1, 21),
    reign("成化", 1465, 1487),
    reign("弘治", 1488, 1505),
    reign("正德", 1506, 1521),
    reign("嘉靖", 1522, 1566),
    reign("隆庆", 1567, 1572),
    reign("万历", 1573, 1620),
    // Two accessions in 1620: the rest of 万历四十八年 from the eighth month became 泰昌元年.
    inside("泰昌", 1620, 1620, 8, 1),
    reign("天启", 1621, 1627),
    reign("崇祯", 1628, 1644),
    reign("顺治", 1644, 1661),
    reign("康熙", 1662, 1722),
    reign("雍正", 1723, 1735),
    // The palace counted 乾隆 on to the 64th year; the country changed to 嘉庆 in 1796.
    reign("乾隆", 1736, 1799),
    reign("嘉庆", 1796, 1820),
    reign("道光", 1821, 1850),
    reign("咸丰", 1851, 1861),
    reign("同治", 1862, 1874),
    reign("光绪", 1875, 1908),
    reign("宣统", 1909, 1911),
    // Before and beside: read, never written.
    read_only("天命", 1616, 1626, Calendar::Lunar),
    read_only("天聪", 1627, 1636, Calendar::Lunar),
    read_only("崇德", 1636, 1643, Calendar::Lunar),
    read_only("弘光", 1645, 1645, Calendar::Lunar),
    read_only("隆武", 1645, 1646, Calendar::Lunar),
    read_only("永历", 1647, 1683, Calendar::Lunar),
    read_only("建隆", 960, 963, Calendar::Lunar),
    read_only("开宝", 968, 976, Calendar::Lunar),
    read_only("太平兴国", 976, 984, Calendar::Lunar),
    read_only("雍熙", 984, 987, Calendar::Lunar),
    read_only("端拱", 988, 989, Calendar::Lunar),
    read_only("淳化", 990, 994, Calendar::Lunar),
    read_only("至道", 995, 997, Calendar::Lunar),
    read_only("咸平", 998, 1003, Calendar::Lunar),
    read_only("景德", 1004, 1007, Calendar::Lunar),
    read_only("大中祥符", 1008, 1016, Calendar::Lunar),
    read_only("天禧", 1017, 1021, Calendar::Lunar),
    read_only("乾兴", 1022, 1022, Calendar::Lunar),
    read_only("天圣", 1023, 1032, Calendar::Lunar),
    read_only("明道", 1032, 1033, Calendar::Lunar),
    read_only("景祐", 1034, 1038, Calendar::Lunar),
    read_only("宝元", 1038, 1040, Calendar::Lunar),
    read_only("康定", 1040, 1041, Calendar::Lunar),
    read_only("庆历", 1041, 1048, Calendar::Lunar),
    read_only("皇祐", 1049, 1054, Calendar::Lunar),
    read_only("至和", 1054, 1056, Calendar::Lunar),
    read_only("嘉祐", 1056, 1063, Calendar::Lunar),
    read_only("治平", 1064, 1067, Calendar::Lunar),
    read_only("熙宁", 1068, 1077, Calendar::Lunar),
    read_only("元丰", 1078, 1085, Calendar::Lunar),
    read_only("元祐", 1086, 1094, Calendar::Lunar),
    read_only("绍圣", 1094, 1098, Calendar::Lunar),
    read_only("元符", 1098, 1100, Calendar::Lunar),
    read_only("建中靖国", 1101, 1101, Calendar::Lunar),
    read_only("崇宁", 1102, 1106, Calendar::Lunar),
    read_only("大观", 1107, 1110, Calendar::Lunar),
    read_only("政和", 1111, 1118, Calendar::Lunar),
    read_only("重和", 1118, 1119, Calendar::Lunar),
    read_only("宣和", 1119, 1125, Calendar::Lunar),
    read_only("靖康", 1126, 1127, Calendar::Lunar),
    read_only("建炎", 1127, 1130, Calendar::Lunar),
    read_only("绍兴", 1131, 1162, Calendar::Lunar),
    read_only("隆兴", 1163, 1164, Calendar::Lunar),
    read_only("乾道", 1165, 1173, Calendar::Lunar),
    read_only("淳熙", 1174, 1189, Calendar::Lunar),
    read_only("绍熙", 1190, 1194, Calendar::Lunar),
    read_only("庆元", 1195, 1200, Calendar::Lunar),
    read_only("嘉泰", 1201, 1204, Calendar::Lunar),
    read_only("开禧", 1205, 1207, Calendar::Lunar),
    read_only("嘉定", 1208, 1224, Calendar::Lunar),
    read_only("宝庆", 1225, 1227, Calendar::Lunar),
    read_only("绍定", 1228, 1233, Calendar::Lunar),
    read_only("端平", 1234, 1236, Calendar::Lunar),
    read_only("嘉熙", 1237, 1240, Calendar::Lunar),
    read_only("淳祐", 1241, 1252, Calendar::Lunar),
    read_only("宝祐", 1253, 1258, Calendar::Lunar),
    read_only("开庆", 1259, 1259, Calendar::Lunar),
    read_only("景定", 1260, 1264, Calendar::Lunar),
    read_only("咸淳", 1265, 1274, Calendar::Lunar),
    read_only("德祐", 1275, 1276, Calendar::Lunar),
    read_only("中统", 1260, 1264, Calendar::Lunar),
    // 至元 was used twice; the second time is written 后至元.
    read_only("后至元", 1335, 1340, Calendar::Lunar),
    read_only("至元", 1264, 1294, Calendar::Lunar),
    read_only("元贞", 1295, 1297, Calendar::Lunar),
    read_only("大德", 1297, 1307, Calendar::Lunar),
    read_only("至大", 1308, 1311, Calendar::Lunar),
    read_only("皇庆", 1312, 1313, Calendar::Lunar),
    read_only("延祐", 1314, 1320, Calendar::Lunar),
    read_only("至治", 1321, 1323, Calendar::Lunar),
    read_only("泰定", 1324, 1328, Calendar::Lunar),
    read_only("天历", 1328, 1330, Calendar::Lunar),
    read_only("至顺", 1330, 1333, Calendar::Lunar),
    read_only("元统", 1333, 1335, Calendar::Lunar),
    read_only("至正", 1341, 1370, Calendar::Lunar),
    // Gregorian from the beginning. 民国 is still counted in Taiwan.
    read_only("民国", 1912, 9999, Calendar::Gregorian),
    read_only("洪宪", 1916, 1916, Calendar::Gregorian),
    read_only("大同", 1932, 1934, Calendar::Gregorian),
    read_only("康德", 1934, 1945, Calendar::Gregorian),
    read_only("大正", 1912, 1926, Calendar::Gregorian),
    read_only("昭和", 1926, 1989, Calendar::Gregorian),
];

/// The era in which a day of the Chinese calendar is written, with its year; `None` outside Ming and Qing.
pub(super) fn written_era(lunar_year: i32, month: u32, day: u32) -> Option<(&'static Era, u32)> {
    let begins = |era: &Era| era.written_from.map(|(month, day)| (era.first, month, day));
    let era = ERAS
        .iter()
        .filter(|era| begins(era).is_some_and(|start| start <= (lunar_year, month, day)))
        .max_by_key(|era| begins(era))?;
    let year = u32::try_from(lunar_year - era.first + 1).ok()?;
    (lunar_year <= era.last).then_some((era, year))
}

/// Folds the traditional and variant characters that occur in dates; others stay.
pub(super) fn fold_character(c: char) -> char {
    match c {
        // A comma or colon of the text ends a number, a half-width one may stand inside it.
        '，' | '：' | '；' => c,
        '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        '\u{3000}' | '\u{A0}' => ' ',
        '秊' => '年',
        '國' => '国',
        '統' => '统',
        '緒' => '绪',
        '豐' => '丰',
        '慶' => '庆',
        '順' => '顺',
        '曆' | '歷' | '厯' => '历',
        '萬' => '万',
        '樂' => '乐',
        '啟' | '啓' => '启',
        '禎' => '祯',
        '聰' => '聪',
        '閏' => '闰',
        '農' => '农',
        '陰' => '阴',
        '陽' => '阳',
        '舊' => '旧',
        '臘' => '腊',
        '歲' => '岁',
        '號' => '号',
        '開' => '开',
        '寶' | '寳' => '宝',
        '興' => '兴',
        '聖' => '圣',
        '寧' => '宁',
        '紹' => '绍',
        '觀' => '观',
        '貞' => '贞',
        '後' => '后',
        '憲' => '宪',
        '間' => '间',
        '佑' => '祐',
        '乹' => '乾',
        '煕' => '熙',
        '\u{2010}'..='\u{2015}' | '\u{2212}' => '-',
        '\u{301C}' => '~',
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_hides_a_longer_one_and_all_are_folded() {
        for (index, era) in ERAS.iter().enumerate() {
            assert!(era.first <= era.last, "{}", era.name);
            assert_eq!(era.name.chars().map(fold_character).collect::<String>(), era.name);
            for later in ERAS.iter().skip(index + 1) {
                assert!(
                    !later.name.starts_with(era.name),
                    "{} hides {}",
                    era.name,
                    later.name
                );
            }
        }
    }

    #[test]
    fn each_year_of_ming_and_qing_has_one_era() {
        for year in 1368..=1911 {
            let (era, number) = written_era(year, 12, 1).unwrap();
            assert!(number >= 1 && era.first <= year && year <= era.last);
        }
        assert_eq!(written_era(1912, 1, 1), None);
        assert_eq!(written_era(1620, 7, 29).unwrap().0.name, "万历");
        assert_eq!(written_era(1620, 8, 1).unwrap().0.name, "泰昌");
        assert_eq!(written_era(1908, 12, 29).unwrap().0.name, "光绪");
    }
}

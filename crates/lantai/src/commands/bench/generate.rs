//! Data made by rule, the same on every machine: a sound recording of any length, small items, catalogue entries.

use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

const PLACES: [&str; 12] = [
    "荻川县",
    "柳湾县",
    "石浦县",
    "云溪市",
    "白沙镇",
    "青岩乡",
    "东陂村",
    "南渡镇",
    "长桥乡",
    "临泽县",
    "望江市",
    "双河镇",
];
const BODIES: [&str; 10] = [
    "人民政府",
    "财政局",
    "水利局",
    "教育局",
    "民政局",
    "档案馆",
    "农业局",
    "卫生局",
    "统计局",
    "供销合作社",
];
const MATTERS: [&str; 14] = [
    "防汛抗旱",
    "婚姻登记",
    "土地确权",
    "粮食统购",
    "小学校舍",
    "水库移民",
    "公路建设",
    "财务预算",
    "干部任免",
    "工资调整",
    "企业改制",
    "环境保护",
    "档案管理",
    "人口普查",
];
const FORMS: [&str; 8] = ["通知", "报告", "请示", "批复", "会议纪要", "意见", "函", "决定"];
const PEOPLE: [&str; 10] = [
    "王海平",
    "李文秀",
    "张德福",
    "刘玉兰",
    "陈家驹",
    "赵明远",
    "周素芬",
    "吴长庚",
    "郑国梁",
    "孙月华",
];
/// Opening statuses, as often as old holdings have them.
const STATUSES: [&str; 5] = ["开放", "开放", "开放", "待审核", "延期开放"];
/// Heading of a WAV file of unknown length: PCM, one channel, 16 bits, 16 kHz.
const WAV_FORMAT: [u8; 24] = [
    b'f', b'm', b't', b' ', 16, 0, 0, 0, 1, 0, 1, 0, 0x80, 0x3E, 0, 0, 0, 0x7D, 0, 0, 2, 0, 16, 0,
];
/// A WAV file says its length in 32 bits.
pub(super) const LARGEST_MB: u64 = 4000;

/// Numbers that look random and are not: xorshift64*.
pub(super) struct Noise(u64);

impl Noise {
    /// A series; equal seeds give equal series.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1)
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_F491_4F6C_DD1D)
    }

    /// Fills a buffer.
    pub fn fill(&mut self, bytes: &mut [u8]) {
        for part in bytes.chunks_mut(8) {
            let number = self.next().to_le_bytes();
            part.copy_from_slice(number.get(..part.len()).unwrap_or_default());
        }
    }

    fn below(&mut self, limit: usize) -> usize {
        // the upper bits are the better ones
        (self.next() >> 33) as usize % limit.max(1)
    }

    fn pick<'a>(&mut self, words: &[&'a str]) -> &'a str {
        words.get(self.below(words.len())).copied().unwrap_or_default()
    }
}

/// Writes a sound recording of so many megabytes (10⁶), at most [`LARGEST_MB`].
pub(super) fn large_file(path: &Path, megabytes: u64) -> std::io::Result<u64> {
    let samples = u32::try_from(megabytes.min(LARGEST_MB) * 1_000_000).unwrap_or(u32::MAX - 64);
    let mut file = BufWriter::with_capacity(1 << 20, File::create(path)?);
    file.write_all(b"RIFF")?;
    file.write_all(&(samples + 36).to_le_bytes())?;
    file.write_all(b"WAVE")?;
    file.write_all(&WAV_FORMAT)?;
    file.write_all(b"data")?;
    file.write_all(&samples.to_le_bytes())?;
    let mut noise = Noise::new(1);
    let mut chunk = vec![0; 1_000_000];
    for _ in 0..samples / 1_000_000 {
        noise.fill(&mut chunk);
        file.write_all(&chunk)?;
    }
    file.into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(u64::from(samples) + 44)
}

/// Writes a folder package: items with a text and two page images each, and a catalogue. Gives the bytes of content.
pub(super) fn item_package(folder: &Path, items: u32) -> std::io::Result<u64> {
    let mut catalogue = BufWriter::new(File::create(folder.join("catalogue.csv"))?);
    writeln!(
        catalogue,
        "档号,全宗号,题名,责任者,日期,保管期限,开放状态,全文文件,原文文件"
    )?;
    let mut noise = Noise::new(2);
    let mut bytes = 0;
    for number in 1..=items {
        let entry = Entry::make(number, &mut noise);
        let name = format!("items/{:03}/{number:06}", number / 1000);
        if number == 1 || number % 1000 == 0 {
            std::fs::create_dir_all(folder.join(format!("items/{:03}", number / 1000)))?;
        }
        let text = entry.text(&mut noise, 600);
        bytes += text.len() as u64;
        std::fs::write(folder.join(format!("{name}.txt")), text)?;
        for (page, size) in [(1, 16_000), (2, 8_000)] {
            let picture = image(&mut noise, size);
            bytes += picture.len() as u64;
            std::fs::write(folder.join(format!("{name}-{page}.tif")), picture)?;
        }
        let Entry {
            code,
            fonds,
            title,
            body,
            date,
            retention,
            status,
            ..
        } = entry;
        writeln!(
            catalogue,
            "{code},{fonds},{title},{body},{date},{retention},{status},{name}.txt,{name}-1.tif;{name}-2.tif"
        )?;
    }
    catalogue
        .into_inner()
        .map_err(std::io::IntoInnerError::into_error)?
        .sync_all()?;
    Ok(bytes)
}

/// Writes a catalogue of entries without content: title, author, date, keywords, people, a summary.
pub(super) fn catalogue(path: &Path, entries: u32) -> std::io::Result<()> {
    let mut file = BufWriter::new(File::create(path)?);
    writeln!(
        file,
        "档号,全宗号,题名,文件编号,责任者,日期,保管期限,开放状态,主题词,人名,地名,摘要"
    )?;
    let mut noise = Noise::new(3);
    for number in 1..=entries {
        let entry = Entry::make(number, &mut noise);
        let summary = entry.text(&mut noise, 80);
        let Entry {
            code,
            fonds,
            title,
            document_number,
            body,
            date,
            retention,
            status,
            matter,
            person,
            place,
        } = entry;
        writeln!(
            file,
            "{code},{fonds},{title},{document_number},{body},{date},{retention},{status},{matter},{person},{place},{summary}"
        )?;
    }
    file.flush()
}

/// Questions as readers put them, that a generated catalogue answers: words, titles, numbers, names, dates, filters.
pub(super) fn questions(count: u32) -> Vec<String> {
    let mut noise = Noise::new(4);
    let question = |kind: u32| {
        let (place, body, matter) = (noise.pick(&PLACES), noise.pick(&BODIES), noise.pick(&MATTERS));
        let (form, person, year) = (noise.pick(&FORMS), noise.pick(&PEOPLE), 1950 + noise.below(70));
        match kind % 10 {
            0 => matter.to_owned(),
            1 => format!("{place} {matter}"),
            2 => format!("{place}{body}关于{matter}工作的{form}"),
            3 => format!("{person} {matter}"),
            4 => format!("川政〔{year}〕{}号", 1 + noise.below(200)),
            5 => format!("{year}年{}月{}日", 1 + noise.below(12), 1 + noise.below(28)),
            6 => format!("年度:{year}..{} {matter}", year + 5),
            7 => format!("题名:{matter} -{form}"),
            8 => format!("\"{matter}工作\" {place}"),
            _ => form.to_owned(),
        }
    };
    (0..count).map(question).collect()
}

/// Fonds that entries are spread over; when they are full, as many again.
const FONDS: u32 = 20;
/// An item's number in a code has four digits.
const ITEMS_OF_FONDS: u32 = 9999;

/// Fonds and number in it of an entry: no two entries share both.
fn place_of(number: u32) -> (String, u32) {
    let (round, rest) = (
        (number - 1) / (FONDS * ITEMS_OF_FONDS),
        (number - 1) % (FONDS * ITEMS_OF_FONDS),
    );
    (
        format!("B{:03}", 1 + round * FONDS + rest % FONDS),
        1 + rest / FONDS,
    )
}

/// A code for an entry of a catalogue whose own codes are not by the rules.
pub(super) fn code_of(number: u32) -> String {
    let (fonds, item) = place_of(number);
    format!("{fonds}-WS·2000·Y-{item:04}")
}

/// The parts of an entry.
struct Entry {
    code: String,
    fonds: String,
    title: String,
    document_number: String,
    body: &'static str,
    date: String,
    retention: &'static str,
    status: &'static str,
    matter: &'static str,
    person: &'static str,
    place: &'static str,
}

impl Entry {
    fn make(number: u32, noise: &mut Noise) -> Self {
        let (place, body, matter) = (noise.pick(&PLACES), noise.pick(&BODIES), noise.pick(&MATTERS));
        let (form, year) = (noise.pick(&FORMS), 1950 + noise.below(70));
        let (retention, retention_code) = [("永久", "Y"), ("30年", "D30"), ("10年", "D10")]
            .get(noise.below(3))
            .copied()
            .unwrap_or(("永久", "Y"));
        let (fonds, item) = place_of(number);
        Self {
            code: format!("{fonds}-WS·{year}·{retention_code}-{item:04}"),
            title: format!("{place}{body}关于{matter}工作的{form}"),
            document_number: format!("川政〔{year}〕{}号", 1 + noise.below(200)),
            date: format!("{year}{:02}{:02}", 1 + noise.below(12), 1 + noise.below(28)),
            person: noise.pick(&PEOPLE),
            status: noise.pick(&STATUSES),
            fonds,
            body,
            retention,
            matter,
            place,
        }
    }

    /// A text about it, of about so many characters.
    fn text(&self, noise: &mut Noise, characters: usize) -> String {
        let mut text = String::with_capacity(characters * 3);
        let mut length = 0;
        while length < characters {
            let before = text.len();
            let (place, matter, person) = (noise.pick(&PLACES), noise.pick(&MATTERS), noise.pick(&PEOPLE));
            let amount = 1 + noise.below(9000);
            let _ = write!(
                text,
                "{place}{}{matter}一事，由{person}经办，计{amount}元，与{}同报。",
                self.body, self.matter
            );
            length += text.get(before..).unwrap_or_default().chars().count();
        }
        text
    }
}

/// A grey picture of noise as an uncompressed TIFF of a hundred columns, `size` bytes long.
fn image(noise: &mut Noise, size: usize) -> Vec<u8> {
    const COLUMNS: usize = 100;
    const ENTRIES: usize = 11;
    let resolution = 8 + 2 + ENTRIES * 12 + 4;
    let head = resolution + 8;
    let rows = size.saturating_sub(head).max(COLUMNS) / COLUMNS;
    let mut bytes = vec![0; head + rows * COLUMNS];
    noise.fill(&mut bytes);
    let (short, long, rational) = (3_u16, 4_u16, 5_u16);
    let entries: [(u16, u16, usize); ENTRIES] = [
        (256, long, COLUMNS),
        (257, long, rows),
        (258, short, 8),
        (259, short, 1),
        (262, short, 1),
        (273, long, head),
        (277, short, 1),
        (278, long, rows),
        (279, long, rows * COLUMNS),
        (282, rational, resolution),
        (283, rational, resolution),
    ];
    let mut written = b"II*\0\x08\0\0\0".to_vec();
    written.extend((ENTRIES as u16).to_le_bytes());
    for (tag, kind, value) in entries {
        written.extend(tag.to_le_bytes());
        written.extend(kind.to_le_bytes());
        written.extend(1_u32.to_le_bytes());
        written.extend(u32::try_from(value).unwrap_or_default().to_le_bytes());
    }
    written.extend(0_u32.to_le_bytes());
    for part in [300_u32, 1] {
        written.extend(part.to_le_bytes());
    }
    for (place, byte) in bytes.iter_mut().zip(written) {
        *place = byte;
    }
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_generated_is_the_same_every_time() {
        let folder = tempfile::tempdir().unwrap();
        let written = |name: &str| {
            let path = folder.path().join(name);
            catalogue(&path, 50).unwrap();
            std::fs::read_to_string(path).unwrap()
        };
        let (first, second) = (written("a.csv"), written("b.csv"));
        assert_eq!(first, second);
        assert_eq!(first.lines().count(), 51);
        assert_eq!(questions(30), questions(30));
    }

    #[test]
    fn no_code_is_given_twice() {
        let codes: std::collections::HashSet<String> = (1..=250_000).map(code_of).collect();
        assert_eq!(codes.len(), 250_000);
        assert_eq!(code_of(1), "B001-WS·2000·Y-0001");
        assert_eq!(code_of(199_981), "B021-WS·2000·Y-0001");
    }

    #[test]
    fn a_large_file_says_its_own_length() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("a.wav");
        let bytes = large_file(&path, 2).unwrap();
        let content = std::fs::read(&path).unwrap();
        assert_eq!(content.len() as u64, bytes);
        assert_eq!(
            u32::from_le_bytes(content[4..8].try_into().unwrap()) as u64,
            bytes - 8
        );
    }
}

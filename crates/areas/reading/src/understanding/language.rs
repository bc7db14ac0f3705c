//! Language and script of a text.

use lantai_domain::reading::Language;

/// Fewer letters tell nothing.
const FEWEST: usize = 10;
/// More characters add nothing.
const MOST: usize = 50_000;
/// Words of grammar that only modern Chinese has at this frequency, and those of classical Chinese.
const MODERN: &str = "的了是们們这這那着吗嗎呢吧么麼很都把被让讓给給就他她它在和没沒到個个你还還等从從對对";
const CLASSICAL: &str =
    "之其而以於于者也矣焉乎哉曰乃皆亦毋勿臣朕谕諭奏著该該尔爾余吾汝卿弗盖蓋夫遂故则則令使既因谓謂何若所欲";
/// Pairs of frequent characters whose simplified and traditional forms differ, in the same order.
const SIMPLIFIED: &str = "这国会为学对时发经动进种过关实现点长当着问无开见应体军张机电业东产论运数总变还门员队马书给战觉让车飞风万与专严丽义乐习乡买乱争亚亲仅从仓仪价众优传伤伦伪儿党兰兴养内册写决况冻净准减凤刘则刚创别剂办务劳势区医华协单卖卢卫厂厅历压县参双变号叶员听启吴";
const TRADITIONAL: &str = "這國會為學對時發經動進種過關實現點長當著問無開見應體軍張機電業東產論運數總變還門員隊馬書給戰覺讓車飛風萬與專嚴麗義樂習鄉買亂爭亞親僅從倉儀價眾優傳傷倫偽兒黨蘭興養內冊寫決況凍淨準減鳳劉則剛創別劑辦務勞勢區醫華協單賣盧衛廠廳歷壓縣參雙變號葉員聽啟吳";

/// What a text is written in; `None` where there are too few letters, or nothing is known of them.
pub(super) fn language_of(text: &str) -> Option<Language> {
    let tally = Tally::of(text);
    if tally.letters() < FEWEST {
        return None;
    }
    let found = |language: &str, script: &str| {
        Some(Language {
            language: language.to_owned(),
            script: script.to_owned(),
        })
    };
    if tally.hangul * 4 > tally.han + tally.latin / 4 {
        return found("kor", "Kore");
    }
    if tally.kana * 12 > tally.han && tally.kana * 4 > tally.latin / 4 {
        return found("jpn", "Jpan");
    }
    // A Latin word has some four letters where Chinese has one or two characters.
    if tally.han * 3 >= tally.latin && tally.han * 3 >= tally.other {
        let script = if tally.traditional > tally.simplified {
            "Hant"
        } else {
            "Hans"
        };
        return found(if tally.is_classical() { "lzh" } else { "cmn" }, script);
    }
    let beginning: String = text.chars().take(MOST).collect();
    let detected = whatlang::detect(&beginning)?;
    detected.is_reliable().then_some(())?;
    found(detected.lang().code(), iso_script(detected.script()))
}

fn iso_script(script: whatlang::Script) -> &'static str {
    use whatlang::Script;
    match script {
        Script::Arabic => "Arab",
        Script::Armenian => "Armn",
        Script::Bengali => "Beng",
        Script::Cyrillic => "Cyrl",
        Script::Devanagari => "Deva",
        Script::Ethiopic => "Ethi",
        Script::Georgian => "Geor",
        Script::Greek => "Grek",
        Script::Gujarati => "Gujr",
        Script::Gurmukhi => "Guru",
        Script::Hangul => "Kore",
        Script::Hebrew => "Hebr",
        Script::Hiragana | Script::Katakana => "Jpan",
        Script::Kannada => "Knda",
        Script::Khmer => "Khmr",
        Script::Latin => "Latn",
        Script::Malayalam => "Mlym",
        Script::Mandarin => "Hani",
        Script::Myanmar => "Mymr",
        Script::Oriya => "Orya",
        Script::Sinhala => "Sinh",
        Script::Tamil => "Taml",
        Script::Telugu => "Telu",
        Script::Thai => "Thai",
    }
}

/// How many letters of each script a text has.
#[derive(Default)]
struct Tally {
    han: usize,
    kana: usize,
    hangul: usize,
    latin: usize,
    other: usize,
    simplified: usize,
    traditional: usize,
    modern: usize,
    classical: usize,
}

impl Tally {
    fn of(text: &str) -> Self {
        let mut tally = Self::default();
        for c in text.chars().take(MOST) {
            match c {
                '\u{3400}'..='\u{9FFF}' | '\u{F900}'..='\u{FAFF}' | '\u{20000}'..='\u{323AF}' => tally.han(c),
                '\u{3040}'..='\u{30FF}' if c != '・' && c != 'ー' => tally.kana += 1,
                '\u{AC00}'..='\u{D7AF}' | '\u{1100}'..='\u{11FF}' => tally.hangul += 1,
                'a'..='z' | 'A'..='Z' | '\u{C0}'..='\u{24F}' => tally.latin += 1,
                c if c.is_alphabetic() => tally.other += 1,
                _ => {}
            }
        }
        tally
    }

    fn han(&mut self, c: char) {
        self.han += 1;
        self.modern += usize::from(MODERN.contains(c));
        self.classical += usize::from(CLASSICAL.contains(c));
        let (simple, full) = (SIMPLIFIED.contains(c), TRADITIONAL.contains(c));
        self.simplified += usize::from(simple && !full);
        self.traditional += usize::from(full && !simple);
    }

    fn letters(&self) -> usize {
        self.han + self.kana + self.hangul + self.latin + self.other
    }

    /// Classical Chinese: particles of its grammar, and hardly one of today's.
    fn is_classical(&self) -> bool {
        self.classical * 3 > self.modern * 5 && self.classical * 100 > self.han
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_and_scripts_are_told_apart() {
        for (text, expected) in [
            (
                "国务院办公厅关于进一步加强档案工作的通知，现将有关事项通知如下，请认真贯彻执行。",
                "cmn Hans",
            ),
            (
                "關於進一步加強檔案工作的通知，現將有關事項通知如下，請認真貫徹執行。",
                "cmn Hant",
            ),
            (
                "諭兵部武職人員原因騎射而得功名當以弓馬之優劣為授官之先後則人人自勵演習益加精勤矣",
                "lzh Hant",
            ),
            (
                "陆军部奏、议覆御史俾寿奏。自属当务之急。惟须先设海军贵胄学堂。以厚其基。",
                "lzh Hans",
            ),
            (
                "国立公文書館は、行政文書や司法文書などを保存しています。",
                "jpn Jpan",
            ),
            ("국가기록원은 기록물을 보존하고 관리합니다.", "kor Kore"),
            (
                "The archives keep the records of the government and make them available to everybody.",
                "eng Latn",
            ),
            (
                "Архив хранит документы правительства и предоставляет их всем гражданам страны.",
                "rus Cyrl",
            ),
        ] {
            let language = language_of(text).unwrap();
            assert_eq!(
                format!("{} {}", language.language, language.script),
                expected,
                "{text}"
            );
        }
        assert_eq!(language_of("12345 。，"), None);
        assert_eq!(language_of(""), None);
    }
}

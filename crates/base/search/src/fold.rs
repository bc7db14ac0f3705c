//! Folding: the spellings of one character become one character.
//!
//! Width, case, traditional and simplified, old and new printing forms, compatibility characters. One
//! character stays one character, so that a place in folded text is the same place in the original.

use std::sync::OnceLock;

use ferrous_opencc::OpenCC;
use ferrous_opencc::config::BuiltinConfig;
use unicode_normalization::char::{decompose_canonical, decompose_compatible};

/// Ideographs from extension A to the end of the basic block; nearly all of real text.
const COMMON: std::ops::RangeInclusive<u32> = 0x3400..=0x9FFF;
/// Extension B and what follows it: rare, but in old names and places.
const RARE: std::ops::RangeInclusive<u32> = 0x20000..=0x323AF;

/// Printing forms and interchangeable characters that the conversion table leaves alone; the second of
/// each pair is what both become. Merging too much costs a little precision, never a find.
const VARIANTS: &str = "㫖旨著着硏研靑青淸清槪概郞郎緖绪瞭了鉅巨麼么麽么於于裏里裡里旣既卽即\
卽即敎教尙尚吿告呂吕吳吴戶户户户内内產产說说稅税閱阅悅悦脫脱銳锐兌兑彥彦彔录彝彝\
並并併并竝并幷并𠀤并並并羣群峯峰衆众眾众啟启啓启啔启畧略碁棋槀稿稾稿藁稿暎映煥焕烟烟菸烟\
祕秘劵券冊册删删刪删姍姗踪踪蹤踪跡迹蹟迹勑敕勅敕敕敕勳勋勛勋勲勋僊仙徧遍徃往\
囘回囬回迴回廻回歩步歳岁歲岁恆恒恒恒讎仇讐仇筭算祘算箇个個个侭尽盡尽\
災灾烖灾菑灾栢柏栁柳桺柳栞刊柟楠枬楠楳梅槑梅麤粗觕粗麁粗\
鷄鸡雞鸡鶏鸡鉄铁鐡铁鐵铁錢钱銭钱齊齐斉齐齋斋斎斋縣县県县區区\
國国囯国圀国囶国圗图圖图図图團团団团圍围囲围圓圆円圆圎圆\
學学斈学斅学學学舘馆舖铺舗铺鋪铺館馆亰京凴凭憑凭凢凡凣凡凾函\
寶宝寳宝宻密寕宁寗宁甯宁寧宁冦寇㓂寇寃冤寛宽寬宽㝎定㝡最冣最\
彊强強强勥强弍贰弌一弎三弐贰壱壹參叁叄叁叅叁\
歴历曆历歷历厯历暦历厰厂廠厂厫廒廏厩廐厩厠厕廁厕\
冩写寫写㝍写鄕乡鄉乡郷乡鄊乡隣邻鄰邻邨村\
効效傚效劾劾勧劝勸劝懐怀懷怀恵惠恠怪怱匆悤匆愼慎慙惭慚惭\
収收叙叙敘叙敍叙敺驱駆驱驅驱験验驗验馬马\
氷冰氹凼汚污汙污沢泽澤泽浄净淨净凈净済济濟济渋涩澁涩澀涩湼涅潅灌濶阔闊阔\
牀床牋笺椾笺箋笺牎窗窓窗窻窗牕窗窰窑窯窑窑窑\
畵画畫画画画畺疆甎砖塼砖磚砖甞尝嘗尝嚐尝\
眎视眡视視视睹睹覩睹睠眷砲炮礮炮礟炮\
稟禀稺稚穉稚稲稻穀谷糓谷糧粮粮粮籖签籤签簽签\
絶绝絕绝経经經经継继繼继続续續续綫线線线缐线纎纤纖纤纔才\
罸罚罰罚羗羌羙美翺翱耡锄聨联聯联聫联聰聪聡聪聴听聽听肅肃粛肃\
脇胁脅胁脉脉脈脉衇脉臓脏臟脏髒脏臺台薹台颱台檯台\
艸草苐第蓆席蔭荫廕荫薦荐虗虚虛虚虧亏蛍萤蟇蟆衞卫衛卫衕同\
覇霸観观觀观觧解諡谥謚谥謌歌譌讹訛讹讃赞讚赞賛赞贊赞\
貎貌貭质質质賔宾賓宾賷赍賫赍賍赃贜赃贓赃踁胫軆体體体躰体躳躬輙辄輒辄\
逈迥逓递遞递逬迸遅迟遲迟遡溯泝溯邉边邊边辺边\
醫医毉医醻酬詶酬酧酬釀酿醸酿釐厘鈎钩鉤钩鍊炼錬炼鍼针針针鎻锁鎖锁鏁锁鑑鉴鑒鉴鑬鉴\
閙闹鬧闹鬪斗鬭斗鬥斗閒闲閑闲関关闗关關关\
陞升昇升陿狭陰阴隂阴陽阳阦阳隠隐隱隐隄堤雑杂襍杂雜杂霛灵靈灵霊灵\
韮韭頼赖賴赖顔颜顏颜顕显顯显飃飘飄飘飡餐飱飧餧喂餘余馀余\
駡骂罵骂髪发髮发發发発发髩鬓鬂鬓鬢鬓麪面麵面麺面黄黄黃黄黒黑點点奌点齒齿歯齿\
乾干榦干幹干夥伙徵征藉借崑昆崙仑嵗岁彫雕鵰雕琱雕湧涌蹠跖嶽岳佈布譁哗豔艳豓艳艷艳\
徬彷髣仿彷仿倣仿鼇鳌鼈鳖耑专颺扬敭扬欵款歎叹嘆叹欝郁鬱郁";

/// In [`Table::common`]: the character becomes one that two bytes do not hold.
const ELSEWHERE: u16 = 0;

struct Table {
    /// What each character of [`COMMON`] becomes.
    common: Vec<u16>,
    /// What the other characters become, sorted.
    rare: Vec<(char, char)>,
}

impl Table {
    /// Asks the conversion table about every character once; afterwards the conversion is let go.
    fn build() -> Self {
        let mut table = Self {
            common: COMMON.map(|code| code as u16).collect(),
            rare: Vec::new(),
        };
        match OpenCC::from_config(BuiltinConfig::T2s) {
            Ok(converter) => table.learn(&converter),
            // Compiled in; should it ever fail, search goes on with the variants only.
            Err(error) => tracing::error!(%error, "no table of traditional characters"),
        }
        let mut characters = VARIANTS.chars();
        while let (Some(from), Some(to)) = (characters.next(), characters.next()) {
            table.set(from, to);
        }
        table.rare.sort_unstable();
        table.settle();
        table
    }

    fn learn(&mut self, converter: &OpenCC) {
        let mut list = String::with_capacity(400_000);
        for code in COMMON.chain(RARE) {
            if let Some(character) = char::from_u32(code) {
                list.push(character);
                list.push('\n'); // keeps the phrases of the table from joining neighbours
            }
        }
        let converted = converter.convert(&list);
        for (from, to) in list.lines().zip(converted.lines()) {
            let (Some(from), Some(to)) = (only_char(from), only_char(to)) else {
                continue;
            };
            self.set(from, to);
        }
    }

    fn set(&mut self, from: char, to: char) {
        if from == to {
            return;
        }
        let (code, target) = (from as u32, to as u32);
        if COMMON.contains(&code) {
            let place = (code - COMMON.start()) as usize;
            if let Ok(target) = u16::try_from(target) {
                self.common[place] = target;
                return;
            }
            self.common[place] = ELSEWHERE;
        }
        self.rare.retain(|(known, _)| *known != from);
        self.rare.push((from, to));
    }

    /// Follows chains (著 → 着, 衞 → 衛 → 卫) to their end, so that folding twice changes nothing.
    fn settle(&mut self) {
        for index in 0..self.common.len() {
            let Some(mut character) = char::from_u32(u32::from(self.common[index])) else {
                continue;
            };
            for _ in 0..4 {
                character = self.get(character);
            }
            if let Ok(code) = u16::try_from(character as u32) {
                self.common[index] = code;
            }
        }
        for index in 0..self.rare.len() {
            let mut character = self.rare[index].1;
            for _ in 0..4 {
                character = self.get(character);
            }
            self.rare[index].1 = character;
        }
    }

    fn get(&self, character: char) -> char {
        let code = character as u32;
        if COMMON.contains(&code) {
            let target = self.common[(code - COMMON.start()) as usize];
            if target != ELSEWHERE {
                return char::from_u32(u32::from(target)).unwrap_or(character);
            }
        }
        match self.rare.binary_search_by_key(&character, |(from, _)| *from) {
            Ok(place) => self.rare[place].1,
            Err(_) => character,
        }
    }
}

fn only_char(text: &str) -> Option<char> {
    let mut characters = text.chars();
    let first = characters.next()?;
    characters.next().is_none().then_some(first)
}

fn table() -> &'static Table {
    static TABLE: OnceLock<Table> = OnceLock::new();
    TABLE.get_or_init(Table::build)
}

/// The one character that stands for all spellings of this one.
pub fn fold_char(character: char) -> char {
    match character {
        '\0'..='\x7f' => character.to_ascii_lowercase(),
        '\u{3000}' => ' ',
        // Full-width forms of ASCII lie one step behind it.
        '\u{FF01}'..='\u{FF5E}' => {
            let narrow = char::from_u32(character as u32 - 0xFEE0).unwrap_or(character);
            narrow.to_ascii_lowercase()
        }
        // Circles written for the zero of Chinese numbers: 一九八○年.
        '○' | '◯' | '〇' | '⚪' | '￮' => '〇',
        '\u{3400}'..='\u{9FFF}' => table().get(character),
        // Radicals and compatibility ideographs.
        '\u{2E80}'..='\u{2FDF}' | '\u{F900}'..='\u{FAFF}' => table().get(single_decomposition(character)),
        '\u{20000}'..='\u{323AF}' => table().get(single_decomposition(character)),
        // Punctuation of Chinese text, which is frequent.
        '\u{3001}'..='\u{3004}' | '\u{3008}'..='\u{3020}' => character,
        // An ideograph in a circle or square comes out as the ideograph.
        _ => table().get(fold_letter(character)),
    }
}

/// Folds every character; as many come out as went in.
pub fn fold(text: &str) -> String {
    text.chars().map(fold_char).collect()
}

fn single_decomposition(character: char) -> char {
    let (mut first, mut count) = (character, 0);
    decompose_compatible(character, |part| {
        if count == 0 {
            first = part;
        }
        count += 1;
    });
    if count == 1 { first } else { character }
}

/// Lower case, without accents; what would become several characters stays as it is.
fn fold_letter(character: char) -> char {
    let mut folded = character;
    // Each step may open the way for another: ẛ → ſ → s.
    for _ in 0..4 {
        let next = lower(without_mark(single_decomposition(folded)));
        if next == folded {
            break;
        }
        folded = next;
    }
    folded
}

fn without_mark(character: char) -> char {
    let mut base = None;
    decompose_canonical(character, |part| {
        base.get_or_insert(part);
    });
    match base {
        // Only Latin, Greek and Cyrillic lose their marks: in other scripts a mark is part of the letter.
        Some(base) if (base as u32) < 0x530 => base,
        _ => character,
    }
}

fn lower(character: char) -> char {
    let mut lower = character.to_lowercase();
    match (lower.next(), lower.next()) {
        (Some(single), None) => single,
        _ => character,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn spellings_of_one_text_become_one() {
        for (left, right) in [
            ("國務院關於糧食的通知", "国务院关于粮食的通知"),
            ("ＷＳ２０１９－Ａ", "ws2019-a"),
            ("奉㫖", "奉旨"),
            ("著即", "着卽"),
            ("一九八○年", "一九八〇年"),
            ("衞生", "卫生"),
            ("髮", "发"),
            ("Café", "cafe"),
            ("⼈", "人"),
        ] {
            assert_eq!(fold(left), fold(right), "{left} and {right}");
        }
    }

    #[test]
    fn different_characters_stay_different() {
        for (left, right) in [("土", "士"), ("已", "己"), ("1", "l"), ("千", "干")] {
            assert_ne!(fold(left), fold(right));
        }
    }

    #[test]
    fn the_list_of_variants_is_made_of_pairs_of_ideographs() {
        assert_eq!(VARIANTS.chars().count() % 2, 0);
        assert!(
            VARIANTS
                .chars()
                .all(|c| COMMON.contains(&(c as u32)) || RARE.contains(&(c as u32)))
        );
    }

    #[test]
    fn folding_twice_changes_nothing() {
        for character in char::MIN..=char::MAX {
            let folded = fold_char(character);
            assert_eq!(fold_char(folded), folded, "{character} {:x}", character as u32);
        }
    }

    proptest! {
        #[test]
        fn one_character_stays_one(text in "\\PC{0,40}") {
            prop_assert_eq!(fold(&text).chars().count(), text.chars().count());
        }
    }
}

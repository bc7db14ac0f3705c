//! What the rules do with the words of a tagger.

use super::*;

/// Words written as `江泽民/PER 主席/n`, and the names found in them.
fn found(tagged: &str) -> Vec<String> {
    let rules = NameRules::parse(include_str!("../../../../../../rules/names.toml")).unwrap();
    let mut chars: Vec<char> = Vec::new();
    let words: Vec<Word> = tagged
        .split(' ')
        .map(|word| {
            let (text, tag) = word.rsplit_once('/').unwrap();
            let start = chars.len();
            chars.extend(text.chars());
            Word {
                text: text.to_owned(),
                start,
                end: chars.len(),
                tag: Tag::from_name(tag),
            }
        })
        .collect();
    find_names(&chars, &words, &rules, false)
        .into_iter()
        .map(|name| {
            let text: String = chars[name.start..name.end].iter().collect();
            let kind = match name.kind {
                EntityKind::Person => "P",
                EntityKind::Place => "L",
                _ => "O",
            };
            format!("{text}/{kind}")
        })
        .collect()
}

#[test]
fn titles_are_no_part_of_a_name() {
    assert_eq!(
        found("王主任/PER 和/c 李国强同志/PER 到/v 会/n"),
        ["王/P", "李国强/P"]
    );
    assert_eq!(found("老同志/PER 说/v"), Vec::<String>::new());
}

#[test]
fn given_names_that_were_cut_are_whole_again() {
    assert_eq!(found("委员/n 张全/PER 有/v 、/w"), ["张全有/P"]);
    assert_eq!(found("任/v 芝香/PER 说/v"), ["任芝香/P"]);
    assert_eq!(found("约翰·/PER 史密斯/PER 。/w"), ["约翰·史密斯/P"]);
    assert_eq!(found("李明/PER 说/v 。/w"), ["李明/P"]);
}

#[test]
fn states_in_one_character_are_places() {
    assert_eq!(found("中美/LOC 关系/n"), ["中/L", "美/L"]);
    assert_eq!(found("美方/n 访华/v"), ["美/L", "华/L"]);
    assert_eq!(found("中东/LOC 局势/n"), ["中东/L"]);
    assert_eq!(found("中意/v 的/u"), Vec::<String>::new());
}

#[test]
fn two_places_in_one_word_are_two() {
    assert_eq!(found("吉林省长春市/LOC 的/u"), ["吉林省/L", "长春市/L"]);
    assert_eq!(found("香港特别行政区/LOC 的/u"), ["香港特别行政区/L"]);
    assert_eq!(found("长沙市/LOC"), ["长沙市/L"]);
}

#[test]
fn bodies_are_joined_up_to_their_ending() {
    assert_eq!(found("江苏省/LOC 档案局/n 发文/v"), ["江苏省档案局/O"]);
    assert_eq!(found("临江县/LOC 水利/n 电力/n 局/n"), ["临江县水利电力局/O"]);
    assert_eq!(
        found("中国共产党/ORG 第十五次/m 全国代表大会/nz"),
        ["中国共产党第十五次全国代表大会/O"]
    );
    assert_eq!(found("《/w 两岸关系/nw 》/w 杂志/n"), ["《两岸关系》杂志/O"]);
    assert_eq!(found("省/n 公安厅/n 通知/n"), ["省公安厅/O"]);
    assert_eq!(found("河北省/LOC 人民政府/n"), ["河北省人民政府/O"]);
}

#[test]
fn a_place_before_a_common_word_is_only_a_place() {
    assert_eq!(found("美国/LOC 公司/n 的/u"), ["美国/L"]);
    assert_eq!(found("中国政府/ORG 决定/v"), ["中国/L"]);
    assert_eq!(found("全国/n 干部/n"), Vec::<String>::new());
}

#[test]
fn names_do_not_reach_over_blanks() {
    assert_eq!(found("国务院\n/ORG 中央军委/ORG"), ["国务院/O", "中央军委/O"]);
    assert_eq!(found("江苏省/LOC \n/w 档案局/n"), ["江苏省/L"]);
}

#[test]
fn known_names_are_found_inside_longer_words() {
    assert_eq!(found("毛泽东选集/nw 与/c 中华民族/nz"), ["毛泽东/P", "中华/L"]);
}

#[test]
fn in_classical_texts_names_stand_behind_offices() {
    let rules = NameRules::parse(include_str!("../../../../../../rules/names.toml")).unwrap();
    let chars: Vec<char> = "东三省总督锡良等奏、两江总督张人骏、安徽巡抚朱家宝会奏。谕军机大臣等。"
        .chars()
        .collect();
    let names: Vec<String> = find_names(&chars, &[], &rules, true)
        .into_iter()
        .map(|name| chars[name.start..name.end].iter().collect())
        .collect();
    assert_eq!(names, ["锡良", "张人骏"]);
}

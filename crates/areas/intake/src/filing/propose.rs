//! Applying a table to a document: which row fires, on what, and what else might.

use super::document::{Direction, Document};
use super::table::{FilingTable, Match, Row};
use lantai_domain::{OpenStatusKind, SecurityClassification};
use serde::{Deserialize, Serialize};

/// Alternatives that are told.
const ALTERNATIVES: usize = 5;

/// On what a row fired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criterion {
    /// Words of the title.
    Title,
    /// The document type.
    DocumentType,
    /// The direction.
    Direction,
    /// The department.
    Department,
    /// The author.
    Author,
    /// A circumstance.
    Fact,
}

/// One demand of a row that the document meets.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Reason {
    /// Which.
    pub criterion: Criterion,
    /// The words it met, as the table writes them.
    pub words: Vec<String>,
}

/// A row that fired.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// Identifier of the row for ever; a record keeps it as `retention_rule_id`.
    pub row_id: String,
    /// Its number in the table.
    pub item_no: String,
    /// What it is about.
    pub item_text: String,
    /// Whether it is filed.
    pub filed: bool,
    /// Category (门类): the first part of the class.
    pub category: Option<String>,
    /// Class path.
    pub class_path: Option<String>,
    /// Names of the class and those above it.
    pub class_names: Vec<String>,
    /// Retention.
    pub retention: Option<String>,
    /// Its Chinese name.
    pub retention_label: Option<String>,
    /// Proposed classification.
    pub classification: SecurityClassification,
    /// Proposed opening status.
    pub open_status: OpenStatusKind,
    /// Template of the archival code.
    pub code_template: Option<String>,
    /// Why it fired.
    pub reasons: Vec<Reason>,
}

/// How sure the table is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// One row fired before all others.
    Sure,
    /// No row fired.
    NothingFires,
    /// Two rows or more fired equally.
    Equal,
}

/// What the table proposes for a document. It decides nothing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposal {
    /// The table, such as `XZ-GENERAL@2026.1`.
    pub table: String,
    /// How sure it is.
    pub verdict: Verdict,
    /// The row before all others, where there is one.
    pub row: Option<Proposed>,
    /// Other rows that fired, the likelier first; where rows are equal, these.
    pub alternatives: Vec<Proposed>,
}

/// What makes one row go before another.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Rank {
    priority: i32,
    demands: usize,
    letters: usize,
}

/// Applies a table. The same document and table always come to the same proposal.
pub fn propose(table: &FilingTable, document: &Document) -> Proposal {
    let title = fold(&document.title);
    let mut fired: Vec<(Rank, &Row, Vec<Reason>)> = table
        .rows()
        .iter()
        .filter_map(|row| {
            let reasons = fires(&row.matches, document, &title)?;
            Some((rank(row, &reasons), row, reasons))
        })
        .collect();
    // a stable sort: equal rows stay in the order of the table
    fired.sort_by_key(|(rank, _, _)| std::cmp::Reverse(*rank));
    let verdict = match fired.as_slice() {
        [] => Verdict::NothingFires,
        [first, second, ..] if first.0 == second.0 => Verdict::Equal,
        _ => Verdict::Sure,
    };
    let mut proposed = fired
        .into_iter()
        .map(|(_, row, reasons)| proposed(table, row, reasons));
    let row = match verdict {
        Verdict::Sure => proposed.next(),
        Verdict::NothingFires | Verdict::Equal => None,
    };
    Proposal {
        table: table.name(),
        verdict,
        row,
        alternatives: proposed.take(ALTERNATIVES).collect(),
    }
}

/// A row as it is proposed or decided.
pub(super) fn proposed(table: &FilingTable, row: &Row, reasons: Vec<Reason>) -> Proposed {
    let class = row.class.as_deref();
    let names = class.map(|path| table.class_names(path)).unwrap_or_default();
    Proposed {
        row_id: table.row_id(row),
        item_no: row.item_no.clone(),
        item_text: row.item_text.clone(),
        filed: row.filed,
        category: class.and_then(|path| path.split('/').next()).map(str::to_owned),
        class_path: class.map(str::to_owned),
        class_names: names.into_iter().map(str::to_owned).collect(),
        retention: row.retention.clone(),
        retention_label: row.retention.as_deref().map(|id| table.retention_label(id)),
        classification: row.default_classification,
        open_status: row.default_open_status,
        code_template: row.code_template.clone(),
        reasons,
    }
}

fn rank(row: &Row, reasons: &[Reason]) -> Rank {
    let title = reasons
        .iter()
        .filter(|reason| reason.criterion == Criterion::Title);
    let letters = title
        .flat_map(|reason| &reason.words)
        .map(|word| word.chars().count())
        .max();
    Rank {
        priority: row.priority,
        demands: reasons.len(),
        letters: letters.unwrap_or(0),
    }
}

/// Why a row fires; `None`: it does not.
fn fires(demands: &Match, document: &Document, title: &str) -> Option<Vec<Reason>> {
    let mut reasons = Vec::new();
    if demands.title_none.iter().any(|word| title.contains(&fold(word))) {
        return None;
    }
    let mut words: Vec<String> = Vec::new();
    if !demands.title_any.is_empty() {
        let found = demands
            .title_any
            .iter()
            .filter(|word| title.contains(&fold(word)));
        words.extend(found.cloned());
        if words.is_empty() {
            return None;
        }
    }
    if !demands.title_all.iter().all(|word| title.contains(&fold(word))) {
        return None;
    }
    words.extend(demands.title_all.iter().cloned());
    let mut meets = |criterion, words: Vec<String>| reasons.push(Reason { criterion, words });
    if !words.is_empty() {
        meets(Criterion::Title, words);
    }
    if !demands.document_types.is_empty() {
        let kind = fold(document.kind()?);
        let found = demands.document_types.iter().find(|one| fold(one) == kind)?;
        meets(Criterion::DocumentType, vec![found.clone()]);
    }
    if !demands.direction.is_empty() {
        let direction: Direction = document.direction?;
        demands.direction.contains(&direction).then_some(())?;
        meets(Criterion::Direction, vec![direction.name().to_owned()]);
    }
    for (criterion, wanted, given) in [
        (Criterion::Department, &demands.departments, &document.department),
        (Criterion::Author, &demands.authors, &document.author),
    ] {
        if !wanted.is_empty() {
            let given = fold(given.as_deref()?);
            let found = wanted
                .iter()
                .find(|one| !one.trim().is_empty() && given.contains(&fold(one)))?;
            meets(criterion, vec![found.clone()]);
        }
    }
    for (name, value) in &demands.facts {
        (document.facts.get(name)? == value).then_some(())?;
        meets(Criterion::Fact, vec![format!("{name}={value}")]);
    }
    Some(reasons)
}

/// Blanks and width do not count, nor does case.
fn fold(text: &str) -> String {
    let letters = text.chars().filter(|letter| !letter.is_whitespace());
    letters
        .map(|letter| match letter {
            '\u{FF01}'..='\u{FF5E}' => char::from_u32(u32::from(letter) - 0xFEE0).unwrap_or(letter),
            other => other,
        })
        .flat_map(char::to_lowercase)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn document(title: &str, kind: &str, direction: Direction, facts: &[(&str, &str)]) -> Document {
        Document {
            document_type: Some(kind.to_owned()).filter(|kind| !kind.is_empty()),
            direction: Some(direction),
            facts: facts
                .iter()
                .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
                .collect(),
            ..Document::titled(title)
        }
    }

    fn row(document: &Document) -> String {
        let proposal = propose(&FilingTable::builtin().unwrap(), document);
        match proposal.row {
            Some(row) => row.item_no,
            None => format!("{:?}", proposal.verdict),
        }
    }

    #[test]
    fn the_table_of_the_program_decides_the_everyday_cases() {
        use Direction::{Received, Sent};
        let important = [("importance", "high")];
        for (title, kind, direction, facts, expected) in [
            ("关于修建石门渠的请示", "", Sent, &important[..], "5.1"),
            ("关于增拨办公经费的请示", "", Sent, &[], "5.2"),
            ("关于同意修建石门渠的批复", "批复", Received, &[], "5.3"),
            ("关于王某等同志任免的通知", "通知", Sent, &[], "4.1"),
            ("青溪县水利局2020年度工作总结", "总结", Sent, &[], "2.6"),
            ("水利工程管理办法（征求意见稿）", "办法", Received, &[], "6.3"),
            ("2020年3月记账凭证", "", Sent, &[], "9.1"),
            ("2020年度部门决算", "", Sent, &[], "9.3"),
            ("防汛工作简报第3期", "简报", Received, &[], "6.4"),
            ("关于石门乡征地占地补偿的协议", "", Sent, &[], "7.2"),
            ("关于认真做好春耕生产工作的通知", "通知", Received, &[], "6.2"),
            ("石门水库竣工剪彩", "照片", Sent, &important[..], "10.1"),
        ] {
            assert_eq!(row(&document(title, kind, direction, facts)), expected, "{title}");
        }
        assert_eq!(row(&Document::titled("某某事项")), "NothingFires");
    }

    #[test]
    fn the_proposal_says_which_row_fired_and_on_which_words() {
        let table = FilingTable::builtin().unwrap();
        let proposal = propose(
            &table,
            &document("关于同意修建石门渠的批复", "", Direction::Received, &[]),
        );
        let row = proposal.row.unwrap();
        assert_eq!(
            (row.category.as_deref(), row.retention.as_deref()),
            (Some("WS"), Some("Y"))
        );
        assert_eq!(row.class_names, ["文书", "业务", "请示、报告与批复"]);
        let reasons: Vec<(Criterion, &str)> = row
            .reasons
            .iter()
            .map(|reason| (reason.criterion, reason.words[0].as_str()))
            .collect();
        assert_eq!(
            reasons,
            [
                (Criterion::DocumentType, "批复"),
                (Criterion::Direction, "received")
            ]
        );
    }

    #[test]
    fn two_equal_rows_are_not_decided_between() {
        let text = "format = \"lantai-filing-scope/1\"\n[scheme]\nid = \"A\"\nversion = \"1\"\ntitle = \"x\"\n\
             valid_from = \"2000-01-01\"\n[[class]]\npath = \"WS\"\nname = \"文书\"\n\
             [[row]]\nitem_no = \"1\"\nitem_text = \"x\"\nfiled = true\nclass = \"WS\"\nretention = \"Y\"\n\
             match = { title_any = [\"防汛\"] }\n\
             [[row]]\nitem_no = \"2\"\nitem_text = \"y\"\nfiled = true\nclass = \"WS\"\nretention = \"D10\"\n\
             match = { title_any = [\"抗旱\", \"抗旱物资\"] }\n";
        let table = FilingTable::from_toml(text).unwrap();
        let proposal = propose(&table, &Document::titled("防汛抗旱通知"));
        assert_eq!((proposal.verdict, proposal.row), (Verdict::Equal, None));
        let numbers: Vec<&str> = proposal
            .alternatives
            .iter()
            .map(|row| row.item_no.as_str())
            .collect();
        assert_eq!(numbers, ["1", "2"]);
        // the longer word settles it
        let proposal = propose(&table, &Document::titled("防汛抗旱 物资通知"));
        assert_eq!(proposal.row.map(|row| row.item_no).as_deref(), Some("2"));
    }

    fn any_document() -> impl Strategy<Value = Document> {
        let words = prop::sample::select(vec![
            "关于",
            "任免",
            "防汛",
            "会议",
            "办法",
            "的通知",
            "的请示",
            "征求意见",
            "合同",
            "2020年度",
            "工作总结",
            "会计",
            "凭证",
            "A",
            "　",
            "\u{202e}",
        ]);
        let title = prop::collection::vec(words, 0..8).prop_map(|words| words.concat());
        let direction = prop::option::of(prop::sample::select(vec![
            Direction::Received,
            Direction::Sent,
            Direction::Internal,
        ]));
        let kind = prop::option::of("\\PC{0,4}");
        let high = any::<bool>();
        (prop_oneof![title, "\\PC{0,60}"], direction, kind, high).prop_map(
            |(title, direction, document_type, high)| Document {
                title,
                direction,
                document_type,
                facts: high
                    .then(|| ("importance".to_owned(), "high".to_owned()))
                    .into_iter()
                    .collect(),
                ..Document::default()
            },
        )
    }

    proptest! {
        #[test]
        fn every_document_gets_one_and_always_the_same_proposal(document in any_document()) {
            let table = FilingTable::builtin().unwrap();
            let proposal = propose(&table, &document);
            prop_assert_eq!(&proposal, &propose(&table, &document));
            prop_assert_eq!(proposal.row.is_some(), proposal.verdict == Verdict::Sure);
            if proposal.verdict == Verdict::NothingFires {
                prop_assert!(proposal.alternatives.is_empty());
            }
            for row in proposal.row.iter().chain(&proposal.alternatives) {
                prop_assert!(!row.reasons.is_empty());
                prop_assert!(!row.filed || (row.class_path.is_some() && row.retention.is_some()));
            }
        }

        #[test]
        fn the_order_of_rows_decides_nothing_when_the_table_is_sure(document in any_document()) {
            let table = FilingTable::builtin().unwrap();
            let mut rows = table.rows().to_vec();
            rows.reverse();
            let turned = FilingTable::new(
                table.scheme().clone(), table.retentions().to_vec(), table.classes().to_vec(), rows,
            ).unwrap();
            prop_assert_eq!(propose(&table, &document).row, propose(&turned, &document).row);
        }
    }
}

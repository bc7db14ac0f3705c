//! What the form asks for beyond its order: versions, identifiers, the parts of 档号.

use super::VERSION;
use super::contents::EepContent;
use super::fault::{EepFault, EepFaultKind};
use super::model::add;
use crate::safe_xml::Element;
use std::collections::BTreeSet;

/// 版本 is the one of the form, and the kind fits what is in it.
pub(super) fn check_version(root: &Element, faults: &mut Vec<EepFault>) {
    let stated = root.child_text("版本").unwrap_or_default();
    if stated != VERSION {
        add(faults, EepFaultKind::Version, root, VERSION, stated);
    }
    for object in root.descendants().filter(|element| element.name == "被签名对象") {
        let own = object.attribute("eep版本").unwrap_or_default();
        if own != stated {
            add(faults, EepFaultKind::Version, object, stated, own);
        }
        let kind = object.child_text("封装包类型").unwrap_or_default();
        let inner = (
            object.child("封装内容").is_some(),
            object.child("修改封装内容").is_some(),
        );
        let fits = matches!(
            (kind, inner),
            ("原始型", (true, false)) | ("修改型", (false, true))
        );
        if !fits {
            let expected = "原始型 with 封装内容, or 修改型 with 修改封装内容";
            add(faults, EepFaultKind::Kind, object, expected, kind);
        }
    }
}

/// Identifiers are given once, and references lead to something.
pub(super) fn check_identifiers(root: &Element, files: &[EepContent], faults: &mut Vec<EepFault>) {
    let mut seen = BTreeSet::new();
    for element in root.descendants() {
        let identifier = match element.name.as_str() {
            "文档标识符" | "签名标识符" | "修改标识符" => Some(element.trimmed()),
            "文档数据" => element.attribute("文档数据ID"),
            "编码" => element.attribute("编码ID"),
            "编码数据" => element.attribute("编码数据ID"),
            _ => None,
        };
        if let Some(identifier) = identifier
            && !identifier.is_empty()
            && !seen.insert(identifier.to_owned())
        {
            add(
                faults,
                EepFaultKind::IdentifierTwice,
                element,
                "an identifier of its own",
                identifier,
            );
        }
    }
    let known = |identifier: &str| {
        files
            .iter()
            .any(|file| file.identifier.as_deref() == Some(identifier))
    };
    for element in root.descendants() {
        let open = match element.name.as_str() {
            "编码数据" => element
                .attribute("引用编码数据ID")
                .filter(|reference| !known(reference)),
            "被锁定签名标识符" => {
                Some(element.trimmed()).filter(|reference| !seen.contains(*reference))
            }
            _ => None,
        };
        if let Some(open) = open {
            add(
                faults,
                EepFaultKind::ReferenceOpen,
                element,
                "an identifier of the package",
                open,
            );
        }
    }
}

/// The parts of 档号 agree with its text.
pub(super) fn check_code(code: &Element, faults: &mut Vec<EepFault>) {
    let text = code.trimmed();
    if text.is_empty() {
        return;
    }
    let pieces: Vec<&str> = text.split(['-', '·']).collect();
    let number = pieces.last().and_then(|piece| piece.parse::<u64>().ok());
    for part in &code.children {
        let value = part.trimmed();
        if value.is_empty() {
            continue;
        }
        let agrees = match part.name.as_str() {
            "全宗号" => pieces.first() == Some(&value),
            "年度" => pieces.contains(&value) || pieces.iter().all(|piece| !is_year(piece)),
            "保管期限" => retention_agrees(&pieces, value),
            "馆编件号" => value
                .parse::<u64>()
                .ok()
                .is_none_or(|own| number.is_none_or(|number| number == own)),
            _ => true,
        };
        if !agrees {
            add(faults, EepFaultKind::CodeParts, part, text, value);
        }
    }
}

fn is_year(piece: &str) -> bool {
    piece.len() == 4
        && piece.bytes().all(|byte| byte.is_ascii_digit())
        && (piece.starts_with('1') || piece.starts_with('2'))
}

/// 永久 is `Y` in a code, 30年 is `D30`; a code without a period says nothing.
fn retention_agrees(pieces: &[&str], value: &str) -> bool {
    let is_period = |piece: &&&str| {
        **piece == "Y"
            || piece
                .strip_prefix('D')
                .is_some_and(|years| !years.is_empty() && years.bytes().all(|byte| byte.is_ascii_digit()))
    };
    let Some(written) = pieces.iter().find(is_period) else {
        return true;
    };
    let years = value.trim_end_matches('年');
    match value {
        "永久" => *written == "Y",
        _ if years.bytes().all(|byte| byte.is_ascii_digit()) => *written == format!("D{years}"),
        _ => true,
    }
}

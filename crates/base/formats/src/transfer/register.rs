//! 电子档案移交与接收登记表: the form that both sides sign and keep.

use super::description::{bytes, shorten, whole_number};
use super::{TransferFault, TransferFaultKind};
use crate::safe_xml::{Element, XmlFault, XmlLimits, read_tree};
use std::io::Read;

/// Name of the root element and of the file.
pub(super) const REGISTER: &str = "电子档案移交与接收登记表";
/// Checks that each side confirms.
const CHECKS: [&str; 5] = [
    "准确性检验",
    "完整性检验",
    "可用性检验",
    "安全性检验",
    "载体外观检验",
];

/// What the register form says.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct RegisterForm {
    /// Names and values of its fields, in order.
    pub fields: Vec<(String, String)>,
    /// 移交电子档案数量.
    pub records: Option<u64>,
    /// 移交数据量, in bytes.
    pub bytes: Option<u64>,
    /// Checks with what the sending and the receiving side wrote.
    pub checks: Vec<(String, String, String)>,
}

impl RegisterForm {
    /// The value of a field; an empty one is none.
    pub fn value(&self, name: &str) -> Option<&str> {
        let found = self.fields.iter().find(|(known, _)| known == name);
        found
            .map(|(_, value)| value.as_str())
            .filter(|value| !value.is_empty())
    }

    /// Reads the form; `name` is for the faults.
    pub fn read(reader: impl Read, name: &str, faults: &mut Vec<TransferFault>) -> Result<Self, XmlFault> {
        let root = read_tree(reader, &XmlLimits::DOCUMENT)?;
        let mut form = Self::default();
        if root.name != REGISTER {
            faults.push(
                TransferFault::new(TransferFaultKind::RegisterForm)
                    .file(name)
                    .line(root.line)
                    .expected(REGISTER)
                    .found(shorten(&root.name)),
            );
        }
        for field in root.children.iter().filter(|field| field.children.is_empty()) {
            form.fields.push((field.name.clone(), field.trimmed().to_owned()));
        }
        form.records = number(&root, "移交电子档案数量", whole_number, name, faults);
        form.bytes = number(&root, "移交数据量", bytes, name, faults);
        for check in root
            .child("检验内容")
            .into_iter()
            .flat_map(|checks| &checks.children)
        {
            if CHECKS.contains(&check.name.as_str()) {
                let side = |name: &str| check.attribute(name).unwrap_or_default().trim().to_owned();
                form.checks
                    .push((check.name.clone(), side("移交单位"), side("接收单位")));
            }
        }
        Ok(form)
    }
}

fn number(
    root: &Element,
    element: &str,
    read: fn(&str) -> Option<u64>,
    name: &str,
    faults: &mut Vec<TransferFault>,
) -> Option<u64> {
    let field = root.child(element)?;
    let number = read(field.trimmed());
    if number.is_none() && !field.trimmed().is_empty() {
        faults.push(
            TransferFault::new(TransferFaultKind::NumberNotUnderstood)
                .file(name)
                .line(field.line)
                .element(element)
                .expected("a whole number")
                .found(shorten(field.trimmed())),
        );
    }
    number
}

//! The container signature file: what lies inside ZIP and OLE2 files of a format.

use std::collections::HashMap;

use super::super::rule_file::{ContainerType, RuleContainer, RuleMember};
use super::error::PublicationFault;
use super::sequence;
use super::tree::{parse, stated};
use crate::safe_xml::Element;

/// A container signature file: containers by the format that they are of.
pub(super) type Containers = HashMap<String, Vec<RuleContainer>>;

/// Reads a container signature file.
pub(super) fn read(bytes: &[u8]) -> Result<Containers, PublicationFault> {
    let wrong = |what: &str| PublicationFault::ContainerFile(what.to_owned());
    let root = parse(bytes)?;
    if root.name != "ContainerSignatureMapping" {
        return Err(wrong("its root is not ContainerSignatureMapping"));
    }
    let mut rules: HashMap<&str, RuleContainer> = HashMap::new();
    for signature in root
        .child("ContainerSignatures")
        .into_iter()
        .flat_map(|all| all.children_named("ContainerSignature"))
    {
        let id = stated(signature, "Id").ok_or_else(|| wrong("a signature without a number"))?;
        let container = match stated(signature, "ContainerType") {
            Some("ZIP") => ContainerType::Zip,
            Some("OLE2") => ContainerType::Ole2,
            // A kind of container that we do not open.
            _ => continue,
        };
        let members: Vec<RuleMember> = signature
            .child("Files")
            .into_iter()
            .flat_map(|files| files.children_named("File"))
            .map(|file| member(id, file))
            .collect::<Result<_, _>>()?;
        if !members.is_empty() {
            rules.insert(id, RuleContainer { container, members });
        }
    }
    let mut containers = Containers::new();
    for mapping in root
        .child("FileFormatMappings")
        .into_iter()
        .flat_map(|all| all.children_named("FileFormatMapping"))
    {
        let (Some(id), Some(puid)) = (stated(mapping, "signatureId"), stated(mapping, "Puid")) else {
            return Err(wrong("a mapping without a number or an identifier"));
        };
        if let Some(rule) = rules.get(id) {
            containers.entry(puid.to_owned()).or_default().push(rule.clone());
        }
    }
    if containers.is_empty() {
        return Err(wrong("it has no signatures"));
    }
    Ok(containers)
}

fn member(signature: &str, file: &Element) -> Result<RuleMember, PublicationFault> {
    let path = file
        .child("Path")
        .map(|path| path.text.trim())
        .unwrap_or_default();
    if path.is_empty() {
        let what = format!("the signature {signature} has a file without a path");
        return Err(PublicationFault::ContainerFile(what));
    }
    let mut patterns = Vec::new();
    for inner in file
        .child("BinarySignatures")
        .and_then(|all| all.child("InternalSignatureCollection"))
        .into_iter()
        .flat_map(|all| all.children_named("InternalSignature"))
    {
        let lines = sequence::lines_of(inner).map_err(|sequence| PublicationFault::Sequence {
            signature: signature.to_owned(),
            sequence,
        })?;
        patterns.extend(lines);
    }
    Ok(RuleMember {
        path: path.to_owned(),
        patterns,
    })
}

//! The signature file of DROID: formats, their signatures, and which stands over which.

use std::collections::HashMap;

use super::super::rule_file::RuleFormat;
use super::error::PublicationFault;
use super::sequence;
use super::tree::{parse, stated};
use crate::safe_xml::Element;

/// A signature file as read.
pub(super) struct SignatureFile {
    /// Number of the release, such as `122`.
    pub(super) version: String,
    /// Its formats, without containers.
    pub(super) formats: Vec<RuleFormat>,
}

/// Reads a signature file.
pub(super) fn read(bytes: &[u8]) -> Result<SignatureFile, PublicationFault> {
    let wrong = |what: &str| PublicationFault::SignatureFile(what.to_owned());
    let root = parse(bytes)?;
    if root.name != "FFSignatureFile" {
        return Err(wrong("its root is not FFSignatureFile"));
    }
    let version = stated(&root, "Version").ok_or_else(|| wrong("it has no version"))?;
    let mut signatures: HashMap<&str, Vec<String>> = HashMap::new();
    for signature in root
        .child("InternalSignatureCollection")
        .into_iter()
        .flat_map(|collection| collection.children_named("InternalSignature"))
    {
        let id = stated(signature, "ID").ok_or_else(|| wrong("a signature without a number"))?;
        let lines = sequence::lines_of(signature).map_err(|sequence| PublicationFault::Sequence {
            signature: id.to_owned(),
            sequence,
        })?;
        signatures.insert(id, lines);
    }
    let collection = root
        .child("FileFormatCollection")
        .ok_or_else(|| wrong("it has no formats"))?;
    let entries: Vec<&Element> = collection.children_named("FileFormat").collect();
    let puids: HashMap<&str, &str> = entries
        .iter()
        .filter_map(|entry| Some((stated(entry, "ID")?, stated(entry, "PUID")?)))
        .collect();
    let mut formats = Vec::with_capacity(entries.len());
    for entry in entries {
        let puid = stated(entry, "PUID").ok_or_else(|| wrong("a format without an identifier"))?;
        let name = stated(entry, "Name").unwrap_or(puid);
        let signatures = entry
            .children_named("InternalSignatureID")
            .filter_map(|id| signatures.get(id.text.trim()))
            .filter(|lines| !lines.is_empty())
            .cloned()
            .collect();
        let over = entry
            .children_named("HasPriorityOverFileFormatID")
            .filter_map(|id| puids.get(id.text.trim()))
            .map(|puid| (*puid).to_owned())
            .collect();
        let mut extensions: Vec<String> = Vec::new();
        for extension in entry.children_named("Extension") {
            let extension = extension.text.trim().trim_start_matches('.').to_lowercase();
            if !extension.is_empty() && !extensions.contains(&extension) {
                extensions.push(extension);
            }
        }
        // Of several MIME types the first is the one that we name.
        let mime = stated(entry, "MIMEType")
            .and_then(|types| types.split(',').map(str::trim).find(|one| !one.is_empty()));
        formats.push(RuleFormat {
            puid: puid.to_owned(),
            name: name.to_owned(),
            version: stated(entry, "Version").map(str::to_owned),
            mime: mime.map(str::to_owned),
            extensions,
            over,
            signatures,
            ..RuleFormat::default()
        });
    }
    if formats.is_empty() {
        return Err(wrong("it has no formats"));
    }
    Ok(SignatureFile {
        version: version.to_owned(),
        formats,
    })
}

//! Office documents in a ZIP: OOXML (ISO/IEC 29500) and OpenDocument (ISO/IEC 26300).

use super::zip_file::Members;
use super::{ExamineLimits, FaultKind, FileProperties};

pub(crate) fn examine_ooxml(
    members: &mut Members<'_>,
    limits: &ExamineLimits,
    properties: &mut FileProperties,
) {
    members.walk("[Content_Types].xml", limits, properties, &mut |_| Ok(()));
    let has_macros = members.names().any(|name| {
        let name = name.to_ascii_lowercase();
        name.ends_with("vbaproject.bin") || name.contains("/macrosheets/")
    });
    if has_macros {
        properties.macros = true;
        properties.fault(FaultKind::Macros, "VBA");
    }
    let embedded = members
        .names()
        .filter(|name| name.contains("/embeddings/"))
        .count();
    properties.attachments = Some(embedded as u64);
    properties.signatures = Some(
        members
            .names()
            .filter(|name| name.starts_with("_xmlsignatures/") && name.ends_with(".xml"))
            .count() as u64,
    );
    let Some(relations) = members.elements("_rels/.rels", limits, properties) else {
        return;
    };
    let mut main = None;
    for relation in relations.iter().filter(|element| element.name == "Relationship") {
        let (Some(kind), Some(target)) = (relation.attribute("Type"), relation.attribute("Target")) else {
            continue;
        };
        if relation.attribute("TargetMode") == Some("External") {
            continue;
        }
        let target = target.trim_start_matches('/');
        let is_main = ["/officeDocument", "/fixedrepresentation", "/document"]
            .iter()
            .any(|end| kind.ends_with(end));
        if is_main {
            main = Some(target.to_owned());
        } else if members.like(target).is_none() {
            // thumbnails and properties are missed by nobody
            properties.fault(FaultKind::Repaired, format!("{target} is missing"));
        }
    }
    match main {
        Some(main) if members.like(&main).is_none() => properties.fault(FaultKind::PartMissing, main),
        Some(main) if main.ends_with(".xml") => {
            let main = members.like(&main).map(str::to_owned).unwrap_or(main);
            members.walk(&main, limits, properties, &mut |_| Ok(()));
        }
        Some(_) => {}
        None => properties.fault(FaultKind::PartMissing, "the main part is not named"),
    }
    if members.has("docProps/app.xml") {
        let mut aside = FileProperties::default();
        let elements = members
            .elements("docProps/app.xml", limits, &mut aside)
            .unwrap_or_default();
        let count = elements
            .iter()
            .find(|element| matches!(element.name.as_str(), "Pages" | "Slides"));
        properties.pages = count.and_then(|element| element.text.trim().parse().ok());
    }
    if members.has("docProps/core.xml") {
        let mut aside = FileProperties::default();
        let elements = members
            .elements("docProps/core.xml", limits, &mut aside)
            .unwrap_or_default();
        if let Some(made) = elements.iter().find(|element| element.name == "created") {
            properties.made(&made.text);
        }
    }
}

pub(crate) fn examine_odf(
    members: &mut Members<'_>,
    limits: &ExamineLimits,
    properties: &mut FileProperties,
) {
    let Some(manifest) = members.elements("META-INF/manifest.xml", limits, properties) else {
        return;
    };
    if manifest.iter().any(|element| element.name == "encryption-data") {
        properties.encrypted = true;
        properties.fault(FaultKind::Encrypted, "it needs a password");
        return;
    }
    let mut has_macros = false;
    for entry in manifest.iter().filter(|element| element.name == "file-entry") {
        let path = entry.attribute("full-path").unwrap_or_default();
        // libraries are listed even where they are empty
        has_macros |= (path.starts_with("Basic/")
            && !path.ends_with('/')
            && !path.ends_with("script-lc.xml")
            && !path.ends_with("script-lb.xml"))
            || (path.starts_with("Scripts/") && !path.ends_with('/'));
        if !path.ends_with('/') && !path.is_empty() && members.like(path).is_none() {
            properties.fault(
                FaultKind::Repaired,
                format!("{path} is in the manifest and missing"),
            );
        }
    }
    if has_macros {
        properties.macros = true;
        properties.fault(FaultKind::Macros, "Basic or scripts");
    }
    properties.signatures = Some(u64::from(members.has("META-INF/documentsignatures.xml")));
    members.walk("content.xml", limits, properties, &mut |_| Ok(()));
    if members.has("meta.xml") {
        let mut aside = FileProperties::default();
        let elements = members
            .elements("meta.xml", limits, &mut aside)
            .unwrap_or_default();
        let statistic = elements
            .iter()
            .find(|element| element.name == "document-statistic");
        if let Some(made) = elements.iter().find(|element| element.name == "creation-date") {
            properties.made(&made.text);
        }
        properties.pages = statistic.and_then(|element| element.attribute("page-count")?.parse().ok());
    }
}

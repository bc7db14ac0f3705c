//! Descriptive metadata of a package: EAD 3, EAD 2002, Dublin Core and the usual part of MODS, in the words of our
//! elements.

use std::collections::BTreeMap;
use std::io::Read;

use super::events::{Element, Events, Space, Step};

/// Units that are read from one description; more are an error, so that hostile input cannot fill the memory.
const MAX_UNITS: usize = 1_000_000;
/// Values kept of one element of one unit.
const MAX_VALUES: usize = 1_000;

/// One described thing: the package as a whole, or a component of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unit {
    /// Level as written, such as `item` or `fonds`; empty where nothing is said.
    pub level: String,
    /// Values by the identifier of our element; several where it stands several times.
    pub elements: BTreeMap<String, Vec<String>>,
    /// References to files or METS identifiers (`dao`, `daoloc`).
    pub references: Vec<String>,
    /// How deep it lies; 0 for the package.
    pub depth: usize,
}

impl Unit {
    /// The first value of an element.
    pub fn first(&self, element: &str) -> Option<&str> {
        self.elements.get(element)?.first().map(String::as_str)
    }

    fn put(&mut self, element: &str, value: &str) {
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        if value.is_empty() {
            return;
        }
        let values = self.elements.entry(element.to_owned()).or_default();
        if values.len() < MAX_VALUES && !values.contains(&value) {
            values.push(value);
        }
    }

    fn is_empty(&self) -> bool {
        self.elements.is_empty() && self.references.is_empty()
    }
}

/// Reads a description. The first unit is the package as a whole; the others are its components, in order. Nothing
/// where the document is in a form that is not known here.
///
/// # Errors
/// What is wrong with the XML, and on which line.
pub fn read_description(source: impl Read) -> Result<Vec<Unit>, String> {
    let mut events = Events::new(source)?;
    loop {
        match events.next()? {
            Some(Step::Start(root)) => {
                let units = match (root.space, root.name.as_str()) {
                    (Space::Ead | Space::None | Space::Other, "ead") => finding_aid(&mut events)?,
                    (Space::Mods, "mods") => vec![mods(&mut events)?],
                    (Space::Mods, "modsCollection") => collection(&mut events)?,
                    _ => vec![plain(&mut events)?],
                };
                return Ok(units.into_iter().filter(|unit| !unit.is_empty()).collect());
            }
            Some(_) => {}
            None => return Ok(Vec::new()),
        }
    }
}

/// Where the text of an element of EAD belongs.
fn ead_element(name: &str, parents: &[String]) -> Option<&'static str> {
    let is_in = |parent: &str| parents.iter().any(|known| known == parent);
    Some(match name {
        "unitid" => "archival_code",
        "unittitle" => "title",
        "unitdate" | "unitdatestructured" => "date",
        "abstract" => "abstract",
        "origination" => "author",
        "language" | "langmaterial" if is_in("did") => "language",
        "physloc" => "current_location",
        "subject" | "genreform" | "function" if is_in("controlaccess") => "descriptor",
        "persname" if is_in("controlaccess") => "personal_name",
        "geogname" if is_in("controlaccess") => "place",
        "scopecontent" => "abstract",
        "appraisal" => "appraisal",
        "accessrestrict" => "open_note",
        "altformavail" | "originalsloc" => "source",
        _ => return None,
    })
}

/// Elements of EAD whose whole text is one value; what lies inside them is not looked at by itself.
fn is_value(name: &str) -> bool {
    [
        "unitid",
        "unittitle",
        "unitdate",
        "abstract",
        "origination",
        "physloc",
        "subject",
        "genreform",
        "function",
        "persname",
        "geogname",
        "scopecontent",
        "appraisal",
        "accessrestrict",
        "altformavail",
        "originalsloc",
        "language",
        "langmaterial",
        "odd",
        "physdesc",
        "note",
    ]
    .contains(&name)
}

/// `c`, `c01` to `c12`.
fn is_component(name: &str) -> bool {
    name == "c"
        || name
            .strip_prefix('c')
            .is_some_and(|digits| digits.len() == 2 && digits.bytes().all(|byte| byte.is_ascii_digit()))
}

fn finding_aid<R: Read>(events: &mut Events<R>) -> Result<Vec<Unit>, String> {
    // units that are open, with the depth of their element; finished ones keep the order of their beginnings
    let mut units: Vec<Unit> = vec![Unit::default()];
    let mut open: Vec<usize> = vec![0];
    let mut parents: Vec<String> = Vec::new();
    let mut is_archival = false;
    loop {
        match events.next()? {
            Some(Step::Start(element)) => {
                let name = element.name.clone();
                if name == "archdesc" {
                    is_archival = true;
                    if let Some(unit) = units.first_mut() {
                        unit.level = element.attribute("level").unwrap_or_default().to_owned();
                    }
                }
                if is_component(&name) {
                    if units.len() >= MAX_UNITS {
                        return Err("the description has too many components".to_owned());
                    }
                    open.push(units.len());
                    units.push(Unit {
                        level: element.attribute("level").unwrap_or_default().to_owned(),
                        depth: open.len() - 1,
                        ..Unit::default()
                    });
                }
                let at = open.last().copied().unwrap_or_default();
                if is_archival
                    && let Some(unit) = units.get_mut(at)
                    && take(events, &element, &parents, unit)?
                {
                    continue;
                }
                parents.push(name);
            }
            Some(Step::Text(_)) => {}
            Some(Step::End) => {
                let Some(name) = parents.pop() else {
                    return Ok(units);
                };
                if is_component(&name) {
                    open.pop();
                }
            }
            None => return Ok(units),
        }
    }
}

/// Takes what an element says of a unit; whether its end was read with it.
fn take<R: Read>(
    events: &mut Events<R>,
    element: &Element,
    parents: &[String],
    unit: &mut Unit,
) -> Result<bool, String> {
    let name = element.name.as_str();
    if matches!(name, "dao" | "daoloc" | "ptr" | "extref") {
        let href = element
            .attribute("href")
            .or_else(|| element.attribute_in(Space::Xlink, "href"))
            .or_else(|| element.attribute("identifier"));
        if let Some(href) = href
            && unit.references.len() < MAX_UNITS
            && name.starts_with("dao")
        {
            unit.references.push(href.to_owned());
        }
        return Ok(false);
    }
    if name == "datesingle" || name == "fromdate" {
        let written = element.attribute("standarddate").map(str::to_owned);
        let text = events.text()?;
        unit.put("date", &written.unwrap_or(text));
        return Ok(true);
    }
    if !is_value(name) {
        return Ok(false);
    }
    // what we wrote ourselves names our element
    let own = element
        .attribute("encodinganalog")
        .and_then(|analog| analog.strip_prefix("lantai:"))
        .map(str::to_owned);
    let normal = element.attribute("normal").map(str::to_owned);
    let code = element.attribute("langcode").map(str::to_owned);
    let text = events.text()?;
    let Some(target) = own.as_deref().or_else(|| ead_element(name, parents)) else {
        return Ok(true);
    };
    match (target, normal) {
        ("date", Some(normal)) => {
            unit.put("date", normal.split('/').next().unwrap_or_default());
            if text != normal {
                unit.put("date_as_written", &text);
            }
        }
        ("language", _) if text.is_empty() => unit.put("language", &code.unwrap_or_default()),
        _ => unit.put(target, &text),
    }
    Ok(true)
}

/// Dublin Core, in whatever wrapper: every element of its namespaces counts.
fn plain<R: Read>(events: &mut Events<R>) -> Result<Unit, String> {
    let mut unit = Unit::default();
    loop {
        match events.next()? {
            Some(Step::Start(element)) => {
                let target = match element.name.as_str() {
                    "title" => "title",
                    "identifier" => "archival_code",
                    "creator" => "author",
                    "date" | "created" | "issued" => "date",
                    "description" | "abstract" => "abstract",
                    "language" => "language",
                    "subject" => "descriptor",
                    "coverage" | "spatial" => "place",
                    "source" => "source",
                    "rights" | "accessRights" => "open_note",
                    "type" => "document_type",
                    _ => continue,
                };
                // a simple form without namespaces is common: `simpledc`
                if matches!(element.space, Space::DublinCore | Space::None) {
                    let text = events.text()?;
                    unit.put(target, &text);
                }
            }
            Some(_) => {}
            None => return Ok(unit),
        }
    }
}

fn collection<R: Read>(events: &mut Events<R>) -> Result<Vec<Unit>, String> {
    let mut units = Vec::new();
    while let Some(element) = events.child()? {
        if element.name == "mods" && units.len() < MAX_UNITS {
            units.push(mods(events)?);
        } else {
            events.skip()?;
        }
    }
    Ok(units)
}

/// The usual part of MODS: title, names, dates, identifier, abstract, language, subjects.
fn mods<R: Read>(events: &mut Events<R>) -> Result<Unit, String> {
    let mut unit = Unit::default();
    let mut parents: Vec<String> = Vec::new();
    loop {
        match events.next()? {
            Some(Step::Start(element)) => {
                let parent = parents.last().map(String::as_str).unwrap_or_default();
                let target = match (parent, element.name.as_str()) {
                    // a related item describes something else
                    (_, "relatedItem") => {
                        events.skip()?;
                        continue;
                    }
                    ("titleInfo", "title") => "title",
                    ("name", "namePart") => "author",
                    ("originInfo", "dateCreated" | "dateIssued") => "date",
                    ("language", "languageTerm") => "language",
                    ("subject", "topic") => "descriptor",
                    ("subject", "geographic") => "place",
                    ("", "identifier") => "archival_code",
                    ("", "abstract") => "abstract",
                    ("", "genre") => "document_type",
                    ("", "accessCondition") => "open_note",
                    _ => {
                        parents.push(element.name);
                        continue;
                    }
                };
                let text = events.text()?;
                unit.put(target, &text);
            }
            Some(Step::Text(_)) => {}
            Some(Step::End) => {
                if parents.pop().is_none() {
                    return Ok(unit);
                }
            }
            None => return Ok(unit),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn components_of_ead_are_units() {
        let text = r#"<ead xmlns="http://ead3.archivists.org/schema/"><control><recordid>x</recordid></control>
            <archdesc level="fonds"><did><unitid>Z001</unitid><unittitle>某<emph>全宗</emph></unittitle></did><dsc>
            <c level="item"><did><unitid>Z001-WS·2020·Y-0001</unitid><unittitle>通知</unittitle>
            <unitdate normal="20200305/20200306">2020年3月</unitdate>
            <daoset><dao daotype="borndigital" href="representations/rep1/data/1.pdf"/></daoset></did>
            <controlaccess><persname><part>王五</part></persname></controlaccess>
            <odd encodinganalog="lantai:retention_period"><p>永久</p></odd></c>
            </dsc></archdesc></ead>"#;
        let units = read_description(text.as_bytes()).unwrap();
        assert_eq!(units.len(), 2);
        assert_eq!(units[0].first("title"), Some("某 全宗"));
        let item = &units[1];
        assert_eq!((item.level.as_str(), item.depth), ("item", 1));
        assert_eq!(item.first("archival_code"), Some("Z001-WS·2020·Y-0001"));
        assert_eq!(item.first("date"), Some("20200305"));
        assert_eq!(item.first("date_as_written"), Some("2020年3月"));
        assert_eq!(item.first("personal_name"), Some("王五"));
        assert_eq!(item.first("retention_period"), Some("永久"));
        assert_eq!(item.references, ["representations/rep1/data/1.pdf"]);
    }

    #[test]
    fn dublin_core_and_mods_are_read() {
        let text = r#"<metadata xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:title>题名</dc:title>
            <dc:creator>县政府</dc:creator><dc:date>1998</dc:date></metadata>"#;
        let units = read_description(text.as_bytes()).unwrap();
        assert_eq!(units[0].first("author"), Some("县政府"));
        let text = r#"<mods xmlns="http://www.loc.gov/mods/v3"><titleInfo><title>T</title></titleInfo>
            <relatedItem><titleInfo><title>other</title></titleInfo></relatedItem>
            <identifier>I</identifier></mods>"#;
        let units = read_description(text.as_bytes()).unwrap();
        assert_eq!(units[0].elements.get("title").unwrap(), &["T"]);
        assert_eq!(units[0].first("archival_code"), Some("I"));
    }

    proptest::proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "(<ead>|<c>|</c>|<archdesc>|<did>|<unitid>|</unitid>|</did>|</ead>|a|<dao href='x'/>){0,20}") {
            let _ = read_description(text.as_bytes());
        }
    }
}

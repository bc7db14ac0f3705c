//! The files of a package by their names, and what METS says of each.

use super::*;

/// What METS says of one file.
pub(super) struct Stated<'a> {
    pub(super) folder: String,
    pub(super) source: Common,
    pub(super) link: &'a Link,
    pub(super) id: Option<&'a str>,
    pub(super) format: Option<&'a FileFormat>,
    pub(super) rules: &'static rules::LinkRules,
}

/// The files of a package, found by name.
pub(in crate::eark) struct FileList {
    pub(super) files: Vec<PackageFile>,
    pub(super) by_name: HashMap<String, usize>,
    pub(super) by_folded: HashMap<String, usize>,
}

/// What a reference of METS leads to.
pub(in crate::eark) enum Target {
    /// A file of the list; whether its name has other cases than the reference.
    File { at: usize, is_other_case: bool },
    /// Nothing of that name.
    Nothing(String),
    /// Out of the package.
    Escape(String),
    /// Somewhere on a network.
    Elsewhere,
}

impl FileList {
    pub(super) fn new(files: Vec<PackageFile>) -> Self {
        let by_name = (0..)
            .zip(&files)
            .map(|(at, file)| (file.name.clone(), at))
            .collect();
        let by_folded = (0..)
            .zip(&files)
            .map(|(at, file)| (file.name.to_lowercase(), at))
            .collect();
        Self {
            files,
            by_name,
            by_folded,
        }
    }

    /// Whether there is a folder with files below this name, in any case.
    pub fn has_folder(&self, folder: &str) -> bool {
        let prefix = format!("{}/", folder.trim_matches('/').to_lowercase());
        self.files
            .iter()
            .any(|file| file.name.to_lowercase().starts_with(&prefix))
    }

    /// The files below a folder that are content of the sender.
    pub fn below<'a>(&'a self, folder: &'a str) -> impl Iterator<Item = &'a PackageFile> {
        self.files.iter().filter(move |file| {
            file.class == FileClass::Content
                && !file.name.ends_with("/.gitkeep")
                && file
                    .name
                    .strip_prefix(folder)
                    .is_some_and(|rest| rest.starts_with('/'))
        })
    }

    /// What a reference means, seen from a folder of the package.
    pub fn find(&self, folder: &str, href: &str) -> Target {
        let href = href.trim();
        let href = href
            .strip_prefix("file:///")
            .or_else(|| href.strip_prefix("file://"))
            .or_else(|| href.strip_prefix("file:"))
            .unwrap_or(href);
        let lower = href.to_ascii_lowercase();
        if ["http://", "https://", "ftp://", "urn:", "doi:", "info:"]
            .iter()
            .any(|scheme| lower.starts_with(scheme))
        {
            return Target::Elsewhere;
        }
        let mut first = None;
        for written in [href.to_owned(), percent_decoded(href)] {
            let name = match LogicalName::new(&written) {
                Ok(name) => name.into_string(),
                // a percent sign that hides a path is told by its decoded form
                Err(error) => {
                    first.get_or_insert(Target::Escape(error.to_string()));
                    continue;
                }
            };
            let inside = if folder.is_empty() {
                name.clone()
            } else {
                format!("{folder}/{name}")
            };
            for candidate in [&inside, &name] {
                if let Some(at) = self.by_name.get(candidate) {
                    return Target::File {
                        at: *at,
                        is_other_case: false,
                    };
                }
            }
            if let Some(at) = self.by_folded.get(&inside.to_lowercase()) {
                return Target::File {
                    at: *at,
                    is_other_case: true,
                };
            }
            if !matches!(first, Some(Target::Nothing(_))) {
                first = Some(Target::Nothing(inside));
            }
        }
        first.unwrap_or(Target::Elsewhere)
    }

    /// Gives each file what METS says of it, and tells what is missing or has another size.
    pub(super) fn attach(&mut self, stated: Vec<Stated<'_>>, report: &mut Report) {
        for said in stated {
            let Some(href) = said.link.href.as_deref().filter(|href| !href.trim().is_empty()) else {
                continue; // told by the rules of links
            };
            let place = |fault: EarkFault| {
                let source = said.source.as_deref().unwrap_or_default();
                fault.at(source, said.rules.place)
            };
            let at = match self.find(&said.folder, href) {
                Target::File { at, is_other_case } => {
                    if is_other_case {
                        report.add(place(
                            EarkFault::new(
                                said.rules.href,
                                Level::Should,
                                FaultKind::FileCase,
                                format!("@xlink:href {href} is spelt in other cases than the file"),
                            )
                            .expected(
                                self.files
                                    .get(at)
                                    .map(|file| file.name.clone())
                                    .unwrap_or_default(),
                            )
                            .found(href),
                        ));
                    }
                    at
                }
                Target::Nothing(name) => {
                    report.add(place(
                        EarkFault::new(
                            said.rules.href,
                            Level::Must,
                            FaultKind::FileMissing,
                            format!("@xlink:href {href} leads to no file"),
                        )
                        .expected(name),
                    ));
                    continue;
                }
                Target::Escape(reason) => {
                    report.add(place(
                        EarkFault::new(said.rules.href, Level::Must, FaultKind::Escape, reason).found(href),
                    ));
                    continue;
                }
                Target::Elsewhere => {
                    report.add(place(
                        EarkFault::new(
                            said.rules.href,
                            Level::Should,
                            FaultKind::Reference,
                            "@xlink:href leads out to a network; nothing is fetched",
                        )
                        .found(href),
                    ));
                    continue;
                }
            };
            let Some(file) = self.files.get_mut(at) else {
                continue;
            };
            file.is_listed = true;
            if let Some(id) = said.id {
                file.ids.push(id.into());
            }
            if let Some(size) = said.link.size.bytes() {
                file.stated_size.get_or_insert(size);
                if size != file.bytes {
                    report.add(
                        EarkFault::new(
                            said.rules.size,
                            Level::Must,
                            FaultKind::Size,
                            format!("@SIZE is {size}, the file has {} bytes", file.bytes),
                        )
                        .expected(size.to_string())
                        .found(file.bytes.to_string())
                        .at(file.name.clone(), said.rules.place),
                    );
                }
            }
            let keep = |to: &mut Common, from: &Common| {
                if to.is_none() {
                    to.clone_from(from);
                }
            };
            keep(&mut file.media_type, &said.link.media_type);
            keep(&mut file.created, &said.link.created);
            keep(&mut file.metadata_type, &said.link.metadata_type);
            if file.format.is_none() {
                file.format = said.format.map(|format| Box::new(format.clone()));
            }
            if let Some(value) = said.link.checksum.as_deref().filter(|value| !value.is_empty()) {
                let algorithm = said.link.checksum_type.as_deref().and_then(algorithm);
                let known = file
                    .digests
                    .iter()
                    .any(|known| known.algorithm == algorithm && known.value.eq_ignore_ascii_case(value));
                if !known {
                    file.digests.push(StatedDigest {
                        algorithm,
                        value: value.into(),
                        requirement: said.rules.checksum,
                        stated_in: said.source.clone(),
                    });
                }
            }
        }
    }
}

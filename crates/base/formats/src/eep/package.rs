//! A package as it is understood: layers of versions, documents in order, actions, signatures.

use super::NAMESPACE;
use super::canonical::SignedPart;
use super::checks::{check_code, check_identifiers, check_version};
use super::contents::{self, EepContent, EepLimits};
use super::fault::{EepError, EepFault, EepFaultKind};
use super::model::{self, add};
use super::signature::EepSignature;
use crate::safe_xml::{Element, SafeReader, XmlEvent, XmlLimits};
use crate::transfer::{ActionEntry, AgentEntry, FileAttributes, RecordMetadata};
use std::collections::HashMap;
use std::fs::File;
use std::io::BufReader;
use std::path::Path;

/// Name of the root element.
const ROOT: &str = "电子文件封装包";

/// Kind of a package.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EepKind {
    /// 原始型: as it was first encapsulated.
    Original,
    /// 修改型: it holds the package that it changes.
    Modified,
}

/// What a document is to its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DocumentRole {
    /// 主文档.
    Main,
    /// 附属文档.
    Attached,
    /// Not stated.
    Unstated,
}

/// A computer file of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EepEncoding {
    /// 编码ID.
    pub identifier: String,
    /// 文档数据ID: the draft version or handling form it belongs to.
    pub version: String,
    /// 电子属性.
    pub attributes: FileAttributes,
    /// 反编码关键字: the ending of the file's name.
    pub keyword: String,
    /// Its data; where the element only refers to other data, those.
    pub content: EepContent,
    /// Line of the element.
    pub line: u64,
}

/// A document of a record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EepDocument {
    /// 文档标识符.
    pub identifier: String,
    /// 文档序号.
    pub sequence: Option<String>,
    /// 文档主从声明.
    pub role: DocumentRole,
    /// 题名.
    pub title: Option<String>,
    /// Its computer files, version by version.
    pub encodings: Vec<EepEncoding>,
}

/// One version of the record.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EepLayer {
    /// 修改标识符; `None` for the first version.
    pub modification: Option<String>,
    /// 封装包创建时间.
    pub created: Option<String>,
    /// 封装包创建单位.
    pub created_by: Option<String>,
    /// The metadata.
    pub metadata: RecordMetadata,
    /// The documents, main ones first, then in the order they are written.
    pub documents: Vec<EepDocument>,
    /// Relations to other records: names and values of their elements.
    pub relations: Vec<Vec<(String, String)>>,
    /// Signatures over this version.
    pub signatures: Vec<EepSignature>,
}

/// A package that has been read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EepPackage {
    /// Its kind.
    pub kind: EepKind,
    /// Its versions, the present one first.
    pub layers: Vec<EepLayer>,
    /// Everything that is wrong with it.
    pub faults: Vec<EepFault>,
}

/// Whether a file is an electronic record package: by its ending, or by its root element.
pub fn is_eep_file(path: &Path) -> bool {
    let ending = path
        .extension()
        .and_then(|ending| ending.to_str())
        .unwrap_or_default();
    if ending.eq_ignore_ascii_case("eep") {
        return path.is_file();
    }
    if !ending.eq_ignore_ascii_case("xml") {
        return false;
    }
    let Ok(file) = File::open(path) else { return false };
    let Ok(mut reader) = SafeReader::new(BufReader::new(file), XmlLimits::STREAM) else {
        return false;
    };
    while let Ok(Some(event)) = reader.next_event() {
        if let XmlEvent::Start(tag) = event {
            return tag.name.local == ROOT;
        }
    }
    false
}

impl EepPackage {
    /// Reads a package; its computer files are decoded into the folder, which must be empty or not there.
    pub fn read(path: &Path, into: &Path, limits: &EepLimits) -> Result<Self, EepError> {
        let contents = contents::read(path, into, limits)?;
        let root = &contents.root;
        let mut faults = Vec::new();
        if root.name != ROOT || root.namespace.as_deref() != Some(NAMESPACE) {
            let found = format!(
                "{} in {}",
                root.name,
                root.namespace.as_deref().unwrap_or("no namespace")
            );
            add(
                &mut faults,
                EepFaultKind::Root,
                root,
                &format!("{ROOT} in {NAMESPACE}"),
                &found,
            );
        }
        if root.name != ROOT {
            return Ok(Self {
                kind: EepKind::Original,
                layers: Vec::new(),
                faults,
            });
        }
        model::check(root, &mut faults);
        check_version(root, &mut faults);
        check_identifiers(root, &contents.files, &mut faults);
        let mut builder = Builder {
            files: &contents.files,
            by_identifier: by_identifier(&contents.files),
            layers: Vec::new(),
            faults,
            objects: 0,
            signatures: 0,
        };
        builder.take_wrapper(root);
        let kind = match root.at(&["被签名对象", "修改封装内容"]) {
            Some(_) => EepKind::Modified,
            None => EepKind::Original,
        };
        Ok(Self {
            kind,
            layers: builder.layers,
            faults: builder.faults,
        })
    }

    /// The present version.
    pub fn present(&self) -> Option<&EepLayer> {
        self.layers.first()
    }
}

fn by_identifier(files: &[EepContent]) -> HashMap<&str, usize> {
    let named = files.iter().enumerate();
    named
        .filter_map(|(place, file)| Some((file.identifier.as_deref()?, place)))
        .collect()
}

struct Builder<'a> {
    files: &'a [EepContent],
    by_identifier: HashMap<&'a str, usize>,
    layers: Vec<EepLayer>,
    faults: Vec<EepFault>,
    objects: usize,
    signatures: usize,
}

impl Builder<'_> {
    /// Takes 电子文件封装包 or 原封装包: a signed part and its signatures.
    fn take_wrapper(&mut self, wrapper: &Element) {
        let Some(object) = wrapper.child("被签名对象") else {
            return;
        };
        let covers = SignedPart::Object(self.objects);
        self.objects += 1;
        let place = self.layers.len();
        let modified = object.child("修改封装内容");
        let content = match modified {
            Some(modified) => modified.child("修订内容"),
            None => object.child("封装内容"),
        };
        let mut layer = content.map_or_else(EepLayer::default, |content| self.layer(content));
        let text = |name: &str| {
            object
                .child_text(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        layer.created = text("封装包创建时间");
        layer.created_by = text("封装包创建单位");
        layer.modification = modified
            .and_then(|modified| modified.child_text("修改标识符"))
            .map(str::to_owned);
        self.layers.push(layer);
        if let Some(modified) = modified {
            match modified.child("原封装包") {
                Some(former) => self.take_wrapper(former),
                None => add(
                    &mut self.faults,
                    EepFaultKind::HistoryIncomplete,
                    modified,
                    "原封装包",
                    "no earlier package",
                ),
            }
            self.check_history(place, modified);
        }
        // signatures of earlier packages stand before these in the document
        let block = wrapper.child("电子签名块");
        let mut signatures = Vec::new();
        for signature in block
            .into_iter()
            .flat_map(|block| block.children_named("电子签名"))
        {
            signatures.push(EepSignature::of(signature, covers));
            self.signatures += 1;
        }
        if let Some(lock) = wrapper.child("锁定签名") {
            let locked = lock.child_text("被锁定签名标识符").unwrap_or_default();
            let first = self.signatures - signatures.len();
            let place = signatures
                .iter()
                .position(|signature| signature.identifier == locked);
            let covers = SignedPart::Signature(first + place.unwrap_or_default());
            signatures.push(EepSignature::of(lock, covers));
        }
        if let Some(layer) = self.layers.get_mut(place) {
            layer.signatures = signatures;
        }
    }

    /// 修改 n holds 修改 n-1; the first version is 修改0.
    fn check_history(&mut self, place: usize, modified: &Element) {
        let number = |layer: &EepLayer| match &layer.modification {
            None => Some(0),
            Some(name) => {
                let digits: String = name.chars().filter(char::is_ascii_digit).collect();
                digits.parse::<u32>().ok()
            }
        };
        let own = self.layers.get(place).and_then(number);
        let former = self.layers.get(place + 1).and_then(number);
        if let (Some(own), Some(former)) = (own, former)
            && own != former + 1
        {
            let (expected, found) = (format!("修改{}", former + 1), format!("修改{own}"));
            add(
                &mut self.faults,
                EepFaultKind::HistoryIncomplete,
                modified,
                &expected,
                &found,
            );
        }
    }

    fn layer(&mut self, content: &Element) -> EepLayer {
        let mut layer = EepLayer::default();
        if let Some(entity) = content.at(&["文件实体块", "文件实体"]) {
            // the data have a place of their own; what remains are the metadata
            let described = Element {
                children: entity
                    .children
                    .iter()
                    .filter(|child| child.name != "文件数据")
                    .cloned()
                    .collect(),
                ..entity.clone()
            };
            layer.metadata = RecordMetadata::of(&described);
            if let Some(code) = entity.child("档号") {
                check_code(code, &mut self.faults);
            }
            let documents = entity
                .child("文件数据")
                .into_iter()
                .flat_map(|data| data.children_named("文档"));
            for document in documents {
                let document = self.document(document);
                layer.documents.push(document);
            }
            layer
                .documents
                .sort_by_key(|document| document.role != DocumentRole::Main);
        }
        let files = layer.documents.iter().flat_map(|document| &document.encodings);
        layer.metadata.files = files.map(|encoding| encoding.attributes.clone()).collect();
        for name in ["电子属性", "格式信息", "计算机文件名", "计算机文件大小"] {
            let is_there = layer.metadata.files.iter().any(|file| match name {
                "格式信息" => file.format.is_some(),
                _ => true,
            });
            if is_there {
                layer.metadata.fields.insert(name.to_owned());
            }
        }
        let agents = content.child("机构人员实体块").into_iter();
        let agents = agents.flat_map(|block| block.children_named("机构人员实体"));
        layer.metadata.agents = agents.map(AgentEntry::of).collect();
        let actions = content.child("业务实体块").into_iter();
        let actions = actions.flat_map(|block| block.children_named("业务实体"));
        layer.metadata.actions = actions
            .map(|action| ActionEntry::of(action, &layer.metadata.agents))
            .collect();
        let relations = content.child("文件实体块").into_iter();
        let relations = relations.flat_map(|block| block.children_named("文件实体关系"));
        layer.relations = relations
            .map(|relation| {
                let parts = relation.children.iter();
                parts
                    .map(|part| (part.name.clone(), part.trimmed().to_owned()))
                    .collect()
            })
            .collect();
        layer
    }

    fn document(&mut self, element: &Element) -> EepDocument {
        let text = |name: &str| {
            element
                .child_text(name)
                .filter(|text| !text.is_empty())
                .map(str::to_owned)
        };
        let mut encodings = Vec::new();
        for version in element.children_named("文档数据") {
            for encoding in version.children_named("编码") {
                encodings.push(self.encoding(encoding, version.attribute("文档数据ID").unwrap_or_default()));
            }
        }
        EepDocument {
            identifier: text("文档标识符").unwrap_or_default(),
            sequence: text("文档序号"),
            role: match element.child_text("文档主从声明") {
                Some("主文档") => DocumentRole::Main,
                Some("附属文档") => DocumentRole::Attached,
                _ => DocumentRole::Unstated,
            },
            title: text("题名"),
            encodings,
        }
    }

    fn encoding(&mut self, element: &Element, version: &str) -> EepEncoding {
        let attributes = element
            .child("电子属性")
            .map(FileAttributes::of)
            .unwrap_or_default();
        let keyword = element.child_text("反编码关键字").unwrap_or_default().to_owned();
        let data = element.child("编码数据");
        let place = data.and_then(|data| data.text.parse::<usize>().ok());
        let own = place
            .and_then(|place| self.files.get(place))
            .cloned()
            .unwrap_or_default();
        let content = self.resolve(own);
        let data = data.unwrap_or(element);
        if content.is_broken {
            add(
                &mut self.faults,
                EepFaultKind::Base64,
                data,
                "Base64",
                "something else",
            );
        } else if content.path.is_none() && attributes.size() != Some(0) && content.reference.is_none() {
            add(
                &mut self.faults,
                EepFaultKind::ContentMissing,
                data,
                "data, or a reference to them",
                "nothing",
            );
        }
        if let (Some(size), Some(_)) = (attributes.size(), &content.path)
            && size != content.size
        {
            let (expected, found) = (format!("{size} bytes"), format!("{} bytes", content.size));
            add(
                &mut self.faults,
                EepFaultKind::SizeDiffers,
                data,
                &expected,
                &found,
            );
        }
        let ending = attributes.name.as_deref().and_then(|name| name.rsplit_once('.'));
        let ending = ending.map(|(_, ending)| ending);
        if ending.is_some_and(|ending| !ending.eq_ignore_ascii_case(keyword.trim_start_matches('.'))) {
            let expected = ending.unwrap_or_default();
            add(
                &mut self.faults,
                EepFaultKind::KeywordDiffers,
                element,
                expected,
                &keyword,
            );
        }
        EepEncoding {
            identifier: element.attribute("编码ID").unwrap_or_default().to_owned(),
            version: version.to_owned(),
            attributes,
            keyword,
            content,
            line: element.line,
        }
    }

    /// Follows a reference to the data; references that go round in circles lead to nothing.
    fn resolve(&self, own: EepContent) -> EepContent {
        let mut content = own.clone();
        for _ in 0..64 {
            let Some(reference) = content.reference.as_deref().filter(|_| content.path.is_none()) else {
                break;
            };
            let Some(other) = self
                .by_identifier
                .get(reference)
                .and_then(|place| self.files.get(*place))
            else {
                break;
            };
            content = other.clone();
        }
        EepContent {
            identifier: own.identifier,
            reference: own.reference,
            ..content
        }
    }
}

//! An OFD that is signed.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sm3::{Digest as _, Sm3};
use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use zip::write::SimpleFileOptions;

/// The members of a package.
#[derive(Debug, Clone)]
pub struct OfdMaker {
    /// By name.
    pub members: BTreeMap<String, Vec<u8>>,
}

const LIST: &str = "Doc_0/Signs/Signatures.xml";
const DESCRIPTION: &str = "Doc_0/Signs/Sign_0/Signature.xml";
const VALUE: &str = "Doc_0/Signs/Sign_0/SignedValue.dat";
const NAMESPACE: &str = "xmlns:ofd=\"http://www.ofdspec.org/2016\"";

impl OfdMaker {
    /// A page with a text; the list of signatures is named already.
    pub fn new(text: &str) -> Self {
        let head = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
        let members = [
            (
                "OFD.xml",
                format!(
                    "{head}<ofd:OFD {NAMESPACE} Version=\"1.0\" DocType=\"OFD\"><ofd:DocBody><ofd:DocInfo><ofd:DocID>1</ofd:DocID>\
                     </ofd:DocInfo><ofd:DocRoot>Doc_0/Document.xml</ofd:DocRoot><ofd:Signatures>/{LIST}</ofd:Signatures>\
                     </ofd:DocBody></ofd:OFD>"
                ),
            ),
            (
                "Doc_0/Document.xml",
                format!(
                    "{head}<ofd:Document {NAMESPACE}><ofd:CommonData><ofd:MaxUnitID>9</ofd:MaxUnitID><ofd:PageArea>\
                     <ofd:PhysicalBox>0 0 210 297</ofd:PhysicalBox></ofd:PageArea></ofd:CommonData><ofd:Pages>\
                     <ofd:Page ID=\"1\" BaseLoc=\"Pages/Page_0/Content.xml\"/></ofd:Pages></ofd:Document>"
                ),
            ),
            (
                "Doc_0/Pages/Page_0/Content.xml",
                format!(
                    "{head}<ofd:Page {NAMESPACE}><ofd:Content><ofd:Layer ID=\"2\"><ofd:TextObject ID=\"3\" Boundary=\"0 0 9 9\" \
                     Size=\"4\"><ofd:TextCode X=\"0\" Y=\"4\">{text}</ofd:TextCode></ofd:TextObject></ofd:Layer></ofd:Content></ofd:Page>"
                ),
            ),
        ];
        let members = members.map(|(name, text)| (name.to_owned(), text.into_bytes()));
        Self {
            members: members.into(),
        }
    }

    /// Signs all members but those that `skip` names; `sign` makes the value over the description.
    pub fn sign(&mut self, skip: &[&str], sign: impl FnOnce(&[u8]) -> Vec<u8>) {
        let list = format!(
            "<ofd:Signatures {NAMESPACE}><ofd:MaxSignId>1</ofd:MaxSignId>\
             <ofd:Signature ID=\"1\" Type=\"Seal\" BaseLoc=\"/{DESCRIPTION}\"/></ofd:Signatures>"
        );
        let references: String = self
            .members
            .iter()
            .filter(|(name, _)| !skip.contains(&name.as_str()))
            .map(|(name, bytes)| {
                let digest = STANDARD.encode(Sm3::digest(bytes));
                format!("<ofd:Reference FileRef=\"/{name}\"><ofd:CheckValue>{digest}</ofd:CheckValue></ofd:Reference>")
            })
            .collect();
        let description = format!(
            "<ofd:Signature {NAMESPACE}><ofd:SignedInfo><ofd:Provider ProviderName=\"test\"/>\
             <ofd:SignatureMethod>1.2.156.10197.1.501</ofd:SignatureMethod>\
             <ofd:References CheckMethod=\"1.2.156.10197.1.401\">{references}</ofd:References></ofd:SignedInfo>\
             <ofd:SignedValue>/{VALUE}</ofd:SignedValue></ofd:Signature>"
        )
        .into_bytes();
        self.members.insert(VALUE.to_owned(), sign(&description));
        self.members.insert(DESCRIPTION.to_owned(), description);
        self.members.insert(LIST.to_owned(), list.into_bytes());
    }

    /// The members of a package.
    #[expect(clippy::unwrap_used, reason = "the package is of the corpus")]
    pub fn of(bytes: &[u8]) -> Self {
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut members = BTreeMap::new();
        for number in 0..archive.len() {
            let mut member = archive.by_index(number).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            if !member.name().ends_with('/') {
                members.insert(member.name().to_owned(), bytes);
            }
        }
        Self { members }
    }

    /// The package.
    #[expect(clippy::unwrap_used, reason = "memory takes what is written")]
    pub fn bytes(&self) -> Vec<u8> {
        let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, bytes) in &self.members {
            writer.start_file(name, SimpleFileOptions::default()).unwrap();
            writer.write_all(bytes).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}

//! What was found out about a file besides its format.

use super::fault::{Fault, FaultKind, FaultWeight};
use super::signed_parts::SignedParts;
use crate::identify::{Basis, FormatKind, Identification, Warning};
use serde::{Deserialize, Serialize};

/// Bytes of the detail of a fault: names in it come from the file.
const MAX_DETAIL: usize = 400;
/// Bytes of a time that a file states.
const MAX_TIME: usize = 40;
/// Codecs noted.
const MAX_CODECS: usize = 32;

/// How far the look went.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Depth {
    /// Nothing but marks at the ends; no reader of ours knows more of the format.
    #[default]
    Marks,
    /// The whole structure was walked: tables, chunks, parts, references.
    Structure,
    /// The content was decoded to its end.
    Decoded,
}

/// Colours of an image.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Colour {
    /// Black and white.
    Bilevel,
    /// Shades of grey.
    Grey,
    /// Colours.
    Colour,
}

/// The part of ISO 19005 that a PDF claims to follow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PdfaClaim {
    /// Part, 1 to 4; what else stands there is 0.
    pub part: u8,
    /// Conformance level `A`, `B`, `U`, `E`, `F`, or nothing.
    pub conformance: String,
}

/// What is known of a file. `None` is "does not apply or was not found", never "zero".
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct FileProperties {
    /// How far the look went.
    pub depth: Depth,
    /// Pages of a document, pictures of an image file.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pages: Option<u64>,
    /// Width of an image or a film in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub width: Option<u32>,
    /// Height of an image or a film in pixels.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub height: Option<u32>,
    /// Stated resolution in dots per inch, the lower of both directions.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resolution_dpi: Option<u32>,
    /// Colours of an image.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub colour: Option<Colour>,
    /// Bits of one sample of an image or of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bits: Option<u16>,
    /// Duration in milliseconds.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub duration_ms: Option<u64>,
    /// Samples of sound a second.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sample_rate: Option<u32>,
    /// Channels of sound.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channels: Option<u16>,
    /// Codecs as the container names them, such as `avc1`, `mp4a`, `pcm`, `mp3`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub codecs: Vec<String>,
    /// Whether the content is encrypted, with or without a password needed to open it.
    pub encrypted: bool,
    /// The PDF/A claim.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pdfa_claim: Option<PdfaClaim>,
    /// Whether every font that draws something lies in the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub fonts_embedded: Option<bool>,
    /// Whether there are macros.
    pub macros: bool,
    /// Files inside: attachments of a PDF or OFD, objects of an office document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub attachments: Option<u64>,
    /// Electronic signatures and seals inside.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signatures: Option<u64>,
    /// These signatures and seals, for whoever verifies them.
    #[serde(skip_serializing_if = "SignedParts::is_empty")]
    pub signed: SignedParts,
    /// Encoding of a text, as the IANA registers it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub charset: Option<String>,
    /// Share of what differs from the background, in parts per million; 0 is a blank page. Decoded images only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ink_ppm: Option<u32>,
    /// When it was made by its own account, as it writes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub created: Option<String>,
    /// Faults, in the order in which they were met.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
}

impl FileProperties {
    /// Notes a fault; the same one at many places is noted ten times.
    pub(crate) fn fault(&mut self, kind: FaultKind, detail: impl Into<String>) {
        let mut detail = detail.into();
        detail.truncate(detail.floor_char_boundary(MAX_DETAIL));
        let fault = Fault::new(kind, detail);
        let alike = self.faults.iter().filter(|known| known.kind == kind).count();
        if alike < 10 && !self.faults.contains(&fault) {
            self.faults.push(fault);
        }
    }

    /// Notes a codec; a file that claims hundreds has none that anybody plays.
    pub(crate) fn codec(&mut self, name: impl Into<String>) {
        if self.codecs.len() < MAX_CODECS {
            self.codecs.push(name.into());
        }
    }

    /// Notes when it was made; a text that is too long for a time is none.
    pub(crate) fn made(&mut self, written: &str) {
        let written = written.trim();
        if !written.is_empty() && written.len() <= MAX_TIME {
            self.created = Some(written.to_owned());
        }
    }

    /// The same, and done.
    pub(crate) fn broken(mut self, kind: FaultKind, detail: impl Into<String>) -> Self {
        self.fault(kind, detail);
        self
    }

    /// Whether there is a fault of this kind.
    pub fn has(&self, kind: FaultKind) -> bool {
        self.faults.iter().any(|fault| fault.kind == kind)
    }

    /// Faults of one weight.
    pub fn faults_of(&self, weight: FaultWeight) -> impl Iterator<Item = &Fault> {
        self.faults.iter().filter(move |fault| fault.weight() == weight)
    }

    /// Whether nothing speaks against its being there to the last byte and opening.
    pub fn is_whole(&self) -> bool {
        self.faults_of(FaultWeight::Broken).next().is_none()
    }
}

/// How much is read, expanded and decoded of one file before it is given up.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct ExamineLimits {
    /// Bytes of a PDF, which is held in memory as a whole by the process that examines it.
    pub document_bytes: u64,
    /// Bytes of a text or XML that are decoded.
    pub text_bytes: u64,
    /// Bytes of a container's members that are expanded, all together.
    pub expanded_bytes: u64,
    /// Images of up to so many pixels are decoded to the end; of larger ones the structure is walked.
    pub decoded_pixels: u64,
    /// Depth of XML.
    pub xml_depth: usize,
    /// Pages and objects walked over.
    pub objects: usize,
}

impl Default for ExamineLimits {
    fn default() -> Self {
        Self {
            document_bytes: 512 << 20,
            text_bytes: 256 << 20,
            expanded_bytes: 256 << 20,
            decoded_pixels: 1_000_000,
            xml_depth: 256,
            objects: 200_000,
        }
    }
}

/// What identification said of a file, as far as the examination needs it. It travels to the process that examines.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Claim {
    /// Identifier of the format.
    pub puid: Option<String>,
    /// MIME type.
    pub mime: Option<String>,
    /// What the format holds.
    pub kind: FormatKind,
    /// Whether the content is a text.
    pub is_text: bool,
    /// Whether only the extension speaks for the format, though the format has marks.
    pub lacks_marks: bool,
}

impl From<&Identification> for Claim {
    fn from(identification: &Identification) -> Self {
        let textual = matches!(
            identification.kind,
            FormatKind::Text | FormatKind::Data | FormatKind::Web | FormatKind::Mail
        );
        Self {
            puid: identification.puid.clone(),
            mime: identification.mime.clone(),
            kind: identification.kind,
            is_text: identification.basis == Basis::Text || (identification.charset.is_some() && textual),
            lacks_marks: identification.basis == Basis::Extension
                && identification.warnings.contains(&Warning::SignatureMissing),
        }
    }
}

impl Claim {
    pub(crate) fn mime_is(&self, mime: &str) -> bool {
        self.mime.as_deref() == Some(mime)
    }
}

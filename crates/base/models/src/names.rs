//! Names of the models in `rules/models.toml`, for the parts of the program that ask for them.

/// The library that runs models: `libonnxruntime.so`.
pub const ONNX_RUNTIME: &str = "onnxruntime";
/// The library that reads PDF: `libpdfium.so`.
pub const PDFIUM: &str = "pdfium";
/// Finds lines of writing on a page.
pub const OCR_DETECTION: &str = "ocr-detection";
/// Reads a line of writing.
pub const OCR_RECOGNITION: &str = "ocr-recognition";
/// Tells a line from the same upside down.
pub const OCR_DIRECTION: &str = "ocr-direction";
/// Tells how a page is turned.
pub const PAGE_ORIENTATION: &str = "page-orientation";
/// Tells titles, text, tables and pictures of a page.
pub const PAGE_LAYOUT: &str = "page-layout";
/// Cuts sentences into words and names persons, places, bodies and times.
pub const WORDS: &str = "words";
/// Puts passages where their meaning is.
pub const PASSAGE_VECTORS: &str = "passage-vectors";
/// Tells speech from silence.
pub const VOICE_ACTIVITY: &str = "voice-activity";
/// Writes down what is said.
pub const SPEECH: &str = "speech";
/// Finds faces.
pub const FACES: &str = "faces";

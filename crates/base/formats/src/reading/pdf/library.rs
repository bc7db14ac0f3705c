//! The library of PDFium, loaded once a process.

use super::super::error::ReadError;
use pdfium_render::prelude::{Pdfium, PdfiumError, PdfiumInternalError};
use std::path::Path;
use std::sync::{Mutex, OnceLock, PoisonError};

const PROGRAM: &str = "pdfium";

static LIBRARY: OnceLock<Pdfium> = OnceLock::new();
static LOADING: Mutex<()> = Mutex::new(());

/// The library; the first path that is given and holds it stays for the process.
pub(super) fn load(path: Option<&Path>) -> Result<&'static Pdfium, ReadError> {
    let missing = ReadError::ProgramMissing { program: PROGRAM };
    if let Some(library) = LIBRARY.get() {
        return path.map(|_| library).ok_or(missing);
    }
    let path = path.ok_or(missing)?;
    if !path.is_file() {
        return Err(ReadError::ProgramMissing { program: PROGRAM });
    }
    let _guard = LOADING.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(library) = LIBRARY.get() {
        return Ok(library);
    }
    let bindings = Pdfium::bind_to_library(path);
    let bindings = bindings.map_err(|error| ReadError::program_failed(PROGRAM, error))?;
    Ok(LIBRARY.get_or_init(|| Pdfium::new(bindings)))
}

/// Why a document was not opened.
pub(super) fn refusal(error: &PdfiumError) -> ReadError {
    match error {
        PdfiumError::PdfiumLibraryInternalError(
            PdfiumInternalError::PasswordError | PdfiumInternalError::SecurityError,
        ) => ReadError::Encrypted,
        PdfiumError::PdfiumLibraryInternalError(PdfiumInternalError::FormatError) => {
            ReadError::damaged("no structure of a PDF is found in it")
        }
        other => ReadError::damaged(other),
    }
}

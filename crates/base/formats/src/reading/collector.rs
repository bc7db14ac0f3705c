//! A sink that keeps everything: for documents of ordinary size, and for tests.

use super::error::ReadError;
use super::picture::PagePicture;
use super::sink::{PartChoice, PartHead, Sink};
use lantai_domain::reading::{Omission, ReadPage, ReadPart, Reading, Step, TextSource, Told};

/// Recognises what is written on the picture of a page.
pub type Recognise<'a> = dyn FnMut(ReadPage, &mut dyn PagePicture) -> Result<ReadPage, ReadError> + 'a;

/// Gathers a [`Reading`]. Steps that are the same but for their parameters are kept once.
#[derive(Default)]
pub struct Collector<'a> {
    /// What was gathered.
    pub reading: Reading,
    /// Numbers of the pages that are pictures, whether recognised or not.
    pub pictures: Vec<u32>,
    recognise: Option<Box<Recognise<'a>>>,
    /// Parts that are open, as places in `reading.parts`.
    open: Vec<usize>,
}

impl<'a> Collector<'a> {
    /// One that leaves pictures of pages as they are: pages of no text.
    pub fn new() -> Self {
        Self::default()
    }

    /// One that has pictures of pages recognised.
    pub fn recognising(
        recognise: impl FnMut(ReadPage, &mut dyn PagePicture) -> Result<ReadPage, ReadError> + 'a,
    ) -> Self {
        Self {
            recognise: Some(Box::new(recognise)),
            ..Self::default()
        }
    }
}

impl Sink for Collector<'_> {
    fn page(&mut self, page: ReadPage) -> Result<(), ReadError> {
        let number = page.n;
        self.reading.push_page(page);
        // of a range of pages the numbers are kept
        if let Some(page) = self.reading.pages.last_mut() {
            page.n = number;
        }
        Ok(())
    }

    fn picture_page(&mut self, mut page: ReadPage, picture: &mut dyn PagePicture) -> Result<(), ReadError> {
        self.pictures.push(page.n);
        let page = match &mut self.recognise {
            Some(recognise) => recognise(page, picture)?,
            None => {
                if page.text.is_empty() {
                    page.source = TextSource::None;
                }
                page
            }
        };
        self.page(page)
    }

    fn told(&mut self, told: Told) {
        if self.open.is_empty() {
            self.reading.told.push(told);
        }
    }

    fn begin_part(&mut self, head: &PartHead, _bytes: &[u8]) -> Result<PartChoice, ReadError> {
        self.open.push(self.reading.parts.len());
        let pages = u32::try_from(self.reading.pages.len()).unwrap_or(u32::MAX);
        self.reading.parts.push(ReadPart {
            name: head.name.clone(),
            mime: head.mime.clone(),
            first_page: pages.saturating_add(1),
            pages: 0,
            bytes: head.bytes,
        });
        Ok(PartChoice::Read)
    }

    fn end_part(&mut self) {
        let pages = u32::try_from(self.reading.pages.len()).unwrap_or(u32::MAX);
        if let Some(part) = self.open.pop().and_then(|at| self.reading.parts.get_mut(at)) {
            part.pages = pages.saturating_add(1).saturating_sub(part.first_page);
        }
    }

    fn step(&mut self, step: Step) {
        let steps = &mut self.reading.provenance.steps;
        let is_known = steps.iter().any(|known| {
            known.step == step.step && known.program == step.program && known.model == step.model
        });
        if !is_known {
            steps.push(step);
        }
    }

    fn omit(&mut self, omission: Omission) {
        self.reading.provenance.omitted.push(omission);
    }
}

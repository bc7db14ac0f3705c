//! Putting a reading together out of the lines that a child tells.

use super::Progress;
use super::protocol::Line;
use lantai_domain::reading::{Omission, Reading, Step};
use lantai_formats::identify::Identification;
use lantai_sandbox::ChildError;

/// A reading in the making.
pub(super) struct Assembly {
    reading: Reading,
    /// Number of the last page that was told.
    last_page: u32,
    /// Where the last stretch of sound ended.
    last_second: f64,
}

impl Assembly {
    pub fn new(identification: &Identification, sha256: String) -> Self {
        let mut reading = Reading::default();
        reading.provenance.source_sha256 = sha256;
        reading.provenance.puid.clone_from(&identification.puid);
        Self {
            reading,
            last_page: 0,
            last_second: 0.0,
        }
    }

    pub fn sha256(&self) -> &str {
        &self.reading.provenance.source_sha256
    }

    /// The page with which reading goes on.
    pub fn next_page(&self) -> u32 {
        self.last_page.saturating_add(1)
    }

    /// The second with which listening goes on.
    pub fn next_second(&self) -> f64 {
        self.last_second
    }

    /// Takes a line; how far the reading has got, where it got further.
    pub fn take(&mut self, line: Line) -> Option<Progress> {
        let reading = &mut self.reading;
        match line {
            Line::Page(page) => {
                if page.n <= self.last_page {
                    return None;
                }
                self.last_page = page.n;
                reading.push_page(*page);
                return Some(Progress::Page(self.last_page));
            }
            Line::Segment(segment) => {
                if segment.end <= self.last_second {
                    return None;
                }
                self.last_second = segment.end;
                reading.push_segment(segment);
                return Some(Progress::Second(self.last_second));
            }
            Line::Scene(scene) if !reading.scenes.contains(&scene) => reading.scenes.push(scene),
            Line::Part(part) if !reading.parts.contains(&part) => reading.parts.push(part),
            Line::Told(told) if !reading.told.contains(&told) => reading.told.push(told),
            Line::Step(step) => add_step(&mut reading.provenance.steps, *step),
            Line::Omit(omission) => self.omit(omission),
            Line::Refused { code, detail } => self.omit(Omission {
                step: "text_layer".to_owned(),
                code,
                detail,
                range: None,
            }),
            _ => {}
        }
        None
    }

    fn omit(&mut self, omission: Omission) {
        let omitted = &mut self.reading.provenance.omitted;
        if !omitted.contains(&omission) {
            omitted.push(omission);
        }
    }

    /// The child broke down: what it told is kept, and the reason why there is no more.
    pub fn break_off(&mut self, error: &ChildError) {
        let code = match error {
            ChildError::Timeout { .. } => "reading.timeout",
            ChildError::Memory => "reading.memory",
            _ => "reading.broke_down",
        };
        let range = (self.last_page > 0).then(|| (self.next_page(), u32::MAX));
        self.omit(Omission {
            step: "text_layer".to_owned(),
            code: code.to_owned(),
            detail: error.to_string(),
            range,
        });
    }

    pub fn finish(mut self, program: &str) -> Reading {
        if self.reading.provenance.steps.is_empty() && !self.reading.text.is_empty() {
            self.reading.provenance.steps.push(Step {
                step: "text_layer".to_owned(),
                program: program.to_owned(),
                ..Step::default()
            });
        }
        self.reading
    }
}

/// The same step twice is one step that took the time of both.
fn add_step(steps: &mut Vec<Step>, step: Step) {
    let same = |known: &&mut Step| {
        known.step == step.step
            && known.program == step.program
            && known.model == step.model
            && known.digest == step.digest
    };
    match steps.iter_mut().find(same) {
        Some(known) => known.cpu_seconds += step.cpu_seconds,
        None => steps.push(step),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::reading::{ReadPage, Segment};
    use lantai_formats::identify::Identifier;
    use std::io::Cursor;

    fn assembly() -> Assembly {
        let identifier = Identifier::builtin().unwrap();
        let identification = identifier.identify("a.txt", 2, &mut Cursor::new(b"ab")).unwrap();
        Assembly::new(&identification, "00".to_owned())
    }

    fn page(n: u32, text: &str) -> Line {
        Line::Page(Box::new(ReadPage {
            n,
            text: text.to_owned(),
            ..ReadPage::default()
        }))
    }

    #[test]
    fn what_is_told_twice_is_kept_once() {
        let mut assembly = assembly();
        for line in [
            page(1, "一"),
            page(2, "二"),
            page(2, "二"),
            page(1, "一"),
            page(3, "三"),
        ] {
            assembly.take(line);
        }
        assert_eq!(assembly.next_page(), 4);
        assert_eq!(assembly.finish("lantai").text, "一\n二\n三\n");
    }

    #[test]
    fn a_child_that_breaks_down_leaves_what_it_told_and_the_reason() {
        let mut assembly = assembly();
        assembly.take(page(1, "一"));
        assembly.break_off(&ChildError::Memory);
        let reading = assembly.finish("lantai");
        assert_eq!(reading.pages.len(), 1);
        let omission = &reading.provenance.omitted[0];
        assert_eq!(omission.code, "reading.memory");
        assert_eq!(omission.range, Some((2, u32::MAX)));
    }

    #[test]
    fn a_recording_goes_on_where_it_was_left() {
        let mut assembly = assembly();
        for (start, end) in [(0.0, 4.0), (4.0, 9.5), (4.0, 9.5)] {
            assembly.take(Line::Segment(Segment {
                start,
                end,
                text: "说".to_owned(),
                ..Segment::default()
            }));
        }
        assert!((assembly.next_second() - 9.5).abs() < f64::EPSILON);
        assert_eq!(assembly.finish("lantai").segments.len(), 2);
    }
}

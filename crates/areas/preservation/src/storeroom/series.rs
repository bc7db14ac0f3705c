//! Reading series of sensors: CSV, a reading a line, never more than one line in memory.

use super::rules::Quantity;
use jiff::Timestamp;
use jiff::civil::DateTime;
use lantai_formats::text::{Charset, detect_charset};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Seek};
use std::path::Path;

/// Bytes by which the charset is told.
const HEAD_BYTES: u64 = 65_536;
/// Bytes that a line may have; a reading has a hundredth of it.
const LONGEST_LINE: u64 = 4_096;
/// Names of the columns besides those of the quantities.
const TIME: [&str; 2] = ["time", "时间"];
const ROOM: [&str; 2] = ["room", "库房"];

/// One reading of one room.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Reading {
    pub at: Timestamp,
    pub room: String,
    /// By the place of the quantity; `None`: not measured, or no number.
    pub values: [Option<f64>; 4],
}

/// A line that is no reading.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct BadLine {
    /// Its number, from 1.
    pub line: u64,
    /// What it should have been.
    pub expected: String,
    /// What stands there.
    pub found: String,
}

/// The readings of one file.
pub(crate) struct Series {
    lines: BufReader<File>,
    line: u64,
    charset: Charset,
    delimiter: char,
    time: usize,
    room: usize,
    columns: [Option<usize>; 4],
    cells: Vec<String>,
    has_ended: bool,
}

/// Why a file gives no readings at all.
#[derive(Debug)]
pub(crate) enum NoSeries {
    /// It cannot be read.
    Disk(std::io::Error),
    /// Its first line does not name the columns.
    Columns(String),
}

/// A line as it was read.
enum Line {
    Whole(Vec<u8>),
    TooLong,
}

impl Series {
    /// Opens a file and finds its columns.
    pub fn open(path: &Path) -> Result<Self, NoSeries> {
        let mut file = File::open(path).map_err(NoSeries::Disk)?;
        let mut head = Vec::new();
        (&file)
            .take(HEAD_BYTES)
            .read_to_end(&mut head)
            .map_err(NoSeries::Disk)?;
        file.rewind().map_err(NoSeries::Disk)?;
        let mut series = Self {
            lines: BufReader::new(file),
            line: 0,
            charset: detect_charset(&head),
            delimiter: ',',
            time: 0,
            room: 0,
            columns: [None; 4],
            cells: Vec::new(),
            has_ended: false,
        };
        let header = match series.next_line().map_err(NoSeries::Disk)? {
            Some(Line::Whole(header)) => series.decoded(&header),
            Some(Line::TooLong) => {
                return Err(NoSeries::Columns(format!(
                    "a line of more than {LONGEST_LINE} bytes"
                )));
            }
            None => return Err(NoSeries::Columns("an empty file".to_owned())),
        };
        let delimiter = [',', ';', '\t'].into_iter().find(|sign| header.contains(*sign));
        series.delimiter = delimiter.unwrap_or(',');
        let names: Vec<String> = series.split(&header.to_lowercase());
        let find = |known: &[&str]| names.iter().position(|name| known.contains(&name.as_str()));
        series.columns = Quantity::ALL.map(|quantity| find(&[quantity.name(), chinese(quantity)]));
        let (Some(time), Some(room)) = (find(&TIME), find(&ROOM)) else {
            return Err(NoSeries::Columns(shown(&header)));
        };
        if series.columns[0].is_none() && series.columns[1].is_none() {
            return Err(NoSeries::Columns(shown(&header)));
        }
        (series.time, series.room) = (time, room);
        Ok(series)
    }

    /// The next line without its end; `None` at the end of the file. What is too long is passed over.
    fn next_line(&mut self) -> std::io::Result<Option<Line>> {
        let mut bytes = Vec::new();
        (&mut self.lines)
            .take(LONGEST_LINE + 1)
            .read_until(b'\n', &mut bytes)?;
        if bytes.is_empty() {
            return Ok(None);
        }
        self.line += 1;
        if bytes.len() as u64 <= LONGEST_LINE || bytes.ends_with(b"\n") {
            return Ok(Some(Line::Whole(bytes)));
        }
        self.lines.skip_until(b'\n')?;
        Ok(Some(Line::TooLong))
    }

    fn decoded(&self, bytes: &[u8]) -> String {
        let (text, _) = self.charset.encoding().decode_without_bom_handling(bytes);
        text.trim_start_matches('\u{feff}').trim().to_owned()
    }

    fn split(&self, line: &str) -> Vec<String> {
        let cells = line.split(self.delimiter);
        cells
            .map(|cell| cell.trim().trim_matches('"').trim().to_owned())
            .collect()
    }

    fn cell(&self, place: usize) -> &str {
        self.cells.get(place).map_or("", String::as_str)
    }

    fn reading(&self, line: u64) -> Result<Reading, BadLine> {
        let time = self.cell(self.time);
        let Some(at) = moment(time) else {
            return Err(BadLine {
                line,
                expected: "a time such as 2026-01-15 09:00".to_owned(),
                found: shown(time),
            });
        };
        let mut values = [None; 4];
        for (place, column) in self.columns.iter().enumerate() {
            let text = column.map_or("", |column| self.cell(column));
            if text.is_empty() {
                continue;
            }
            let Some(value) = text.parse::<f64>().ok().filter(|value| value.is_finite()) else {
                return Err(BadLine {
                    line,
                    expected: "a number".to_owned(),
                    found: shown(text),
                });
            };
            values[place] = Some(value);
        }
        let room = self.cell(self.room).to_owned();
        if room.is_empty() {
            return Err(BadLine {
                line,
                expected: "the name of a room".to_owned(),
                found: "nothing".to_owned(),
            });
        }
        Ok(Reading { at, room, values })
    }
}

impl Iterator for Series {
    type Item = Result<Reading, BadLine>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.has_ended {
            let line = match self.next_line() {
                Ok(None) => return None,
                Ok(Some(Line::Whole(line))) => line,
                Ok(Some(Line::TooLong)) => {
                    return Some(Err(BadLine {
                        line: self.line,
                        expected: format!("a line of at most {LONGEST_LINE} bytes"),
                        found: "a longer one".to_owned(),
                    }));
                }
                Err(error) => {
                    self.has_ended = true;
                    return Some(Err(BadLine {
                        line: self.line,
                        expected: "a file that can be read".to_owned(),
                        found: error.to_string(),
                    }));
                }
            };
            let text = self.decoded(&line);
            if text.is_empty() {
                continue;
            }
            self.cells = self.split(&text);
            return Some(self.reading(self.line));
        }
        None
    }
}

fn chinese(quantity: Quantity) -> &'static str {
    match quantity {
        Quantity::Temperature => "温度",
        Quantity::Humidity => "湿度",
        Quantity::MagneticField => "磁场",
        Quantity::Dust => "粉尘",
    }
}

fn shown(text: &str) -> String {
    text.chars().take(60).collect()
}

/// A time with its offset, or without one in the time of China.
fn moment(text: &str) -> Option<Timestamp> {
    if let Ok(at) = text.parse() {
        return Some(at);
    }
    let civil: DateTime = text.replace('/', "-").parse().ok()?;
    let china = jiff::tz::TimeZone::fixed(jiff::tz::offset(8));
    Some(civil.to_zoned(china).ok()?.timestamp())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn of(text: &[u8]) -> Result<Vec<Result<Reading, BadLine>>, NoSeries> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("series.csv");
        std::fs::write(&path, text).unwrap();
        Ok(Series::open(&path)?.collect())
    }

    #[test]
    fn times_are_read_with_and_without_their_offset() {
        let expected: Timestamp = "2026-01-15T01:00:00Z".parse().unwrap();
        for text in [
            "2026-01-15T09:00:00+08:00",
            "2026-01-15 09:00",
            "2026-01-15T09:00:00",
            "2026/01/15 09:00",
        ] {
            assert_eq!(moment(text), Some(expected), "{text}");
        }
        assert_eq!(moment("yesterday"), None);
    }

    #[test]
    fn chinese_columns_in_gb_18030_are_read() {
        let text =
            "库房,时间,湿度,温度\n纸质档案库,2026-01-15 09:00,50.5,18\n\n纸质档案库,2026-01-15 10:00,,18.5\n";
        let (bytes, _, _) = encoding_rs::GB18030.encode(text);
        for bytes in [text.as_bytes(), &bytes] {
            let readings: Vec<Reading> = of(bytes).unwrap().into_iter().map(Result::unwrap).collect();
            assert_eq!(readings.len(), 2);
            assert_eq!(readings[0].room, "纸质档案库");
            assert_eq!(readings[0].values, [Some(18.0), Some(50.5), None, None]);
            assert_eq!(readings[1].values[1], None);
        }
    }

    #[test]
    fn what_is_no_reading_is_named_by_its_line_and_the_rest_is_read() {
        let text = "time,room,temperature,humidity\nsoon,a,1,1\n2026-01-15 09:00,a,warm,1\n2026-01-15 10:00,a,20,50\n";
        let read = of(text.as_bytes()).unwrap();
        let lines: Vec<u64> = read
            .iter()
            .filter_map(|line| Some(line.as_ref().err()?.line))
            .collect();
        assert_eq!(lines, [2, 3]);
        assert!(read[2].is_ok());
        assert!(matches!(of(b"a,b\n1,2\n"), Err(NoSeries::Columns(_))));
        assert!(matches!(of(b""), Err(NoSeries::Columns(_))));
    }

    proptest! {
        #[test]
        fn no_input_makes_the_reader_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
            let _ = of(&bytes);
            let mut with_header = b"time,room,temperature,humidity\n".to_vec();
            with_header.extend(&bytes);
            let _ = of(&with_header);
        }
    }
}

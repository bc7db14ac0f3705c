//! Whether the storerooms kept their limits (check S-4.2): the series of their sensors, read room by room.

mod room;
mod rules;
mod series;

pub use rules::{Limits, Quantity, ROOM_RULES, Room, RoomKind, RoomRules};

use crate::error::PreservationError;
use jiff::{SignedDuration, Timestamp};
use room::RoomWatch;
use series::{BadLine, NoSeries, Series};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

/// Faults that are named one by one; more are counted.
const MOST_NAMED: usize = 1_000;
/// Rooms that are watched at once; the rest is a fault of the series.
const MOST_ROOMS: usize = 10_000;

/// What is wrong with a storeroom or with its series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RoomFaultKind {
    /// Readings lie outside the limits.
    Outside,
    /// A reading lies too far from the mean of its day.
    Fluctuates,
    /// Too many readings are missing.
    Missing,
    /// The newest reading is old.
    Stale,
    /// No rule knows the room.
    Unknown,
    /// A file, or a line of it, is no series.
    Unreadable,
}

impl RoomFaultKind {
    /// Stable name for programs and translations.
    pub fn code(self) -> &'static str {
        match self {
            Self::Outside => "preservation.room_outside",
            Self::Fluctuates => "preservation.room_fluctuates",
            Self::Missing => "preservation.readings_missing",
            Self::Stale => "preservation.series_stale",
            Self::Unknown => "preservation.room_unknown",
            Self::Unreadable => "preservation.series_unreadable",
        }
    }
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq)]
pub struct RoomFault {
    /// What kind.
    pub kind: RoomFaultKind,
    /// The room, where it is one.
    pub room: Option<String>,
    /// The file, where a file is at fault.
    pub file: Option<String>,
    /// What was measured, where it is about a value.
    pub quantity: Option<Quantity>,
    /// From when to when.
    pub period: Option<(Timestamp, Timestamp)>,
    /// The limit.
    pub expected: String,
    /// The value, or what was there.
    pub found: String,
}

/// What the series of all rooms tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct StoreroomReport {
    /// Rooms with readings.
    pub rooms: u64,
    /// Readings looked at.
    pub readings: u64,
    /// Faults, as far as they are named.
    pub faults: Vec<RoomFault>,
    /// How many there are.
    pub faults_total: u64,
}

impl StoreroomReport {
    fn add(&mut self, fault: RoomFault) {
        self.faults_total += 1;
        if self.faults.len() < MOST_NAMED {
            self.faults.push(fault);
        }
    }
}

/// Looks at all series (`*.csv`) of a folder as they stand at a moment. `None`: the folder is not there, or holds none.
pub fn look_at_storerooms(
    folder: &Path,
    rules: &RoomRules,
    now: Timestamp,
) -> Result<Option<StoreroomReport>, PreservationError> {
    let files = series_in(folder)?;
    if files.is_empty() {
        return Ok(None);
    }
    let mut report = StoreroomReport::default();
    let mut rooms: BTreeMap<String, Option<RoomWatch>> = BTreeMap::new();
    let day = SignedDuration::from_hours(24);
    let since = now
        .checked_sub(day * i32::try_from(rules.period_days).unwrap_or(i32::MAX))
        .unwrap_or(Timestamp::MIN);
    // clocks differ a little
    let until = now.checked_add(day).unwrap_or(Timestamp::MAX);
    for path in files {
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        let series = match Series::open(&path) {
            Ok(series) => series,
            Err(reason) => {
                report.add(unreadable_file(&name, &reason));
                continue;
            }
        };
        for reading in series {
            let reading = match reading {
                Ok(reading) => reading,
                Err(bad) => {
                    report.add(unreadable_line(&name, &bad));
                    continue;
                }
            };
            if reading.at < since {
                continue;
            }
            if reading.at > until {
                report.add(RoomFault {
                    kind: RoomFaultKind::Unreadable,
                    room: Some(reading.room),
                    file: Some(name.clone()),
                    quantity: None,
                    period: Some((reading.at, reading.at)),
                    expected: format!("readings from before the test, {now}"),
                    found: reading.at.to_string(),
                });
                continue;
            }
            if rooms.len() >= MOST_ROOMS && !rooms.contains_key(&reading.room) {
                continue;
            }
            let watch = rooms.entry(reading.room.clone()).or_insert_with(|| {
                let known = rules.of_room(&reading.room);
                if known.is_none() {
                    report.add(unknown_room(&reading.room, &name));
                }
                known.map(|known| RoomWatch::new(reading.room.clone(), known))
            });
            report.readings += 1;
            if let Some(watch) = watch {
                for fault in watch.note(&reading, rules, &name) {
                    report.add(fault);
                }
            }
        }
    }
    report.rooms = rooms.len() as u64;
    for watch in rooms.into_values().flatten() {
        for fault in watch.finish(rules, now) {
            report.add(fault);
        }
    }
    if report.readings == 0 {
        report.add(RoomFault {
            kind: RoomFaultKind::Stale,
            room: None,
            file: None,
            quantity: None,
            period: Some((since, now)),
            expected: format!("readings of the last {} days", rules.period_days),
            found: "none".to_owned(),
        });
    }
    Ok(Some(report))
}

/// The series of a folder, in the order of their names.
fn series_in(folder: &Path) -> Result<Vec<PathBuf>, PreservationError> {
    let disk = |source: std::io::Error| PreservationError::Series {
        path: folder.to_path_buf(),
        source,
    };
    let entries = match std::fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(Vec::new()),
        Err(error) => return Err(disk(error)),
    };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.map_err(disk)?.path();
        let is_series = path
            .extension()
            .is_some_and(|extension| extension.eq_ignore_ascii_case("csv"));
        // a link could lead anywhere
        if is_series && path.symlink_metadata().is_ok_and(|found| found.is_file()) {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

fn unreadable_file(name: &str, reason: &NoSeries) -> RoomFault {
    let found = match reason {
        NoSeries::Disk(error) => error.to_string(),
        NoSeries::Columns(header) => header.clone(),
    };
    RoomFault {
        kind: RoomFaultKind::Unreadable,
        room: None,
        file: Some(name.to_owned()),
        quantity: None,
        period: None,
        expected: "a first line with the columns time, room, temperature, humidity".to_owned(),
        found,
    }
}

fn unreadable_line(name: &str, bad: &BadLine) -> RoomFault {
    RoomFault {
        kind: RoomFaultKind::Unreadable,
        room: None,
        file: Some(format!("{name}, line {}", bad.line)),
        quantity: None,
        period: None,
        expected: bad.expected.clone(),
        found: bad.found.clone(),
    }
}

fn unknown_room(room: &str, name: &str) -> RoomFault {
    RoomFault {
        kind: RoomFaultKind::Unknown,
        room: Some(room.to_owned()),
        file: Some(name.to_owned()),
        quantity: None,
        period: None,
        expected: "a room of rules/environment.toml, or a kind of room".to_owned(),
        found: room.to_owned(),
    }
}

#[cfg(test)]
mod tests;

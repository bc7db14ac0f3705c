//! One room over time: memory does not grow with its readings.

use super::rules::{InRoom, Limits, Quantity, RoomRules};
use super::series::Reading;
use super::{RoomFault, RoomFaultKind};
use jiff::Timestamp;
use jiff::civil::Date;

/// Readings outside the limits, one after another.
#[derive(Debug, Clone, Copy)]
struct Run {
    from: Timestamp,
    to: Timestamp,
    readings: u32,
    /// The value farthest beyond the limit.
    peak: f64,
    beyond: f64,
}

/// What one day came to.
#[derive(Debug, Clone, Copy)]
struct Day {
    date: Date,
    from: Timestamp,
    to: Timestamp,
    count: u32,
    sum: f64,
    least: f64,
    most: f64,
}

/// The longest time without a reading.
#[derive(Debug, Clone, Copy)]
struct Gap {
    from: Timestamp,
    to: Timestamp,
}

impl Gap {
    fn minutes(&self) -> i64 {
        self.to.duration_since(self.from).as_secs() / 60
    }
}

pub(super) struct RoomWatch {
    name: String,
    known: InRoom,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    received: u64,
    missing: u64,
    longest: Option<Gap>,
    runs: [Option<Run>; 4],
    days: [Option<Day>; 4],
}

impl RoomWatch {
    pub fn new(name: String, known: InRoom) -> Self {
        Self {
            name,
            known,
            first: None,
            last: None,
            received: 0,
            missing: 0,
            longest: None,
            runs: [None; 4],
            days: [None; 4],
        }
    }

    /// Takes a reading; what ends with it is judged.
    pub fn note(&mut self, reading: &Reading, rules: &RoomRules, file: &str) -> Vec<RoomFault> {
        let mut faults = Vec::new();
        if self.last.is_some_and(|last| reading.at < last) {
            faults.push(RoomFault {
                file: Some(file.to_owned()),
                ..self.fault(
                    RoomFaultKind::Unreadable,
                    None,
                    (reading.at, reading.at),
                    "readings of a room in the order of time".to_owned(),
                    format!("{} after {}", reading.at, self.last.unwrap_or(reading.at)),
                )
            });
            return faults;
        }
        // a reading no sound sensor gives, or one without a value that has limits, is a missing one
        let is_sound = Quantity::ALL.iter().all(|quantity| {
            let limited = self.known.limits[quantity.place()].is_given();
            match reading.values[quantity.place()] {
                Some(value) => rules.is_plausible(*quantity, value),
                None => !limited,
            }
        });
        if !is_sound {
            self.first = self.first.or(Some(reading.at));
            return faults;
        }
        self.count(reading.at);
        for quantity in Quantity::ALL {
            let Some(value) = reading.values[quantity.place()] else {
                continue;
            };
            let limits = self.known.limits[quantity.place()];
            faults.extend(self.judge_day(quantity, limits, value, reading.at));
            faults.extend(self.judge_range(quantity, limits, value, reading.at, rules));
        }
        faults
    }

    /// Judges what is still open, and the series as a whole.
    pub fn finish(mut self, rules: &RoomRules, now: Timestamp) -> Vec<RoomFault> {
        let mut faults = Vec::new();
        for quantity in Quantity::ALL {
            let limits = self.known.limits[quantity.place()];
            faults.extend(self.end_day(quantity, limits));
            faults.extend(self.end_run(quantity, limits, rules));
        }
        let first = self.first.unwrap_or(now);
        let Some(last) = self.last else {
            faults.push(self.fault(
                RoomFaultKind::Missing,
                None,
                (first, now),
                "readings that a sensor can give".to_owned(),
                "none".to_owned(),
            ));
            return faults;
        };
        if now.duration_since(last).as_hours() > i64::from(rules.newest_days) * 24 {
            faults.push(self.fault(
                RoomFaultKind::Stale,
                None,
                (last, now),
                format!("a reading of the last {} days", rules.newest_days),
                format!("the newest is of {last}"),
            ));
        }
        let expected = self.received + self.missing;
        #[expect(clippy::cast_precision_loss, reason = "a share needs no more digits")]
        let percent = self.missing as f64 * 100.0 / (expected.max(1)) as f64;
        if percent > rules.missing_percent {
            let longest = self.longest.map_or_else(String::new, |gap| {
                format!(
                    "; longest {} minutes, from {} to {}",
                    gap.minutes(),
                    gap.from,
                    gap.to
                )
            });
            faults.push(self.fault(
                RoomFaultKind::Missing,
                None,
                (first, last),
                format!(
                    "a reading every {} minutes, at most {} % missing",
                    self.known.interval_minutes, rules.missing_percent
                ),
                format!("{} of {expected} missing ({percent:.1} %){longest}", self.missing),
            ));
        }
        faults
    }

    fn fault(
        &self,
        kind: RoomFaultKind,
        quantity: Option<Quantity>,
        period: (Timestamp, Timestamp),
        expected: String,
        found: String,
    ) -> RoomFault {
        RoomFault {
            kind,
            room: Some(self.name.clone()),
            file: None,
            quantity,
            period: Some(period),
            expected,
            found,
        }
    }

    /// Counts a sound reading, and those that did not come before it.
    fn count(&mut self, at: Timestamp) {
        self.received += 1;
        let before = self.last.or(self.first);
        if let Some(before) = before {
            let gap = Gap { from: before, to: at };
            let interval = i64::from(self.known.interval_minutes.max(1));
            // a reading may come a little early or late
            let missed = (gap.minutes() + interval / 2) / interval - 1;
            self.missing += u64::try_from(missed).unwrap_or(0);
            if missed > 0
                && self
                    .longest
                    .is_none_or(|longest| longest.minutes() < gap.minutes())
            {
                self.longest = Some(gap);
            }
        }
        self.first = self.first.or(Some(at));
        self.last = Some(at);
    }

    fn judge_range(
        &mut self,
        quantity: Quantity,
        limits: Limits,
        value: f64,
        at: Timestamp,
        rules: &RoomRules,
    ) -> Option<RoomFault> {
        let beyond = limits.beyond(value);
        if beyond <= 0.0 {
            return self.end_run(quantity, limits, rules);
        }
        let run = self.runs[quantity.place()].get_or_insert(Run {
            from: at,
            to: at,
            readings: 0,
            peak: value,
            beyond,
        });
        run.to = at;
        run.readings += 1;
        if beyond > run.beyond {
            (run.peak, run.beyond) = (value, beyond);
        }
        None
    }

    fn end_run(&mut self, quantity: Quantity, limits: Limits, rules: &RoomRules) -> Option<RoomFault> {
        let run = self.runs[quantity.place()].take()?;
        if run.readings < rules.readings_outside && run.beyond <= rules.far(quantity) {
            return None;
        }
        let (name, unit) = (quantity.name(), quantity.unit());
        Some(self.fault(
            RoomFaultKind::Outside,
            Some(quantity),
            (run.from, run.to),
            format!("{name} {limits} {unit}"),
            format!(
                "{} {unit} at its farthest, {} readings from {} to {}",
                run.peak, run.readings, run.from, run.to
            ),
        ))
    }

    fn judge_day(
        &mut self,
        quantity: Quantity,
        limits: Limits,
        value: f64,
        at: Timestamp,
    ) -> Option<RoomFault> {
        limits.daily?;
        let date = at.to_zoned(jiff::tz::TimeZone::fixed(jiff::tz::offset(8))).date();
        let place = quantity.place();
        let fault = match self.days[place] {
            Some(day) if day.date != date => self.end_day(quantity, limits),
            _ => None,
        };
        let day = self.days[place].get_or_insert(Day {
            date,
            from: at,
            to: at,
            count: 0,
            sum: 0.0,
            least: value,
            most: value,
        });
        day.to = at;
        day.count += 1;
        day.sum += value;
        day.least = day.least.min(value);
        day.most = day.most.max(value);
        fault
    }

    fn end_day(&mut self, quantity: Quantity, limits: Limits) -> Option<RoomFault> {
        let day = self.days[quantity.place()].take()?;
        let daily = limits.daily?;
        let mean = day.sum / f64::from(day.count.max(1));
        let (low, high) = (mean - day.least, day.most - mean);
        let (farthest, by) = match low > high {
            true => (day.least, low),
            false => (day.most, high),
        };
        // a sensor shows tenths
        if by <= daily + 0.05 {
            return None;
        }
        let (name, unit) = (quantity.name(), quantity.unit());
        Some(self.fault(
            RoomFaultKind::Fluctuates,
            Some(quantity),
            (day.from, day.to),
            format!("{name} within ±{daily} {unit} of the mean of the day"),
            format!("{farthest} {unit} on {}, mean {mean:.1}", day.date),
        ))
    }
}

//! What a bench tells, and how it is measured.

use lantai_domain::{Clock, SystemClock};
use serde::Serialize;
use std::time::{Duration, Instant};

/// Samples by name, in the order in which the names came.
pub(super) struct Report(Vec<Samples>);

struct Samples {
    name: String,
    unit: &'static str,
    values: Vec<f64>,
}

/// A report as it is told.
#[derive(Debug, Serialize)]
pub(super) struct Finished {
    machine: String,
    date: String,
    version: &'static str,
    rows: Vec<Row>,
}

/// One figure: the median of its runs.
#[derive(Debug, Serialize)]
struct Row {
    name: String,
    unit: &'static str,
    value: f64,
    least: f64,
    most: f64,
    runs: usize,
}

impl Report {
    /// Nothing measured yet.
    pub fn new() -> Self {
        Self(Vec::new())
    }

    /// Adds a sample.
    pub fn add(&mut self, name: impl Into<String>, unit: &'static str, value: f64) {
        let name = name.into();
        match self.0.iter_mut().find(|samples| samples.name == name) {
            Some(samples) => samples.values.push(value),
            None => self.0.push(Samples {
                name,
                unit,
                values: vec![value],
            }),
        }
    }

    /// Adds things done in a time, as things a second.
    pub fn rate(&mut self, name: impl Into<String>, unit: &'static str, things: f64, time: Duration) {
        self.add(name, unit, things / time.as_secs_f64().max(1e-9));
    }

    /// Adds the percentiles of single times.
    pub fn percentiles(&mut self, name: &str, mut times: Vec<Duration>) {
        times.sort();
        for (percent, at) in [("p50", 0.50), ("p95", 0.95), ("p99", 0.99)] {
            let values: Vec<f64> = times.iter().map(|time| time.as_secs_f64() * 1000.0).collect();
            self.add(format!("{name}.{percent}"), "ms", quantile(&values, at));
        }
    }

    /// Adds the greatest resident memory since [`forget_peak_memory`], where the system tells it.
    pub fn peak_memory(&mut self, name: impl Into<String>) {
        if let Some(kibibytes) = status_value("VmHWM:") {
            self.add(name, "MiB", kibibytes / 1024.0);
        }
    }

    /// The medians, with machine and date.
    pub fn finish(self) -> Finished {
        let row = |samples: Samples| {
            let mut values = samples.values;
            values.sort_by(f64::total_cmp);
            Row {
                name: samples.name,
                unit: samples.unit,
                value: rounded(quantile(&values, 0.5)),
                least: rounded(quantile(&values, 0.0)),
                most: rounded(quantile(&values, 1.0)),
                runs: values.len(),
            }
        };
        Finished {
            machine: machine(),
            date: SystemClock.now().to_string(),
            version: env!("CARGO_PKG_VERSION"),
            rows: self.0.into_iter().map(row).collect(),
        }
    }
}

impl Finished {
    /// The report as a person reads it.
    pub fn text(&self) -> String {
        let mut text = format!("{}\n{}, lantai {}\n", self.machine, self.date, self.version);
        for row in &self.rows {
            let spread = match row.runs {
                1 => String::new(),
                runs => format!("   {} to {} in {runs} runs", row.least, row.most),
            };
            text.push_str(&format!(
                "{:40} {:>12} {}{spread}\n",
                row.name, row.value, row.unit
            ));
        }
        text
    }
}

/// Does something and tells how long it took.
pub(super) fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let done = work();
    (done, started.elapsed())
}

/// Like [`timed`], for what waits.
pub(super) async fn timed_async<T>(work: impl Future<Output = T>) -> (T, Duration) {
    let started = Instant::now();
    let done = work.await;
    (done, started.elapsed())
}

/// Starts the measurement of memory anew; where the system does not let us, the peak is that of the whole process.
pub(super) fn forget_peak_memory() {
    let _ = std::fs::write("/proc/self/clear_refs", "5");
}

/// The value at a part of a sorted list (nearest rank); 0 for none.
fn quantile(sorted: &[f64], at: f64) -> f64 {
    let last = sorted.len().saturating_sub(1);
    let wanted = (at * sorted.len() as f64).ceil() as usize;
    sorted
        .get(wanted.saturating_sub(1).min(last))
        .copied()
        .unwrap_or_default()
}

fn rounded(value: f64) -> f64 {
    (value * 1000.0).round() / 1000.0
}

/// A line of `/proc/self/status`, in KiB.
fn status_value(key: &str) -> Option<f64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix(key))?;
    line.split_whitespace().next()?.parse().ok()
}

/// Processor, cores, memory and system, as far as the system tells.
fn machine() -> String {
    let read = |path: &str| std::fs::read_to_string(path).unwrap_or_default();
    let value = |text: &str, key: &str| {
        let line = text.lines().find(|line| line.starts_with(key))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    };
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let processor =
        value(&read("/proc/cpuinfo"), "model name").unwrap_or_else(|| "unknown processor".to_owned());
    let memory = value(&read("/proc/meminfo"), "MemTotal").unwrap_or_default();
    let kibibytes: u64 = memory
        .split_whitespace()
        .next()
        .and_then(|size| size.parse().ok())
        .unwrap_or_default();
    format!(
        "{cores} cores, {processor}, {} MiB memory, {} {}",
        kibibytes / 1024,
        std::env::consts::OS,
        read("/proc/sys/kernel/osrelease").trim()
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_taken_by_nearest_rank() {
        let values: Vec<f64> = (1..=100).map(f64::from).collect();
        for (at, wanted) in [(0.0, 1.0), (0.5, 50.0), (0.95, 95.0), (0.99, 99.0), (1.0, 100.0)] {
            assert_eq!(quantile(&values, at), wanted);
        }
        assert_eq!(quantile(&[], 0.5), 0.0);
        assert_eq!(quantile(&[7.0], 0.95), 7.0);
    }

    #[test]
    fn a_row_is_the_median_of_its_samples() {
        let mut report = Report::new();
        for value in [3.0, 1.0, 2.0] {
            report.add("large.intake", "MB/s", value);
        }
        let finished = report.finish();
        let row = &finished.rows[0];
        assert_eq!((row.value, row.least, row.most, row.runs), (2.0, 1.0, 3.0, 3));
    }
}

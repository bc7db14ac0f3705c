//! Progress bars: on a terminal they move, elsewhere nothing is printed.

use indicatif::{ProgressBar, ProgressStyle};
use lantai_intake::{Progress, ProgressStage};
use std::sync::Arc;
use std::time::Duration;

const BYTES: &str = "{prefix:>10} {bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
const COUNT: &str = "{prefix:>10} {spinner} {pos} {per_sec}";

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template).unwrap_or_else(|_| ProgressStyle::default_bar())
}

/// Shows how an accession comes along until the work is done.
pub async fn follow<T>(progress: &Arc<Progress>, work: impl Future<Output = T>) -> T {
    let bar = ProgressBar::new(0);
    bar.set_style(style(BYTES));
    tokio::pin!(work);
    let done = loop {
        tokio::select! {
            done = &mut work => break done,
            () = tokio::time::sleep(Duration::from_millis(120)) => {
                let now = progress.now();
                bar.set_length(now.bytes_total);
                bar.set_position(now.bytes_done);
                bar.set_prefix(match now.stage {
                    ProgressStage::Waiting => "waiting",
                    ProgressStage::Reading => "reading",
                    ProgressStage::Checking => "checking",
                    ProgressStage::Storing => "storing",
                    ProgressStage::Done => "done",
                });
            }
        }
    };
    bar.finish_and_clear();
    done
}

/// A count that grows.
pub fn counter(what: &'static str) -> ProgressBar {
    let bar = ProgressBar::new_spinner();
    bar.set_style(style(COUNT));
    bar.set_prefix(what);
    bar
}

/// Reading the vault.
pub struct VerifyBar(ProgressBar);

impl VerifyBar {
    /// A bar for files.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        bar.set_style(style("{prefix:>10} {bar:32} {pos}/{len} {eta}"));
        bar.set_prefix("verifying");
        Self(bar)
    }
}

impl lantai_vault::Progress for VerifyBar {
    fn start(&self, total_files: u64) {
        self.0.set_length(total_files);
    }

    fn step(&self, _bytes: u64) {
        self.0.inc(1);
    }
}

impl Drop for VerifyBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

/// Fetching files.
pub struct FetchBar(ProgressBar);

impl FetchBar {
    /// A bar for one file after the other.
    pub fn new() -> Self {
        let bar = ProgressBar::new(0);
        bar.set_style(style(
            "{bar:32} {bytes}/{total_bytes} {bytes_per_sec} {eta} {msg}",
        ));
        Self(bar)
    }
}

impl lantai_models::fetch::FetchProgress for FetchBar {
    fn begins(&self, file: &str, bytes: u64) {
        self.0.reset();
        self.0.set_length(bytes);
        self.0.set_message(file.to_owned());
    }

    fn comes(&self, bytes: u64) {
        self.0.inc(bytes);
    }
}

impl Drop for FetchBar {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}

//! `lantai bench identify`

use super::Place;
use super::measure::{Report, timed};
use anyhow::Context;
use clap::Args;
use lantai_formats::identify::{Identification, Identifier};
use lantai_formats::package::walk;
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Measure the naming of formats on given files, on one core, beside another program that does the same.
///
/// The other program is started with the paths of a list as its only argument, one path a line; it prints a line for
/// each file, `PATH<tab>PUID,PUID…`, and at the end `cpu<tab>SECONDS`: what it needed without its start.
#[derive(Debug, Args)]
pub struct Identify {
    /// Files and folders.
    #[arg(required = true, value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// The other program, with its arguments.
    #[arg(long, value_name = "COMMAND")]
    peer: Option<String>,
    /// Write the files on which the two differ into a file.
    #[arg(long, value_name = "FILE")]
    differences: Option<PathBuf>,
}

/// What the other program says.
struct Peer {
    puids: HashMap<PathBuf, Vec<String>>,
    cpu_seconds: f64,
}

impl Identify {
    pub(super) fn run(self, place: &Place) -> anyhow::Result<Report> {
        let mut report = Report::new();
        let (identifier, starting) = timed(Identifier::builtin);
        let identifier = identifier?;
        report.add("identify.start", "ms", starting.as_secs_f64() * 1000.0);
        let files = self.files()?;
        report.add("identify.files", "files", files.len() as f64);
        let mut answers = Vec::new();
        for _ in 0..place.repeat {
            let before = cpu_seconds()?;
            let (named, time) = timed(|| name_all(&identifier, &files));
            let cpu = (cpu_seconds()? - before).max(1e-9);
            answers = named?;
            report.rate("identify.rate", "files/s", files.len() as f64, time);
            let cpu_time = Duration::from_secs_f64(cpu);
            report.rate("identify.rate_cpu", "files/CPU-s", files.len() as f64, cpu_time);
            report.add("identify.cpu", "s", cpu);
            if let Some(command) = &self.peer {
                let peer = ask(command, &files, place)?;
                report.add("peer.cpu", "s", peer.cpu_seconds);
                let peer_time = Duration::from_secs_f64(peer.cpu_seconds.max(1e-9));
                report.rate("peer.rate_cpu", "files/CPU-s", peer.puids.len() as f64, peer_time);
                report.add("ratio.cpu", "ours/peer", cpu / peer.cpu_seconds.max(1e-9));
                self.compare(&identifier, &files, &answers, &peer, &mut report)?;
            }
        }
        let named = answers.iter().filter(|answer| answer.puid.is_some()).count();
        report.add("identify.named", "files", named as f64);
        Ok(report)
    }

    fn files(&self) -> anyhow::Result<Vec<PathBuf>> {
        let mut files = Vec::new();
        for path in &self.paths {
            if path.is_dir() {
                files.extend(walk(path).filter_map(Result::ok).map(|file| file.path));
            } else {
                files.push(path.clone());
            }
        }
        anyhow::ensure!(!files.is_empty(), "there is no file to look at");
        Ok(files)
    }

    /// How often the two say the same: of all files, of those that both name, and of those that both name by a
    /// number that our rules have too.
    fn compare(
        &self,
        identifier: &Identifier,
        files: &[PathBuf],
        answers: &[Identification],
        peer: &Peer,
        report: &mut Report,
    ) -> anyhow::Result<()> {
        let (mut same, mut both, mut both_known, mut same_none) = (0_u32, 0_u32, 0_u32, 0_u32);
        let mut differences = String::new();
        for (file, answer) in files.iter().zip(answers) {
            let theirs = peer.puids.get(file).map(Vec::as_slice).unwrap_or_default();
            let ours = answer.puid.as_deref();
            let is_same = ours.map_or(theirs.is_empty(), |ours| theirs.iter().any(|puid| puid == ours));
            same_none += u32::from(is_same && ours.is_none());
            if let Some(ours) = ours
                && !theirs.is_empty()
            {
                both += 1;
                same += u32::from(is_same);
                let is_known = theirs
                    .iter()
                    .all(|puid| identifier.registry().format(puid).is_some());
                both_known += u32::from(is_same || (is_known && !ours.starts_with("local/")));
            }
            if !is_same {
                let ours = ours.unwrap_or("-");
                let basis = format!("{:?}", answer.basis).to_lowercase();
                let theirs = theirs.join(",");
                differences.push_str(&format!("{}\t{ours}\t{basis}\t{theirs}\n", file.display()));
            }
        }
        let percent = |part: u32, of: u32| f64::from(part) * 100.0 / f64::from(of.max(1));
        let all = u32::try_from(files.len())?;
        report.add("same.of_all", "%", percent(same + same_none, all));
        report.add("same.of_both_named", "%", percent(same, both));
        report.add("same.of_both_known", "%", percent(same, both_known));
        report.add("both.known", "files", f64::from(both_known));
        if let Some(path) = &self.differences {
            std::fs::write(path, differences).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }
}

fn name_all(identifier: &Identifier, files: &[PathBuf]) -> anyhow::Result<Vec<Identification>> {
    files
        .iter()
        .map(|file| {
            let named = identifier.identify_file(file);
            named.with_context(|| format!("cannot read {}", file.display()))
        })
        .collect()
}

fn ask(command: &str, files: &[PathBuf], place: &Place) -> anyhow::Result<Peer> {
    let list = place.path().join("files");
    let lines: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
    std::fs::write(&list, lines.join("\n"))?;
    let mut words = command.split_whitespace();
    let program = words.next().context("the other program has no name")?;
    let answer = Command::new(program)
        .args(words)
        .arg(&list)
        .stdin(Stdio::null())
        .stderr(Stdio::inherit())
        .output()
        .with_context(|| format!("cannot start {program}"))?;
    anyhow::ensure!(answer.status.success(), "{program} failed");
    let text = String::from_utf8(answer.stdout).context("the other program does not print UTF-8")?;
    let mut peer = Peer {
        puids: HashMap::new(),
        cpu_seconds: 0.0,
    };
    for line in text.lines() {
        let Some((path, value)) = line.split_once('\t') else {
            continue;
        };
        if path == "cpu" {
            peer.cpu_seconds = value
                .parse()
                .context("the other program's seconds are no number")?;
            continue;
        }
        let puids = value.split(',').map(str::trim).filter(|puid| puid.contains('/'));
        peer.puids
            .insert(Path::new(path).to_path_buf(), puids.map(str::to_owned).collect());
    }
    anyhow::ensure!(
        peer.cpu_seconds > 0.0,
        "the other program does not say what it needed"
    );
    Ok(peer)
}

/// Seconds that this thread was on a core.
fn cpu_seconds() -> anyhow::Result<f64> {
    let text = std::fs::read_to_string("/proc/thread-self/schedstat").context("the system tells no times")?;
    let nanoseconds = text
        .split_whitespace()
        .next()
        .and_then(|number| number.parse::<u64>().ok());
    let nanoseconds = nanoseconds.context("the system tells no times")?;
    Ok(Duration::from_nanos(nanoseconds).as_secs_f64())
}

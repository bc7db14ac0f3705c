//! Decodes everything else through ffmpeg, as a child process with limits.

use super::{RATE, SoundError, SoundLimits, SoundSource, omission};
use lantai_domain::reading::Omission;
use std::io::Read;
use std::path::Path;
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// The kinds of files that ffmpeg may open: none of those that are lists of other files or addresses, and none that it
/// takes any bytes for.
const KINDS: &str = "aiff,amr,ape,asf,au,avi,caf,dsf,flac,flv,ivf,matroska,mov,mp3,mpeg,mpegts,mxf,nut,ogg,oma,rm,swf,\
                     tak,tta,voc,w64,wav,wv,xwma";
/// What is kept of its complaints.
const COMPLAINTS: u64 = 4096;

/// A running ffmpeg whose answer is read piece by piece. It is ended when this is dropped, or when its time is over.
#[derive(Debug)]
pub(crate) struct Running {
    child: Arc<Mutex<Child>>,
    pub(crate) output: ChildStdout,
    complaints: Option<std::thread::JoinHandle<String>>,
    watch: Option<Sender<()>>,
    overdue: Arc<Mutex<bool>>,
}

impl Running {
    /// Starts ffmpeg upon one file. `arguments` follow the input.
    pub(crate) fn start(
        program: &Path,
        file: &Path,
        before: &[&str],
        arguments: &[&str],
        seconds: u64,
    ) -> Result<Self, SoundError> {
        let failed = |reason: String| SoundError::Program { reason };
        let mut input = std::ffi::OsString::from("file:");
        input.push(file);
        let mut child = Command::new(program)
            .env_clear()
            .args(["-nostdin", "-hide_banner", "-loglevel", "error", "-threads", "1"])
            .args(before)
            // nothing but this one file, whatever it says
            .args(["-protocol_whitelist", "file,pipe", "-format_whitelist", KINDS])
            .arg("-i")
            .arg(input)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .map_err(|error| failed(format!("{} cannot be started: {error}", program.display())))?;
        let (Some(output), Some(errors)) = (child.stdout.take(), child.stderr.take()) else {
            return Err(failed("it has no output".to_owned()));
        };
        let complaints = std::thread::spawn(move || {
            let mut text = Vec::new();
            let mut errors = errors;
            // what goes beyond is read and dropped, so that it does not wait for us
            let _ = errors.by_ref().take(COMPLAINTS).read_to_end(&mut text);
            let _ = std::io::copy(&mut errors, &mut std::io::sink());
            String::from_utf8_lossy(&text).into_owned()
        });
        let child = Arc::new(Mutex::new(child));
        let overdue = Arc::new(Mutex::new(false));
        let (watch, ended) = channel();
        let watched = (Arc::clone(&child), Arc::clone(&overdue));
        std::thread::spawn(move || watch_over(&watched.0, &watched.1, &ended, seconds));
        Ok(Self {
            child,
            output,
            complaints: Some(complaints),
            watch: Some(watch),
            overdue,
        })
    }

    /// Waits for its end; what it complained of, or that it was too slow.
    pub(crate) fn finish(&mut self) -> Result<String, SoundError> {
        let complaints = self
            .complaints
            .take()
            .and_then(|thread| thread.join().ok())
            .unwrap_or_default();
        let ended = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait();
        self.watch = None;
        // the first complaint is the cause, the others follow from it
        let first = complaints
            .lines()
            .find(|line| !line.trim().is_empty())
            .unwrap_or_default();
        let first = first.trim().to_owned();
        if *self.overdue.lock().unwrap_or_else(PoisonError::into_inner) {
            return Err(SoundError::Program {
                reason: "its time is over".to_owned(),
            });
        }
        match ended {
            Ok(status) if status.success() => Ok(first),
            Ok(status) if first.is_empty() => Err(SoundError::Program {
                reason: format!("it ended with {status}"),
            }),
            Ok(_) => Err(SoundError::Program { reason: first }),
            Err(error) => Err(SoundError::Program {
                reason: error.to_string(),
            }),
        }
    }

    fn kill(&self) {
        // it may have ended already
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

fn watch_over(child: &Mutex<Child>, overdue: &Mutex<bool>, ended: &Receiver<()>, seconds: u64) {
    if ended.recv_timeout(Duration::from_secs(seconds)) == Err(RecvTimeoutError::Timeout) {
        *overdue.lock().unwrap_or_else(PoisonError::into_inner) = true;
        let _ = child.lock().unwrap_or_else(PoisonError::into_inner).kill();
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.watch = None;
        self.kill();
        let _ = self.child.lock().unwrap_or_else(PoisonError::into_inner).wait();
    }
}

/// A recording that ffmpeg decodes.
#[derive(Debug)]
pub struct ProgramSound {
    running: Option<Running>,
    /// A byte of a sample whose other one has not come yet.
    half: Option<u8>,
    given: u64,
    limit: u64,
    omissions: Vec<Omission>,
}

impl ProgramSound {
    /// Starts ffmpeg upon a file.
    ///
    /// # Errors
    ///
    /// [`SoundError::Program`] where it cannot be started. What it thinks of the file is known at the first
    /// [`SoundSource::read`].
    pub fn open(program: &Path, file: &Path, limits: &SoundLimits) -> Result<Self, SoundError> {
        // a second more than the limit, by which a longer recording is known
        let longest = format!("{:.0}", limits.seconds.max(0.0) + 1.0);
        let rate = RATE.to_string();
        let arguments = [
            "-map", "0:a:0", "-vn", "-sn", "-dn", "-t", &longest, "-ac", "1", "-ar", &rate, "-f", "s16le",
            "pipe:1",
        ];
        Ok(Self {
            running: Some(Running::start(
                program,
                file,
                &[],
                &arguments,
                limits.program_seconds,
            )?),
            half: None,
            given: 0,
            limit: (limits.seconds.max(0.0) * RATE as f64) as u64,
            omissions: Vec::new(),
        })
    }

    fn end(&mut self) -> Result<bool, SoundError> {
        let Some(mut running) = self.running.take() else {
            return Ok(false);
        };
        let now = self.given as f64 / RATE as f64;
        match running.finish() {
            Err(SoundError::Program { reason }) if self.given == 0 => Err(refusal(reason)),
            Ok(_) if self.given == 0 => Err(SoundError::NoTrack),
            Err(error) => {
                self.omissions
                    .push(omission(error.code(), error.to_string(), Some((now, now))));
                Ok(false)
            }
            Ok(complaint) if !complaint.is_empty() => {
                self.omissions
                    .push(omission("reading.sound_damaged", complaint, None));
                Ok(false)
            }
            Ok(_) => Ok(false),
        }
    }
}

/// What ffmpeg says when there is nothing to decode.
fn refusal(reason: String) -> SoundError {
    if reason.contains("matches no streams") || reason.contains("does not contain any stream") {
        return SoundError::NoTrack;
    }
    if reason.contains("Invalid data found")
        || reason.contains("not found")
        || reason.contains("not on whitelist")
    {
        return SoundError::Unknown { reason };
    }
    SoundError::Program { reason }
}

impl SoundSource for ProgramSound {
    fn read(&mut self, into: &mut Vec<f32>) -> Result<bool, SoundError> {
        let Some(running) = &mut self.running else {
            return Ok(false);
        };
        let mut bytes = [0_u8; 32 * 1024];
        let read = running.output.read(&mut bytes).unwrap_or(0);
        if read == 0 {
            return self.end();
        }
        let mut bytes = bytes[..read].iter().copied();
        let before = into.len();
        while let Some(low) = self.half.take().or_else(|| bytes.next()) {
            let Some(high) = bytes.next() else {
                self.half = Some(low);
                break;
            };
            into.push(f32::from(i16::from_le_bytes([low, high])) / 32_768.0);
        }
        self.given += (into.len() - before) as u64;
        if self.given >= self.limit {
            let now = self.limit as f64 / RATE as f64;
            into.truncate(into.len() - ((self.given - self.limit) as usize).min(into.len() - before));
            self.given = self.limit;
            let detail = format!("only the first {now:.0} seconds are listened to");
            self.omissions
                .push(omission("reading.sound_too_long", detail, Some((now, now))));
            self.running = None;
        }
        Ok(true)
    }

    fn omissions(&self) -> &[Omission] {
        &self.omissions
    }

    fn program(&self) -> String {
        "ffmpeg".to_owned()
    }
}

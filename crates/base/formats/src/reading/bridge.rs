//! What nothing here reads, LibreOffice may: it runs as another program, turns the document into a PDF, and the PDF is
//! read.
//!
//! The program gets a private folder with a copy of the document and a profile of its own, in which macros and links
//! are switched off and no network is found. It has so long, and may write so much; then all of it is ended.

use super::dispatch::Reader;
use super::{Context, Input, ReadError, readers};
use rustix::process::{Pid, Signal, kill_process_group};
use std::fs::{self, DirBuilder, File};
use std::io::{self, Read, Write};
use std::os::unix::fs::DirBuilderExt;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

const PROGRAM: &str = "libreoffice";
/// How often the program is looked after.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// Folders that may be left over from readings that were cut off.
const MAX_FOLDERS: u32 = 10_000;
/// What the program may write that is no PDF: its profile, its temporary files.
const SPARE_BYTES: u64 = 256 << 20;

/// Settings of the profile: no macro runs, no link is followed, no server answers.
const SETTINGS: &[(&str, &str, &str)] = &[
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    (
        "Office.Common/Security/Scripting",
        "DisableMacrosExecution",
        "true",
    ),
    ("Office.Common/Security/Scripting", "DisableActiveContent", "true"),
    (
        "Office.Common/Security/Scripting",
        "BlockUntrustedRefererLinks",
        "true",
    ),
    ("Office.Writer/Content/Update", "Link", "0"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetFTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetFTPProxyPort", "9"),
];

/// Reads a document by way of LibreOffice.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let missing = ReadError::ProgramMissing { program: PROGRAM };
    let options = context.options();
    let (Some(program), Some(scratch)) = (&options.libreoffice, &options.scratch) else {
        return Err(missing);
    };
    if !program.is_file() {
        return Err(missing);
    }
    let limits = context.limits();
    if input.size() > limits.document_bytes {
        return Err(ReadError::TooLarge {
            what: "bytes",
            limit: limits.document_bytes,
        });
    }
    let folder = Folder::make(scratch)?;
    let bridge = Bridge {
        program,
        folder: &folder.path,
        time: Duration::from_secs(limits.bridge_seconds),
        bytes: limits.expanded_bytes,
    };
    let pdf = bridge.convert(input)?;
    context.text_step(PROGRAM, serde_json::Map::new());
    readers::read(Reader::Pdf, &Input::from_path(&pdf)?, context)
}

/// A private folder that is taken away at the end.
struct Folder {
    path: PathBuf,
}

impl Folder {
    fn make(scratch: &Path) -> io::Result<Self> {
        for number in 0..MAX_FOLDERS {
            let path = scratch.join(format!("office-{number}"));
            match DirBuilder::new().mode(0o700).create(&path) {
                Ok(()) => {
                    return Ok(Self {
                        path: path.canonicalize()?,
                    });
                }
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(error),
            }
        }
        Err(io::Error::other("the folder for temporary files is full"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.path) {
            tracing::warn!(folder = %self.path.display(), %error, "a temporary folder stays");
        }
    }
}

struct Bridge<'a> {
    program: &'a Path,
    folder: &'a Path,
    time: Duration,
    bytes: u64,
}

impl Bridge<'_> {
    /// Turns the document into a PDF; gives where it lies.
    fn convert(&self, input: &Input<'_>) -> Result<PathBuf, ReadError> {
        let source = self.folder.join(safe_name(&input.extension()));
        io::copy(
            &mut input.reader()?.take(input.size()),
            &mut File::create_new(&source)?,
        )?;
        let profile = self.folder.join("profile");
        fs::create_dir_all(profile.join("user"))?;
        File::create_new(profile.join("user/registrymodifications.xcu"))?.write_all(settings().as_bytes())?;
        let out = self.folder.join("out");
        fs::create_dir(&out)?;
        let child = Command::new(self.program)
            .arg(format!(
                "-env:UserInstallation=file://{}",
                percent_encoded(&profile)
            ))
            .args([
                "--headless",
                "--invisible",
                "--nologo",
                "--norestore",
                "--nolockcheck",
                "--nodefault",
            ])
            .args(["--nofirststartwizard", "--convert-to", "pdf", "--outdir"])
            .arg(&out)
            .arg(&source)
            .current_dir(self.folder)
            .env_clear()
            .env("PATH", "/usr/local/bin:/usr/bin:/bin")
            .env("HOME", self.folder)
            .env("TMPDIR", self.folder)
            .env("LC_ALL", "C.UTF-8")
            .env("SAL_USE_VCLPLUGIN", "svp")
            .env("http_proxy", "http://127.0.0.1:9")
            .env("https_proxy", "http://127.0.0.1:9")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .process_group(0)
            .spawn()
            .map_err(|error| ReadError::program_failed(PROGRAM, error))?;
        let mut child = Group {
            child,
            is_ended: false,
        };
        self.look_after(&mut child)?;
        let pdf = fs::read_dir(&out)?
            .filter_map(Result::ok)
            .map(|entry| entry.path())
            .find(|path| path.extension().is_some_and(|ending| ending == "pdf"));
        pdf.ok_or_else(|| ReadError::program_failed(PROGRAM, "it could not open the document"))
    }

    fn look_after(&self, group: &mut Group) -> Result<(), ReadError> {
        let begun = Instant::now();
        loop {
            if group.child.try_wait()?.is_some() {
                return Ok(());
            }
            if begun.elapsed() > self.time {
                let detail = format!("it took more than {} seconds", self.time.as_secs());
                return Err(ReadError::program_failed(PROGRAM, detail));
            }
            let allowed = self.bytes.saturating_add(SPARE_BYTES);
            if folder_bytes(self.folder, 0) > allowed {
                let detail = format!("it wrote more than {allowed} bytes");
                return Err(ReadError::program_failed(PROGRAM, detail));
            }
            std::thread::sleep(LOOK_EVERY);
        }
    }
}

/// The program with all that it started.
struct Group {
    child: Child,
    is_ended: bool,
}

impl Drop for Group {
    fn drop(&mut self) {
        if self.is_ended {
            return;
        }
        self.is_ended = true;
        // also after it ended by itself: what it started may live on in its group
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw);
        if let Some(group) = group
            && let Err(error) = kill_process_group(group, Signal::KILL)
        {
            tracing::trace!(%error, "nothing is left to be ended");
        }
        let _status = self.child.wait();
    }
}

/// The name under which the document is given: its ending tells the program what it is.
fn safe_name(extension: &str) -> String {
    let ending: String = extension
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .take(8)
        .collect();
    if ending.is_empty() {
        "document".to_owned()
    } else {
        format!("document.{ending}")
    }
}

fn settings() -> String {
    let items: String = SETTINGS
        .iter()
        .map(|(path, name, value)| {
            format!(
                "<item oor:path=\"/org.openoffice.{path}\"><prop oor:name=\"{name}\" oor:op=\"fuse\"><value>{value}</value></prop></item>"
            )
        })
        .collect();
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<oor:items xmlns:oor=\"http://openoffice.org/2001/registry\">{items}</oor:items>\n"
    )
}

/// A path in an address.
fn percent_encoded(path: &Path) -> String {
    path.as_os_str()
        .as_encoded_bytes()
        .iter()
        .map(|byte| match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'/' | b'-' | b'_' | b'.' | b'~' => {
                char::from(*byte).to_string()
            }
            byte => format!("%{byte:02X}"),
        })
        .collect()
}

/// Bytes of a folder with everything in it, links not followed.
fn folder_bytes(folder: &Path, depth: u8) -> u64 {
    let Ok(entries) = fs::read_dir(folder) else {
        return 0;
    };
    entries
        .filter_map(Result::ok)
        .map(|entry| match entry.metadata() {
            Ok(about) if about.is_dir() && depth < 16 => folder_bytes(&entry.path(), depth + 1),
            Ok(about) => about.len(),
            Err(_) => 0,
        })
        .fold(0, u64::saturating_add)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_nothing_but_the_kind() {
        assert_eq!(safe_name("../wps"), "document.wps");
        assert_eq!(safe_name(""), "document");
        assert_eq!(percent_encoded(Path::new("/a b/坝")), "/a%20b/%E5%9D%9D");
    }

    #[test]
    fn folders_are_private_and_go_away() {
        let scratch = tempfile::tempdir().unwrap();
        let (first, second) = (
            Folder::make(scratch.path()).unwrap(),
            Folder::make(scratch.path()).unwrap(),
        );
        assert_ne!(first.path, second.path);
        std::fs::write(first.path.join("x"), b"123").unwrap();
        assert_eq!(folder_bytes(scratch.path(), 0), 3);
        drop((first, second));
        assert_eq!(std::fs::read_dir(scratch.path()).unwrap().count(), 0);
    }

    fn bridge<'a>(program: &'a Path, folder: &'a Path) -> Bridge<'a> {
        Bridge {
            program,
            folder,
            time: Duration::from_millis(200),
            bytes: 0,
        }
    }

    #[test]
    fn a_program_that_does_not_end_is_ended_with_all_it_started() {
        let scratch = tempfile::tempdir().unwrap();
        let program = scratch.path().join("soffice");
        std::fs::write(
            &program,
            "#!/bin/sh\nsleep 600 & echo $! > \"$HOME/../child\"\nwait\n",
        )
        .unwrap();
        std::fs::set_permissions(&program, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
        let folder = Folder::make(scratch.path()).unwrap();
        let error = bridge(&program, &folder.path)
            .convert(&Input::from_bytes("a.wps", b"x"))
            .unwrap_err();
        assert_eq!(error.code(), "reading.program_failed");
        let child = std::fs::read_to_string(scratch.path().join("child")).unwrap();
        // gone, or a zombie that nobody has fetched yet
        let is_gone = || {
            let status = std::fs::read_to_string(format!("/proc/{}/stat", child.trim()));
            status
                .is_ok_and(|status| !status.contains(" Z "))
                .then(std::thread::yield_now)
                .is_none()
        };
        assert!((0..1_000_000).any(|_| is_gone()));
    }

    #[test]
    fn a_program_that_writes_nothing_has_failed() {
        let scratch = tempfile::tempdir().unwrap();
        let folder = Folder::make(scratch.path()).unwrap();
        let error = bridge(Path::new("/bin/true"), &folder.path)
            .convert(&Input::from_bytes("a.wps", b"x"))
            .unwrap_err();
        assert_eq!(error.code(), "reading.program_failed");
    }
}

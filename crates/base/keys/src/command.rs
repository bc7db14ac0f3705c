//! Keys that another program prints: a certified module, a device, a secret store.

use crate::algorithm::CipherAlgorithm;
use crate::error::KeyStoreError;
use crate::key::{KeyInfo, KeyState, MasterKey};
use crate::ring::KeyRing;
use crate::secret::Secret;
use std::collections::HashSet;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::mpsc;
use std::time::Duration;
use zeroize::Zeroizing;

/// Most bytes of what the command prints.
const MOST: usize = 64 * 1024;
/// Pause between two looks at whether the command has ended.
const PAUSE: Duration = Duration::from_millis(5);

/// A program that prints master keys on its standard output, one a line:
///
/// ```text
/// # identifier algorithm state created key-in-hexadecimal
/// 2026-1 sm4-gcm active 2026-11-22T08:00:00Z 00112233445566778899aabbccddeeff
/// ```
///
/// Empty lines and those that begin with `#` are passed over. It is started directly, without a shell, with no input;
/// what it says on standard error is thrown away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyCommand {
    program: PathBuf,
    arguments: Vec<String>,
    limit: Duration,
}

impl KeyCommand {
    /// A program with its arguments, and how long it may take.
    pub fn new(program: PathBuf, arguments: Vec<String>, limit: Duration) -> Self {
        Self {
            program,
            arguments,
            limit,
        }
    }

    /// The program.
    pub fn program(&self) -> &Path {
        &self.program
    }

    /// Runs the program. New data keys are made for `algorithm`.
    ///
    /// # Errors
    /// [`KeyStoreError::Command`], [`KeyStoreError::CommandTimeout`], [`KeyStoreError::CommandOutput`].
    pub fn ring(&self, algorithm: CipherAlgorithm) -> Result<KeyRing, KeyStoreError> {
        let printed = self.run()?;
        Ok(KeyRing::new(self.parse(&printed)?, algorithm))
    }

    fn run(&self) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        let mut child = Command::new(&self.program)
            .args(&self.arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| self.failed(format!("cannot be started: {}", error.kind())))?;
        let answer = self.printed(&mut child);
        if answer.is_err() {
            // it may have ended by itself
            let _ = child.kill();
            let _ = child.wait();
        }
        answer
    }

    fn printed(&self, child: &mut Child) -> Result<Zeroizing<Vec<u8>>, KeyStoreError> {
        let stdout = child.stdout.take();
        let stdout = stdout.ok_or_else(|| self.failed("has no standard output".to_owned()))?;
        let (tell, told) = mpsc::channel();
        std::thread::spawn(move || {
            // never grows, so that no copy stays behind
            let mut bytes = Zeroizing::new(Vec::with_capacity(MOST + 1));
            let read = stdout.take(MOST as u64 + 1).read_to_end(&mut bytes);
            // whoever asked may have given up
            let _ = tell.send(read.map(|_| bytes));
        });
        let bytes = told.recv_timeout(self.limit).map_err(|_| self.too_slow())?;
        let bytes = bytes.map_err(|error| self.failed(format!("cannot be read: {}", error.kind())))?;
        if bytes.len() > MOST {
            return Err(self.failed("prints more than keys take".to_owned()));
        }
        let status = self.ended(child)?;
        if !status.success() {
            return Err(self.failed(format!("failed: {status}")));
        }
        Ok(bytes)
    }

    /// A program that has closed its output may still be running.
    fn ended(&self, child: &mut Child) -> Result<ExitStatus, KeyStoreError> {
        let mut waited = Duration::ZERO;
        loop {
            let status = child.try_wait();
            match status.map_err(|error| self.failed(format!("cannot be waited for: {}", error.kind())))? {
                Some(status) => return Ok(status),
                None if waited >= self.limit => return Err(self.too_slow()),
                None => {
                    std::thread::sleep(PAUSE);
                    waited += PAUSE;
                }
            }
        }
    }

    fn parse(&self, printed: &[u8]) -> Result<Vec<MasterKey>, KeyStoreError> {
        let mut keys = Vec::new();
        let mut known = HashSet::new();
        for (number, line) in printed.split(|byte| *byte == b'\n').enumerate() {
            let wrong = |reason| KeyStoreError::CommandOutput {
                program: self.program.clone(),
                line: number + 1,
                reason,
            };
            let line = std::str::from_utf8(line).map_err(|_| wrong("no text in UTF-8"))?;
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let key = parse_line(line).map_err(wrong)?;
            if !known.insert(key.info.id.clone()) {
                return Err(wrong("its identifier comes twice"));
            }
            keys.push(key);
        }
        match keys
            .iter()
            .filter(|key| key.info.state == KeyState::Active)
            .count()
        {
            1 => Ok(keys),
            active => Err(self.failed(format!("prints {active} active keys, and one is wanted"))),
        }
    }

    fn failed(&self, reason: String) -> KeyStoreError {
        KeyStoreError::Command {
            program: self.program.clone(),
            reason,
        }
    }

    fn too_slow(&self) -> KeyStoreError {
        KeyStoreError::CommandTimeout {
            program: self.program.clone(),
            seconds: self.limit.as_secs(),
        }
    }
}

fn parse_line(line: &str) -> Result<MasterKey, &'static str> {
    let mut parts = line.split_ascii_whitespace();
    let mut next = || parts.next().ok_or("it has fewer than five parts");
    let (id, algorithm, state, created, hex) = (next()?, next()?, next()?, next()?, next()?);
    if parts.next().is_some() {
        return Err("it has more than five parts");
    }
    if id.len() > 64 || !id.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err("its identifier has other characters than ASCII, or more than 64");
    }
    let algorithm = CipherAlgorithm::named(algorithm).ok_or("its algorithm is not known")?;
    let state = match state {
        "active" => KeyState::Active,
        "retired" => KeyState::Retired,
        _ => return Err("its state is neither active nor retired"),
    };
    let created = created.parse().map_err(|_| "its time is no time")?;
    let mut secret = Zeroizing::new(vec![0; algorithm.key_bytes()]);
    hex::decode_to_slice(hex, &mut secret)
        .map_err(|_| "its key has not the form or length of its algorithm")?;
    let info = KeyInfo {
        id: id.to_owned(),
        algorithm,
        state,
        created,
    };
    let secret = Secret::new(std::mem::take(&mut *secret));
    Ok(MasterKey { info, secret })
}

#[cfg(test)]
mod tests {
    use super::*;
    use lantai_domain::KeyKeeper;

    const OLD: &str = "2025 aes-256-gcm retired 2025-01-01T00:00:00Z 000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f";
    const NEW: &str = "2026 sm4-gcm active 2026-01-01T00:00:00Z 00112233445566778899aabbccddeeff";

    fn shell(script: &str, limit: Duration) -> KeyCommand {
        let arguments = vec!["-c".to_owned(), script.to_owned()];
        KeyCommand::new("/bin/sh".into(), arguments, limit)
    }

    fn refused(script: &str) -> KeyStoreError {
        let limit = Duration::from_secs(60);
        match shell(script, limit).ring(CipherAlgorithm::Sm4Gcm) {
            Ok(_) => panic!("{script} was not refused"),
            Err(error) => error,
        }
    }

    #[test]
    fn keys_are_taken_from_what_a_program_prints() {
        let command = shell(
            &format!("printf '# keys\\n\\n{OLD}\\n{NEW}\\n'; echo noise >&2"),
            Duration::from_secs(60),
        );
        let ring = command.ring(CipherAlgorithm::Aes256Gcm).unwrap();
        assert_eq!(ring.keys().len(), 2);
        assert_eq!(ring.active().unwrap().id, "2026");
        let (wrapped, _) = ring.new_object_key("urn:1").unwrap();
        assert_eq!(
            (wrapped.master.as_str(), wrapped.algorithm.as_str()),
            ("2026", "aes-256-gcm")
        );
    }

    #[test]
    fn what_goes_wrong_is_named_and_never_tells_what_was_printed() {
        let hex = "00112233445566778899aabbccddeeff";
        let cases = [
            (format!("echo {hex}; exit 3"), "keys.command"),
            ("exec /nowhere/at/all".to_owned(), "keys.command"),
            (format!("echo '{NEW}'; echo '{NEW}'"), "keys.command_output"),
            (format!("echo '{OLD}'"), "keys.command"),
            (format!("echo '{hex}'"), "keys.command_output"),
            (format!("echo '{NEW}00'"), "keys.command_output"),
            (format!("echo '{NEW} more'"), "keys.command_output"),
            (
                format!("echo 'a rot13 active 2026-01-01T00:00:00Z {hex}'"),
                "keys.command_output",
            ),
            (
                format!("echo 'a sm4-gcm asleep 2026-01-01T00:00:00Z {hex}'"),
                "keys.command_output",
            ),
            (
                format!("echo 'a sm4-gcm active today {hex}'"),
                "keys.command_output",
            ),
            ("head -c 70000 /dev/zero".to_owned(), "keys.command"),
            ("printf '\\377'".to_owned(), "keys.command_output"),
        ];
        for (script, code) in cases {
            let error = refused(&script);
            assert_eq!(error.code(), code, "{script}");
            let told = format!("{error} {error:?}");
            assert!(!told.contains("0011223344"), "{told}");
        }
        let missing = KeyCommand::new("/nowhere/at/all".into(), Vec::new(), Duration::from_secs(1));
        let refused = missing.ring(CipherAlgorithm::Sm4Gcm).map(|_| ()).unwrap_err();
        assert_eq!(refused.code(), "keys.command");
    }

    #[test]
    fn no_shell_reads_the_arguments() {
        let arguments = vec![format!("{NEW}; echo $HOME `id`")];
        let command = KeyCommand::new("/bin/echo".into(), arguments, Duration::from_secs(60));
        let error = command.ring(CipherAlgorithm::Sm4Gcm).map(|_| ()).unwrap_err();
        assert_eq!(error.code(), "keys.command_output");
    }

    #[test]
    fn a_program_that_does_not_end_is_stopped() {
        for script in ["exec sleep 1000", "exec >&-; exec sleep 1000"] {
            let command = shell(script, Duration::from_millis(200));
            let error = command.ring(CipherAlgorithm::Sm4Gcm).map(|_| ()).unwrap_err();
            assert_eq!(error.code(), "keys.command_timeout");
        }
    }
}

//! Mailboxes (`mbox`, RFC 4155): messages one after the other, each begun by a line `From `. Every message is read as a
//! part; no more than one of them is in memory.

use super::mime::Header;
use super::{Context, Input, ReadError, email};
use std::io::{BufRead, BufReader, Read};

/// Bytes of a line that is looked at as a whole; longer ones are taken in pieces.
const LINE_BYTES: u64 = 64 * 1024;

/// Reads a mailbox.
pub(super) fn read(input: &Input<'_>, context: &mut Context<'_>) -> Result<(), ReadError> {
    let limit = context.limits().part_bytes;
    let mut messages = Messages::new(BufReader::new(input.reader()?), limit);
    let Some(first) = messages.next_message()? else {
        return Err(ReadError::damaged("there is no message in the mailbox"));
    };
    let Some(second) = messages.next_message()? else {
        // a message that some program put a line before
        return email::read(&Input::from_bytes(input.name(), &first.bytes), context);
    };
    context.text_step("", serde_json::Map::new());
    tell(&first, 1, context)?;
    tell(&second, 2, context)?;
    // no more than what is told next is held from here on
    drop((first, second));
    let mut number = 2_u64;
    while let Some(message) = messages.next_message()? {
        number += 1;
        tell(&message, number, context)?;
    }
    Ok(())
}

fn tell(message: &Message, number: u64, context: &mut Context<'_>) -> Result<(), ReadError> {
    let (header, _) = Header::split(&message.bytes, 1 << 20);
    let subject = header.texts("subject").next().unwrap_or_default();
    if message.is_cut {
        context.omit("reading.part_too_large", format!("message {number}: {subject}"));
        return Ok(());
    }
    if message.bytes.trim_ascii().is_empty() {
        return Ok(());
    }
    context.part(
        &format!("{number:05} {subject}.eml"),
        "message/rfc822",
        &message.bytes,
    )
}

/// Whether a text begins as a mailbox does: the line that parts messages, then the field of a header.
pub(super) fn is_mailbox(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n');
    let is_parted = lines.next().is_some_and(is_from_line);
    let field = lines.next().unwrap_or_default();
    let name = field.split(|byte| *byte == b':').next().unwrap_or_default();
    let name = name.strip_prefix(b">From ").map_or(name, |_| b"From");
    is_parted && !name.is_empty() && name.len() < field.len() && name.iter().all(u8::is_ascii_graphic)
}

struct Message {
    bytes: Vec<u8>,
    is_cut: bool,
}

struct Messages<R> {
    reader: R,
    limit: u64,
    /// The line `From ` of the next message was read.
    is_begun: bool,
}

impl<R: BufRead> Messages<R> {
    fn new(reader: R, limit: u64) -> Self {
        Self {
            reader,
            limit,
            is_begun: false,
        }
    }

    fn next_message(&mut self) -> std::io::Result<Option<Message>> {
        let mut message = Message {
            bytes: Vec::new(),
            is_cut: false,
        };
        let mut line = Vec::new();
        // at the beginning of the mailbox as well a message may begin
        let mut is_after_empty = true;
        let mut is_at_start = true;
        loop {
            line.clear();
            let read = self
                .reader
                .by_ref()
                .take(LINE_BYTES)
                .read_until(b'\n', &mut line)?;
            if read == 0 {
                let is_last = std::mem::take(&mut self.is_begun);
                return Ok((is_last || !message.bytes.is_empty()).then_some(message));
            }
            if is_at_start && is_after_empty && is_from_line(&line) {
                let was_begun = std::mem::replace(&mut self.is_begun, true);
                if was_begun || !message.bytes.trim_ascii().is_empty() {
                    return Ok(Some(message));
                }
                message.bytes.clear();
                is_after_empty = false;
                continue;
            }
            let is_line_start = is_at_start;
            is_at_start = line.ends_with(b"\n");
            is_after_empty = is_line_start && line.trim_ascii().is_empty();
            if message.bytes.len() as u64 + line.len() as u64 > self.limit {
                message.is_cut = true;
                continue;
            }
            let quoted = is_line_start && is_quoted_from(&line);
            message
                .bytes
                .extend_from_slice(line.get(usize::from(quoted)..).unwrap_or_default());
        }
    }
}

/// `From sender Mon Jan  1 00:00:00 2001`: a sender, and somewhere behind it a time or a year. A sentence that begins
/// so has neither.
fn is_from_line(line: &[u8]) -> bool {
    let Some(rest) = line.strip_prefix(b"From ") else {
        return false;
    };
    let text = String::from_utf8_lossy(rest);
    let is_time = |word: &str| {
        word.len() >= 4
            && word.contains(':')
            && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b':')
    };
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|byte| byte.is_ascii_digit());
    let words: Vec<&str> = text.split_whitespace().skip(1).collect();
    words.iter().any(|word| is_time(word)) && words.iter().any(|word| is_year(word))
        || words.is_empty() && text.contains('@')
}

/// `>From `, `>>From `: one mark was put there by the program that wrote the mailbox (mboxrd).
fn is_quoted_from(line: &[u8]) -> bool {
    let marks = line.iter().take_while(|byte| **byte == b'>').count();
    marks > 0 && line.get(marks..).is_some_and(|rest| rest.starts_with(b"From "))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn messages(mailbox: &[u8], limit: u64) -> Vec<(String, bool)> {
        let mut messages = Messages::new(mailbox, limit);
        let mut found = Vec::new();
        while let Some(message) = messages.next_message().unwrap() {
            found.push((
                String::from_utf8_lossy(&message.bytes).into_owned(),
                message.is_cut,
            ));
        }
        found
    }

    #[test]
    fn messages_are_parted_by_lines_that_nobody_writes() {
        let mailbox =
            b"From a@b Mon Jan  1 00:00:00 2001\nSubject: 1\n\nFrom here we go\n>From me\n>>From x\n\n\
            From c@d Tue Jan 12 09:01:02 CST 2001\nSubject: 2\n\nbody\n";
        let found = messages(mailbox, 1_000);
        assert_eq!(
            found,
            [
                (
                    "Subject: 1\n\nFrom here we go\nFrom me\n>From x\n\n".to_owned(),
                    false
                ),
                ("Subject: 2\n\nbody\n".to_owned(), false)
            ]
        );
    }

    #[test]
    fn a_message_beyond_the_limit_is_told_and_the_next_is_whole() {
        let mailbox = format!(
            "From a@b Mon Jan  1 00:00:00 2001\n\n{}\n\nFrom a@b Mon Jan  1 00:00:00 2001\n\nx\n",
            "y".repeat(200_000)
        );
        let found = messages(mailbox.as_bytes(), 1_000);
        assert_eq!(
            found.iter().map(|(_, is_cut)| *is_cut).collect::<Vec<_>>(),
            [true, false]
        );
    }

    #[test]
    fn a_mailbox_is_known_by_its_beginning() {
        assert!(is_mailbox(
            b"From a@b Mon Jan  1 00:00:00 2001\r\nReceived: x\r\n"
        ));
        assert!(!is_mailbox(
            b"From Monday 10:00 on, in 2001,\nwe meet: in the hall\n"
        ));
        assert!(!is_mailbox(b"From: a@b\nTo: c@d\n"));
    }

    proptest! {
        #[test]
        fn what_was_quoted_comes_back(bodies in proptest::collection::vec(proptest::collection::vec("(>{0,2}From x|[a-z ]{0,8})", 0..4), 1..5)) {
            let mut mailbox = String::new();
            let mut expected = Vec::new();
            for lines in &bodies {
                let body: String = lines.iter().map(|line| format!("{line}\n")).collect();
                let quoted: String = lines
                    .iter()
                    .map(|line| if line.trim_start_matches('>').starts_with("From ") { format!(">{line}\n") } else { format!("{line}\n") })
                    .collect();
                mailbox.push_str(&format!("From a@b Mon Jan  1 00:00:00 2001\nSubject: x\n\n{quoted}\n"));
                expected.push((format!("Subject: x\n\n{body}\n"), false));
            }
            prop_assert_eq!(messages(mailbox.as_bytes(), 100_000), expected);
        }
    }
}

//! The child's side: one answer for each question until there are no more.

use super::protocol::{Answer, Request};
use lantai_formats::page_code::read_page_codes;
use lantai_formats::properties::examine_claim;
use std::io::{self, BufRead, Write};
use std::panic::{AssertUnwindSafe, catch_unwind};

/// Answers questions until there are no more. After a panic it says so and ends, for its memory is not to be trusted.
pub fn run_child(input: impl BufRead, mut output: impl Write) -> io::Result<()> {
    for line in input.lines() {
        let answer = answer(&line?);
        let is_last = matches!(answer, Answer::Panicked(_));
        let line = serde_json::to_string(&answer)? + "\n";
        output.write_all(line.as_bytes())?;
        output.flush()?;
        if is_last {
            break;
        }
    }
    Ok(())
}

fn answer(line: &str) -> Answer {
    let request: Request = match serde_json::from_str(line) {
        Ok(request) => request,
        Err(error) => return Answer::Unreadable(error.to_string()),
    };
    let Some(path) = request.path() else {
        return Answer::Unreadable("no path".to_owned());
    };
    let examined = catch_unwind(AssertUnwindSafe(|| match &request.page_codes {
        Some(limits) => read_page_codes(&path, limits).map(Answer::PageCodes),
        None => examine_claim(&request.claim, &path, &request.limits)
            .map(|properties| Answer::Properties(Box::new(properties))),
    }));
    match examined {
        Ok(Ok(answer)) => answer,
        Ok(Err(error)) if error.kind() == io::ErrorKind::OutOfMemory => Answer::OutOfMemory,
        Ok(Err(error)) => Answer::Unreadable(error.to_string()),
        Err(payload) => {
            let words = payload.downcast_ref::<String>().cloned();
            let words = words.or_else(|| payload.downcast_ref::<&str>().map(|words| (*words).to_owned()));
            Answer::Panicked(words.unwrap_or_else(|| "a panic".to_owned()))
        }
    }
}

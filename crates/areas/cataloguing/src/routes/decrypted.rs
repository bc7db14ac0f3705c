//! Giving out a file that lies encrypted: whole or a range of it, decrypted while it goes out.

use crate::error::CataloguingError;
use crate::layout::read_failed;
use axum::body::Body;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse, Response};
use futures::{StreamExt, stream};
use lantai_vault::Content;
use std::io::{self, Read, Seek, SeekFrom};
use std::ops::Range;

/// Bytes that go out at a time.
const PIECE: u64 = 64 * 1024;

/// What part of a file is asked for.
#[derive(Debug, PartialEq, Eq)]
enum Wanted {
    Whole,
    Part(Range<u64>),
    /// A range that the file does not have.
    Outside,
}

/// The answer with the file, or with the range that the request asks for. What goes out first is proved before the
/// answer begins; where a later part turns out to be altered, the answer breaks off.
pub(super) async fn give_out(
    mut content: Content,
    asked: &HeaderMap,
    what: &str,
) -> Result<Response, CataloguingError> {
    let failed = |source| read_failed(what, source);
    let size = content.size().map_err(failed)?;
    let (status, range) = match wanted(asked, size) {
        Wanted::Whole => (StatusCode::OK, 0..size),
        Wanted::Part(range) => (StatusCode::PARTIAL_CONTENT, range),
        Wanted::Outside => {
            let told = [(header::CONTENT_RANGE, format!("bytes */{size}"))];
            return Ok((StatusCode::RANGE_NOT_SATISFIABLE, told).into_response());
        }
    };
    content.seek(SeekFrom::Start(range.start)).map_err(failed)?;
    let length = range.end - range.start;
    let (first, rest) = next_piece(content, length).await.map_err(failed)?;
    let what = what.to_owned();
    let following = stream::try_unfold((rest, what), |((content, left), what)| async move {
        if left == 0 {
            return Ok(None);
        }
        match next_piece(content, left).await {
            Ok((piece, rest)) => Ok(Some((piece, (rest, what)))),
            Err(error) => {
                tracing::error!(error = %error, "{what} could not be given out to its end");
                Err(error)
            }
        }
    });
    let body = stream::once(async move { Ok::<_, io::Error>(first) }).chain(following);
    let mut response = (status, Body::from_stream(body)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::ACCEPT_RANGES, header::HeaderValue::from_static("bytes"));
    headers.insert(header::CONTENT_LENGTH, length.into());
    if status == StatusCode::PARTIAL_CONTENT {
        let told = format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1));
        if let Ok(told) = told.parse() {
            headers.insert(header::CONTENT_RANGE, told);
        }
    }
    Ok(response)
}

/// Reads the next bytes; says what is left.
async fn next_piece(mut content: Content, left: u64) -> io::Result<(Vec<u8>, (Content, u64))> {
    let read = tokio::task::spawn_blocking(move || {
        let length = usize::try_from(left.min(PIECE)).map_err(io::Error::other)?;
        let mut piece = vec![0; length];
        content.read_exact(&mut piece)?;
        Ok((piece, (content, left - length as u64)))
    });
    read.await.map_err(io::Error::other)?
}

/// One range is served; several, or what cannot be understood, are answered with the whole (RFC 9110, 14.2). We give no
/// validator, so that a condition on one never holds.
fn wanted(asked: &HeaderMap, size: u64) -> Wanted {
    let range = asked.get(header::RANGE).and_then(|range| range.to_str().ok());
    let spec = range.and_then(|range| range.trim().strip_prefix("bytes="));
    let Some(spec) = spec.filter(|_| !asked.contains_key(header::IF_RANGE)) else {
        return Wanted::Whole;
    };
    let Some((from, to)) = spec.trim().split_once('-') else {
        return Wanted::Whole;
    };
    let number = |text: &str| match text.bytes().all(|byte| byte.is_ascii_digit()) {
        true => text.parse::<u64>().ok(),
        false => None,
    };
    let range = match (from, to) {
        ("", last) => match number(last) {
            Some(last) => size.saturating_sub(last)..size,
            None => return Wanted::Whole,
        },
        (from, "") => match number(from) {
            Some(from) => from..size,
            None => return Wanted::Whole,
        },
        (from, to) => match (number(from), number(to)) {
            (Some(from), Some(to)) if from <= to => from..size.min(to.saturating_add(1)),
            _ => return Wanted::Whole,
        },
    };
    match range.is_empty() {
        true => Wanted::Outside,
        false => Wanted::Part(range),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(range: &str) -> HeaderMap {
        HeaderMap::from_iter([(header::RANGE, range.parse().unwrap())])
    }

    #[test]
    fn a_range_is_understood_as_the_standard_says() {
        let part = |range: &str, size| wanted(&asked(range), size);
        assert_eq!(part("bytes=0-99", 1000), Wanted::Part(0..100));
        assert_eq!(part("bytes=900-", 1000), Wanted::Part(900..1000));
        assert_eq!(part("bytes=-100", 1000), Wanted::Part(900..1000));
        assert_eq!(part("bytes=-5000", 1000), Wanted::Part(0..1000));
        assert_eq!(
            part("bytes=990-18446744073709551615", 1000),
            Wanted::Part(990..1000)
        );
        assert_eq!(part("bytes=1000-", 1000), Wanted::Outside);
        assert_eq!(part("bytes=-0", 1000), Wanted::Outside);
        assert_eq!(part("bytes=0-", 0), Wanted::Outside);
        for whole in [
            "bytes=5-4",
            "bytes=0-1,4-5",
            "bytes=a-b",
            "bytes=+1-2",
            "lines=1-2",
            "bytes=",
            "bytes=99999999999999999999-",
        ] {
            assert_eq!(part(whole, 1000), Wanted::Whole, "{whole}");
        }
        let mut conditional = asked("bytes=0-99");
        conditional.insert(header::IF_RANGE, "\"anything\"".parse().unwrap());
        assert_eq!(wanted(&conditional, 1000), Wanted::Whole);
        assert_eq!(wanted(&HeaderMap::new(), 1000), Wanted::Whole);
    }
}

//! Subtitles (字幕): WebVTT (W3C, <https://www.w3.org/TR/webvtt1/>) and SubRip (SRT), written and read.

use lantai_domain::reading::{Segment, SegmentKind};

/// A cue: something to be shown for a while.
#[derive(Debug, Clone, PartialEq)]
pub struct Cue {
    /// From this second on.
    pub start: f64,
    /// Until this second.
    pub end: f64,
    /// What is said, without marks.
    pub text: String,
}

/// More cues than a recording has.
const MOST_CUES: usize = 200_000;

/// The cues of a transcript: speech only, what is said again left out.
pub fn cues(segments: &[Segment]) -> Vec<Cue> {
    segments
        .iter()
        .filter(|segment| segment.kind == SegmentKind::Speech && !segment.text.trim().is_empty())
        .map(|segment| Cue {
            start: segment.start,
            end: segment.end,
            text: segment.text.clone(),
        })
        .collect()
}

/// Writes WebVTT.
pub fn webvtt(cues: &[Cue]) -> String {
    let mut text = "WEBVTT\n".to_owned();
    for cue in cues {
        let (start, end) = span(cue);
        let shown = escape(&lines(&cue.text));
        text += &format!("\n{} --> {}\n{shown}\n", stamp(start, '.'), stamp(end, '.'));
    }
    text
}

/// Writes SRT, which knows no escapes.
pub fn srt(cues: &[Cue]) -> String {
    let mut text = String::new();
    for (number, cue) in (1..).zip(cues) {
        let (start, end) = span(cue);
        // an arrow in a text would be taken for times
        let shown = lines(&cue.text).replace("-->", "→");
        text += &format!(
            "{number}\n{} --> {}\n{shown}\n\n",
            stamp(start, ','),
            stamp(end, ',')
        );
    }
    text
}

/// Reads WebVTT or SRT: what looks like a cue is taken, everything else passed over. Marks (`<b>`, `<v Name>`, `{\an8}`)
/// are taken out.
pub fn parse(text: &str) -> Vec<Cue> {
    let is_vtt = text.trim_start_matches('\u{feff}').starts_with("WEBVTT");
    let mut cues = Vec::new();
    let mut lines = text.lines().peekable();
    while let Some(line) = lines.next() {
        let Some((start, end)) = times(line) else { continue };
        let mut shown: Vec<String> = Vec::new();
        // a cue ends with an empty line, or where the next one begins without one
        while let Some(next) = lines.next_if(|next| !next.trim().is_empty() && times(next).is_none()) {
            shown.push(plain(next, is_vtt));
        }
        let next_begins = lines.peek().is_some_and(|next| times(next).is_some());
        if next_begins
            && shown
                .last()
                .is_some_and(|last| last.trim().parse::<u32>().is_ok())
        {
            shown.pop();
        }
        let text = shown.join("\n").trim().to_owned();
        if end >= start && !text.is_empty() && cues.len() < MOST_CUES {
            cues.push(Cue { start, end, text });
        }
    }
    cues
}

/// Times as whole milliseconds, the end not before the start.
fn span(cue: &Cue) -> (u64, u64) {
    let milliseconds = |second: f64| {
        if second.is_finite() {
            (second.clamp(0.0, 3.6e8) * 1000.0).round() as u64
        } else {
            0
        }
    };
    let start = milliseconds(cue.start);
    (start, milliseconds(cue.end).max(start + 1))
}

fn stamp(milliseconds: u64, point: char) -> String {
    let (seconds, rest) = (milliseconds / 1000, milliseconds % 1000);
    format!(
        "{:02}:{:02}:{:02}{point}{rest:03}",
        seconds / 3600,
        seconds / 60 % 60,
        seconds % 60
    )
}

/// A text without empty lines, which would end its cue.
fn lines(text: &str) -> String {
    text.lines()
        .map(str::trim)
        .filter(|line| !line.is_empty())
        .collect::<Vec<_>>()
        .join("\n")
}

fn escape(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

/// `00:01:02.500 --> 00:01:04,000 settings`; hours may be missing.
fn times(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((second(start.trim())?, second(end)?))
}

fn second(stamp: &str) -> Option<f64> {
    let (whole, part) = stamp.split_once(['.', ','])?;
    let digits = |text: &str| {
        (!text.is_empty() && text.len() <= 6 && text.bytes().all(|byte| byte.is_ascii_digit()))
            .then(|| text.parse::<u32>().ok())
            .flatten()
    };
    let milliseconds = (part.len() == 3).then(|| digits(part)).flatten()?;
    let parts: Vec<u32> = whole.split(':').map(digits).collect::<Option<_>>()?;
    let (hours, minutes, seconds) = match parts.as_slice() {
        [minutes, seconds] => (0, *minutes, *seconds),
        [hours, minutes, seconds] => (*hours, *minutes, *seconds),
        _ => return None,
    };
    (minutes < 60 && seconds < 60).then(|| {
        f64::from(hours) * 3600.0
            + f64::from(minutes) * 60.0
            + f64::from(seconds)
            + f64::from(milliseconds) / 1000.0
    })
}

/// A line without marks; references of WebVTT resolved.
fn plain(line: &str, is_vtt: bool) -> String {
    let mut text = String::new();
    let mut rest = line;
    while let Some(at) = rest.find(['<', '{']) {
        let (before, mark) = rest.split_at(at);
        text += before;
        let close = if mark.starts_with('<') { '>' } else { '}' };
        let is_mark = mark.starts_with('<')
            && mark[1..].starts_with(|letter: char| letter.is_ascii_alphanumeric() || letter == '/')
            || mark.starts_with("{\\");
        match mark.find(close) {
            Some(end) if is_mark => rest = &mark[end + 1..],
            _ => {
                text.push_str(&mark[..1]);
                rest = &mark[1..];
            }
        }
    }
    text += rest;
    if is_vtt {
        let named = [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&nbsp;", "\u{a0}"),
            ("&lrm;", "\u{200e}"),
            ("&rlm;", "\u{200f}"),
            ("&amp;", "&"),
        ];
        for (name, letter) in named {
            text = text.replace(name, letter);
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cue(start: f64, end: f64, text: &str) -> Cue {
        Cue {
            start,
            end,
            text: text.to_owned(),
        }
    }

    #[test]
    fn both_kinds_are_written_as_their_readers_want_them() {
        let cues = [
            cue(0.0, 2.5, "渡头水位 <三十四> & 上涨"),
            cue(3725.04, 3726.0, "一\n\n二"),
        ];
        assert_eq!(
            webvtt(&cues),
            "WEBVTT\n\n00:00:00.000 --> 00:00:02.500\n渡头水位 &lt;三十四&gt; &amp; 上涨\n\n01:02:05.040 --> 01:02:06.000\n一\n二\n"
        );
        assert_eq!(
            srt(&cues),
            "1\n00:00:00,000 --> 00:00:02,500\n渡头水位 <三十四> & 上涨\n\n2\n01:02:05,040 --> 01:02:06,000\n一\n二\n\n"
        );
    }

    #[test]
    fn silence_and_repetitions_are_not_shown() {
        let segment = |kind, text: &str| Segment {
            kind,
            text: text.to_owned(),
            ..Segment::default()
        };
        let segments = [
            segment(SegmentKind::Speech, "开会"),
            segment(SegmentKind::Silence, ""),
            segment(SegmentKind::Repeated, "开会"),
            segment(SegmentKind::Noise, ""),
        ];
        assert_eq!(cues(&segments).len(), 1);
    }

    #[test]
    fn files_of_other_programs_are_read() {
        let vtt = "\u{feff}WEBVTT - title\nKind: captions\n\nNOTE a comment\n\nSTYLE\n::cue { color: red }\n\nintro\n00:01.000 --> 00:04.000 line:0 align:start\n<v Roger>We &amp; <b>they</b>\n- &lt;ok&gt;\n\n00:05.000 --> 00:04.000\nbackwards\n";
        assert_eq!(parse(vtt), [cue(1.0, 4.0, "We & they\n- <ok>")]);
        let srt = "1\r\n00:00:01,000 --> 00:00:02,000\r\n{\\an8}<i>你好</i> 1 < 2\r\n2\r\n00:00:02,000 --> 00:00:03,000\r\n再见 &amp;\r\n";
        assert_eq!(
            parse(srt),
            [cue(1.0, 2.0, "你好 1 < 2"), cue(2.0, 3.0, "再见 &amp;")]
        );
        assert!(parse("no cues\n\n99:99:99,999 --> x").is_empty());
    }

    fn any_cue() -> impl Strategy<Value = Cue> {
        (
            0_u32..400_000_000,
            1_u32..100_000,
            "[一-龥a-zA-Z0-9&<>{}/.;#\u{e9} ]{1,30}(\n[一-龥&<>v]{1,20})?",
        )
            .prop_map(|(start, length, text)| {
                let text = lines(&text);
                cue(
                    f64::from(start) / 1000.0,
                    f64::from(start + length) / 1000.0,
                    if text.is_empty() { "一" } else { &text },
                )
            })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again(cues in proptest::collection::vec(any_cue(), 0..20)) {
            prop_assert_eq!(&parse(&webvtt(&cues)), &cues);
            // SRT knows no escapes: a text that looks like a mark is one
            let bare: Vec<Cue> = cues
                .iter()
                .map(|of| Cue { text: lines(&format!("字{}", of.text.replace(['<', '{'], ""))), ..of.clone() })
                .collect();
            prop_assert_eq!(&parse(&srt(&bare)), &bare);
        }

        #[test]
        fn rubbish_is_passed_over(text in "(WEBVTT\n)?([0-9:.,> -]{0,40}\n|[<>{}&a-z\\\\]{0,20}\n){0,30}") {
            for cue in parse(&text) {
                prop_assert!(cue.end >= cue.start);
            }
        }
    }
}

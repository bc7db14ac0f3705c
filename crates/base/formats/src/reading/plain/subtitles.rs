//! Subtitles: SubRip (`.srt`) and WebVTT (`.vtt`).

/// Something that is said, with its time.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::reading) struct Cue {
    /// Begins, in seconds.
    pub start: f64,
    /// Ends.
    pub end: f64,
    /// What is said, without marks.
    pub text: String,
}

/// The cues of a file, in its order.
pub(super) fn cues(text: &str) -> Vec<Cue> {
    let mut cues: Vec<Cue> = Vec::new();
    let mut is_open = false;
    let mut before = "";
    for line in text.lines().map(str::trim) {
        if let Some((start, end)) = times(line) {
            // the number or name of this cue was taken for text of the one before, where no empty line stands between
            cues.push(Cue {
                start,
                end,
                text: String::new(),
            });
            is_open = true;
        } else if line.is_empty() {
            is_open = false;
        } else if let Some(cue) = cues.last_mut().filter(|_| is_open) {
            if !before.is_empty() && !cue.text.is_empty() {
                cue.text.push('\n');
            }
            cue.text.push_str(&without_marks(line));
        }
        before = line;
    }
    cues
}

/// `00:01:02,500 --> 00:01:04.000 align:start`
fn times(line: &str) -> Option<(f64, f64)> {
    let (start, rest) = line.split_once("-->")?;
    let end = rest.split_whitespace().next()?;
    Some((seconds(start.trim())?, seconds(end)?))
}

fn seconds(time: &str) -> Option<f64> {
    let time = time.replace(',', ".");
    let mut total = 0.0;
    for (place, part) in time.split(':').enumerate() {
        let value: f64 = part
            .parse()
            .ok()
            .filter(|value: &f64| value.is_finite() && *value >= 0.0)?;
        if place > 2 {
            return None;
        }
        total = total * 60.0 + value;
    }
    Some(total)
}

/// Without `<i>`, `<v Name>`, `{\an8}`, and with references resolved.
fn without_marks(line: &str) -> String {
    let mut plain = String::with_capacity(line.len());
    let mut inside = None;
    for letter in line.chars() {
        match (inside, letter) {
            (None, '<') => inside = Some('>'),
            (None, '{') => inside = Some('}'),
            (Some(end), letter) if letter == end => inside = None,
            (Some(_), _) => {}
            (None, letter) => plain.push(letter),
        }
    }
    let plain = plain
        .replace("&nbsp;", " ")
        .replace("&lt;", "<")
        .replace("&gt;", ">");
    plain.replace("&amp;", "&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_forms_are_read() {
        let text = "WEBVTT\n\nNOTE no\n\n1\n00:01.500 --> 00:02.000 align:start\n<v 张三>大坝 &amp; 水\n第二行\n\n\
                    2\n01:00:00,000 --> 01:00:01,000\n{\\an8}<i>验收</i>\n";
        let read = cues(text);
        assert_eq!(read.len(), 2);
        assert_eq!((read[0].start, read[0].end), (1.5, 2.0));
        assert_eq!(read[0].text, "大坝 & 水\n第二行");
        assert_eq!((read[1].start, read[1].text.as_str()), (3600.0, "验收"));
        assert_eq!(cues("a --> b\n1:2:3:4 --> 5\nx"), []);
    }
}

//! Check: what was recorded of a file when it was captured (电子属性, M46 to M50) against the file.

use super::files::{FileChecks, Judged, Seen, name_of};
use super::format::agrees;
use jiff::civil::Date;

/// Times of change before this day are those that programs write where they know none.
const OLDEST: Date = jiff::civil::date(1990, 1, 2);

impl FileChecks<'_> {
    /// Check.
    pub(super) fn recorded(&self, seen: &Seen<'_>, is_cut_off: bool, judged: &mut Judged) {
        let Some(recorded) = &seen.file.recorded else {
            return;
        };
        let name = &seen.file.name;
        if let Some(written) = recorded
            .name
            .as_deref()
            .map(str::trim)
            .filter(|written| !written.is_empty())
        {
            judged.tested.push(("A-3.2", 1));
            let written = written.replace('\\', "/");
            let written = written.trim_start_matches("./").trim_start_matches('/');
            let same = name == written
                || name
                    .strip_suffix(written)
                    .is_some_and(|before| before.ends_with('/'));
            if !same {
                self.fault(judged, "A-3.2", "intake.name_differs", name, |finding| {
                    finding
                        .element("computer_file_name")
                        .expected(written)
                        .found(name.rsplit('/').next().unwrap_or(name))
                        .mend("give the file the name that was recorded, or correct the record of it")
                });
            }
        }
        if let Some(size) = recorded.size {
            judged.tested.push(("A-3.2", 1));
            if size != seen.size {
                self.fault(judged, "A-3.2", "intake.size_differs", name, |finding| {
                    finding
                        .element("computer_file_size")
                        .expected(format!("{size} bytes"))
                        .found(format!("{} bytes", seen.size))
                        .mend("send the file that was recorded; if this one is right, correct its size")
                });
            }
        }
        if let Some(written) = recorded.format.as_deref().filter(|_| !is_cut_off)
            && let Some(same) = agrees(written, seen.identified)
        {
            judged.tested.push(("A-3.2", 1));
            if !same {
                self.fault(judged, "A-3.2", "intake.format_differs", name, |finding| {
                    finding
                        .element("format_information")
                        .expected(written)
                        .found(name_of(seen.identified))
                        .mend("record the format that the content is in, and name the file by it")
                });
            }
        }
        self.created(seen, judged);
    }

    /// The time at which the file was made, by the day: programs write times without their zone. It only warns.
    fn created(&self, seen: &Seen<'_>, judged: &mut Judged) {
        let recorded = seen
            .file
            .recorded
            .as_ref()
            .and_then(|recorded| recorded.created.as_deref());
        let Some((written, recorded)) = recorded.and_then(|written| Some((written, day(written)?))) else {
            return;
        };
        let stated = match seen.properties {
            Some(Ok(properties)) => properties.created.as_deref(),
            _ => None,
        };
        let stated = stated.and_then(|stated| Some((stated, day(stated)?)));
        // what says nothing of itself cannot have been changed before it was made
        let (differs, found) = match (stated, seen.modified) {
            (Some((stated, day)), _) => (apart(day, recorded) > 1, format!("{stated}, as the file says")),
            (None, Some(modified)) if modified >= OLDEST => (
                modified < recorded && apart(modified, recorded) > 1,
                format!("last changed on {modified}"),
            ),
            _ => return,
        };
        judged.tested.push(("A-3.2", 1));
        if differs {
            self.fault(judged, "A-3.2", "intake.created_differs", &seen.file.name, |finding| {
                finding
                    .element("creation_time")
                    .expected(written)
                    .found(found)
                    .mend("send the file that was recorded; if this one is right, correct the time of its making")
            });
        }
    }
}

/// Days between two days.
fn apart(one: Date, other: Date) -> i32 {
    one.since(other).map_or(i32::MAX, |span| span.get_days().abs())
}

/// The day of a time as programs and people write it: `2020-03-05T10:00:00+08:00`, `20200305`, `2020年3月5日`.
fn day(written: &str) -> Option<Date> {
    let mut groups = written
        .split(|letter: char| !letter.is_ascii_digit())
        .filter(|group| !group.is_empty());
    let first = groups.next()?;
    let (year, month, day) = match first.len() {
        8.. => (first.get(..4)?, first.get(4..6)?, first.get(6..8)?),
        4 => (first, groups.next()?, groups.next()?),
        _ => return None,
    };
    Date::new(
        year.parse().ok()?,
        month.parse().ok()?,
        day.get(..2).unwrap_or(day).parse().ok()?,
    )
    .ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_day_is_read_however_it_is_written() {
        for written in [
            "2020-03-05T10:00:00+08:00",
            "20200305",
            "20200305100000",
            "2020年3月5日",
            "2020/3/5 9:00",
            "D:20200305100000+08'00'",
        ] {
            assert_eq!(day(written), Some(date(2020, 3, 5)), "{written}");
        }
        for written in ["", "二〇二〇年", "2020", "2020-13-05", "5.3.2020", "20201305"] {
            assert_eq!(day(written), None, "{written}");
        }
        assert_eq!(apart(date(2020, 3, 5), date(2020, 2, 28)), 6);
        assert_eq!(apart(date(2020, 3, 5), date(2021, 3, 5)), 365);
    }
}

//! The form of `rules/pronom.txt`: a line for each fact, for thousands of formats that are read at every start.
//!
//! ```text
//! format fmt/412                       begins a format
//! name Microsoft Word for Windows      then its facts, each as often as there are
//! version 2007 onwards
//! mime application/…
//! extensions docx, docm
//! over x-fmt/263, fmt/189              formats that this one is a special case of
//! signature bof 0: 'PK'                begins a signature: one of them must match
//! and eof 0-9: 'end'                   every line of one must
//! container zip                        begins a container: zip or ole2
//! member word/document.xml             that must lie in it
//! where bof 0-1024: 'xml'              and must match
//! ```

use super::rule_file::{ContainerType, RuleContainer, RuleFile, RuleFormat, RuleMember};

impl RuleFile {
    /// Reads rules in lines; an error is the number of the line that cannot be read.
    pub(crate) fn from_lines(text: &str) -> Result<Self, usize> {
        let mut rules = Self {
            version: String::new(),
            format: Vec::new(),
        };
        for (number, line) in text.lines().enumerate() {
            let line = line.trim();
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            let read = line
                .split_once(' ')
                .and_then(|(word, value)| rules.take(word, value.trim()));
            read.ok_or(number + 1)?;
        }
        Ok(rules)
    }

    /// Takes one fact; `None` where it cannot be one here.
    fn take(&mut self, word: &str, value: &str) -> Option<()> {
        let value_text = value.to_owned();
        if word == "format" {
            self.format.push(RuleFormat {
                puid: value_text,
                ..RuleFormat::default()
            });
            return Some(());
        }
        let Some(format) = self.format.last_mut() else {
            (word == "version").then_some(())?;
            self.version = value_text;
            return Some(());
        };
        match word {
            "name" => format.name = value_text,
            "version" => format.version = Some(value_text),
            "mime" => format.mime = Some(value_text),
            "extensions" => format.extensions.extend(words(value)),
            "over" => format.over.extend(words(value)),
            "signature" => format.signatures.push(vec![value_text]),
            "and" => format.signatures.last_mut()?.push(value_text),
            "container" => {
                let container = match value {
                    "zip" => ContainerType::Zip,
                    "ole2" => ContainerType::Ole2,
                    _ => return None,
                };
                let members = Vec::new();
                format.container.push(RuleContainer { container, members });
            }
            "member" => format.container.last_mut()?.members.push(RuleMember {
                path: value_text,
                patterns: Vec::new(),
            }),
            "where" => {
                let member = format.container.last_mut()?.members.last_mut()?;
                member.patterns.push(value_text);
            }
            _ => return None,
        }
        Some(())
    }

    /// The rules in lines that read back to the same rules. What our own lists say is not part of them.
    pub(crate) fn to_lines(&self) -> String {
        let mut lines = vec![format!("version {}", self.version)];
        for format in &self.format {
            format.add_lines(&mut lines);
        }
        lines.join("\n") + "\n"
    }
}

impl RuleFormat {
    fn add_lines(&self, lines: &mut Vec<String>) {
        let mut add = |word: &str, value: &str| lines.push(format!("{word} {value}"));
        add("\nformat", &self.puid);
        add("name", &one_line(&self.name));
        for (word, value) in [("version", &self.version), ("mime", &self.mime)] {
            if let Some(value) = value {
                add(word, &one_line(value));
            }
        }
        for (word, values) in [("extensions", &self.extensions), ("over", &self.over)] {
            if !values.is_empty() {
                add(word, &values.join(", "));
            }
        }
        for signature in &self.signatures {
            for (number, line) in signature.iter().enumerate() {
                add(if number == 0 { "signature" } else { "and" }, line);
            }
        }
        for container in &self.container {
            let kind = match container.container {
                ContainerType::Zip => "zip",
                ContainerType::Ole2 => "ole2",
            };
            add("container", kind);
            for member in &container.members {
                add("member", &member.path);
                for line in &member.patterns {
                    add("where", line);
                }
            }
        }
    }
}

fn words(value: &str) -> impl Iterator<Item = String> {
    let words = value.split(',').map(str::trim).filter(|word| !word.is_empty());
    words.map(str::to_owned)
}

/// White space of any kind is one blank: a name is one line.
fn one_line(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_is_written_reads_back() {
        let text = "version PRONOM 1\n\nformat a/1\nname A b\nversion 2\nmime a/b\nextensions a, b c\nover a/2, a/3\n\
                    signature bof 0: 'A'\nand eof 0: 'B'\nsignature any: 'C'\n\
                    container ole2\nmember A b\nwhere bof 0: 41\nmember c\n";
        let rules = RuleFile::from_lines(text).unwrap();
        assert_eq!(rules.format[0].signatures.len(), 2);
        assert_eq!(rules.format[0].container[0].members[1].path, "c");
        assert_eq!(rules.to_lines(), text);
    }

    #[test]
    fn the_line_that_cannot_be_read_is_named() {
        for (text, line) in [
            ("name A", 1),
            ("# a\nformat a/1\nnonsense b", 3),
            ("format a/1\nand any: 'C'", 2),
            ("format a/1\ncontainer tar", 2),
            ("format a/1\ncontainer zip\nwhere any: 'C'", 3),
        ] {
            assert_eq!(RuleFile::from_lines(text), Err(line), "{text}");
        }
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(text in "((version|format|name|and|where|member|container|x) ?\\PC{0,6}\n){0,9}") {
            let _ = RuleFile::from_lines(&text);
        }
    }
}

//! Paragraphs whose lines the sender broke (`format=flowed`, RFC 3676).

/// Joins lines that end with a blank to the next one. Quoted lines stay as they are.
pub(super) fn unflow(text: &str, drops_blank: bool) -> String {
    let mut joined = String::with_capacity(text.len());
    let mut is_open = false;
    for line in text.split_inclusive('\n') {
        let content = line.trim_end_matches(['\r', '\n']);
        let is_quoted = content.starts_with('>');
        if is_open && is_quoted {
            joined.push('\n');
        }
        // a blank before a line keeps it from being taken for a quotation
        joined.push_str(content.strip_prefix(' ').unwrap_or(content));
        is_open = content.ends_with(' ') && content != "-- " && !is_quoted;
        if is_open && drops_blank {
            joined.pop();
        }
        if !is_open && line.len() > content.len() {
            joined.push('\n');
        }
    }
    joined
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_breaks_are_joined() {
        assert_eq!(
            unflow("one \r\ntwo\r\n> q \r\n> r\r\n-- \r\nme", false),
            "one two\n> q \n> r\n-- \nme"
        );
        assert_eq!(unflow("大 \n坝", true), "大坝");
        assert_eq!(unflow("a \n> b", false), "a \n> b");
    }
}

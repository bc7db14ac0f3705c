//! Names and links of entries that lead out of the container they lie in.

use crate::container::refusal::{Fault, Refusal};
use crate::package::{LogicalName, PathEscape};

/// What is wrong with a name that leads out. Names that are merely odd are their sender's business.
pub(super) fn name_leading_out(name: &str) -> Option<Refusal> {
    match LogicalName::new(name.trim_end_matches('/')) {
        Err(escape @ (PathEscape::Absolute(_) | PathEscape::Upwards(_))) => {
            let found = escape.to_string();
            Some(Refusal::whole(
                Fault::Name(escape),
                "a path inside the container",
                found,
            ))
        }
        _ => None,
    }
}

/// What is wrong with a symbolic link that lies at `name` and leads out.
pub(super) fn link_leading_out(name: &str, target: &str) -> Option<Refusal> {
    leads_out(name, target).then(|| {
        let found = format!("one to {}", target.escape_debug());
        Refusal::whole(Fault::Link, "a link inside the container", found)
    })
}

fn leads_out(name: &str, target: &str) -> bool {
    let is_separator = |letter: char| letter == '/' || letter == '\\';
    let has_drive = target.as_bytes().get(1) == Some(&b':');
    if target.starts_with(is_separator) || has_drive {
        return true;
    }
    let real = |part: &&str| !part.is_empty() && *part != ".";
    let mut depth = name.split(is_separator).filter(real).count().saturating_sub(1);
    for part in target.split(is_separator).filter(real) {
        if part != ".." {
            depth += 1;
        } else if depth == 0 {
            return true;
        } else {
            depth -= 1;
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_may_go_anywhere_inside_and_nowhere_outside() {
        for (name, target) in [
            ("a/b/link", "../../c"),
            ("link", "a/../b"),
            ("./a/link", "../b"),
            ("link", "."),
        ] {
            assert!(!leads_out(name, target), "{name} to {target}");
        }
        for (name, target) in [
            ("link", "../../.."),
            ("a/link", "../../b"),
            ("a/link", "b/../../../c"),
            ("link", "/etc/passwd"),
            ("link", "C:\\Windows"),
            ("link", "..\\b"),
        ] {
            assert!(leads_out(name, target), "{name} to {target}");
        }
    }

    #[test]
    fn only_names_that_lead_out_are_refused() {
        for name in ["a/b", "./", ".", "a\u{202e}b", "con", "a%2fb", "", "folder/"] {
            assert_eq!(name_leading_out(name), None, "{name}");
        }
        for (name, code) in [
            ("../a", "package.path_upwards"),
            ("..\\a", "package.path_upwards"),
            ("/a", "package.path_absolute"),
            ("C:\\a", "package.path_absolute"),
        ] {
            assert_eq!(name_leading_out(name).unwrap().code(), code, "{name}");
        }
    }
}

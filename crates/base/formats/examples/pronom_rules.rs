//! Writes `rules/pronom.txt` from publications of PRONOM, for the maintainer of a new release:
//!
//! ```text
//! cargo run -p lantai-formats --example pronom_rules -- \
//!     DROID_SignatureFile_V122.xml container-signature-20260119.xml rules/pronom.txt
//! ```

use std::error::Error;
use std::path::Path;

use lantai_formats::identify::{Publication, Registry};

/// What the reader of the rules must know, and what the licence of the facts asks for.
const PREAMBLE: &str = "\
# The formats of PRONOM: names, versions, extensions, signatures, and which stands over which.
#
# Contains public sector information licensed under the Open Government Licence v3.0
# (https://www.nationalarchives.gov.uk/doc/open-government-licence/version/3/): facts of the PRONOM registry of
# The National Archives (United Kingdom), Crown copyright.
#
# Written by `cargo run -p lantai-formats --example pronom_rules`; not edited by hand.
#
# A line is a fact: `format` begins a format, `signature` a signature (one of them must match, and of one every `and`),
# `container` a ZIP or OLE2 container whose every `member` must be there and match its every `where`; `over` names the
# formats that this one is a special case of. `rules/formats.toml` explains the patterns. What a format holds and
# whether an archive takes it stands in `rules/format-lists.toml`.
#
# An operator needs no new release for new formats: docs/manual/operator.md says where newer publications go.

";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [signatures, containers, rules] = arguments.as_slice() else {
        return Err(
            "wanted: the signature file, the container signature file, the rule file to write".into(),
        );
    };
    let date = Path::new(containers)
        .file_stem()
        .and_then(|name| name.to_str())
        .and_then(|name| name.rsplit('-').next())
        .and_then(|digits| digits.parse().ok())
        .ok_or("the name of the container signature file ends in its date, such as 20260119")?;
    let publication = Publication::read(&std::fs::read(signatures)?, &std::fs::read(containers)?, date)?;
    // What cannot be used is not written.
    Registry::from_publication(&publication)?;
    std::fs::write(rules, format!("{PREAMBLE}{}", publication.to_lines()))?;
    Ok(())
}

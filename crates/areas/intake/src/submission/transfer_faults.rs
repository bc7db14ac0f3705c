//! Which check each fault of a transfer package belongs to.

use crate::tally::Tally;
use lantai_domain::{Finding, Outcome, Severity};
use lantai_formats::safe_xml::XmlFault;
use lantai_formats::transfer::{TransferFault, TransferFaultKind};

/// Which check a fault belongs to.
fn check_of(kind: TransferFaultKind) -> &'static str {
    use TransferFaultKind as Kind;
    match kind {
        Kind::DescriptionMissing
        | Kind::DescriptionEncoding
        | Kind::DescriptionLine
        | Kind::DescriptionFieldMissing
        | Kind::DescriptionCarrierField
        | Kind::DescriptionFieldTwice
        | Kind::NumberNotUnderstood
        | Kind::CodeRange
        | Kind::CatalogueMissing
        | Kind::CatalogueTwice
        | Kind::CatalogueRoot
        | Kind::ElementUnknown
        | Kind::ElementTwice
        | Kind::ElementNested
        | Kind::ElementOrder
        | Kind::ElementMissing
        | Kind::PagesMissing
        | Kind::SequenceNumber
        | Kind::RegisterForm => "A-5.1",
        Kind::FolderTwice
        | Kind::FolderOutsideFonds
        | Kind::FolderUnexpected
        | Kind::FolderNested
        | Kind::FolderTooDeep
        | Kind::NameRefused
        | Kind::MetadataCode => "A-5.2",
        Kind::FolderMissing | Kind::FolderNotListed | Kind::ContentMissing => "A-4.1",
        Kind::ExtraFile => "S-2.1",
        Kind::MetadataMissing | Kind::MetadataEmpty => "I-4.1",
        Kind::DigestListLine | Kind::ListedFileMissing | Kind::FileNotListed => "A-5.3",
    }
}

/// Passes a fault on to the check that it belongs to.
pub(super) fn report_fault(tally: &mut Tally, fault: TransferFault) {
    let check = check_of(fault.kind);
    tally.tested(check, 1);
    let kind = fault.kind;
    let fill = |mut finding: Finding| {
        finding.file = match (fault.file, fault.line) {
            (Some(file), Some(line)) => Some(format!("{file}:{line}")),
            (file, _) => file,
        };
        finding.record = fault.record;
        finding.element = fault.element;
        finding.expected = fault.expected;
        // of a file that is too much its name is what was found
        finding.found = fault.found.or_else(|| finding.file.clone());
        finding.mend(kind.mend())
    };
    if kind.is_warning() {
        tally.add(fill(Finding::new(
            check,
            Severity::Warn,
            Outcome::Warn,
            kind.code(),
        )));
    } else {
        tally.fault(check, kind.code(), fill);
    }
}

/// A document that cannot be read: a fault of check U-1.1.
pub(super) fn report_xml(tally: &mut Tally, name: &str, record: Option<&str>, fault: &XmlFault) {
    let (code, mend, text) = (fault.code(), fault.mend(), fault.to_string());
    let file = fault
        .line()
        .map_or_else(|| name.to_owned(), |line| format!("{name}:{line}"));
    let record = record.map(str::to_owned);
    let is_record = record.is_some();
    let fill = |mut finding: Finding| {
        finding.record = record;
        finding
            .file(file)
            .expected(
                "XML that is well-formed, in the encoding it declares, without a document type definition",
            )
            .found(text)
            .mend(mend)
    };
    if is_record {
        // what the catalogue says of the record is left where a profile does not run the check
        tally.fault("U-1.1", code, fill);
    } else {
        tally.refuse("U-1.1", code, fill);
    }
}

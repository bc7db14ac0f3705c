//! What control words mean for the text.

/// Where the text of a group goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Destination {
    /// Into the text.
    Body,
    /// Into the text, as what stands above or below pages.
    Margin,
    /// The table of fonts.
    Fonts,
    /// What the document says of itself, under this name.
    Told(&'static str),
    /// Nowhere.
    Nowhere,
}

/// The destination that a control word opens; `None`: it is none that is known.
pub(super) fn destination(word: &str) -> Option<Destination> {
    use Destination::{Body, Fonts, Margin, Nowhere, Told};
    Some(match word {
        "fonttbl" => Fonts,
        "header" | "headerl" | "headerr" | "headerf" | "footer" | "footerl" | "footerr" | "footerf" => Margin,
        "footnote" | "annotation" | "shptxt" | "shpinst" | "shprslt" | "result" | "fldrslt" | "listtext"
        | "pntext" | "ud" | "nesttableprops" => Body,
        "title" => Told("title"),
        "author" => Told("author"),
        "subject" => Told("subject"),
        "keywords" => Told("keywords"),
        "doccomm" => Told("comments"),
        "company" => Told("organisation"),
        "colortbl" | "stylesheet" | "info" | "pict" | "object" | "objdata" | "fldinst" | "sn" | "sv"
        | "upr" | "listname" | "leveltext" | "levelnumbers" | "listtable" | "listoverridetable"
        | "revtbl" | "rsidtbl" | "generator" | "xmlnstbl" | "themedata" | "colorschememapping"
        | "datastore" | "latentstyles" | "filetbl" | "nonshppict" | "bkmkstart" | "bkmkend" | "pnseclvl"
        | "operator" | "creatim" | "revtim" | "printim" | "buptim" | "hlinkbase" | "manager" | "category"
        | "atnid" | "atnauthor" | "atndate" | "atnref" | "xe" | "tc" | "tcn" | "falt" | "panose"
        | "mmathPr" | "wgrffmtfilter" | "pgptbl" | "userprops" | "nonesttables" | "do" | "private"
        | "formfield" | "ftnsep" | "ftnsepc" | "ftncn" | "aftnsep" | "aftnsepc" | "aftncn" => Nowhere,
        _ => return None,
    })
}

/// The character that a control word stands for.
pub(super) fn character(word: &str) -> Option<char> {
    Some(match word {
        "tab" | "cell" | "nestcell" => '\t',
        "emdash" => '—',
        "endash" => '–',
        "emspace" => '\u{2003}',
        "enspace" => '\u{2002}',
        "qmspace" => ' ',
        "bullet" => '•',
        "lquote" => '‘',
        "rquote" => '’',
        "ldblquote" => '“',
        "rdblquote" => '”',
        _ => return None,
    })
}

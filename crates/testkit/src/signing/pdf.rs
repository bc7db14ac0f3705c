//! A PDF that is signed, and changed after that, revision by revision.

/// Digits of the room for a signature.
const ROOM: usize = 32 * 1024;

/// A document that grows by revisions.
#[derive(Debug, Clone)]
pub struct PdfMaker {
    bytes: Vec<u8>,
    fields: Vec<u32>,
    next: u32,
    table: usize,
}

impl PdfMaker {
    /// A page with a text.
    pub fn new(text: &str) -> Self {
        let mut maker = Self {
            bytes: b"%PDF-1.7\n".to_vec(),
            fields: Vec::new(),
            next: 6,
            table: 0,
        };
        let stream = page_stream(text);
        maker.append(&[
            (1, "<< /Type /Catalog /Pages 2 0 R >>".to_owned()),
            (2, "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned()),
            (3, maker.page()),
            (4, stream),
            (
                5,
                "<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica >>".to_owned(),
            ),
        ]);
        maker
    }

    /// The document.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    fn page(&self) -> String {
        let annotations: String = self.fields.iter().map(|field| format!("{field} 0 R ")).collect();
        let annotations = if annotations.is_empty() {
            annotations
        } else {
            format!("/Annots [{annotations}]")
        };
        format!(
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R {annotations} \
             /Resources << /Font << /F1 5 0 R >> >> >>"
        )
    }

    fn catalog(&self, more: &str) -> String {
        let fields: String = self.fields.iter().map(|field| format!("{field} 0 R ")).collect();
        format!("<< /Type /Catalog /Pages 2 0 R /AcroForm << /Fields [{fields}] /SigFlags 3 >> {more} >>")
    }

    /// Adds a revision with these objects.
    pub fn append(&mut self, objects: &[(u32, String)]) {
        let mut places = Vec::new();
        for (number, object) in objects {
            places.push((*number, self.bytes.len()));
            self.bytes
                .extend(format!("{number} 0 obj\n{object}\nendobj\n").into_bytes());
        }
        let start = self.bytes.len();
        let mut table = "xref\n0 1\n0000000000 65535 f \n".to_owned();
        for (number, place) in places {
            table.push_str(&format!("{number} 1\n{place:010} 00000 n \n"));
        }
        let before = if self.table == 0 {
            String::new()
        } else {
            format!("/Prev {}", self.table)
        };
        let size = self.next.max(6);
        table.push_str(&format!(
            "trailer\n<< /Size {size} /Root 1 0 R {before} >>\nstartxref\n{start}\n%%EOF\n"
        ));
        self.table = start;
        self.bytes.extend(table.into_bytes());
    }

    /// Gives the page another text, in a revision of its own.
    pub fn change(&mut self, text: &str) {
        self.append(&[(4, page_stream(text))]);
    }

    /// Adds a document security store with a list of revoked certificates.
    pub fn store(&mut self, list: &[u8]) {
        let (store, stream) = (self.next, self.next + 1);
        self.next += 2;
        let digits: String = list.iter().map(|byte| format!("{byte:02X}")).collect();
        let catalog = self.catalog(&format!("/DSS {store} 0 R"));
        self.append(&[
            (1, catalog),
            (store, format!("<< /Type /DSS /CRLs [{stream} 0 R] >>")),
            (
                stream,
                format!(
                    "<< /Length {} /Filter /ASCIIHexDecode >>\nstream\n{digits}>\nendstream",
                    digits.len() + 1
                ),
            ),
        ]);
    }

    /// Signs all that is there in a revision of its own; `sign` makes the message over the bytes that are covered.
    pub fn sign(&mut self, kind: &str, sub_filter: &str, sign: impl FnOnce(&[u8]) -> Vec<u8>) {
        self.sign_page(kind, sub_filter, None, sign);
    }

    /// The same, with another page in the revision than the one that is there.
    pub fn sign_page(
        &mut self,
        kind: &str,
        sub_filter: &str,
        page: Option<&str>,
        sign: impl FnOnce(&[u8]) -> Vec<u8>,
    ) {
        let (value, field) = (self.next, self.next + 1);
        self.next += 2;
        self.fields.push(field);
        let begin = self.bytes.len();
        let page = page.map_or_else(|| self.page(), str::to_owned);
        let catalog = self.catalog("");
        let name = format!("Signature{}", self.fields.len());
        self.append(&[
            (1, catalog),
            (3, page),
            (
                value,
                format!(
                    "<< /Type /{kind} /Filter /Adobe.PPKLite /SubFilter /{sub_filter} /ByteRange {} /Contents <{}> >>",
                    range(0, 0, 0),
                    "0".repeat(ROOM)
                ),
            ),
            (
                field,
                format!(
                    "<< /Type /Annot /Subtype /Widget /FT /Sig /T ({name}) /V {value} 0 R /Rect [0 0 0 0] /P 3 0 R >>"
                ),
            ),
        ]);
        let at = |bytes: &[u8], wanted: &[u8]| {
            let rest = bytes.get(begin..).unwrap_or_default();
            rest.windows(wanted.len())
                .position(|window| window == wanted)
                .map_or(0, |place| place + begin)
        };
        let gap = at(&self.bytes, b"/Contents <") + "/Contents ".len();
        let after = gap + ROOM + 2;
        let place = at(&self.bytes, b"/ByteRange ") + "/ByteRange ".len();
        let range = range(gap, after, self.bytes.len() - after).into_bytes();
        self.bytes.splice(place..place + range.len(), range);
        let covered = [
            self.bytes.get(..gap).unwrap_or_default(),
            self.bytes.get(after..).unwrap_or_default(),
        ]
        .concat();
        let digits: Vec<u8> = sign(&covered)
            .iter()
            .flat_map(|byte| format!("{byte:02x}").into_bytes())
            .collect();
        self.bytes.splice(gap + 1..gap + 1 + digits.len(), digits);
    }
}

fn page_stream(text: &str) -> String {
    let stream = format!("BT /F1 24 Tf 72 700 Td ({text}) Tj ET");
    format!("<< /Length {} >>\nstream\n{stream}\nendstream", stream.len())
}

fn range(gap: usize, after: usize, rest: usize) -> String {
    format!("[0 {gap:08} {after:08} {rest:08}]")
}

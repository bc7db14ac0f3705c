//! What can be wrong with a transfer package.

/// Kind of a fault, with the clause of the form that it breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TransferFaultKind {
    /// 说明文件 is not there.
    DescriptionMissing,
    /// 说明文件 is in no encoding that is accepted.
    DescriptionEncoding,
    /// A line of 说明文件 has no name.
    DescriptionLine,
    /// A mandatory line of 说明文件 is missing or empty.
    DescriptionFieldMissing,
    /// A line of 说明文件 that only carriers need is missing.
    DescriptionCarrierField,
    /// A line of 说明文件 stands there twice.
    DescriptionFieldTwice,
    /// A number of 说明文件 or of the register form is none.
    NumberNotUnderstood,
    /// 起止档号 is not the first and the last code of the catalogue.
    CodeRange,
    /// 目录文件 is not there.
    CatalogueMissing,
    /// There are several files that could be the catalogue.
    CatalogueTwice,
    /// The root element is not 文件目录 or 案卷目录, or its children are not entries.
    CatalogueRoot,
    /// An entry has an element that the form does not know.
    ElementUnknown,
    /// An element of an entry stands there twice.
    ElementTwice,
    /// An element of an entry holds other elements.
    ElementNested,
    /// Elements of an entry stand in another order.
    ElementOrder,
    /// A mandatory element of an entry is missing or empty.
    ElementMissing,
    /// 页数 is not given.
    PagesMissing,
    /// 顺序号 does not go on by one.
    SequenceNumber,
    /// A record of the catalogue has no folder.
    FolderMissing,
    /// A folder of a record is not in the catalogue.
    FolderNotListed,
    /// Two folders have one code.
    FolderTwice,
    /// A folder of a record does not lie below the folder of its fonds.
    FolderOutsideFonds,
    /// A folder lies where the form has none.
    FolderUnexpected,
    /// A folder of a record holds folders.
    FolderNested,
    /// Folders lie deeper in one another than the form allows.
    FolderTooDeep,
    /// A link, a device or a name that is refused.
    NameRefused,
    /// A file that neither the catalogue nor the form names.
    ExtraFile,
    /// `<档号>.xml` is not there.
    MetadataMissing,
    /// The code in `<档号>.xml` is not the one of its folder.
    MetadataCode,
    /// The root element of `<档号>.xml` holds nothing that is known.
    MetadataEmpty,
    /// A record has no content file.
    ContentMissing,
    /// A line of the list of digests is not understood.
    DigestListLine,
    /// The list of digests names a file that is not there.
    ListedFileMissing,
    /// A file is not in the list of digests.
    FileNotListed,
    /// The register form is not what it should be.
    RegisterForm,
}

impl TransferFaultKind {
    /// Stable name for programs.
    pub fn code(self) -> &'static str {
        match self {
            Self::DescriptionMissing => "transfer.description_missing",
            Self::DescriptionEncoding => "transfer.description_encoding",
            Self::DescriptionLine => "transfer.description_line",
            Self::DescriptionFieldMissing => "transfer.description_field_missing",
            Self::DescriptionCarrierField => "transfer.description_carrier_field",
            Self::DescriptionFieldTwice => "transfer.description_field_twice",
            Self::NumberNotUnderstood => "transfer.number_not_understood",
            Self::CodeRange => "transfer.code_range",
            Self::CatalogueMissing => "transfer.catalogue_missing",
            Self::CatalogueTwice => "transfer.catalogue_twice",
            Self::CatalogueRoot => "transfer.catalogue_root",
            Self::ElementUnknown => "transfer.element_unknown",
            Self::ElementTwice => "transfer.element_twice",
            Self::ElementNested => "transfer.element_nested",
            Self::ElementOrder => "transfer.element_order",
            Self::ElementMissing => "transfer.element_missing",
            Self::PagesMissing => "transfer.pages_missing",
            Self::SequenceNumber => "transfer.sequence_number",
            Self::FolderMissing => "transfer.folder_missing",
            Self::FolderNotListed => "transfer.folder_not_listed",
            Self::FolderTwice => "transfer.folder_twice",
            Self::FolderOutsideFonds => "transfer.folder_outside_fonds",
            Self::FolderUnexpected => "transfer.folder_unexpected",
            Self::FolderNested => "transfer.folder_nested",
            Self::FolderTooDeep => "transfer.folder_too_deep",
            Self::NameRefused => "transfer.name_refused",
            Self::ExtraFile => "transfer.extra_file",
            Self::MetadataMissing => "transfer.metadata_missing",
            Self::MetadataCode => "transfer.metadata_code",
            Self::MetadataEmpty => "transfer.metadata_empty",
            Self::ContentMissing => "transfer.content_missing",
            Self::DigestListLine => "transfer.digest_list_line",
            Self::ListedFileMissing => "transfer.listed_file_missing",
            Self::FileNotListed => "transfer.file_not_listed",
            Self::RegisterForm => "transfer.register_form",
        }
    }

    /// How to mend it.
    pub fn mend(self) -> &'static str {
        match self {
            Self::DescriptionMissing => "put 说明文件.TXT beside the catalogue",
            Self::DescriptionEncoding => "save 说明文件.TXT in UTF-8 or GB 18030",
            Self::DescriptionLine => "write each line as name：value",
            Self::DescriptionFieldMissing | Self::DescriptionCarrierField => "add the line to 说明文件.TXT",
            Self::DescriptionFieldTwice => "leave one of the lines",
            Self::NumberNotUnderstood => "write a whole number, and bytes for 数据量",
            Self::CodeRange => "write the first and the last code of the catalogue, joined by 至",
            Self::CatalogueMissing => "put 目录文件.XML at the top of the package",
            Self::CatalogueTwice => "leave one catalogue",
            Self::CatalogueRoot => "write 文件目录 with 文件 in it, or 案卷目录 with 案卷",
            Self::ElementUnknown => "take the element out of the entry",
            Self::ElementTwice => "leave the element once",
            Self::ElementNested => "write only text into the element",
            Self::ElementOrder => "write the elements in the order of the form",
            Self::ElementMissing | Self::PagesMissing => "fill the element in the catalogue",
            Self::SequenceNumber => "number the entries 1, 2, 3 …",
            Self::FolderMissing => "add the folder of the record, or take the entry out of the catalogue",
            Self::FolderNotListed => "add an entry to the catalogue, or take the folder out",
            Self::FolderTwice => "keep one folder for each code",
            Self::FolderOutsideFonds => "move the folder below that of its fonds",
            Self::FolderUnexpected => "take the folder out, or put it below 其他",
            Self::FolderNested => "put all files of the record into its folder itself",
            Self::FolderTooDeep => "use fewer levels of folders",
            Self::NameRefused => "remove it, or give it a plain name",
            Self::ExtraFile => "take it out of the package",
            Self::MetadataMissing => "add the metadata of the record, named by its code",
            Self::MetadataCode => "correct the code in the metadata, or the name of the folder",
            Self::MetadataEmpty => "write the elements of the record's scheme into it",
            Self::ContentMissing => "add the content files of the record",
            Self::DigestListLine => "write digest, two spaces, path",
            Self::ListedFileMissing => "add the file, or make the list of digests again",
            Self::FileNotListed => "make the list of digests again",
            Self::RegisterForm => "fill in 电子档案移交与接收登记表 as its form asks",
        }
    }

    /// Whether it only warns.
    pub fn is_warning(self) -> bool {
        matches!(
            self,
            Self::DescriptionCarrierField | Self::PagesMissing | Self::CodeRange
        )
    }
}

/// A fault of a package.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransferFault {
    /// Its kind.
    pub kind: TransferFaultKind,
    /// Path inside the package.
    pub file: Option<String>,
    /// Line of that file, from 1.
    pub line: Option<u64>,
    /// 档号 of the record.
    pub record: Option<String>,
    /// Element of the catalogue, or line of 说明文件.
    pub element: Option<String>,
    /// What the form asks for.
    pub expected: Option<String>,
    /// What was there.
    pub found: Option<String>,
}

impl TransferFault {
    /// A fault without a place yet.
    pub fn new(kind: TransferFaultKind) -> Self {
        Self {
            kind,
            file: None,
            line: None,
            record: None,
            element: None,
            expected: None,
            found: None,
        }
    }

    /// Names the file.
    pub fn file(mut self, file: impl Into<String>) -> Self {
        self.file = Some(file.into());
        self
    }

    /// Names the line.
    pub fn line(mut self, line: u64) -> Self {
        self.line = Some(line);
        self
    }

    /// Names the record.
    pub fn record(mut self, record: impl Into<String>) -> Self {
        self.record = Some(record.into());
        self
    }

    /// Names the element.
    pub fn element(mut self, element: impl Into<String>) -> Self {
        self.element = Some(element.into());
        self
    }

    /// Says what was expected.
    pub fn expected(mut self, expected: impl Into<String>) -> Self {
        self.expected = Some(expected.into());
        self
    }

    /// Says what was found.
    pub fn found(mut self, found: impl Into<String>) -> Self {
        self.found = Some(found.into());
        self
    }
}

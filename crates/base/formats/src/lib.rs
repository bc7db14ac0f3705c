//! What comes in from outside: formats of files, text in any encoding, catalogues and packages.
//!
//! - [`eep`]: electronic record packages (电子文件封装包)
//! - [`identify`]: which format a file is in, by PRONOM
//! - [`catalogue`]: entries in CSV, Excel, JSON Lines
//! - [`eark`]: E-ARK information packages (CSIP, SIP, DIP)
//! - [`container`]: ZIP, TAR, 7z, unpacked without trusting them
//! - [`malware`]: a built-in signature, and scanners that speak the protocol of clamd
//! - [`package`]: folders, their files, references that stay inside
//! - [`page_code`]: barcodes and QR codes on pictures of pages
//! - [`picture`]: pictures of pages decoded, reduced where they are huge
//! - [`properties`]: what a file is like and whether it is whole
//! - [`reading`]: text and structure of documents, page by page
//! - [`safe_xml`]: XML without anything that fetches or expands
//! - [`text`]: text and file names in whatever encoding
//! - [`transfer`]: transfer packages (移交信息包)
//!
//! Everything read here is hostile until proven otherwise: readers have limits, never panic, and never follow a
//! name out of its folder.

pub mod bagit;
pub mod catalogue;
pub mod container;
pub mod eark;
pub mod eep;
pub mod identify;
pub mod malware;
pub mod package;
pub mod page_code;
pub mod picture;
pub mod properties;
pub mod reading;
pub mod safe_xml;
pub mod text;
pub mod transfer;

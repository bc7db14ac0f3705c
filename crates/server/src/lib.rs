//! The areas put together: one archive in one data folder, its pages, API and workers.

mod app;
mod archive;
mod archive_check;
mod assets;
mod audit;
mod config;
mod document;
mod encryption;
mod error;
mod first_people;
mod initialise;
mod jobs;
mod keys;
mod limits;
mod listen;
mod own_rules;
mod pace;
mod rebuild;
mod routes;
mod security;
mod streams;
mod tls;
mod verified;
mod verify;

pub use app::{Served, api_document, router, router_as, serve};
pub use archive::{Access, Archive, public_key_path};
pub use archive_check::{ArchiveTest, test_archive};
pub use config::{CONFIG_FILE, Config, ConfigKey, KEYS, ModelSettings};
pub use encryption::{ContentEncryption, Encryption};
pub use error::ArchiveError;
pub use initialise::{FirstAdministrator, Initialised, NewArchive, initialise};
pub use keys::{
    KeyListed, KeyProgress, KeysListed, Rotated, change_passphrase, list_keys, new_keys, rotate_keys,
};
pub use limits::Limits;
pub use listen::{Times, Transport, listen};
pub use own_rules::{filing as filing_tables, filing_in_force};
pub use pace::Pace;
pub use rebuild::{Rebuilt, rebuild};
pub use tls::{Looked, Tls, TlsError, TlsNotice, TlsSettings, TlsVersion};
pub use verify::verify;

//! The key store (密钥库) and the ciphers: all encryption of content goes through the handles of
//! [`lantai_domain::content_key`], which this room implements, with algorithms named as data.
//!
//! Master keys come from a file, where they lie wrapped under a passphrase ([`KeyStore`]), or from a command that prints
//! them ([`KeyCommand`]). Both give a [`KeyRing`]. Key material is cleared from memory when it is dropped, is never shown
//! by `Debug`, and never stands in an error.

mod algorithm;
mod cipher;
mod command;
mod error;
mod key;
mod passphrase;
mod ring;
mod secret;
mod store;
mod store_file;

pub use algorithm::CipherAlgorithm;
pub use command::KeyCommand;
pub use error::KeyStoreError;
pub use key::{KeyInfo, KeyState};
pub use passphrase::Passphrase;
pub use ring::KeyRing;
pub use store::KeyStore;

//! People: institutions, persons, posts and who holds them; accounts, readers, programs.
//!
//! Rights come from holding posts. Whoever asks that somebody hold a post is never who agrees to it, and nobody decides
//! on their own account or posts. Making an account, asking for a grant and confirming it are three actions of two
//! persons; taking rights away needs one and takes effect at once. All of it lies in the catalogue and is backed up:
//! vault and journal know nothing of people.

mod account;
mod accounts;
mod bootstrap;
mod change;
mod error;
mod grants;
mod holding;
mod institution;
mod person;
mod places;
mod post;
mod readers;
mod routes;
mod services;
mod standing;
mod token;
mod words;

pub use account::{Account, AccountKind, AccountState, Standing};
pub use accounts::{NewAccount, reset_password};
pub use bootstrap::{FirstAccount, FirstAccounts, begin};
pub use change::{Actor, People};
pub use error::PeopleError;
pub use holding::{Grant, Holding, HoldingState, Mark, Origin, Validity};
pub use institution::{INSTITUTION_KINDS, Institution, InstitutionKind, NewInstitution};
pub use person::{IDENTITY_DOCUMENTS, IdentityCheck, IdentityDocument, Person, PersonKind};
pub use post::{NewPost, Post, Scope};
pub use readers::NewReader;
pub use routes::{PeopleState, routes};
pub use services::{Service, service_of};
pub use standing::{hats_of, standing};
pub use token::{NewToken, Token, TokenSecret, TokenState};
pub(crate) use words::moment;

//! Identity: the institution, its administrator, and signing in.
//!
//! One administrator is made with the archive; accounts of more people and their rights build on the same tables.

mod accounts;
pub mod audit;
mod error;
mod password;
mod repository;
mod routes;
mod sessions;
mod throttle;

pub use accounts::{create_account, create_institution, institution_name};
pub use error::IdentityError;
pub use password::random_password;
pub use repository::IdentityRepository;
pub use routes::{IdentityState, recognise, routes};

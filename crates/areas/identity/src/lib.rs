//! Identity: institutions, people and their posts, and signing in.
//!
//! An archive begins with one account of each administrator and one of an archivist; everybody else comes by what two
//! of them agree on ([`people`]).

mod accounts;
pub mod audit;
mod error;
mod password;
pub mod people;
mod repository;
mod routes;
mod sessions;
mod throttle;

pub use accounts::{create_institution, institution_name};
pub use error::IdentityError;
pub use password::random_password;
pub use repository::IdentityRepository;
pub use repository::people_holdings::HoldingRepository;
pub use repository::people_persons::{AccountRepository, PersonFilter, PersonRepository};
pub use repository::people_places::{InstitutionRepository, PostRepository};
pub use repository::people_tokens::TokenRepository;
pub use routes::{IdentityState, recognise, routes};

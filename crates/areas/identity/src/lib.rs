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
pub mod sign_in;

pub use accounts::{create_institution, institution_name};
pub use error::IdentityError;
pub use password::{KeptPassword, random_password};
pub use repository::IdentityRepository;
pub use repository::people_holdings::HoldingRepository;
pub use repository::people_persons::{AccountRepository, PersonFilter, PersonRepository};
pub use repository::people_places::{InstitutionRepository, PostRepository};
pub use repository::people_tokens::TokenRepository;
pub use repository::sign_in::{OutsideIdentity, SignInRepository, Step, TotpFactor};
pub use repository::sign_in_passkeys::Passkey;
pub use repository::sign_in_sessions::SessionRepository;
pub use routes::{IdentityState, recognise, routes};

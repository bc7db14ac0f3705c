//! Why something about people was refused.

use crate::error::IdentityError;
use lantai_database::StoreError;
use lantai_domain::{DutyConflict, OwnProposal, Role};

/// What went wrong around institutions, persons, posts, accounts and tokens.
#[derive(Debug, thiserror::Error)]
pub enum PeopleError {
    /// There is no such person, post, account, holding or token.
    #[error("there is nothing of that name")]
    NotFound,
    /// Two roles that one person may not hold together.
    #[error(transparent)]
    DutyConflict(#[from] DutyConflict),
    /// Whoever asked wanted to agree, too.
    #[error(transparent)]
    OwnProposal(#[from] OwnProposal),
    /// Somebody acts on their own account or posts.
    #[error("nobody decides on their own account or posts")]
    OwnMatter,
    /// Only a person who signed in may do this.
    #[error("only a person who signed in may do this")]
    NoPerson,
    /// Without them nobody could administer the archive any more.
    #[error("the last {0} who is able to act without an end stays")]
    LastAdministrator(Role),
    /// It stands where this cannot be done.
    #[error("it is {0}, so this cannot be done")]
    WrongState(&'static str),
    /// The account's name is taken.
    #[error("the name is taken")]
    NameTaken,
    /// Not a name of a person, an institution or a post.
    #[error("a name has 1 to 100 letters")]
    Name,
    /// Not a name of an account.
    #[error(
        "{0:?} cannot be an account's name: use 1 to 64 letters, digits, dots, hyphens, underscores or @"
    )]
    AccountName(String),
    /// No reason was given.
    #[error("a reason of at most 500 letters is needed")]
    ReasonMissing,
    /// An institution cannot stand there.
    #[error("{kind} cannot stand under {parent}")]
    Parent {
        /// What it is.
        kind: &'static str,
        /// What it was to stand under.
        parent: &'static str,
    },
    /// Readers' roles come from registering, not from posts.
    #[error("{0} is no role that a post gives")]
    RoleOfNoPost(Role),
    /// A program cannot have a role of those who watch over each other.
    #[error("{0} is no role for a program")]
    RoleOfNoProgram(Role),
    /// Fonds, categories or actions that are none.
    #[error("fonds, categories or actions are not named well")]
    Scope,
    /// A time that ends before it begins, is over, or is too long.
    #[error("the time ends before it begins, is over, or is too long")]
    Validity,
    /// One person has one account.
    #[error("this person has an account")]
    HasAccount,
    /// The person holds this post, or is to.
    #[error("this person holds this post, or is to")]
    HeldAlready,
    /// Posts are held by members of the staff.
    #[error("posts and accounts of the staff are for members of the staff")]
    NotStaff,
    /// Only readers are verified.
    #[error("only a reader's identity is verified")]
    NotReader,
    /// An institution or a post that exists no more.
    #[error("it exists no more")]
    Closed,
    /// Somebody still holds the post, or something stands under the institution.
    #[error("it is still in use")]
    InUse,
    /// Too many registrations from one place.
    #[error("too many registrations, wait {seconds} seconds")]
    TooMany {
        /// How long to wait.
        seconds: u64,
    },
    /// Passwords, random numbers.
    #[error(transparent)]
    Identity(#[from] IdentityError),
    /// The database failed.
    #[error("people cannot be read or written")]
    Store(#[from] StoreError),
}

impl PeopleError {
    /// Stable name for programs and translations.
    pub fn code(&self) -> &'static str {
        match self {
            Self::NotFound => "people.not_found",
            Self::DutyConflict(_) => "people.duty_conflict",
            Self::OwnProposal(_) => "people.own_proposal",
            Self::OwnMatter => "people.own_matter",
            Self::NoPerson => "people.no_person",
            Self::LastAdministrator(_) => "people.last_administrator",
            Self::WrongState(_) => "people.wrong_state",
            Self::NameTaken => "people.name_taken",
            Self::Name => "people.name",
            Self::AccountName(_) => "people.account_name",
            Self::ReasonMissing => "people.reason_missing",
            Self::Parent { .. } => "people.parent",
            Self::RoleOfNoPost(_) => "people.role_of_no_post",
            Self::RoleOfNoProgram(_) => "people.role_of_no_program",
            Self::Scope => "people.scope",
            Self::Validity => "people.validity",
            Self::HasAccount => "people.has_account",
            Self::HeldAlready => "people.held_already",
            Self::NotStaff => "people.not_staff",
            Self::NotReader => "people.not_reader",
            Self::Closed => "people.closed",
            Self::InUse => "people.in_use",
            Self::TooMany { .. } => "people.too_many",
            Self::Identity(error) => error.code(),
            Self::Store(error) => error.code(),
        }
    }
}

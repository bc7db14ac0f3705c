//! The whole application, asked in process as nobody and as a member of the staff.

mod accessions;
mod desk;
mod files;
mod opening;
mod rights;
mod session;

//! A look at every step that makes something durable, so that tests can stop there as a crash or a full disk would.

use std::io;

/// Whether a step is about to happen or has just happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Moment {
    /// Nothing of the step has happened.
    Before,
    /// The step's effect is there.
    After,
}

/// Is asked around every step that changes the disk. An error from it stops the step as a failure of the disk would.
pub trait Probe: Send + Sync {
    /// `name` is stable and tells the step, such as `place.rename_object`.
    ///
    /// # Errors
    /// What the disk shall seem to have answered.
    fn step(&self, name: &'static str, moment: Moment) -> io::Result<()>;
}

/// The probe of daily work: lets everything pass.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoProbe;

impl Probe for NoProbe {
    fn step(&self, _name: &'static str, _moment: Moment) -> io::Result<()> {
        Ok(())
    }
}

//! When triggers fire: what a commit, a pull request or the clock starts.

mod clock;
mod commits;

pub use clock::{Moment, firings};
pub use commits::{Change, Reference, release, verdict, waits_for};

/// Whether a trigger fires, and why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It fires.
    Fires,
    /// It does not, for this reason.
    Not(String),
}

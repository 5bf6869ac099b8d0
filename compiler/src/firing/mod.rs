//! When triggers fire: what a commit, a pull request, the clock or an event in Azure starts.

mod clock;
mod commits;
mod delivery;
mod events;

pub use clock::{Moment, firings};
pub use commits::{Change, Reference, release, verdict, waits_for};
pub use delivery::Delivered;
pub use events::{Arrival, arrival, refused_value};

/// Whether a trigger fires, and why not.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Verdict {
    /// It fires.
    Fires,
    /// It does not, for this reason.
    Not(String),
}

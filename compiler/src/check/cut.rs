//! The cut.

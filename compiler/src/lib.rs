//! The pure compiler behind `mlopsc`: no files, no network, no clock, no environment.

pub mod check;
pub mod diagnostics;
pub mod diff;
pub mod emit;
pub mod graph;
pub mod plan;
pub mod source;
pub mod spec;
pub mod syntax;
pub mod targets;

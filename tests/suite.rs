//! Everything that is tested from outside: one binary, so that it links once.

mod architecture;
mod cli;
mod conformance;
mod licences;

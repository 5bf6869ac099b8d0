//! Everything that is tested from outside: one binary, so that it links once.

mod conformance;
mod licences;

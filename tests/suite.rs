//! Everything that is tested from outside: one binary, so that it links once.

// Tests look into foreign values, of which only some kinds matter, and put texts together.
#![allow(
    clippy::case_sensitive_file_extension_comparisons,
    clippy::format_push_string,
    clippy::unnecessary_debug_formatting,
    clippy::wildcard_enum_match_arm
)]

mod architecture;
mod cases;
mod ci;
mod cli;
mod combinations;
mod conformance;
mod documents;
mod events;
mod examples;
mod generate;
mod hostile;
mod hostile_files;
mod import;
mod licences;
mod locate;
mod memory;
mod mistakes;
#[cfg(unix)]
mod own;
mod pages;
mod published;
#[cfg(unix)]
mod rest_script;
mod setup;

//! Everything that is tested from outside: one binary, so that it links once.

mod architecture;
mod cases;
mod cli;
mod conformance;
mod documents;
mod examples;
mod generate;
mod licences;
mod memory;
mod mistakes;
mod pages;
mod published;

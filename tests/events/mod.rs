//! What brings events: the workflow definitions that we write, run with played services.

mod clock;
mod expression;
mod run;
mod world;

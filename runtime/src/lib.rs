//! What a plan needs to be run: for now the values of its parameters, typed and proved before
//! anything is started. Running itself, here or on the services, is not built yet.

mod bindings;

pub use bindings::{Bindings, Refusal, bind};

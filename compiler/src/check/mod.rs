//! What a spec means: proofs, and the decisions that can fail.

pub mod cut;
pub mod slice;

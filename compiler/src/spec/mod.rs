//! The public model: what authors write.

pub mod expr;
pub mod fault;

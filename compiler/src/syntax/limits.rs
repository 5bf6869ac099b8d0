//! Budgets: far beyond any spec, and low enough that a hostile file costs little.

/// The largest file that is read, in bytes.
pub const MAX_BYTES: usize = 16 << 20;

/// How deep collections may nest, counting through aliases. Readers of the tree may recurse.
pub const MAX_DEPTH: u32 = 100;

/// How many nodes a full walk of the tree may meet, counting what an alias stands for each time.
/// A step has about 20, so that this is a pipeline of 50,000 steps; each costs some 150 bytes.
pub const MAX_VISITS: u64 = 1_000_000;

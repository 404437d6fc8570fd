//! The lowest floor: what every other floor may use and what itself uses nothing.

pub mod hash;

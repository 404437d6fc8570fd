//! Each structure against its naive model, with `check()` after each step.

mod dict;
mod entry;

//! Each structure and type against the simplest form that can be right.

mod base;

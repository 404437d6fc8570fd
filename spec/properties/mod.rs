//! Each structure and type against what it promises.

mod config;

mod base;
mod bytes;
mod config;
mod dict;
mod engine;
mod entry;
mod string;

mod base;
mod config;
mod dict;
mod engine;
mod entry;
mod string;

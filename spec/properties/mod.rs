mod base;
mod config;
mod dict;
mod entry;
mod string;

mod base;
mod config;
mod dict;
mod entry;
mod expire;
mod scan;
mod string;
mod sweep;

mod base;
mod dict;
mod entry;

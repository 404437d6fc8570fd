#![no_main]
libfuzzer_sys::fuzz_target!(|bytes: &[u8]| keynotes_fuzz::structures::skiplist(bytes));

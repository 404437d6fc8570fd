//! # Option words: what C takes for the same word
//!
//! Clients write options in any case (`EX`, `ex`), and Redis compares them as C strings: a zero byte
//! ends a word, whatever follows it. Nobody sends such words on purpose, but a server that refuses
//! what another one takes is another server:
//!
//! ```text
//!   SET k v XX         SET k v xx         SET k v "XX\x00y"        all three are XX
//!   SET k v XXL        SET k v "X\x00X"   neither is
//! ```
//!
//! Names of commands, subcommands and directives are found by a hash of all their bytes, and are not
//! words in this sense: `"GET\x00"` is no command. Knows nothing of which options there are.

/// Whether a word of a request is this option, in any case.
///
/// ```
/// use keynotes::base::word::is;
/// assert!(is(b"px", "PX") && is(b"PX\0...", "PX"));
/// assert!(!is(b"PXAT", "PX") && !is(b"P", "PX"));
/// ```
#[inline]
pub fn is(word: &[u8], option: &str) -> bool {
    word.get(..option.len()).is_some_and(|head| head.eq_ignore_ascii_case(option.as_bytes()))
        && word.get(option.len()).is_none_or(|&next| next == 0)
}

/// A word in capitals, to be matched against several options.
pub fn upper(word: &[u8]) -> Vec<u8> {
    until_nul(word).to_ascii_uppercase()
}

/// As [`upper`], in small letters.
pub fn lower(word: &[u8]) -> Vec<u8> {
    until_nul(word).to_ascii_lowercase()
}

/// The part of these bytes that C sees as a string: what its `%s` prints.
pub fn until_nul(word: &[u8]) -> &[u8] {
    word.split(|&byte| byte == 0).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_zero_byte_ends_a_word_and_nothing_else_does() {
        for (word, same) in [
            (&b"EX"[..], true),
            (b"eX", true),
            (b"EX\0", true),
            (b"ex\0at", true),
            (b"", false),
            (b"E", false),
            (b"EXAT", false),
            (b"EX ", false),
            (b"\0EX", false),
            (b"E\0X", false),
        ] {
            assert_eq!(is(word, "EX"), same, "{word:?}");
            assert_eq!(upper(word) == b"EX", same, "{word:?}");
            assert_eq!(lower(word) == b"ex", same, "{word:?}");
        }
    }
}

//! # Error: what a command says when it refuses
//!
//! A reply that begins with `-` is a code in capitals and a sentence. Clients
//! branch on the code, people read the sentence, scripts match both: so each text
//! is Redis's own, to the letter, and stands here once.
//!
//! These are errors of the request. A broken invariant of the server is an assert.

use super::word::until_nul;
use std::borrow::Cow;

/// An error reply. Small, so that `Result<(), Error>` is cheap to return.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Error {
    /// The key holds another type than the command works on.
    WrongType,
    Syntax,
    NotInteger,
    NotFloat,
    /// A result outside of a signed 64-bit integer.
    Overflow,
    NoSuchKey,
    /// A fixed text, code included.
    Static(&'static str),
    /// A text made for the occasion, code included.
    Text(Box<[u8]>),
}

impl Error {
    /// An error of code `ERR` made for the occasion.
    pub fn err(text: impl AsRef<[u8]>) -> Self {
        Error::Text([b"ERR ", text.as_ref()].concat().into())
    }

    /// An error that quotes a word of the request. As Redis formats its errors in C, the quoted word
    /// ends at its first zero byte.
    pub fn quoting(head: &str, word: &[u8], tail: &str) -> Self {
        Error::err([head.as_bytes(), until_nul(word), tail.as_bytes()].concat())
    }

    /// The whole line, code first, without the leading `-`.
    pub fn text(&self) -> Cow<'_, [u8]> {
        let text: &str = match self {
            Error::WrongType => "WRONGTYPE Operation against a key holding the wrong kind of value",
            Error::Syntax => "ERR syntax error",
            Error::NotInteger => "ERR value is not an integer or out of range",
            Error::NotFloat => "ERR value is not a valid float",
            Error::Overflow => "ERR increment or decrement would overflow",
            Error::NoSuchKey => "ERR no such key",
            Error::Static(text) => text,
            Error::Text(text) => return Cow::Borrowed(text),
        };
        Cow::Borrowed(text.as_bytes())
    }

    /// The code: the first word (`errorstat_<code>` counts by it).
    pub fn code(&self) -> Vec<u8> {
        let text = self.text();
        text.split(|&byte| byte == b' ').next().unwrap_or_default().to_vec()
    }
}

#[cfg(test)]
mod tests {
    use super::Error;

    #[test]
    fn a_quoted_word_ends_at_a_zero() {
        let error = Error::quoting("Unsupported option ", b"a\0b", "!");
        assert_eq!(&*error.text(), b"ERR Unsupported option a!");
        assert_eq!(&*Error::quoting("'", b"\0", "'").text(), b"ERR ''");
    }

    #[test]
    fn the_code_is_the_first_word() {
        assert_eq!(Error::WrongType.code(), b"WRONGTYPE");
        assert_eq!(Error::err("no such thing").code(), b"ERR");
    }
}

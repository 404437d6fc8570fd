//! # Words on a line, and bytes in quotes                                    (note 02)
//!
//! Three things are typed by people and split into words by the same rules: inline commands (what
//! `telnet` sends), lines of `redis.conf`, and the arguments of redis-cli's prompt.
//!
//! ```text
//!   line                        words
//!   SET k v                     SET, k, v                spaces, tabs, ends of line part words
//!   SET k "a b\n\x00"           SET, k, a b⏎NUL          \n \r \t \b \a \xHH; \ and any other: that
//!   SET k 'it\'s \n'            SET, k, it's \n          in single quotes only \' is special
//!   SET k pre"fix"              SET, k, prefix           a quote may open inside a word,
//!   SET k "pre"fix              refused                  but a word ends where its quote closes
//!   SET k "open                 refused                  and a quote must close
//!   SET k ""                    SET, k, (empty)          a word may be empty
//! ```
//!
//! A zero byte ends the line wherever it stands outside quotes, and is refused inside them, since
//! Redis reads the line as a C string.
//!
//! [`quote`] is the way back, used wherever bytes are shown to a person (`MONITOR`, the config
//! file, error texts): any bytes become one printable word, and [`split_args`] of that word gives
//! the same bytes.
//!
//! Cost: one pass each; a vector per word. Knows nothing of commands or comments.

use super::int::is_space;

/// A quote that never closes, or closes in the middle of a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unbalanced;

/// The words of `line`; none for a line of spaces.
///
/// ```
/// use keynotes::base::quote::{Unbalanced, split_args};
/// assert_eq!(split_args(br#"SET k "a\x21""#).unwrap(), [&b"SET"[..], b"k", b"a!"]);
/// assert_eq!(split_args(br#"SET k "open"#), Err(Unbalanced));
/// ```
pub fn split_args(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        while let [byte, tail @ ..] = rest
            && is_space(*byte)
        {
            rest = tail;
        }
        if matches!(rest, [] | [0, ..]) {
            return Ok(words);
        }
        words.push(take_word(&mut rest)?);
    }
}

/// `bytes` in double quotes, with everything unprintable escaped: `a"b⏎` is `"a\"b\n"`.
pub fn quote(bytes: &[u8]) -> String {
    use std::fmt::Write;
    let mut text = String::with_capacity(bytes.len() + 2);
    text.push('"');
    for &byte in bytes {
        match byte {
            b'\\' | b'"' => text.extend(['\\', char::from(byte)]),
            b'\n' => text.push_str("\\n"),
            b'\r' => text.push_str("\\r"),
            b'\t' => text.push_str("\\t"),
            ALERT => text.push_str("\\a"),
            BACKSPACE => text.push_str("\\b"),
            b' '..=b'~' => text.push(char::from(byte)),
            _ => write!(text, "\\x{byte:02x}").expect("a String takes all that is written"),
        }
    }
    text.push('"');
    text
}

const ALERT: u8 = 0x07;
const BACKSPACE: u8 = 0x08;

/// Takes the word that `rest` begins with, and leaves `rest` at what ended it.
fn take_word(rest: &mut &[u8]) -> Result<Vec<u8>, Unbalanced> {
    let mut word = Vec::new();
    loop {
        match **rest {
            // Vertical tab and form feed may stand before a word, but do not end one.
            [] | [b' ' | b'\n' | b'\r' | b'\t' | 0, ..] => return Ok(word),
            [mark @ (b'"' | b'\''), ref tail @ ..] => {
                *rest = tail;
                take_quoted(rest, mark, &mut word)?;
                return Ok(word);
            }
            [byte, ref tail @ ..] => {
                word.push(byte);
                *rest = tail;
            }
        }
    }
}

/// Takes the rest of a quoted part, which must end its word.
fn take_quoted(rest: &mut &[u8], mark: u8, word: &mut Vec<u8>) -> Result<(), Unbalanced> {
    loop {
        let (byte, taken) = match **rest {
            [] | [0, ..] => return Err(Unbalanced),
            [byte, ref tail @ ..] if byte == mark => {
                *rest = tail;
                let ends = tail.first().is_none_or(|&next| next == 0 || is_space(next));
                return if ends { Ok(()) } else { Err(Unbalanced) };
            }
            [b'\\', ref escape @ ..] => match unescape(escape, mark) {
                Some((byte, len)) => (byte, 1 + len),
                None => (b'\\', 1),
            },
            [byte, ..] => (byte, 1),
        };
        word.push(byte);
        *rest = &rest[taken..];
    }
}

/// What stands behind a backslash: the byte it means and how many it takes, or `None` if the
/// backslash means itself.
fn unescape(escape: &[u8], mark: u8) -> Option<(u8, usize)> {
    if mark == b'\'' {
        return (escape.first() == Some(&b'\'')).then_some((b'\'', 1));
    }
    if let [b'x', high, low, ..] = *escape
        && let (Some(high), Some(low)) =
            (char::from(high).to_digit(16), char::from(low).to_digit(16))
    {
        return Some(((high * 16 + low) as u8, 3));
    }
    let byte = match *escape.first()? {
        0 => return None,
        b'n' => b'\n',
        b'r' => b'\r',
        b't' => b'\t',
        b'b' => BACKSPACE,
        b'a' => ALERT,
        other => other,
    };
    Some((byte, 1))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Result<String, Unbalanced> {
        let words = split_args(line.as_bytes())?;
        let words: Vec<_> = words.iter().map(|word| word.escape_ascii().to_string()).collect();
        Ok(words.join("|"))
    }

    #[test]
    fn the_table_of_the_essay() {
        assert_eq!(split("  SET\tk v \r\n").unwrap(), "SET|k|v");
        assert_eq!(split(r#"SET k "a b\n\x00\q""#).unwrap(), r"SET|k|a b\n\x00q");
        assert_eq!(split(r"SET k 'it\'s \n'").unwrap(), r"SET|k|it\'s \\n");
        assert_eq!(split(r#"SET k pre"fix" x"#).unwrap(), "SET|k|prefix|x");
        assert_eq!(split(r#"SET k "pre"fix"#), Err(Unbalanced));
        assert_eq!(split(r#"SET k 'open"#), Err(Unbalanced));
        assert_eq!(split(r#"SET k """#).unwrap(), "SET|k|");
        assert_eq!(split(" \n ").unwrap(), "");
    }

    #[test]
    fn half_an_escape_is_taken_as_it_stands() {
        assert_eq!(split(r#""\xg1""#).unwrap(), "xg1");
        assert_eq!(split(r#""\x1""#).unwrap(), "x1");
        assert_eq!(split(r#""a\"#), Err(Unbalanced));
        assert_eq!(split(r#""a\""#), Err(Unbalanced));
    }

    #[test]
    fn a_zero_byte_ends_the_line() {
        assert_eq!(split("a b\0c d").unwrap(), "a|b");
        assert_eq!(split("a \0 b").unwrap(), "a");
        assert_eq!(split("\"a\0\""), Err(Unbalanced));
        assert_eq!(split("\"a\"\0b").unwrap(), "a");
    }

    #[test]
    fn odd_white_space_parts_words_only_in_front() {
        assert_eq!(split("a \x0bb").unwrap(), "a|b");
        assert_eq!(split("a\x0bb").unwrap(), r"a\x0bb");
        assert_eq!(split("\"a\"\x0bb").unwrap(), "a|b");
    }

    #[test]
    fn quotes_show_every_byte() {
        assert_eq!(quote(b"a\"\\\n\r\t\x07\x08\0\x7f\xff ~"), r#""a\"\\\n\r\t\a\b\x00\x7f\xff ~""#);
        assert_eq!(quote(b""), r#""""#);
    }
}

//! # Quote: words in a line, and back
//!
//! Inline commands and config files share one way to split a line into words.

/// A quote was opened and never closed, or a closing quote is followed by more than a space.
#[derive(Debug, PartialEq, Eq)]
pub struct Unbalanced;

/// Splits a line into words: bare, `"with \n \xff escapes"` or `'plain, but for \''`.
pub fn split_args(line: &[u8]) -> Result<Vec<Vec<u8>>, Unbalanced> {
    let mut words = Vec::new();
    let mut rest = line;
    loop {
        let start = rest
            .iter()
            .position(|b| !is_space(*b))
            .unwrap_or(rest.len());
        rest = &rest[start..];
        if rest.is_empty() || rest[0] == 0 {
            return Ok(words);
        }
        let mut word = Vec::new();
        rest = take_word(rest, &mut word)?;
        words.push(word);
    }
}

/// The form that [`split_args`] reads back as one word: double quotes, escapes for what is not printable.
pub fn quote(text: &[u8]) -> String {
    let mut out = String::from("\"");
    for byte in text {
        match byte {
            b'\\' | b'"' => {
                out.push('\\');
                out.push(*byte as char);
            }
            b'\n' => out.push_str("\\n"),
            b'\r' => out.push_str("\\r"),
            b'\t' => out.push_str("\\t"),
            7 => out.push_str("\\a"),
            8 => out.push_str("\\b"),
            32..=126 => out.push(*byte as char),
            _ => out.push_str(&format!("\\x{byte:02x}")),
        }
    }
    out.push('"');
    out
}

fn take_word<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        match rest.first() {
            None | Some(0) => return Ok(rest),
            Some(b) if is_space(*b) => return Ok(rest),
            Some(b'"') => return take_double(&rest[1..], word),
            Some(b'\'') => return take_single(&rest[1..], word),
            Some(b) => word.push(*b),
        }
        rest = &rest[1..];
    }
}

fn take_double<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        match rest {
            [b'\\', b'x', h, l, tail @ ..] if h.is_ascii_hexdigit() && l.is_ascii_hexdigit() => {
                word.push(hex(*h) * 16 + hex(*l));
                rest = tail;
            }
            [b'\\', escaped, tail @ ..] => {
                word.push(match escaped {
                    b'n' => b'\n',
                    b'r' => b'\r',
                    b't' => b'\t',
                    b'b' => 8,
                    b'a' => 7,
                    other => *other,
                });
                rest = tail;
            }
            [b'"', tail @ ..] => return closed(tail),
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
            [] => return Err(Unbalanced),
        }
    }
}

fn take_single<'a>(mut rest: &'a [u8], word: &mut Vec<u8>) -> Result<&'a [u8], Unbalanced> {
    loop {
        match rest {
            [b'\\', b'\'', tail @ ..] => {
                word.push(b'\'');
                rest = tail;
            }
            [b'\'', tail @ ..] => return closed(tail),
            [byte, tail @ ..] => {
                word.push(*byte);
                rest = tail;
            }
            [] => return Err(Unbalanced),
        }
    }
}

fn closed(rest: &[u8]) -> Result<&[u8], Unbalanced> {
    match rest.first() {
        Some(byte) if !is_space(*byte) => Err(Unbalanced),
        _ => Ok(rest),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r' | 11 | 12)
}

fn hex(digit: u8) -> u8 {
    (digit as char).to_digit(16).unwrap_or(0) as u8
}

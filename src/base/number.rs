//! # The grammar of C's floating-point numbers
//!
//! Redis reads a score with `strtod` and an `INCRBYFLOAT` argument with `strtold`, and then asks
//! that the whole text was used. Both share one grammar, and neither is Rust's: C knows hex floats.
//!
//! ```text
//!   decimal    [+-] digits [. digits] [e [+-] digits]      at least one digit around the point
//!   hex        [+-] 0x hex [. hex] [p [+-] digits]         the exponent counts powers of two
//!   infinity   [+-] inf | infinity                         any case
//! ```
//!
//! `0x1.8p3` is 1.5 × 8 = 12; `.5` and `5.` are numbers; `.`, `1e`, `0x` and the empty text are
//! not. `nan` is in C's grammar but every caller refuses it, so it is left out here. White space
//! is refused: `strtod` would skip it in front, and Redis checks for it first.
//!
//! Cost: one pass. This file knows the shape only; what the digits are worth, and whether that is
//! too large or too small to hold, is decided by [`super::float`] and [`super::float80`].

use std::borrow::Cow;

/// What a text is, by its shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Number<'a> {
    /// Digits with an optional sign, point and exponent: what Rust's own parsers accept.
    Decimal(&'a str),
    /// The same in hex, sign and `0x` included; the `p` exponent may be absent.
    Hex(&'a str),
    /// Written out, not reached by overflow.
    Infinity { negative: bool },
}

/// The shape of the whole of `text`, or `None` if it is not a number (or is not a number, `nan`).
pub fn classify(text: &[u8]) -> Option<Number<'_>> {
    let (negative, body) = match text.first()? {
        b'-' => (true, &text[1..]),
        b'+' => (false, &text[1..]),
        _ => (false, text),
    };
    if body.eq_ignore_ascii_case(b"inf") || body.eq_ignore_ascii_case(b"infinity") {
        return Some(Number::Infinity { negative });
    }
    let whole = std::str::from_utf8(text).ok()?;
    if let [b'0', b'x' | b'X', hex @ ..] = body {
        return is_scaled(hex, u8::is_ascii_hexdigit, b'p').then_some(Number::Hex(whole));
    }
    is_scaled(body, u8::is_ascii_digit, b'e').then_some(Number::Decimal(whole))
}

/// Whether a decimal or hex number is zero however it is scaled: no digit but 0 before the
/// exponent. It tells a true zero from one that underflowed, which C reports and Redis refuses.
pub fn is_zero(number: &str, exponent: u8) -> bool {
    number
        .bytes()
        .take_while(|byte| byte.to_ascii_lowercase() != exponent)
        .all(|byte| matches!(byte, b'0' | b'.' | b'+' | b'-' | b'x' | b'X'))
}

/// A [`Number::Hex`] with its exponent spelled out: C leaves it optional, most readers do not.
pub fn with_hex_exponent(hex: &str) -> Cow<'_, str> {
    match hex.bytes().any(|byte| byte.eq_ignore_ascii_case(&b'p')) {
        true => Cow::Borrowed(hex),
        false => Cow::Owned(format!("{hex}p0")),
    }
}

/// Whether `body` is digits with at most one point, then perhaps `exponent` and a signed decimal.
fn is_scaled(body: &[u8], is_digit: fn(&u8) -> bool, exponent: u8) -> bool {
    let whole_len = run(body, is_digit);
    let mut rest = &body[whole_len..];
    let mut digits = whole_len;
    if let [b'.', fraction @ ..] = rest {
        let fraction_len = run(fraction, is_digit);
        digits += fraction_len;
        rest = &fraction[fraction_len..];
    }
    if digits == 0 {
        return false;
    }
    match rest {
        [] => true,
        [mark, b'+' | b'-', power @ ..] | [mark, power @ ..] => {
            mark.eq_ignore_ascii_case(&exponent)
                && !power.is_empty()
                && run(power, u8::is_ascii_digit) == power.len()
        }
    }
}

fn run(bytes: &[u8], is_digit: fn(&u8) -> bool) -> usize {
    bytes.iter().take_while(|byte| is_digit(byte)).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn shapes() {
        for text in ["1", "+1", "-1.", ".5", "1e5", "1E-05", "0.0e+1"] {
            assert_eq!(classify(text.as_bytes()), Some(Number::Decimal(text)), "{text}");
        }
        for text in ["0x1", "-0XaF", "0x.8p1", "0x1.p-3"] {
            assert_eq!(classify(text.as_bytes()), Some(Number::Hex(text)), "{text}");
        }
        assert_eq!(classify(b"-InFinity"), Some(Number::Infinity { negative: true }));
        for text in [
            "", " 1", "1 ", ".", "+", "1e", "1e+", "e5", "0x", "0x.p1", "0x1p", "1p5", "nan",
            "infinit", "1\0",
        ] {
            assert_eq!(classify(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn zero_whatever_the_scale() {
        assert!(is_zero("-0.00e99", b'e'));
        assert!(!is_zero("0.01e-99", b'e'));
        assert!(is_zero("0x0p9", b'p'));
        assert!(!is_zero("0x0ep9", b'p'));
    }
}

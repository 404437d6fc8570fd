//! # Integers as text                                                        (note 05)
//!
//! Redis stores `"42"` as an integer and `"042"` as a string, and must give back exactly the bytes
//! it was given. So a byte string *is* an integer only when printing that integer gives the same
//! bytes again: one spelling per number, no `+`, no leading zero, no space, no `-0`.
//!
//! ```text
//!   bytes   42    -7    0     042   +7    -0    " 5"   9223372036854775808
//!   i64?    yes   yes   yes   no    no    no    no     no (one past i64::MAX)
//! ```
//!
//! A round trip shows the rule:
//!
//! ```
//! use keynotes::base::int::{parse_i64, write_i64};
//! let mut text = Vec::new();
//! write_i64(&mut text, parse_i64(b"-7").unwrap());
//! assert_eq!(text, b"-7");
//! assert_eq!(parse_i64(b"007"), None);
//! ```
//!
//! Two places are laxer, by the accident of calling C's `strtoull` when the strict form fails:
//! SCAN cursors and stream ids. [`parse_u64`] keeps that accident, because clients may lean on it.
//!
//! Cost: one pass over at most 20 digits; printing takes no division per digit (`itoa` works two
//! digits at a time from a table). Naive form: `str::parse` after a UTF-8 check, then compare with
//! `to_string`; it allocates on every `SET`.

/// The longest text of an `i64`: 19 digits and a sign.
pub const I64_LEN_MAX: usize = 20;

/// The integer that `text` spells canonically, or `None`.
///
/// The test is: `write_i64` of the answer gives back `text`, byte for byte.
pub fn parse_i64(text: &[u8]) -> Option<i64> {
    if text.is_empty() || text.len() > I64_LEN_MAX {
        return None;
    }
    let (negative, digits) = match text[0] {
        b'-' => (true, &text[1..]),
        _ => (false, text),
    };
    match digits.first()? {
        b'0' => return (text.len() == 1).then_some(0),
        b'1'..=b'9' => {}
        _ => return None,
    }
    // 19 digits always fit a u64, and 20 only come with a sign that leaves 19.
    if digits.len() > 19 {
        return None;
    }
    let mut magnitude: u64 = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        magnitude = magnitude * 10 + u64::from(digit);
    }
    if negative { 0i64.checked_sub_unsigned(magnitude) } else { i64::try_from(magnitude).ok() }
}

/// The unsigned integer that `text` spells, as SCAN cursors and stream ids are read.
///
/// Canonical text is taken as it is, and refused when negative. Anything else goes by C's
/// `strtoull` in base 10: leading white space, a sign and leading zeros pass, a zero byte ends the
/// text, and a minus sign wraps around (`-01` is 2⁶⁴ − 1, while the canonical `-1` is refused).
pub fn parse_u64(text: &[u8]) -> Option<u64> {
    let text = match text.iter().position(|&byte| byte == 0) {
        Some(end) => &text[..end],
        None => text,
    };
    if let Some(value) = parse_i64(text) {
        return u64::try_from(value).ok();
    }
    let start = text.iter().position(|&byte| !is_space(byte))?;
    let (negative, digits) = match text[start] {
        b'-' => (true, &text[start + 1..]),
        b'+' => (false, &text[start + 1..]),
        _ => (false, &text[start..]),
    };
    if digits.is_empty() {
        return None;
    }
    let mut value: u64 = 0;
    for &byte in digits {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return None;
        }
        value = value.checked_mul(10)?.checked_add(u64::from(digit))?;
    }
    Some(if negative { value.wrapping_neg() } else { value })
}

/// How many decimal digits `value` takes: 1 for 0, 20 for `u64::MAX`.
pub fn digits10(value: u64) -> usize {
    value.checked_ilog10().map_or(1, |log| log as usize + 1)
}

/// Appends `value` in decimal. Allocates only if `out` must grow.
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// Appends `value` in decimal, as [`write_i64`] does, for the upper half of `u64` too.
pub fn write_u64(out: &mut Vec<u8>, value: u64) {
    out.extend_from_slice(itoa::Buffer::new().format(value).as_bytes());
}

/// C's `isspace` in the C locale. Unlike [`u8::is_ascii_whitespace`] it counts the vertical tab.
pub const fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t'..=b'\r')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_spelling_per_integer() {
        for good in ["0", "7", "-7", "10", "9223372036854775807", "-9223372036854775808"] {
            let value = parse_i64(good.as_bytes()).unwrap();
            assert_eq!(value.to_string(), good);
        }
        for bad in ["", "-", "-0", "+1", "01", "-01", " 1", "1 ", "1.0", "0x1", "00", "1e3", "1\0"]
        {
            assert_eq!(parse_i64(bad.as_bytes()), None, "{bad:?}");
        }
    }

    #[test]
    fn the_edges_of_i64() {
        for bad in [
            "9223372036854775808",
            "-9223372036854775809",
            "99999999999999999999",
            "-99999999999999999999",
        ] {
            assert_eq!(parse_i64(bad.as_bytes()), None, "{bad}");
        }
    }

    #[test]
    fn cursors_are_read_as_strtoull_reads_them() {
        let table: [(&[u8], Option<u64>); 16] = [
            (b"5", Some(5)),
            (b"007", Some(7)),
            (b"+5", Some(5)),
            (b"\t5", Some(5)),
            (b"5\0x", Some(5)),
            (b"-01", Some(u64::MAX)),
            (b"-1", None),
            (b"18446744073709551615", Some(u64::MAX)),
            (b"18446744073709551616", None),
            (b"-18446744073709551616", None),
            (b"", None),
            (b" ", None),
            (b"-", None),
            (b"--1", None),
            (b"5 ", None),
            (b"x", None),
        ];
        for (text, value) in table {
            assert_eq!(parse_u64(text), value, "{:?}", text.escape_ascii().to_string());
        }
    }

    #[test]
    fn digits_are_counted_at_each_power_of_ten() {
        assert_eq!([0, 9, 10, 99, 100, u64::MAX].map(digits10), [1, 1, 2, 2, 3, 20]);
    }
}

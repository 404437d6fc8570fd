//! # Doubles as text                                                         (note 09)
//!
//! A sorted set's score is an IEEE double, and clients only ever see its text. So two questions
//! decide whether `ZSCORE` gives back what `ZADD` took: which texts are doubles, and which text a
//! double gets.
//!
//! ```text
//!   read    3   -0   .5   1e5   0x10   inf   -Infinity      not: nan, 1e400, 1e-400, " 1", ""
//!
//!   write   17            17                     whole numbers up to 2^62, exactly
//!           0.1           0.1                    the shortest digits that read back the same
//!           1.25e-6       1.25e-6                an exponent without padding, once zeros get many
//!           -0.0          -0                     the sign of zero is kept
//! ```
//!
//! Where the zeros get many, for digits `d` and a power `p` (the value is d × 10^p), as Redis has
//! it since 7.2; older servers print `%.17g`, so `0.1` came back as `0.10000000000000001`:
//!
//! ```text
//!   p ≥ 0   up to six zeros are appended: 1234e6 is 1234000000, 15e18 is 1.5e+19
//!   p < 0   plain if p > −7, or if the first digit is within three places of the point
//!   else    d.ddde±x
//! ```
//!
//! Cost: reading is one pass for the shape and Rust's own correctly rounded parser; writing is
//! [`super::grisu`] and at most 25 bytes. Knows nothing of sorted sets or RESP; the comma before a
//! RESP3 double belongs to the protocol.

use super::grisu::{self, Decimal};
use super::int::is_space;
use super::number::{self, Number};
use super::word::until_nul;
use rustc_apfloat::{Float, ieee::Double};
use std::ops::Deref;

/// Whole numbers are printed as integers up to here (included); exactly a double.
const WHOLE_MAX: f64 = (1u64 << 62) as f64;
/// Room for the longest text: a sign, 17 digits with a point, and an exponent or zeros.
const TEXT_LEN_MAX: usize = 32;

/// The double that the whole of `text` spells, or `None`.
///
/// As C's `strtod` reads it, infinity included; `None` also for `nan`, and for a number that
/// overflows to infinity or underflows to zero. Subnormals pass.
pub fn parse_f64(text: &[u8]) -> Option<f64> {
    let (value, zero) = match number::classify(text)? {
        Number::Infinity { negative: true } => return Some(f64::NEG_INFINITY),
        Number::Infinity { negative: false } => return Some(f64::INFINITY),
        Number::Decimal(text) => (text.parse().ok()?, number::is_zero(text, b'e')),
        Number::Hex(text) => (parse_hex(text)?, number::is_zero(text, b'p')),
    };
    (value.is_finite() && (value != 0.0 || zero)).then_some(value)
}

/// The double that C's `strtod` makes of `text` up to its first zero byte, where white space in front
/// and no text at all pass, and what is too large or too small becomes infinity or zero: so the ends of
/// ZRANGEBYSCORE are read. `None` if more text follows, and for `nan`.
pub fn parse_laxly(text: &[u8]) -> Option<f64> {
    let text = until_nul(text);
    if text.is_empty() {
        return Some(0.0);
    }
    let start = text.iter().position(|&byte| !is_space(byte))?;
    match number::classify(&text[start..])? {
        Number::Infinity { negative: true } => Some(f64::NEG_INFINITY),
        Number::Infinity { negative: false } => Some(f64::INFINITY),
        Number::Decimal(text) => text.parse().ok(),
        Number::Hex(text) => parse_hex(text),
    }
}

/// A double's text. It lies on the stack: scores are written by the million.
///
/// ```
/// use keynotes::base::float::Text;
/// let text = |value| String::from_utf8(Text::of(value).to_vec()).unwrap();
/// assert_eq!(text(3.0), "3");
/// assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
/// assert_eq!(text(1e22), "1e+22");
/// assert_eq!(text(f64::NEG_INFINITY), "-inf");
/// ```
#[derive(Clone, Copy)]
pub struct Text {
    bytes: [u8; TEXT_LEN_MAX],
    len: usize,
}

impl Text {
    /// `value` as 7.4 prints it in `ZSCORE`, in RESP2 and RESP3 alike.
    #[inline]
    pub fn of(value: f64) -> Text {
        match whole(value) {
            Some(int) if int != 0 => Text::new(itoa::Buffer::new().format(int).as_bytes()),
            _ => Text::of_digits(value),
        }
    }

    /// As [`Text::of`], but whole numbers get no other treatment than fractions: 10^17 is `1e+17`. So
    /// DEBUG DIGEST sees scores.
    pub fn of_digits(value: f64) -> Text {
        let mut text =
            Text::new(if value.is_sign_negative() && !value.is_nan() { b"-" } else { b"" });
        match value {
            _ if value.is_nan() => text.push(b"nan"),
            _ if value.is_infinite() => text.push(b"inf"),
            0.0 => text.push(b"0"),
            _ => text.push_decimal(&grisu::shortest(value.abs())),
        }
        text
    }

    /// `value` by C's `%.17g`: more digits than it takes to read the same double back. So ZSCAN prints the
    /// scores of a large sorted set.
    pub fn of_17_digits(value: f64) -> Text {
        if value == 0.0 || !value.is_finite() {
            return Text::of_digits(value);
        }
        let scientific = format!("{:.16e}", value.abs());
        let (mantissa, exponent) = scientific.split_once('e').expect("as it was formatted");
        let exponent: i32 = exponent.parse().expect("a whole number");
        let digits = mantissa.replace('.', "");
        let digits = digits.trim_end_matches('0').as_bytes();
        let mut text = Text::new(if value < 0.0 { b"-" } else { b"" });
        match exponent {
            0..17 if digits.len() as i32 <= exponent + 1 => {
                text.push(digits);
                text.push_zeros(exponent as usize + 1 - digits.len());
            }
            0..17 => text.push_pointed(digits, exponent as usize + 1),
            -4..0 => {
                text.push(b"0.");
                text.push_zeros(exponent.unsigned_abs() as usize - 1);
                text.push(digits);
            }
            _ => {
                text.push_mantissa(digits);
                text.push(format!("e{}{:02}", sign(exponent), exponent.abs()).as_bytes());
            }
        }
        text
    }

    #[inline]
    fn new(bytes: &[u8]) -> Text {
        let mut text = Text { bytes: [0; TEXT_LEN_MAX], len: 0 };
        text.push(bytes);
        text
    }

    #[inline]
    fn push(&mut self, bytes: &[u8]) {
        self.bytes[self.len..self.len + bytes.len()].copy_from_slice(bytes);
        self.len += bytes.len();
    }

    fn push_zeros(&mut self, count: usize) {
        self.bytes[self.len..self.len + count].fill(b'0');
        self.len += count;
    }

    fn push_pointed(&mut self, digits: &[u8], before_point: usize) {
        self.push(&digits[..before_point]);
        self.push(b".");
        self.push(&digits[before_point..]);
    }

    /// The first digit before the point, the others behind it.
    fn push_mantissa(&mut self, digits: &[u8]) {
        if digits.len() == 1 {
            self.push(digits);
        } else {
            self.push_pointed(digits, 1);
        }
    }

    /// Lays digits out, plain or with an exponent.
    fn push_decimal(&mut self, decimal: &Decimal) {
        let digits = decimal.digits();
        let power = decimal.power;
        // The power of ten of the first digit: what the scientific form shows.
        let exponent = power + digits.len() as i32 - 1;
        if power >= 0 && exponent < digits.len() as i32 + 7 {
            self.push(digits);
            return self.push_zeros(power as usize);
        }
        if power < 0 && (power > -7 || exponent.abs() < 4) {
            let behind_point = power.unsigned_abs() as usize;
            match digits.len().checked_sub(behind_point) {
                None | Some(0) => {
                    self.push(b"0.");
                    self.push_zeros(behind_point - digits.len());
                    self.push(digits);
                }
                Some(before_point) => self.push_pointed(digits, before_point),
            }
            return;
        }
        self.push_mantissa(digits);
        self.push(b"e");
        self.push(sign(exponent).as_bytes());
        self.push(itoa::Buffer::new().format(exponent.abs()).as_bytes());
    }
}

impl Deref for Text {
    type Target = [u8];

    #[inline]
    fn deref(&self) -> &[u8] {
        &self.bytes[..self.len]
    }
}

fn sign(exponent: i32) -> &'static str {
    if exponent < 0 { "-" } else { "+" }
}

/// Whether a double is written down as an integer where sorted sets are packed; minus zero is, too.
#[inline]
pub fn whole(value: f64) -> Option<i64> {
    (value.abs() <= WHOLE_MAX && value.trunc() == value).then_some(value as i64)
}

/// Rare enough to go by the soft-float library, which wants the exponent that C leaves optional.
fn parse_hex(text: &str) -> Option<f64> {
    let scaled = number::with_hex_exponent(text);
    let parsed = Double::from_str_r(&scaled, rustc_apfloat::Round::NearestTiesToEven).ok()?;
    Some(f64::from_bits(parsed.value.to_bits() as u64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_a_double() {
        let table = [
            ("3", 3.0),
            (".5", 0.5),
            ("5.", 5.0),
            ("+1e5", 1e5),
            ("0x10", 16.0),
            ("-0x.8p1", -1.0),
            ("INF", f64::INFINITY),
            ("-infinity", f64::NEG_INFINITY),
            ("4e-320", 4e-320),
            ("0e999999999999", 0.0),
            ("1.7976931348623157e308", f64::MAX),
        ];
        for (text, value) in table {
            assert_eq!(parse_f64(text.as_bytes()), Some(value), "{text}");
        }
        assert!(parse_f64(b"-0").unwrap().is_sign_negative());
        for text in [
            "",
            "nan",
            "-nan",
            " 1",
            "1 ",
            "1e400",
            "-1e400",
            "1e-400",
            "0x1p2000",
            "0x1p-2000",
            "1\0",
        ] {
            assert_eq!(parse_f64(text.as_bytes()), None, "{text:?}");
        }
    }

    #[test]
    fn how_a_double_looks() {
        let table = [
            (-0.0, "-0"),
            (100000000000000000.0, "100000000000000000"),
            (4611686018427387904.0, "4611686018427387904"),
            (4611686018427388928.0, "4611686018427389000"),
            (1.5e19, "1.5e+19"),
            (1e20, "1e+20"),
            (123456789012345678901234.0, "123456789012345690000000"),
            (0.00001, "0.00001"),
            (0.000015, "0.000015"),
            (1.25e-6, "1.25e-6"),
            (1e-7, "1e-7"),
            (0.00012345678901234567, "1.2345678901234567e-4"),
            (-12.345, "-12.345"),
            (5e-324, "5e-324"),
            (f64::MAX, "1.7976931348623157e+308"),
            (f64::NAN, "nan"),
        ];
        for (value, text) in table {
            assert_eq!(str::from_utf8(&Text::of(value)).unwrap(), text);
        }
    }

    #[test]
    fn how_a_double_looks_elsewhere() {
        let table = [
            (-0.0, "-0", "-0"),
            (10000000.0, "10000000", "10000000"),
            (100000000.0, "1e+8", "100000000"),
            (1e16, "1e+16", "10000000000000000"),
            (1e17, "1e+17", "1e+17"),
            (0.1, "0.1", "0.10000000000000001"),
            (-2.5, "-2.5", "-2.5"),
            (0.0001, "0.0001", "0.0001"),
            (0.00001, "0.00001", "1.0000000000000001e-05"),
            (5e-324, "5e-324", "4.9406564584124654e-324"),
            (f64::NEG_INFINITY, "-inf", "-inf"),
        ];
        for (value, digits, digits_17) in table {
            assert_eq!(str::from_utf8(&Text::of_digits(value)).unwrap(), digits);
            assert_eq!(str::from_utf8(&Text::of_17_digits(value)).unwrap(), digits_17);
        }
        // The longest of all.
        assert_eq!(Text::of_17_digits(-f64::MIN_POSITIVE).len(), 24);
    }

    #[test]
    fn what_strtod_lets_pass() {
        let table: [(&[u8], Option<f64>); 9] = [
            (b"", Some(0.0)),
            (b" 1", Some(1.0)),
            (b"1 ", None),
            (b" ", None),
            (b"1\0x", Some(1.0)),
            (b"1e400", Some(f64::INFINITY)),
            (b"-0x1p2000", Some(f64::NEG_INFINITY)),
            (b"1e-400", Some(0.0)),
            (b"nan", None),
        ];
        for (text, value) in table {
            assert_eq!(parse_laxly(text), value, "{:?}", text.escape_ascii().to_string());
        }
    }
}

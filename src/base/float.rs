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
use super::int::write_i64;
use super::number::{self, Number};
use rustc_apfloat::{Float, Status, ieee::Double};

/// Whole numbers are printed as integers up to here (included); exactly a double.
const WHOLE_MAX: f64 = (1u64 << 62) as f64;

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

/// Appends `value` as 7.4 prints it in `ZSCORE`, in RESP2 and RESP3 alike.
///
/// ```
/// use keynotes::base::float::write_f64;
/// let text = |value| {
///     let mut out = Vec::new();
///     write_f64(&mut out, value);
///     String::from_utf8(out).unwrap()
/// };
/// assert_eq!(text(3.0), "3");
/// assert_eq!(text(0.1 + 0.2), "0.30000000000000004");
/// assert_eq!(text(1e22), "1e+22");
/// assert_eq!(text(f64::NEG_INFINITY), "-inf");
/// ```
pub fn write_f64(out: &mut Vec<u8>, value: f64) {
    if value.is_nan() {
        return out.extend_from_slice(b"nan");
    }
    if value.is_sign_negative() && (value == 0.0 || value.is_infinite()) {
        out.push(b'-');
    }
    if value.is_infinite() {
        return out.extend_from_slice(b"inf");
    }
    if value.abs() <= WHOLE_MAX && value.trunc() == value {
        return write_i64(out, value as i64);
    }
    if value < 0.0 {
        out.push(b'-');
    }
    write_decimal(out, &grisu::shortest(value.abs()));
}

/// Lays digits out, plain or with an exponent.
fn write_decimal(out: &mut Vec<u8>, decimal: &Decimal) {
    let digits = decimal.digits();
    let power = decimal.power;
    // The power of ten of the first digit: what the scientific form shows.
    let exponent = power + digits.len() as i32 - 1;
    if power >= 0 && exponent < digits.len() as i32 + 7 {
        out.extend_from_slice(digits);
        return out.resize(out.len() + power as usize, b'0');
    }
    if power < 0 && (power > -7 || exponent.abs() < 4) {
        let behind_point = power.unsigned_abs() as usize;
        match digits.len().checked_sub(behind_point) {
            None | Some(0) => {
                out.extend_from_slice(b"0.");
                out.resize(out.len() + behind_point - digits.len(), b'0');
                out.extend_from_slice(digits);
            }
            Some(before_point) => write_pointed(out, digits, before_point),
        }
        return;
    }
    if digits.len() == 1 {
        out.extend_from_slice(digits);
    } else {
        write_pointed(out, digits, 1);
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    write_i64(out, i64::from(exponent.abs()));
}

fn write_pointed(out: &mut Vec<u8>, digits: &[u8], before_point: usize) {
    out.extend_from_slice(&digits[..before_point]);
    out.push(b'.');
    out.extend_from_slice(&digits[before_point..]);
}

/// Rare enough to go by the soft-float library, which wants the exponent that C leaves optional.
fn parse_hex(text: &str) -> Option<f64> {
    let scaled = number::with_hex_exponent(text);
    let parsed = Double::from_str_r(&scaled, rustc_apfloat::Round::NearestTiesToEven).ok()?;
    let overflowed = parsed.status.contains(Status::OVERFLOW);
    (!overflowed).then(|| f64::from_bits(parsed.value.to_bits() as u64))
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
            let mut out = Vec::new();
            write_f64(&mut out, value);
            assert_eq!(str::from_utf8(&out).unwrap(), text);
        }
    }
}

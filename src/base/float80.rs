//! # INCRBYFLOAT's arithmetic: 80-bit floats                                  (note 05)
//!
//! `INCRBYFLOAT` adds in C's `long double`, which on x86 is the 80-bit format of the old x87
//! coprocessor, and prints seventeen decimals with the trailing zeros cut off. A port that adds in
//! 64-bit doubles goes wrong on the first example of every tutorial: 10.1 + 0.2 would print
//! `10.29999999999999893`, not `10.3`. The eleven extra bits hide that, as long as numbers are
//! small: from about 32 on the seventeenth decimal shows the error again, and 0 + 684273.26 is
//! `684273.25999999999999091` on every server. Money belongs in `INCRBY`, counted in cents.
//!
//! ```text
//!    79   78        64 63                                                    0
//!   ┌────┬────────────┬─────────────────────────────────────────────────────────┐
//!   │sign│ exponent   │ mantissa, its leading one stored (a double implies it)   │
//!   │    │ bias 16383 │                                                         │
//!   └────┴────────────┴─────────────────────────────────────────────────────────┘
//!   value = mantissa × 2^(exponent − 16383 − 63)
//! ```
//!
//! Rust has no such type, so the sum is done in software (`rustc_apfloat`, the soft float of
//! compilers), and printing is exact integer arithmetic: mantissa × 10^17 fits 128 bits, so a
//! number with a fraction takes one multiplication, one shift and one rounding to even.
//!
//! ```
//! use keynotes::base::float80::Float80;
//! let sum = Float80::parse(b"10.1").unwrap().checked_add(Float80::parse(b"0.2").unwrap());
//! let mut text = Vec::new();
//! sum.unwrap().write_human(&mut text);
//! assert_eq!(text, b"10.3");
//! ```
//!
//! Cost: a parse 0.2 µs for a few digits and 0.6 µs for seventeen, a sum and a print 0.1 µs; numbers of 2^64 and more print
//! through a small big-integer, at most 4,933 digits. Knows nothing of keys or replies.

use super::int::write_u64;
use super::number::{self, Number};
use rustc_apfloat::ieee::{Double, X87DoubleExtended};
use rustc_apfloat::{Float, FloatConvert, Round, Status, StatusAnd};

/// Texts from this length on are refused unread, as by Redis's fixed buffer.
const TEXT_LEN_MAX: usize = 5 * 1024;

/// An x87 extended double; never NaN.
#[derive(Clone, Copy, Debug)]
pub struct Float80(X87DoubleExtended);

impl Float80 {
    /// The number that the whole of `text` spells, or `None`.
    ///
    /// As C's `strtold` reads it, hex and infinity included; `None` also for `nan`, for overflow,
    /// for a number so small that it becomes zero, and for 5 KiB of text or more.
    pub fn parse(text: &[u8]) -> Option<Float80> {
        if text.len() >= TEXT_LEN_MAX {
            return None;
        }
        let (parsed, zero) = match number::classify(text)? {
            Number::Infinity { negative } => {
                let infinity = X87DoubleExtended::INFINITY;
                return Some(Float80(if negative { -infinity } else { infinity }));
            }
            Number::Decimal(text) => (read(text)?, number::is_zero(text, b'e')),
            Number::Hex(text) => {
                (read(&number::with_hex_exponent(text))?, number::is_zero(text, b'p'))
            }
        };
        let representable =
            !parsed.status.contains(Status::OVERFLOW) && (zero || !parsed.value.is_zero());
        representable.then_some(Float80(parsed.value))
    }

    /// The same number: every double is exact in 80 bits. `value` must not be NaN.
    pub fn from_f64(value: f64) -> Float80 {
        debug_assert!(!value.is_nan());
        let double = Double::from_bits(u128::from(value.to_bits()));
        Float80(double.convert(&mut false).value)
    }

    pub fn is_finite(self) -> bool {
        self.0.is_finite()
    }

    /// The product, rounded as a sum is, and then up to the next integer: how a timeout in seconds
    /// becomes milliseconds. Infinity and all that is too large are the largest, or the smallest,
    /// `i128`.
    ///
    /// ```
    /// use keynotes::base::float80::Float80;
    /// let ms = |text: &[u8]| Float80::parse(text).unwrap().times_up(1000);
    /// assert_eq!((ms(b"0.1"), ms(b"0.0001"), ms(b"-0.0001")), (100, 1, 0));
    /// assert_eq!((ms(b"inf"), ms(b"-1e400")), (i128::MAX, i128::MIN));
    /// ```
    pub fn times_up(self, factor: u32) -> i128 {
        let factor = X87DoubleExtended::from_u128(u128::from(factor)).value;
        let product = self.0.mul_r(factor, Round::NearestTiesToEven).value;
        product.to_i128_r(128, Round::TowardPositive, &mut false).value
    }

    /// The sum, rounded to nearest and ties to even; `None` where Redis says that the increment
    /// "would produce NaN or Infinity", also when an operand was infinite to begin with.
    pub fn checked_add(self, other: Float80) -> Option<Float80> {
        let sum = self.0.add_r(other.0, Round::NearestTiesToEven).value;
        sum.is_finite().then_some(Float80(sum))
    }

    /// Appends the human form: as `%.17Lf` prints it, then without trailing zeros or a bare point,
    /// and never `-0`.
    pub fn write_human(self, out: &mut Vec<u8>) {
        let start = out.len();
        if self.0.is_negative() {
            out.push(b'-');
        }
        if self.0.is_infinite() {
            return out.extend_from_slice(b"inf");
        }
        let (mantissa, exponent) = self.decompose();
        if exponent > 0 {
            return write_large(out, mantissa, exponent as u32);
        }
        let scaled =
            shift_rounding(u128::from(mantissa) * u128::from(DECIMALS_SCALE), -exponent as u32);
        if scaled == 0 {
            // A negative number that rounds to zero loses its sign with its digits.
            out.truncate(start);
        }
        // The mantissa was below 2^64, so the whole part is too.
        write_u64(out, (scaled / u128::from(DECIMALS_SCALE)) as u64);
        write_decimals(out, (scaled % u128::from(DECIMALS_SCALE)) as u64);
    }

    /// `mantissa × 2^exponent`, without the sign.
    fn decompose(self) -> (u64, i32) {
        let bits = self.0.to_bits();
        let biased = (bits >> 64) as i32 & 0x7fff;
        // Subnormals share the exponent of the smallest normal numbers.
        (bits as u64, biased.max(1) - 16383 - 63)
    }
}

/// 10^17: one unit of the last decimal printed.
const DECIMALS: usize = 17;
const DECIMALS_SCALE: u64 = 10u64.pow(DECIMALS as u32);

fn read(text: &str) -> Option<StatusAnd<X87DoubleExtended>> {
    X87DoubleExtended::from_str_r(text, Round::NearestTiesToEven).ok()
}

/// `value / 2^shift`, rounded to nearest, ties to even. `value` stays below 2^121.
fn shift_rounding(value: u128, shift: u32) -> u128 {
    if shift == 0 {
        return value;
    }
    if shift > 122 {
        return 0;
    }
    let floor = value >> shift;
    let rest = value & ((1 << shift) - 1);
    let half = 1 << (shift - 1);
    let up = rest > half || (rest == half && floor & 1 == 1);
    floor + u128::from(up)
}

/// Appends `.` and seventeen decimals, less their trailing zeros; nothing for none.
fn write_decimals(out: &mut Vec<u8>, decimals: u64) {
    if decimals == 0 {
        return;
    }
    let digits = format!(".{decimals:0DECIMALS$}");
    out.extend_from_slice(digits.trim_end_matches('0').as_bytes());
}

/// Appends `mantissa × 2^exponent`, a whole number, in decimal.
fn write_large(out: &mut Vec<u8>, mantissa: u64, mut exponent: u32) {
    // Least significant first, nineteen decimal digits each.
    const LIMB: u128 = 10u128.pow(19);
    let mut limbs = vec![mantissa];
    while exponent > 0 {
        let step = exponent.min(63);
        exponent -= step;
        let mut carry = 0;
        for limb in &mut limbs {
            let part = (u128::from(*limb) << step) + carry;
            *limb = (part % LIMB) as u64;
            carry = part / LIMB;
        }
        if carry > 0 {
            limbs.push(carry as u64);
        }
    }
    let mut limbs = limbs.iter().rev();
    write_u64(out, *limbs.next().expect("one limb was there from the start"));
    for limb in limbs {
        out.extend_from_slice(format!("{limb:019}").as_bytes());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn add(a: &str, b: &str) -> Option<String> {
        let sum = Float80::parse(a.as_bytes())?.checked_add(Float80::parse(b.as_bytes())?)?;
        let mut text = Vec::new();
        sum.write_human(&mut text);
        Some(String::from_utf8(text).unwrap())
    }

    #[test]
    fn sums_as_a_server_prints_them() {
        let table = [
            ("10.1", "0.2", "10.3"),
            ("5.0e3", "2.0e2", "5200"),
            ("0", "-0", "0"),
            ("0", "-1e-18", "0"),
            ("-1", "1e-17", "-0.99999999999999999"),
            ("0", "684273.26", "684273.25999999999999091"),
            ("0x10", "0x.8p0", "16.5"),
            ("3", "-1.5", "1.5"),
            ("18446744073709551615", "1", "18446744073709551616"),
            ("18446744073709551616", "1", "18446744073709551616"),
            ("1e22", "0", "10000000000000000000000"),
            ("-1e30", "0", "-1000000000000000000024696061952"),
        ];
        for (a, b, sum) in table {
            assert_eq!(add(a, b).as_deref(), Some(sum), "{a} + {b}");
        }
    }

    #[test]
    fn no_sum_beyond_the_range() {
        assert_eq!(add("inf", "1"), None);
        assert_eq!(add("inf", "-inf"), None);
        assert_eq!(add("1.1e4932", "1.1e4932"), None);
        assert_eq!(add("1e4932", "0").unwrap().len(), 4933);
    }

    #[test]
    fn what_is_refused() {
        for text in ["", "nan", " 1", "1e5000", "1e-5000", "1\0", "1e", "0x"] {
            assert!(Float80::parse(text.as_bytes()).is_none(), "{text:?}");
        }
        let long = |len: usize| format!("{:0<len$}", "1.");
        assert!(Float80::parse(long(5119).as_bytes()).is_some());
        assert!(Float80::parse(long(5120).as_bytes()).is_none());
    }

    #[test]
    fn doubles_keep_their_value() {
        let mut text = Vec::new();
        Float80::from_f64(0.1).write_human(&mut text);
        assert_eq!(text, b"0.10000000000000001");
    }
}

//! # Digits: two spellings of one number
//!
//! Before 7.2 a double was written with 17 digits, `%.17g`; since, with as few as read back the same, but
//! a whole number that fits in 64 bits with all its digits.
//!
//! ```text
//!   3.2999999999999998      3.3                    one number, as each of the two spells it
//!   3.3                     3.30                   spelled as neither does
//!   1e+17                   100000000000000000     the same digits; notation and zeros do not count
//!   1.2345678901234568e+18  1234567890123456768    a whole number
//! ```

/// Whether both are the same number, the first with the digits of `%.17g`, the second with the fewest.
pub fn is_respelled(long: &str, short: &str) -> bool {
    let (Ok(value), Ok(same)) = (long.parse::<f64>(), short.parse::<f64>()) else { return false };
    let has_digits = |text: &str, digits: String| {
        let needless = mantissa(text).contains('.') && mantissa(text).ends_with('0');
        significant(text) == significant(&digits) && !needless
    };
    value.to_bits() == same.to_bits()
        && value.is_finite()
        && has_digits(long, format!("{value:.16e}"))
        && (has_digits(short, format!("{value:e}")) || short == (value as i64).to_string())
}

/// The digits of a number between the zeros that only say where the point is.
fn significant(text: &str) -> String {
    let digits: String = mantissa(text).chars().filter(char::is_ascii_digit).collect();
    digits.trim_matches('0').to_string()
}

fn mantissa(text: &str) -> &str {
    text.split(['e', 'E']).next().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_version_writes_is_one_number() {
        for (long, short) in [
            ("3.2999999999999998", "3.3"),
            ("0.10000000000000001", "0.1"),
            ("9.9999999999999995e-08", "1e-7"),
            ("1e+17", "100000000000000000"),
            ("1.2345678901234568e+17", "123456789012345680"),
            ("1.2345678901234568e+18", "1234567890123456768"),
            ("-2.25", "-2.25"),
        ] {
            assert!(is_respelled(long, short), "{long} {short}");
        }
    }

    #[test]
    fn nothing_else_is() {
        for (long, short) in [
            ("3.3", "3.2999999999999998"),
            ("3.3", "3.30"),
            ("3.2999999999999998", "3.30"),
            ("3.2999999999999998", "3.4"),
            ("3.299999999999999", "3.3"),
            ("-0", "0"),
            ("1.2345678901234568e+18", "1234567890123456700"),
            ("a", "a"),
        ] {
            assert!(!is_respelled(long, short), "{long} {short}");
        }
    }
}

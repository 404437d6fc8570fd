//! # Grisu: the few digits that name a double                                (note 09)
//!
//! 0.1 is stored as 0.1000000000000000055511151231257827…; printing seventeen digits is always
//! enough to read the same double back, and shows `0.10000000000000001`. What a person wants is
//! the *shortest* decimal that still lies closer to this double than to its neighbours:
//!
//! ```text
//!       lower                value                upper
//!   ──────┼────────┬───────────┼───────────┬────────┼──────
//!         half way down        0.1         half way up
//!                     any decimal in between reads back as 0.1; "0.1" is the shortest
//! ```
//!
//! The naive form computes the three exactly with big integers, and is what C libraries did for
//! decades. Grisu2 (Loitsch, 2010) does it in 64-bit integers: multiply by a cached power of ten so
//! that the exponent falls into a small window, draw the interval in by one unit on each side to
//! cover the rounding of that product, and cut digits off `upper` until what remains is smaller
//! than the interval. The last digit is then walked down towards the value.
//!
//! Worked example, 0.1: the interval is about 0.1 ± 7e-18. Scaled by 10¹² or so, `upper` starts
//! `1000…`; after the digit 1 the remainder is already smaller than the interval, so the answer
//! is the digit `1` with a power of −1.
//!
//! The price of the one-unit margin: for about one double in a thousand the digits still read back
//! as the same double, but are one longer than need be, or not the closest of their length. Redis
//! 7.2 and later print exactly these digits, so this file does too, and does not use a later
//! algorithm that never misses (Grisu3, Ryū). Out of 100,000 random doubles, 200 show the miss.
//!
//! Cost: one table look-up, three 64 × 64 multiplications, at most 17 small steps; no allocation.
//! Knows nothing of signs, zeros or how digits are laid out: [`super::float`] does that.

/// Decimal digits and the power of ten that they count: `digits × 10^power`.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    digits: [u8; DIGITS_MAX],
    len: usize,
    pub power: i32,
}

/// Seventeen digits tell any two doubles apart.
const DIGITS_MAX: usize = 18;

impl Decimal {
    /// ASCII digits, the first not `0`.
    pub fn digits(&self) -> &[u8] {
        &self.digits[..self.len]
    }

    fn push(&mut self, digit: u64) {
        // Leading zeros are not digits of the answer.
        if digit > 0 || self.len > 0 {
            self.digits[self.len] = b'0' + digit as u8;
            self.len += 1;
        }
    }
}

/// The digits of a positive, finite double. `value` must not be zero, negative or infinite.
pub fn shortest(value: f64) -> Decimal {
    debug_assert!(value > 0.0 && value.is_finite());
    let (fraction, exponent) = decompose(value);
    let center = Scaled { fraction, exponent }.normalize();
    let upper = Scaled { fraction: fraction * 2 + 1, exponent: exponent - 1 }.normalize();
    // At a power of two the neighbour below is only half as far away.
    let shift = if fraction == HIDDEN_BIT { 2 } else { 1 };
    let lower = Scaled {
        fraction: ((fraction << shift) - 1) << (exponent - shift - upper.exponent),
        exponent: upper.exponent,
    };
    let (scale, power) = cached_power(upper.exponent);
    let center = center.times(scale);
    let mut upper = upper.times(scale);
    let mut lower = lower.times(scale);
    upper.fraction -= 1;
    lower.fraction += 1;
    let mut decimal = Decimal { digits: [0; DIGITS_MAX], len: 0, power: -power };
    cut_digits(&mut decimal, center, upper, upper.fraction - lower.fraction);
    decimal
}

/// A number as `fraction × 2^exponent`.
#[derive(Clone, Copy)]
struct Scaled {
    fraction: u64,
    exponent: i32,
}

impl Scaled {
    /// The same number with the top bit of the fraction set.
    fn normalize(self) -> Scaled {
        let shift = self.fraction.leading_zeros();
        Scaled { fraction: self.fraction << shift, exponent: self.exponent - shift as i32 }
    }

    /// The product's upper 64 bits, rounded half up.
    fn times(self, other: Scaled) -> Scaled {
        let product = u128::from(self.fraction) * u128::from(other.fraction);
        Scaled {
            fraction: ((product + (1 << 63)) >> 64) as u64,
            exponent: self.exponent + other.exponent + 64,
        }
    }
}

const FRACTION_BITS: u32 = 52;
const HIDDEN_BIT: u64 = 1 << FRACTION_BITS;

/// A double's fraction, hidden bit included, and exponent: `value = fraction × 2^exponent`.
fn decompose(value: f64) -> (u64, i32) {
    let bits = value.to_bits();
    let fraction = bits & (HIDDEN_BIT - 1);
    match (bits >> FRACTION_BITS) as i32 {
        0 => (fraction, -1074),
        biased => (fraction | HIDDEN_BIT, biased - 1075),
    }
}

/// Cuts digits from the front of `upper` until the rest fits into `interval`.
///
/// The window of [`cached_power`] makes the whole part of `upper` fit 32 bits and never zero, and leaves the
/// fractional part four bits of room for the multiplications by ten.
fn cut_digits(decimal: &mut Decimal, center: Scaled, upper: Scaled, mut interval: u64) {
    let point = -upper.exponent as u32;
    let one = 1u64 << point;
    let mut distance = upper.fraction - center.fraction;
    let mut whole = (upper.fraction >> point) as u32;
    let mut fraction = upper.fraction & (one - 1);
    for place in (0..=whole.ilog10()).rev() {
        let unit = 10u32.pow(place);
        decimal.push(u64::from(whole / unit));
        whole %= unit;
        let rest = (u64::from(whole) << point) + fraction;
        if rest <= interval {
            decimal.power += place as i32;
            walk_down(decimal, interval, rest, u64::from(unit) << point, distance);
            return;
        }
    }
    loop {
        fraction *= 10;
        interval *= 10;
        distance = distance.wrapping_mul(10);
        decimal.power -= 1;
        decimal.push(fraction >> point);
        fraction &= one - 1;
        if fraction < interval {
            walk_down(decimal, interval, fraction, one, distance);
            return;
        }
    }
}

/// Lowers the last digit while that stays inside the interval and comes closer to the value.
/// `rest` is how far the digits so far lie below `upper`, `distance` how far the value does,
/// `unit` what one step of the last digit is worth.
fn walk_down(decimal: &mut Decimal, interval: u64, mut rest: u64, unit: u64, distance: u64) {
    while rest < distance
        && interval - rest >= unit
        && (rest + unit < distance || distance - rest > rest + unit - distance)
    {
        decimal.digits[decimal.len - 1] -= 1;
        rest += unit;
    }
}

/// The smallest cached power of ten that brings `exponent` into the window −60 … −32, and which
/// power it is. The powers are 8 apart, 26.6 binary places, so that the window always holds one.
fn cached_power(exponent: i32) -> (Scaled, i32) {
    const LOG10_2: f64 = std::f64::consts::LOG10_2;
    let lowest = (f64::from(-61 - exponent) * LOG10_2) as i32;
    let mut index = ((lowest - FIRST_POWER) / POWER_STEP).max(1) as usize - 1;
    while exponent + POWERS_OF_TEN[index].exponent + 64 < -60 {
        index += 1;
    }
    (POWERS_OF_TEN[index], FIRST_POWER + POWER_STEP * index as i32)
}

const FIRST_POWER: i32 = -348;
const POWER_STEP: i32 = 8;
const POWERS: usize = 87;

/// 10^−348, 10^−340 … 10^340, each to 64 bits, computed when the crate is compiled.
static POWERS_OF_TEN: [Scaled; POWERS] = powers_of_ten();

const fn powers_of_ten() -> [Scaled; POWERS] {
    let mut table = [Scaled { fraction: 0, exponent: 0 }; POWERS];
    // Powers of five; the two of each ten only moves the exponent. Going down, dividing 2^1023
    // by five again and again: a floor of a floor is the floor of the whole.
    let mut big = [0u64; LIMBS];
    big[LIMBS - 1] = 1 << 63;
    let mut power = 0;
    while power > FIRST_POWER {
        divide_by_five(&mut big);
        power -= 1;
        if (power - FIRST_POWER) % POWER_STEP == 0 {
            table[((power - FIRST_POWER) / POWER_STEP) as usize] = leading(&big, power - 1023);
        }
    }
    let mut big = [0u64; LIMBS];
    big[0] = 1;
    let mut power = 0;
    while power < FIRST_POWER + POWER_STEP * (POWERS as i32 - 1) {
        multiply_by_five(&mut big);
        power += 1;
        if (power - FIRST_POWER) % POWER_STEP == 0 {
            table[((power - FIRST_POWER) / POWER_STEP) as usize] = leading(&big, power);
        }
    }
    table
}

/// 1,024 bits, least significant first: room for 5^340, and 215 bits left after 2^1023 / 5^348.
const LIMBS: usize = 16;

const fn divide_by_five(big: &mut [u64; LIMBS]) {
    let mut remainder = 0u128;
    let mut i = LIMBS;
    while i > 0 {
        i -= 1;
        let part = remainder << 64 | big[i] as u128;
        big[i] = (part / 5) as u64;
        remainder = part % 5;
    }
}

const fn multiply_by_five(big: &mut [u64; LIMBS]) {
    let mut carry = 0u128;
    let mut i = 0;
    while i < LIMBS {
        let part = big[i] as u128 * 5 + carry;
        big[i] = part as u64;
        carry = part >> 64;
        i += 1;
    }
}

/// The top 64 bits of `big × 2^exponent`, rounded to nearest.
const fn leading(big: &[u64; LIMBS], exponent: i32) -> Scaled {
    let mut top = LIMBS - 1;
    while big[top] == 0 {
        top -= 1;
    }
    let shift = big[top].leading_zeros();
    let below = if top > 0 { big[top - 1] } else { 0 };
    let two = (big[top] as u128) << 64 | below as u128;
    let two = two << shift
        | if shift > 0 && top > 1 { (big[top - 2] >> (64 - shift)) as u128 } else { 0 };
    let fraction = (two >> 64) as u64 + (two as u64 >> 63);
    Scaled { fraction, exponent: exponent + 64 * top as i32 - shift as i32 }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(value: f64) -> String {
        let decimal = shortest(value);
        format!("{}e{}", str::from_utf8(decimal.digits()).unwrap(), decimal.power)
    }

    #[test]
    fn the_table_holds_ten_to_the_zeroth_neighbours_exactly() {
        let at = |power: i32| POWERS_OF_TEN[((power - FIRST_POWER) / POWER_STEP) as usize];
        assert_eq!((at(4).fraction, at(4).exponent), (10_000 << 50, -50));
        assert_eq!((at(12).fraction, at(12).exponent), (1_000_000_000_000 << 24, -24));
        assert_eq!((at(-348).fraction, at(-348).exponent), (0xfa8f_d5a0_081c_0288, -1220));
    }

    #[test]
    fn short_numbers_stay_short() {
        assert_eq!(text(0.1), "1e-1");
        assert_eq!(text(1.5), "15e-1");
        assert_eq!(text(1e22), "1e22");
        assert_eq!(text(f64::MAX), "17976931348623157e292");
        assert_eq!(text(5e-324), "5e-324");
        assert_eq!(text(f64::MIN_POSITIVE), "22250738585072014e-324");
    }

    #[test]
    fn it_misses_where_redis_misses() {
        // Shortest would be 416301e15 and 7505108513e9; closest, …834494.38.
        assert_eq!(text(4.16301e20), "41630099999999997e4");
        assert_eq!(text(7.505108513e18), "7505108512999999e3");
        assert_eq!(text(1.2794290483449438e14), "12794290483449437e-2");
    }
}

//! The base floor against naive forms: what is obviously right, however slow.

use keynotes::base::crc64::crc64;
use keynotes::base::float::{Text, parse_f64};
use keynotes::base::float80::Float80;
use keynotes::base::quote::{quote, split_args};
use keynotes::base::rng::Rng;
use keynotes::base::{crc16, glob, int};
use proptest::prelude::*;

proptest! {
    #[test]
    fn integers_print_and_read_back(value: i64) {
        let mut text = Vec::new();
        int::write_i64(&mut text, value);
        let expected = value.to_string();
        prop_assert_eq!(text.as_slice(), expected.as_bytes());
        prop_assert_eq!(int::parse_i64(&text), Some(value));
    }

    #[test]
    fn a_text_is_an_integer_only_if_it_prints_the_same(text in "[-+0-9 ]{0,22}") {
        let naive = text.parse::<i64>().ok().filter(|value| value.to_string() == text);
        prop_assert_eq!(int::parse_i64(text.as_bytes()), naive);
    }

    #[test]
    fn digits_are_as_many_as_are_printed(value: u64, shift in 0u32..64) {
        let value = value >> shift;
        prop_assert_eq!(int::digits10(value), value.to_string().len());
    }

    #[test]
    fn doubles_print_and_read_back(value in any::<f64>()) {
        let text = Text::of(value);
        prop_assert!(text.len() <= 25, "{}", text.escape_ascii());
        let back = parse_f64(&text);
        prop_assert_eq!(back.map(f64::to_bits), (!value.is_nan()).then_some(value.to_bits()));
    }

    #[test]
    fn hex_doubles_are_exact(mantissa: u32, power in -1000i32..900) {
        let text = format!("0x{mantissa:x}p{power}");
        let value = f64::from(mantissa) * 2f64.powi(power);
        prop_assert_eq!(parse_f64(text.as_bytes()), Some(value));
    }

    #[test]
    fn no_text_of_a_number_panics(text in "[-+]?(0x)?[0-9a-f]{0,30}[.]?[0-9a-f]{0,30}([ep][-+]?[0-9]{1,25})?") {
        let double = parse_f64(text.as_bytes());
        let extended = Float80::parse(text.as_bytes());
        // The wider type reads everything that the narrower reads.
        prop_assert!(double.is_none() || extended.is_some(), "{text}");
    }

    #[test]
    fn sums_of_small_change_look_exact(a in -1000i64..1000, b in -1000i64..1000) {
        let text = |cents: i64| {
            let sign = if cents < 0 { "-" } else { "" };
            format!("{sign}{}.{:02}", cents.abs() / 100, cents.abs() % 100)
        };
        let read = |cents| Float80::parse(text(cents).as_bytes()).unwrap();
        let mut sum = Vec::new();
        read(a).checked_add(read(b)).unwrap().write_human(&mut sum);
        let exact = text(a + b);
        let plain = exact.trim_end_matches('0').trim_end_matches('.');
        prop_assert_eq!(str::from_utf8(&sum).unwrap(), plain);
    }

    #[test]
    fn sums_of_binary_fractions_are_exact(a in -(1i64 << 40)..1i64 << 40, b in -(1i64 << 40)..1i64 << 40) {
        // In units of 1/128, which takes seven decimals.
        let read = |units: i64| Float80::from_f64(units as f64 / 128.0);
        let mut sum = Vec::new();
        read(a).checked_add(read(b)).unwrap().write_human(&mut sum);
        let exact = format!("{:.7}", (a + b) as f64 / 128.0);
        let plain = exact.trim_end_matches('0').trim_end_matches('.');
        prop_assert_eq!(str::from_utf8(&sum).unwrap(), plain);
    }

    #[test]
    fn whole_numbers_of_any_size_print_exactly(value: u64, shift in 0usize..60) {
        let mut printed = Vec::new();
        Float80::parse(format!("0x{value:x}p{shift}").as_bytes()).unwrap().write_human(&mut printed);
        prop_assert_eq!(str::from_utf8(&printed).unwrap(), (u128::from(value) << shift).to_string());
    }

    #[test]
    fn globs_match_as_the_naive_matcher(
        pattern in proptest::collection::vec(prop::sample::select(&b"aaabbB***??[]-^\\\xff"[..]), 0..12),
        text in proptest::collection::vec(prop::sample::select(&b"aaaabbB]-\\\xff"[..]), 0..9),
        nocase: bool,
    ) {
        prop_assert_eq!(glob::matches(&pattern, &text, nocase), naive_glob(&pattern, &text, nocase));
    }

    #[test]
    fn slots_are_in_range_and_follow_the_tag(tag in "[a-z]{1,8}", front in "[^{]{0,8}", back in any::<String>()) {
        let slot = crc16::key_slot(tag.as_bytes());
        prop_assert!(slot < crc16::SLOTS);
        prop_assert_eq!(crc16::key_slot(format!("{front}{{{tag}}}{back}").as_bytes()), slot);
    }

    #[test]
    fn a_checksum_may_be_cut_anywhere(bytes: Vec<u8>, cut: prop::sample::Index) {
        let (front, back) = bytes.split_at(cut.index(bytes.len() + 1));
        prop_assert_eq!(crc64(crc64(0, front), back), crc64(0, &bytes));
        prop_assert_eq!(crc64(0, &bytes), naive_crc64(&bytes));
    }

    #[test]
    fn words_survive_their_quotes(words: Vec<Vec<u8>>) {
        let line = words.iter().map(|word| quote(word)).collect::<Vec<_>>().join(" ");
        prop_assert_eq!(split_args(line.as_bytes()), Ok(words));
    }

    #[test]
    fn no_line_panics(line: Vec<u8>) {
        let _ = split_args(&line);
    }

    #[test]
    fn chance_stays_below_its_bound(seed: u64, n in 1u64..) {
        let mut rng = Rng::new(seed);
        prop_assert!((0..20).all(|_| rng.below(n) < n));
        prop_assert!((0..20).all(|_| (0.0..1.0).contains(&rng.next_f64())));
    }
}

/// Try every split at every star. What the elements mean is spelled out once more, differently: a
/// class is first expanded to the set of bytes that it stands for.
fn naive_glob(pattern: &[u8], text: &[u8], nocase: bool) -> bool {
    // The one rule that is not in the language: no pattern matches the empty text but the empty.
    if text.is_empty() {
        return pattern.is_empty();
    }
    let fold = |byte: u8| {
        if nocase { byte.to_ascii_lowercase() } else { byte }
    };
    naive_rest(pattern, text, &fold)
}

fn naive_rest(pattern: &[u8], text: &[u8], fold: &dyn Fn(u8) -> u8) -> bool {
    let Some(&first) = pattern.first() else {
        return text.is_empty();
    };
    if first == b'*' {
        return (0..=text.len()).any(|skip| naive_rest(&pattern[1..], &text[skip..], fold));
    }
    let Some(&byte) = text.first() else {
        return false;
    };
    let (hit, len) = match first {
        b'?' => (true, 1),
        b'[' => naive_class(pattern, byte, fold),
        b'\\' if pattern.len() > 1 => (fold(pattern[1]) == fold(byte), 2),
        _ => (fold(first) == fold(byte), 1),
    };
    hit && naive_rest(&pattern[len..], &text[1..], fold)
}

/// Whether the class at the front of `pattern` holds `byte`, and how long the class is.
fn naive_class(pattern: &[u8], byte: u8, fold: &dyn Fn(u8) -> u8) -> (bool, usize) {
    let mut members = std::collections::BTreeSet::new();
    let negated = pattern.get(1) == Some(&b'^');
    let mut at = if negated { 2 } else { 1 };
    while at < pattern.len() && pattern[at] != b']' {
        if pattern[at] == b'\\' && at + 1 < pattern.len() {
            // An escaped byte is that byte alone, in either case of the comparison.
            members.extend((0..=255).filter(|&candidate| candidate == pattern[at + 1]));
            at += 2;
        } else if at + 2 < pattern.len() && pattern[at + 1] == b'-' {
            let mut ends = [pattern[at] as i8, pattern[at + 2] as i8];
            ends.sort();
            let [low, high] = ends.map(|end| fold(end as u8) as i8);
            members.extend(
                (0..=255u8).filter(|&candidate| (low..=high).contains(&(fold(candidate) as i8))),
            );
            at += 3;
        } else {
            members.extend((0..=255).filter(|&candidate| fold(candidate) == fold(pattern[at])));
            at += 1;
        }
    }
    (members.contains(&byte) != negated, (at + 1).min(pattern.len()))
}

/// Long division, one bit at a time.
fn naive_crc64(bytes: &[u8]) -> u64 {
    let mut crc = 0u64;
    for byte in bytes {
        for bit in 0..8 {
            let out = crc >> 63 ^ u64::from(byte >> bit & 1);
            crc = crc << 1 ^ if out == 1 { 0xad93_d235_94c9_35a9 } else { 0 };
        }
    }
    crc.reverse_bits()
}

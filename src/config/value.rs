//! # Value: text into a field, and back
//!
//! What the plain kinds of directive (flag, number, memory size, octal, choice, text) accept, how they
//! refuse, and how they are shown. The special ones bring functions of their own; this file only calls them.
//!
//! ```text
//!   timeout 010        argument couldn't be parsed into an integer      (strict: no +, no spaces, no 0 in front)
//!   timeout -1         argument must be between 0 and 2147483647 inclusive
//!   maxmemory 1kb      1024          1k  1000          (1000s without the b, 1024s with it)
//!   maxmemory 1t       argument must be a memory value
//!   appendfsync maybe  argument(s) must be one of the following: everysec, always, no
//! ```

use super::row::{Kind, Origin, Reason, Row};
use super::settings::Config;
use crate::base::int::parse_i64;
use crate::base::word;

pub const WRONG_COUNT: Reason = Reason::Borrowed("wrong number of arguments");

/// Stores the words that follow a directive's name. On an error the field keeps what it held.
pub fn parse(
    config: &mut Config,
    row: &Row,
    words: &[&[u8]],
    origin: Origin,
) -> Result<(), Reason> {
    if let Kind::Special { form, .. } = &row.kind
        && (form.many_words || words.len() == 1)
    {
        return (form.parse)(config, words, origin);
    }
    let &[word] = words else {
        return Err(WRONG_COUNT);
    };
    match &row.kind {
        Kind::Flag { at, .. } => (at.set)(config, parse_flag(word)?),
        Kind::Int { at, min, max, clamp, .. } => {
            let number = parse_i64(word).ok_or("argument couldn't be parsed into an integer")?;
            (at.set)(config, within(number, *min, *max)?.clamp(clamp.0, clamp.1));
        }
        Kind::Memory { at, min, max, at_least, .. } => {
            let bytes = parse_memory(word).ok_or("argument must be a memory value")?;
            (at.set)(config, within(bytes, *min, *max)?.max(*at_least));
        }
        Kind::Octal { at, max, .. } => {
            let number = std::str::from_utf8(word)
                .ok()
                .and_then(|digits| i64::from_str_radix(digits, 8).ok());
            let number = number.ok_or("argument couldn't be parsed as an octal number")?;
            if !(0..=*max).contains(&number) {
                return Err(format!("argument must be between 0 and {max:o} inclusive").into());
            }
            (at.set)(config, number);
        }
        Kind::Choice { at, texts, .. } => {
            let index = texts.iter().position(|text| word::is(word, text));
            (at.set)(config, index.ok_or_else(|| not_among(texts))?);
        }
        Kind::Text { at, check, .. } => {
            check(word)?;
            *(at.get_mut)(config) = word.to_vec();
        }
        Kind::Special { .. } => return Err(WRONG_COUNT),
    }
    Ok(())
}

/// The value as CONFIG GET shows it.
pub fn show(config: &Config, row: &Row) -> Vec<u8> {
    match &row.kind {
        Kind::Flag { at, .. } => yes_no((at.get)(config)).into(),
        Kind::Int { at, .. } => (at.get)(config).to_string().into_bytes(),
        Kind::Memory { at, .. } => (at.get)(config).to_string().into_bytes(),
        Kind::Octal { at, .. } => format!("{:o}", (at.get)(config)).into_bytes(),
        Kind::Choice { at, texts, .. } => texts[(at.get)(config)].into(),
        Kind::Text { at, .. } => (at.get)(config).clone(),
        Kind::Special { form, .. } => (form.show)(config),
    }
}

/// The default, in the form in which [`show`] would show it.
pub fn default_text(row: &Row) -> String {
    match &row.kind {
        Kind::Flag { default, .. } => yes_no(*default).into(),
        Kind::Int { default, .. } => default.to_string(),
        Kind::Memory { default, .. } => default.to_string(),
        Kind::Octal { default, .. } => format!("{default:o}"),
        Kind::Choice { default, texts, .. } => texts[*default].into(),
        Kind::Text { default, .. } | Kind::Special { default, .. } => (*default).into(),
    }
}

/// Puts the default into the field.
///
/// # Panics
/// If a row's own default breaks the row's own rule.
pub fn reset(config: &mut Config, row: &Row) {
    let text = default_text(row);
    if let Kind::Text { at, .. } = &row.kind {
        *(at.get_mut)(config) = text.into_bytes();
    } else if !text.is_empty() {
        let words = words_of(row, text.as_bytes());
        parse(config, row, &words, Origin::Set)
            .unwrap_or_else(|reason| panic!("{}: {reason}", row.name));
    }
}

/// One value as words: cut at each space where several words may stand, else left whole.
///
/// `"900 1"` is `["900", "1"]` for `save`, and one word for `masteruser`. An empty value of many words is
/// no word at all.
pub fn words_of<'a>(row: &Row, value: &'a [u8]) -> Vec<&'a [u8]> {
    match row.takes_many_words() {
        true if value.is_empty() => Vec::new(),
        true => value.split(|byte| *byte == b' ').collect(),
        false => vec![value],
    }
}

/// `100`, `1k` (1000), `1kb` (1024), up to `gb`; any case. An overflow of the digits saturates.
pub fn parse_memory(text: &[u8]) -> Option<u64> {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit()).count();
    let unit: u64 = match word::lower(&text[digits..]).as_slice() {
        b"" | b"b" => 1,
        b"k" => 1000,
        b"kb" => 1 << 10,
        b"m" => 1000 * 1000,
        b"mb" => 1 << 20,
        b"g" => 1000 * 1000 * 1000,
        b"gb" => 1 << 30,
        _ => return None,
    };
    let number = text[..digits].iter().fold(0u64, |number, digit| {
        number.saturating_mul(10).saturating_add((digit - b'0') as u64)
    });
    Some(number.wrapping_mul(unit))
}

/// The shortest exact form for a file: `100mb`, `1gb`, or bare bytes.
pub fn format_memory(bytes: u64) -> String {
    for (unit, name) in [(1u64 << 30, "gb"), (1 << 20, "mb"), (1 << 10, "kb")] {
        if bytes != 0 && bytes.is_multiple_of(unit) {
            return format!("{}{name}", bytes / unit);
        }
    }
    bytes.to_string()
}

/// The refusal of a word that is none of the choices.
pub fn not_among(texts: &[&str]) -> Reason {
    format!("argument(s) must be one of the following: {}", texts.join(", ")).into()
}

fn parse_flag(word: &[u8]) -> Result<bool, Reason> {
    match word::lower(word).as_slice() {
        b"yes" => Ok(true),
        b"no" => Ok(false),
        _ => Err("argument must be 'yes' or 'no'".into()),
    }
}

fn within<T: PartialOrd + std::fmt::Display>(value: T, min: T, max: T) -> Result<T, Reason> {
    if value < min || value > max {
        return Err(format!("argument must be between {min} and {max} inclusive").into());
    }
    Ok(value)
}

fn yes_no(value: bool) -> &'static str {
    if value { "yes" } else { "no" }
}

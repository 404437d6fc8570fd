//! # Numbers: signs, digits, limits
//!
//! Integers of 64 bits written as text, floats written with the digits that they need and no more:
//! every server prints and parses them itself.

use crate::mutate::fault::{Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_counters(), of_parsing(), of_floats(), of_counts()].into_iter().flatten().collect()
}

fn of_counters() -> Vec<Fault> {
    vec![
        fault("incr-two", "INCR", "INCR adds two.")
            .asks(|asked| Some(vec!["INCRBY".into(), asked.args.get(1)?.clone(), "2".into()])),
        fault("incr-old", "INCR INCRBY", "INCR answers the number that was there before.")
            .looks(about_key("GET"))
            .replies(|x| {
                let old = String::from_utf8_lossy(x.asked.text_seen(0)).parse().unwrap_or(0);
                x.int().map(|_| Reply::Int(old))
            }),
        fault("decr-up", "DECR", "DECR adds.").asks(taken_for("INCR")),
        fault("decrby-up", "DECRBY", "DECRBY adds.").asks(taken_for("INCRBY")),
        fault("incrby-sign", "INCRBY", "INCRBY loses the sign.").asks(number_at(2, i128::abs)),
        fault("incrby-32-bits", "INCRBY DECRBY", "INCRBY keeps 32 bits.")
            .replies(integer(|n| i128::from(n as i32))),
        fault("incr-unsigned", "INCR DECR INCRBY DECRBY", "INCR answers no number below 0.")
            .replies(integer(|n| n.max(0))),
        fault("incr-53-bits", "INCR INCRBY", "INCR counts with 53 bits, as doubles do.")
            .replies(integer(|n| n as f64 as i128)),
        fault("decr-53-bits", "DECR DECRBY", "DECR counts with 53 bits, as doubles do.")
            .replies(integer(|n| n as f64 as i128)),
        fault("incr-missing-one", "INCR", "INCR of no key begins at 1.")
            .looks(about_key("EXISTS"))
            .replies(|x| (x.asked.int_seen(0) == Some(0)).then_some(Reply::Int(2))),
    ]
}

/// What is no number to Redis, and is to a lenient parser.
fn of_parsing() -> Vec<Fault> {
    vec![
        fault("value-blanks", "INCR INCRBY DECR", "A value with blanks around it is a number.")
            .looks(about_key("GET"))
            .replies(|x| lenient_value(x, |text| text.trim() != text)),
        fault("value-plus", "INCR INCRBY DECR", "A value with a plus sign is a number.")
            .looks(about_key("GET"))
            .replies(|x| lenient_value(x, |text| text.starts_with('+'))),
        fault("value-zeros", "INCR INCRBY DECR", "A value with leading zeros is a number.")
            .looks(about_key("GET"))
            .replies(|x| lenient_value(x, |text| text.starts_with('0') && text.len() > 1)),
        fault("word-blanks", "INCRBY DECRBY SET EXPIRE", "A number may have blanks around it.")
            .replies(|x| lenient_word(x, |text| text.trim() != text)),
        fault("word-plus", "INCRBY DECRBY SET EXPIRE SETRANGE", "A number may have a plus sign.")
            .replies(|x| lenient_word(x, |text| text.starts_with('+'))),
        fault(
            "word-zeros",
            "INCRBY DECRBY SET EXPIRE SETRANGE",
            "A number may have leading zeros.",
        )
        .replies(|x| lenient_word(x, |text| text.starts_with('0') && text.len() > 1)),
        fault("word-float", "INCRBY DECRBY SET EXPIRE", "A float is cut to an integer.")
            .replies(|x| lenient_word(x, |text| text.contains('.') && text.parse::<f64>().is_ok())),
        fault("word-empty", "INCRBY DECRBY SET EXPIRE", "An empty word is 0.")
            .replies(|x| lenient_word(x, str::is_empty)),
        fault(
            "word-20-digits",
            "INCRBY DECRBY EXPIRE SELECT",
            "20 digits are the greatest number.",
        )
        .replies(|x| {
            lenient_word(x, |text| {
                text.len() > 18 && text.trim_start_matches('-').bytes().all(|b| b.is_ascii_digit())
            })
        }),
        fault("float-blanks", "INCRBYFLOAT", "A float may have blanks around it.")
            .replies(|x| lenient_float(x, |text| text.trim() != text)),
        fault("float-hex", "INCRBYFLOAT", "A float may not be hexadecimal.").replies(|x| {
            let hex = x.asked.word(2).lossy().to_lowercase().contains("0x");
            (hex && !x.failed()).then(|| error("ERR value is not a valid float"))
        }),
        fault("float-exponent", "INCRBYFLOAT", "A float may not have an exponent.").replies(|x| {
            let exponent = x.asked.word(2).lossy().to_lowercase().contains('e');
            (exponent && !x.failed()).then(|| error("ERR value is not a valid float"))
        }),
        fault("float-empty", "INCRBYFLOAT", "An empty word is the float 0.")
            .replies(|x| lenient_float(x, str::is_empty)),
    ]
}

fn of_floats() -> Vec<Fault> {
    vec![
        fault("float-point-zero", "INCRBYFLOAT", "Whole floats are written with .0.").replies(
            text(
                |digits| {
                    if digits.contains(&b'.') { digits.to_vec() } else { [digits, b".0"].concat() }
                },
            ),
        ),
        fault("float-two-digits", "INCRBYFLOAT", "Floats are written with two digits.")
            .replies(written(|value| format!("{value:.2}"))),
        fault("float-17-digits", "INCRBYFLOAT", "Floats are written with 17 digits.")
            .replies(written(|value| format!("{value:.17}"))),
        fault("float-exponent-form", "INCRBYFLOAT", "Great floats are written with an exponent.")
            .replies(written(|value| {
                if value.abs() >= 1e15 { format!("{value:e}") } else { value.to_string() }
            })),
        fault("float-32-bits", "INCRBYFLOAT", "Floats have 32 bits.")
            .replies(written(|value| (value as f32).to_string())),
        fault("float-64-bits", "INCRBYFLOAT", "Floats are added with 64 bits, not with 80.")
            .looks(about_key("GET"))
            .replies(|x| {
                let old = String::from_utf8_lossy(x.asked.text_seen(0)).parse().unwrap_or(0.0);
                let more: f64 = x.asked.word(2).lossy().parse().ok()?;
                x.reply.text().map(|_| bulk(&(old + more).to_string()))
            }),
        fault("float-minus-zero", "INCRBYFLOAT", "Floats that end at 0 keep their sign.")
            .replies(text(|digits| if digits == b"0" { b"-0".to_vec() } else { digits.to_vec() })),
        fault("float-stored", "INCRBYFLOAT", "INCRBYFLOAT stores other digits than it answers.")
            .spoils(then(|x| {
                let digits = x.reply.text().unwrap_or_default();
                let whole = !digits.contains(&b'.');
                let other = [digits, if whole { b".0" } else { b"0" }].concat();
                let mut args = keyed("SET", &x.asked.word(1), "");
                args.push(other.as_slice().into());
                args.push("KEEPTTL".into());
                vec![args]
            })),
        fault("float-sign", "INCRBYFLOAT", "INCRBYFLOAT loses the sign of what is added.")
            .asks(bytes_at(2, |digits| digits.strip_prefix(b"-").unwrap_or(digits).to_vec())),
    ]
}

fn of_counts() -> Vec<Fault> {
    vec![
        fault("strlen-more", "STRLEN", "STRLEN counts an end that is not there.")
            .replies(integer(|n| if n > 0 { n + 1 } else { n })),
        fault("dbsize-more", "DBSIZE", "DBSIZE is one more.").replies(integer(|n| n + 1)),
        fault("exists-one", "EXISTS", "EXISTS answers 1 at most.").replies(integer(|n| n.min(1))),
        fault("touch-one", "TOUCH", "TOUCH answers 1 at most.").replies(integer(|n| n.min(1))),
        fault("del-all", "DEL UNLINK", "DEL counts the keys that it was given.")
            .replies(|x| x.int().map(|_| Reply::Int(x.asked.args.len() as i64 - 1))),
        fault("del-one", "DEL UNLINK", "DEL answers 1 at most.").replies(integer(|n| n.min(1))),
        fault("append-added", "APPEND", "APPEND answers how much was added.")
            .replies(|x| x.int().map(|_| Reply::Int(x.asked.word(2).0.len() as i64))),
        fault("setrange-written", "SETRANGE", "SETRANGE answers how much was written.")
            .replies(|x| x.int().map(|_| Reply::Int(x.asked.word(3).0.len() as i64))),
        fault("lcs-len-more", "LCS", "LCS LEN is one more.").replies(integer(|n| n + 1)),
        fault(
            "expire-changed",
            "EXPIRE PEXPIRE EXPIREAT",
            "EXPIRE answers 0 if there was an expiry.",
        )
        .looks(about_key("PTTL"))
        .replies(|x| x.asked.int_seen(0).filter(|ms| *ms > 0).map(|_| Reply::Int(0))),
        fault("expire-missing-one", "EXPIRE PEXPIRE EXPIREAT", "EXPIRE of no key answers 1.")
            .looks(about_key("EXISTS"))
            .replies(|x| {
                (x.int().is_some() && x.asked.int_seen(0) == Some(0)).then_some(Reply::Int(1))
            }),
        fault("persist-one", "PERSIST", "PERSIST always answers 1.").replies(integer(|_| 1)),
        fault("renamenx-one", "RENAMENX", "RENAMENX always answers 1.").replies(integer(|_| 1)),
        fault("copy-one", "COPY", "COPY always answers 1.").replies(integer(|_| 1)),
        fault("move-one", "MOVE", "MOVE always answers 1.").replies(integer(|_| 1)),
        fault("msetnx-one", "MSETNX", "MSETNX always answers 1.").replies(integer(|_| 1)),
        fault("setnx-one", "SETNX", "SETNX always answers 1.").replies(integer(|_| 1)),
        fault("pexpiretime-32-bits", "EXPIRETIME PEXPIRETIME", "EXPIRETIME has 32 bits.")
            .replies(integer(|n| i128::from(n as i32))),
    ]
}

/// An answer where the stored value is a number to a lenient parser only.
fn lenient_value(x: &Exchange<'_>, odd: fn(&str) -> bool) -> Option<Reply> {
    let value = String::from_utf8_lossy(x.asked.text_seen(0)).into_owned();
    let number: i64 = value.trim().parse().ok()?;
    (says(x.reply, "not an integer") && odd(&value)).then_some(Reply::Int(number.saturating_add(1)))
}

/// An answer where a word that is no integer would be one to a lenient parser.
fn lenient_word(x: &Exchange<'_>, odd: fn(&str) -> bool) -> Option<Reply> {
    let refused = says(x.reply, "not an integer") || says(x.reply, "value is out of range");
    let any = x.asked.args.iter().skip(1).any(|word| odd(&word.lossy()));
    (refused && any).then(|| if x.asked.name() == "SET" { ok() } else { Reply::Int(1) })
}

fn lenient_float(x: &Exchange<'_>, odd: fn(&str) -> bool) -> Option<Reply> {
    let any = x.asked.args.get(2).is_some_and(|word| odd(&word.lossy()));
    (says(x.reply, "not a valid float") && any).then(|| bulk("1"))
}

/// A float, written otherwise.
fn written(how: fn(f64) -> String) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let digits = String::from_utf8_lossy(x.reply.text()?).into_owned();
        Some(bulk(&how(digits.parse().ok()?)))
    }
}

//! # Notation: reading the text of a reply
//!
//! A recursive descent over the grammar drawn in [`crate::pattern`], one function a rule. A text
//! that ends inside brackets is `incomplete`, which tells the reader of files to join the next line.

use crate::bytes::Bytes;
use crate::lexer::{Lexer, Parsed, error};
use crate::pattern::{KINDS, Kind, Pattern, TtlUnit};

/// Reads the notation of one whole reply, as it stands on a line of its own.
pub fn parse(text: &str) -> Parsed<Pattern> {
    let mut lexer = Lexer::new(text);
    lexer.skip_spaces();
    let pattern = match lexer.peek() {
        Some(b'+') => Pattern::Simple(line(&mut lexer)?),
        Some(b'-') => Pattern::Error(line(&mut lexer)?),
        _ => pattern(&mut lexer)?,
    };
    lexer.skip_spaces();
    match lexer.peek() {
        None => Ok(pattern),
        Some(_) => error(format!("`{}` after the end of the reply", lexer.rest())),
    }
}

/// Reads one pattern and leaves the lexer behind it: for lines that go on after it.
pub fn pattern(lexer: &mut Lexer) -> Parsed<Pattern> {
    lexer.skip_spaces();
    if lexer.eat("nil*") {
        return Ok(Pattern::NilArray);
    }
    if lexer.eat("nil") {
        return Ok(Pattern::Nil);
    }
    if lexer.peek() == Some(b'"') {
        return Ok(Pattern::Bulk(Bytes(lexer.quoted()?)));
    }
    let Some(sign) = lexer.take() else {
        lexer.expect("a reply")?;
        return error("no reply");
    };
    match sign {
        b'+' => Ok(Pattern::Simple(word_or_quoted(lexer)?)),
        b'-' => Ok(Pattern::Error(word_or_quoted(lexer)?)),
        b':' if lexer.eat("$") => Ok(Pattern::IntVariable(name(lexer)?)),
        b':' => Ok(Pattern::Int(number(lexer)?)),
        b'$' => Ok(Pattern::Bulk(Bytes(format!("${}", name(lexer)?).into_bytes()))),
        b'[' => Ok(Pattern::Array(elements(lexer)?)),
        b'{' => Ok(Pattern::Map(pairs(lexer)?)),
        b'~' => lexer.expect("[").and_then(|()| elements(lexer)).map(Pattern::Set),
        b'>' => lexer.expect("[").and_then(|()| elements(lexer)).map(Pattern::Push),
        b'#' if lexer.eat("t") => Ok(Pattern::Bool(true)),
        b'#' if lexer.eat("f") => Ok(Pattern::Bool(false)),
        b',' => double(lexer.word()),
        b'(' => Ok(Pattern::Big(lexer.word())),
        b'!' => Ok(Pattern::BulkError(Bytes(lexer.quoted()?))),
        b'=' => {
            let format = lexer.word();
            lexer.expect(":")?;
            Ok(Pattern::Verbatim(format, Bytes(lexer.quoted()?)))
        }
        b'|' => {
            lexer.expect("{")?;
            Ok(Pattern::Attributed(pairs(lexer)?, Box::new(pattern(lexer)?)))
        }
        b'<' => predicate(lexer),
        other => error(format!("no reply begins with `{}{}`", other as char, lexer.rest())),
    }
}

fn predicate(lexer: &mut Lexer) -> Parsed<Pattern> {
    let name = lexer.word();
    lexer.skip_spaces();
    let pattern = match name.as_str() {
        "int" if !at_end(lexer) => int_predicate(lexer)?,
        "float" => {
            let value = float(lexer)?;
            lexer.skip_spaces();
            lexer.expect("+-")?;
            Pattern::FloatNear(value, float(lexer)?)
        }
        "ttl" => {
            let value = number(lexer)?;
            match lexer.eat("ms") {
                true => Pattern::Ttl(value, TtlUnit::Millis),
                false => {
                    lexer.eat("s");
                    Pattern::Ttl(value, TtlUnit::Seconds)
                }
            }
        }
        "pick" => pick(lexer)?,
        "one-of" => lexer.expect("[").and_then(|()| elements(lexer)).map(Pattern::OneOf)?,
        "any-order" => match collection(lexer)? {
            Pattern::Map(_) | Pattern::Set(_) => {
                return error("maps and sets are in any order without `<any-order>`");
            }
            sequence => Pattern::AnyOrder(Box::new(sequence)),
        },
        "contains" => Pattern::Contains(Box::new(collection(lexer)?)),
        "length" => Pattern::Length(count(lexer)?),
        other => match KINDS.iter().find(|(known, _)| *known == other) {
            Some((_, kind)) => Pattern::Kind(*kind, regex(lexer)?),
            None => return error(format!("there is no predicate `<{other}>`")),
        },
    };
    lexer.skip_spaces();
    let pattern = match lexer.eat("as ") {
        true => Pattern::As(Box::new(pattern), self::name(lexer)?),
        false => pattern,
    };
    lexer.skip_spaces();
    lexer.expect(">")?;
    Ok(pattern)
}

fn at_end(lexer: &Lexer) -> bool {
    let rest = lexer.rest();
    rest.starts_with('>') || rest.starts_with("as ")
}

fn int_predicate(lexer: &mut Lexer) -> Parsed<Pattern> {
    let low = number(lexer)?;
    lexer.skip_spaces();
    if lexer.eat("..") {
        return Ok(Pattern::IntBetween(low, number(lexer)?));
    }
    if lexer.eat("+-") {
        let slack = number(lexer)?;
        return Ok(Pattern::IntBetween(low - slack, low + slack));
    }
    Ok(Pattern::IntBetween(low, low))
}

fn pick(lexer: &mut Lexer) -> Parsed<Pattern> {
    let count = count(lexer)?;
    lexer.skip_spaces();
    let distinct = lexer.eat("distinct");
    lexer.skip_spaces();
    lexer.expect("of")?;
    lexer.skip_spaces();
    lexer.expect("[")?;
    let of = elements(lexer)?;
    if of.is_empty() || (distinct && count > of.len()) {
        return error(format!("{count} distinct of {} cannot be picked", of.len()));
    }
    Ok(Pattern::Pick { count, distinct, of })
}

/// `1.5`, `inf`, `nan`: spelled as the server must.
fn double(digits: String) -> Parsed<Pattern> {
    match digits.parse::<f64>() {
        Ok(_) => Ok(Pattern::Double(digits)),
        Err(_) => error(format!("`{digits}` is not a number")),
    }
}

fn collection(lexer: &mut Lexer) -> Parsed<Pattern> {
    match pattern(lexer)? {
        p @ (Pattern::Array(_) | Pattern::Map(_) | Pattern::Set(_) | Pattern::Push(_)) => Ok(p),
        other => error(format!("an array or a map was expected, not {other}")),
    }
}

/// `/re/`, if one comes next. It must compile: a bad pattern is an error of the vector.
fn regex(lexer: &mut Lexer) -> Parsed<Option<String>> {
    if !lexer.eat("/") {
        return Ok(None);
    }
    let mut source = Vec::new();
    loop {
        if lexer.eat("\\/") {
            source.push(b'/');
            continue;
        }
        match lexer.take() {
            None => return error("a regular expression without its closing `/`"),
            Some(b'/') => break,
            Some(byte) => source.push(byte),
        }
    }
    let source = String::from_utf8_lossy(&source).into_owned();
    match crate::matcher::compile_regex(&source) {
        Ok(_) => Ok(Some(source)),
        Err(why) => error(format!("bad regular expression /{source}/: {why}")),
    }
}

fn elements(lexer: &mut Lexer) -> Parsed<Vec<Pattern>> {
    let mut elements = Vec::new();
    loop {
        lexer.skip_spaces();
        if lexer.eat("]") {
            return Ok(elements);
        }
        if lexer.peek().is_none() {
            lexer.expect("]")?;
        }
        elements.push(pattern(lexer)?);
    }
}

fn pairs(lexer: &mut Lexer) -> Parsed<Vec<(Pattern, Pattern)>> {
    let mut pairs = Vec::new();
    loop {
        lexer.skip_spaces();
        if lexer.eat("}") {
            return Ok(pairs);
        }
        if lexer.peek().is_none() {
            lexer.expect("}")?;
        }
        let key = pattern(lexer)?;
        lexer.expect(":")?;
        pairs.push((key, pattern(lexer)?));
    }
}

/// The rest of the line after its sign.
fn line(lexer: &mut Lexer) -> Parsed<Bytes> {
    lexer.take();
    match lexer.peek() {
        Some(b'"') => Ok(Bytes(lexer.quoted()?)),
        _ => Ok(lexer.take_rest().trim_ascii().into()),
    }
}

fn word_or_quoted(lexer: &mut Lexer) -> Parsed<Bytes> {
    match lexer.peek() {
        Some(b'"') => Ok(Bytes(lexer.quoted()?)),
        _ => Ok(lexer.word().as_str().into()),
    }
}

fn name(lexer: &mut Lexer) -> Parsed<String> {
    let name = lexer.take_while(|b| b.is_ascii_alphanumeric() || b == b'_');
    if name.is_empty() { error("a variable without a name") } else { Ok(name) }
}

fn number(lexer: &mut Lexer) -> Parsed<i64> {
    let sign = if lexer.eat("-") { "-" } else { "" };
    let digits = format!("{sign}{}", lexer.take_while(|b| b.is_ascii_digit()));
    digits.parse().or_else(|_| error(format!("`{digits}{}` is not an integer", lexer.rest())))
}

fn count(lexer: &mut Lexer) -> Parsed<usize> {
    let value = number(lexer)?;
    usize::try_from(value).or_else(|_| error("a count cannot be negative"))
}

fn float(lexer: &mut Lexer) -> Parsed<f64> {
    let digits = lexer.take_while(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    digits.parse().or_else(|_| error(format!("`{digits}{}` is not a number", lexer.rest())))
}

/// The kind that a bare `<name>` stands for, if there is one.
pub fn kind(name: &str) -> Option<Kind> {
    KINDS.iter().find(|(known, _)| *known == name).map(|(_, kind)| *kind)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_what_is_read() {
        for text in [
            "+OK",
            "-WRONGTYPE Operation against a key holding the wrong kind of value",
            ":-1",
            r#""bulk\x00\xff""#,
            "nil",
            "nil*",
            r#"[:1 [] nil* +OK -"ERR no such thing" -EXECABORT]"#,
            r#"{"length": :1 +simple: {} :1: ,1.5}"#,
            r#"~["a" "b"]"#,
            ",inf",
            ",-1.5e+17",
            "#t",
            "(3492890328409238509324850943850943825024385",
            r#"=txt:"Some string""#,
            r#">["message" "ch" "hi"]"#,
            r#"!"SYNTAX bad""#,
            r#"|{"a": :1} ["x"]"#,
            r#"[[<bulk> ["f" "v"]]]"#,
            r#"<pick 2 distinct of ["a" "b"]>"#,
            r#"<pick 5 of ["a"]>"#,
            r"<bulk /\d+-\d+/ as id>",
            r"<bulk /a\/b/>",
            "<int>",
            "<int as n>",
            "<int 1..9 as n>",
            ":$n",
            "<float 1.5 +-0.01>",
            "<ttl 100>",
            "<ttl 1500ms>",
            r#"<any-order ["a"]>"#,
            r#"<contains {"a": :1}>"#,
            "<one-of [:1 nil]>",
            "<length 3>",
            "<any>",
            "<error /ERR .*/>",
            "<success>",
        ] {
            assert_eq!(parse(text).map(|p| p.to_string()).as_deref(), Ok(text));
        }
        assert_eq!(parse("<int 2000 +-49>").unwrap(), Pattern::IntBetween(1951, 2049));
        assert_eq!(parse("$id").unwrap(), Pattern::Bulk("$id".into()));
        assert_eq!(parse(r#""ab"*2"#).unwrap(), Pattern::Bulk("abab".into()));
    }

    #[test]
    fn open_brackets_ask_for_more_and_nonsense_does_not() {
        for text in ["[:1", "{\"a\": ", "[\"a", "~[", "{\"a\""] {
            assert!(parse(text).unwrap_err().incomplete, "{text}");
        }
        for text in ["OK", "[:1] x", "<frob>", ":x", "<bulk /(/>", "~x", "<any-order {}>", "<int 1"]
        {
            let error = parse(text).unwrap_err();
            assert!(!error.incomplete || text == "<int 1", "{text}: {error:?}");
        }
    }
}

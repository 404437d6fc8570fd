//! # Lexer: quoted strings, words and command lines
//!
//! Everything in a vector that is not layout is read here: the arguments of a command, with
//! redis-cli's quoting, and the tokens of a reply.
//!
//! ```text
//!   SET "a key" 'it''s' \x00 "x"*64
//!    |     |       |      |     `-- a quoted string, repeated
//!    |     |       |      `-- outside quotes a backslash is a backslash
//!    |     |       `-- an error: a closing quote must end its word
//!    |     `-- one argument
//!    `-- a bare word
//! ```
//!
//! Inside double quotes: `\n \r \t \b \a \\ \" \xHH`. Inside single quotes only `\'`.
//! The lexer knows no RESP type and no predicate.

/// What is wrong, and whether more input could have made it right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SyntaxError {
    pub message: String,
    /// The text ended inside something: the next line may complete it.
    pub incomplete: bool,
}

pub type Parsed<T> = Result<T, SyntaxError>;

/// A syntax error that more input would not cure.
pub fn error<T>(message: impl Into<String>) -> Parsed<T> {
    Err(SyntaxError { message: message.into(), incomplete: false })
}

/// A reading position in one piece of text.
pub struct Lexer<'a> {
    text: &'a [u8],
    at: usize,
}

impl<'a> Lexer<'a> {
    pub fn new(text: &'a str) -> Self {
        Lexer { text: text.as_bytes(), at: 0 }
    }

    pub fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    /// Takes the next byte.
    pub fn take(&mut self) -> Option<u8> {
        let byte = self.peek()?;
        self.at += 1;
        Some(byte)
    }

    /// Takes `prefix` if it comes next.
    pub fn eat(&mut self, prefix: &str) -> bool {
        let found = self.text[self.at..].starts_with(prefix.as_bytes());
        if found {
            self.at += prefix.len();
        }
        found
    }

    pub fn skip_spaces(&mut self) {
        while self.peek().is_some_and(|b| b.is_ascii_whitespace()) {
            self.at += 1;
        }
    }

    /// Takes `wanted`, or says what stands there instead.
    pub fn expect(&mut self, wanted: &str) -> Parsed<()> {
        if self.eat(wanted) {
            return Ok(());
        }
        if self.at >= self.text.len() {
            return incomplete(format!("the text ends where `{wanted}` was expected"));
        }
        error(format!("expected `{wanted}` before `{}`", self.rest()))
    }

    /// What has not been read yet, as text.
    pub fn rest(&self) -> String {
        String::from_utf8_lossy(&self.text[self.at..]).into_owned()
    }

    /// Takes everything to the end of the line.
    pub fn take_rest(&mut self) -> &'a [u8] {
        let rest = &self.text[self.at..];
        self.at = self.text.len();
        rest
    }

    /// Takes bytes while `keep` holds of them; possibly none.
    pub fn take_while(&mut self, keep: impl Fn(u8) -> bool) -> String {
        let start = self.at;
        while self.peek().is_some_and(&keep) {
            self.at += 1;
        }
        String::from_utf8_lossy(&self.text[start..self.at]).into_owned()
    }

    /// A word: up to a space or a bracket.
    pub fn word(&mut self) -> String {
        self.take_while(|b| !b.is_ascii_whitespace() && !b"[]{}<>:\"".contains(&b))
    }

    /// A string in double quotes, its bytes unescaped, repeated if `*n` follows.
    pub fn quoted(&mut self) -> Parsed<Vec<u8>> {
        self.expect("\"")?;
        let mut bytes = Vec::new();
        loop {
            match self.take() {
                None => return incomplete("a string without its closing quote"),
                Some(b'"') => break,
                Some(b'\\') => self.escape(&mut bytes)?,
                Some(byte) => bytes.push(byte),
            }
        }
        self.repeated(bytes)
    }

    /// One argument of a command line, or `None` at its end.
    pub fn argument(&mut self) -> Parsed<Option<Vec<u8>>> {
        self.skip_spaces();
        if self.peek().is_none() {
            return Ok(None);
        }
        let mut bytes = Vec::new();
        while let Some(byte) = self.peek() {
            match byte {
                b if b.is_ascii_whitespace() => break,
                b'"' => {
                    bytes.extend(self.quoted()?);
                    return self.end_of_word(bytes);
                }
                b'\'' => {
                    self.single_quoted(&mut bytes)?;
                    return self.end_of_word(bytes);
                }
                _ => {
                    bytes.push(byte);
                    self.at += 1;
                }
            }
        }
        Ok(Some(bytes))
    }

    fn end_of_word(&mut self, bytes: Vec<u8>) -> Parsed<Option<Vec<u8>>> {
        match self.peek() {
            Some(byte) if !byte.is_ascii_whitespace() => {
                error("a closing quote must be followed by a space")
            }
            _ => Ok(Some(bytes)),
        }
    }

    fn single_quoted(&mut self, bytes: &mut Vec<u8>) -> Parsed<()> {
        self.expect("'")?;
        loop {
            if self.eat("\\'") {
                bytes.push(b'\'');
                continue;
            }
            match self.take() {
                None => return incomplete("a string without its closing quote"),
                Some(b'\'') => return Ok(()),
                Some(byte) => bytes.push(byte),
            }
        }
    }

    fn escape(&mut self, bytes: &mut Vec<u8>) -> Parsed<()> {
        let byte = match self.take() {
            None => return incomplete("a string that ends in a backslash"),
            Some(b'n') => b'\n',
            Some(b'r') => b'\r',
            Some(b't') => b'\t',
            Some(b'b') => 8,
            Some(b'a') => 7,
            Some(b'x') => {
                let digits =
                    self.text.get(self.at..self.at + 2).and_then(|d| std::str::from_utf8(d).ok());
                let value = digits.and_then(|d| u8::from_str_radix(d, 16).ok());
                self.at += 2;
                match value {
                    Some(value) => value,
                    None => return error("\\x needs two hexadecimal digits"),
                }
            }
            Some(other) => other,
        };
        bytes.push(byte);
        Ok(())
    }

    fn repeated(&mut self, bytes: Vec<u8>) -> Parsed<Vec<u8>> {
        if !self.eat("*") {
            return Ok(bytes);
        }
        match self.take_while(|b| b.is_ascii_digit()).parse::<usize>() {
            Ok(times) if times * bytes.len() <= 1 << 24 => Ok(bytes.repeat(times)),
            _ => error("`*` after a string needs a number of repetitions (at most 16 MiB in all)"),
        }
    }
}

/// Splits a command line into its arguments, as redis-cli does.
pub fn arguments(line: &str) -> Parsed<Vec<Vec<u8>>> {
    let mut lexer = Lexer::new(line);
    let mut arguments = Vec::new();
    while let Some(argument) = lexer.argument()? {
        arguments.push(argument);
    }
    Ok(arguments)
}

fn incomplete<T>(message: impl Into<String>) -> Parsed<T> {
    Err(SyntaxError { message: message.into(), incomplete: true })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(line: &str) -> Vec<String> {
        arguments(line).unwrap().iter().map(|a| String::from_utf8_lossy(a).into_owned()).collect()
    }

    #[test]
    fn arguments_are_split_as_redis_cli_does() {
        assert_eq!(split("SET k  v "), ["SET", "k", "v"]);
        assert_eq!(split(r#"SET "a key" 'it\'s' """#), ["SET", "a key", "it's", ""]);
        assert_eq!(split(r#"a\x b"c d""#), ["a\\x", "bc d"]);
        assert_eq!(split(r##"SORT l GET # "x"*3"##), ["SORT", "l", "GET", "#", "xxx"]);
        assert_eq!(arguments(r#""\x00\xff\n""#).unwrap(), [vec![0, 0xff, b'\n']]);
    }

    #[test]
    fn an_open_quote_is_incomplete_and_a_glued_one_is_wrong() {
        assert!(arguments("SET \"a").unwrap_err().incomplete);
        assert!(!arguments("SET \"a\"b").unwrap_err().incomplete);
        assert!(!arguments(r#""\xg0""#).unwrap_err().incomplete);
    }
}

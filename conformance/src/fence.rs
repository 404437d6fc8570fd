//! # Fence: examples of a text, as cases
//!
//! A chapter shows commands and replies the way redis-cli shows them. This file reads those
//! fenced blocks of a Markdown file as cases, so that an example is run like any vector:
//!
//! ````text
//! ```redis id=lock since=2.6.12
//! > SET lock:7 alice NX EX 30        a> and b> are two clients
//! OK
//! > TTL lock:7
//! (integer) 30                       a TTL may have lost what really went by
//! ~ 31 s later                       time goes by, on the target's clock
//! > MGET lock:7 n
//! 1) (nil)
//! 2) "7"
//! ```
//! ````
//!
//! | on the fence line | meaning |
//! |---|---|
//! | `id=lock` | the example's name within its chapter; needed |
//! | `since=7.0.0` | first version of Redis that answers so |
//! | `only=keynotes` | no other server answers so |
//! | `clock` | waits too long for a real clock: needs one that can be set |
//! | `unordered` | arrays are compared as sets |
//!
//! `…` stands for a reply that differs from server to server, such as a cursor.
//!
//! redis-cli prints RESP2 and RESP3 nulls alike, and a status like a verbatim text: what it cannot
//! tell apart is not told apart here either. Everything else is exact.

use crate::bytes::Bytes;
use crate::case::{Alternative, Case, MAIN, Receive, Send, State, Step, Want};
use crate::format::FormatError;
use crate::guard::{Condition, parse_guards};
use crate::lexer;
use crate::pattern::{Kind, Pattern, TtlUnit};

/// Reads all `redis` fences of a chapter. `file` is the path for reports; its stem names the cases.
pub fn parse(file: &str, markdown: &str) -> Result<Vec<Case>, FormatError> {
    let lines: Vec<&str> = markdown.lines().collect();
    let mut cases: Vec<Case> = Vec::new();
    let mut at = 0;
    while at < lines.len() {
        let Some(info) = lines[at].strip_prefix("```") else {
            at += 1;
            continue;
        };
        let body = at + 1;
        let end = (body..lines.len()).find(|&i| lines[i] == "```").unwrap_or(lines.len());
        if info.split(' ').next() == Some("redis") {
            let error = |line, message| FormatError { file: file.into(), line, message };
            let case =
                example(info, body, &lines[body..end]).map_err(|(line, why)| error(line, why))?;
            if cases.iter().any(|other| other.id == case.id) {
                return Err(error(body, format!("a second example with the id `{}`", case.id)));
            }
            cases.push(case);
        }
        at = end + 1;
    }
    let name = file.rsplit('/').next().unwrap_or(file);
    for case in &mut cases {
        case.file = name.into();
        case.path = file.into();
        case.note = name.trim_end_matches(".md").into();
    }
    Ok(cases)
}

/// A line number from 1, and what is wrong there.
type Located<T> = Result<T, (usize, String)>;

/// `line` is the number of the fence's own line.
fn example(info: &str, line: usize, body: &[&str]) -> Located<Case> {
    let mut case = Case { line, state: State::Any, ..Case::default() };
    let (mut when, mut unordered) = (Condition::default(), false);
    for word in info.split(' ').skip(1) {
        let fault = |why: String| (line, why);
        match word.split_once('=').unwrap_or((word, "")) {
            ("id", id) => case.id = id.into(),
            ("since", version) => case.since = Some(version.parse().map_err(fault)?),
            ("only", name) => when.guards = parse_guards(name).map_err(fault)?,
            ("clock", "") => case.needs.push("clock".into()),
            ("unordered", "") => unordered = true,
            _ => return Err(fault(format!("`{word}` means nothing on a redis fence"))),
        }
    }
    if case.id.is_empty() {
        return Err((line, "an example needs an id: ```redis id=name".into()));
    }
    case.title = format!("example `{}`", case.id);
    let mut reader = Reader { lines: body, at: 0, first: line + 1 };
    while let Some(text) = reader.next() {
        let number = reader.first + reader.at - 1;
        let step =
            step(text, number, &mut reader, &when, unordered).map_err(|why| (number, why))?;
        case.steps.push(step);
    }
    Ok(case)
}

fn step(
    text: &str,
    line: usize,
    reader: &mut Reader,
    when: &Condition,
    unordered: bool,
) -> Result<Step, String> {
    if let Some(time) = text.strip_prefix("~ ") {
        return Ok(Step::Sleep(later_ms(time)?));
    }
    let (on, sign, rest) = address(text).ok_or_else(|| format!("`{text}` answers nothing"))?;
    if sign == '<' {
        let want = Want::Reply(reader.value(rest, text.len() - rest.len(), unordered)?);
        let reply = vec![Alternative { when: when.clone(), want, line }];
        return Ok(Step::Receive(Receive { on, within_ms: None, reply, line }));
    }
    let arguments = lexer::arguments(rest).map_err(|error| error.message)?;
    let args: Vec<Bytes> = arguments.into_iter().map(Bytes).collect();
    let mut replies = Vec::new();
    while reader.peek().is_some_and(|next| address(next).is_none() && !next.starts_with("~ ")) {
        let text = reader.next().expect("peeked");
        let reply = aged(&args, reader.value(text, 0, unordered)?);
        let want = if text == "..." { Want::Blocked } else { Want::Reply(reply) };
        replies.push(vec![Alternative { when: when.clone(), want, line }]);
    }
    let send = Send { on, args, when: when.clone(), replies, line, ..Send::default() };
    Ok(Step::Send(send))
}

/// `a> rest` as (`a`, `>`, rest).
fn address(text: &str) -> Option<(String, char, &str)> {
    let end = text.find(|c: char| !c.is_ascii_lowercase())?;
    let sign = text[end..].chars().next().filter(|sign| "<>".contains(*sign))?;
    let rest = text[end + 1..].strip_prefix(' ')?;
    let named = end > 0 || sign == '>';
    named.then(|| (if end == 0 { MAIN } else { &text[..end] }.to_string(), sign, rest))
}

/// `1500 ms later`, `3 s later`
fn later_ms(text: &str) -> Result<u64, String> {
    let words: Vec<&str> = text.split(' ').collect();
    let (count, unit) = match words[..] {
        [count, "ms", "later"] => (count, 1),
        [count, "s", "later"] => (count, 1000),
        _ => return Err("time goes by as `~ 20 ms later` or `~ 20 s later`".into()),
    };
    let count: u64 = count.parse().map_err(|_| format!("`{count}` is no number"))?;
    Ok(count * unit)
}

/// Times to live run on while a case is run on a real server.
fn aged(args: &[Bytes], reply: Pattern) -> Pattern {
    let name = args.first().map(|name| name.lossy().to_uppercase());
    match (name.as_deref(), reply) {
        (Some("TTL"), Pattern::Int(s)) if s >= 0 => Pattern::Ttl(s, TtlUnit::Seconds),
        (Some("PTTL"), Pattern::Int(ms)) if ms >= 0 => Pattern::Ttl(ms, TtlUnit::Millis),
        (_, reply) => reply,
    }
}

/// The lines of a fence.
struct Reader<'a> {
    lines: &'a [&'a str],
    at: usize,
    /// The number of the first line in its file.
    first: usize,
}

impl<'a> Reader<'a> {
    fn peek(&self) -> Option<&'a str> {
        self.lines.get(self.at).copied()
    }

    fn next(&mut self) -> Option<&'a str> {
        let line = self.peek()?;
        self.at += 1;
        Some(line)
    }

    /// The value that begins with `text`, which stands at `column`; an array takes further lines.
    fn value(&mut self, text: &str, column: usize, unordered: bool) -> Result<Pattern, String> {
        let Some((1, width)) = index(text) else { return scalar(text) };
        let mut text = text;
        let mut elements = Vec::new();
        loop {
            elements.push(self.value(&text[width..], column + width, unordered)?);
            let next = self.peek().and_then(|line| indented(line, column));
            match next.filter(|next| index(next) == Some((elements.len() + 1, width))) {
                Some(next) => text = next,
                None => break,
            }
            self.at += 1;
        }
        let array = Pattern::Array(elements);
        Ok(if unordered { Pattern::AnyOrder(Box::new(array)) } else { array })
    }
}

/// What stands at a column, if only blanks stand before it.
fn indented(line: &str, column: usize) -> Option<&str> {
    let (blank, rest) = line.split_at_checked(column)?;
    blank.trim().is_empty().then_some(rest)
}

/// `12) ` as (12, 4). redis-cli aligns short numbers to the right.
fn index(text: &str) -> Option<(usize, usize)> {
    let number = text.trim_start();
    let end = number.find(')')?;
    let index = number[..end].parse().ok()?;
    number[end..].strip_prefix(") ").map(|rest| (index, text.len() - rest.len()))
}

fn scalar(text: &str) -> Result<Pattern, String> {
    if text.starts_with('"') {
        let words = lexer::arguments(text).map_err(|error| error.message)?;
        let [word] =
            <[_; 1]>::try_from(words).map_err(|_| format!("`{text}` is not one string"))?;
        return Ok(Pattern::Bulk(Bytes(word)));
    }
    if let Some(number) = text.strip_prefix("(integer) ") {
        let number = number.parse().map_err(|_| format!("`{number}` is no integer"))?;
        return Ok(Pattern::Int(number));
    }
    if let Some(error) = text.strip_prefix("(error) ") {
        return Ok(Pattern::Error(error.into()));
    }
    Ok(match text {
        "(nil)" => Pattern::OneOf(vec![Pattern::Nil, Pattern::NilArray]),
        "(empty array)" => Pattern::Array(Vec::new()),
        "…" => Pattern::Kind(Kind::Any, None),
        "(true)" => Pattern::Bool(true),
        "(false)" => Pattern::Bool(false),
        _ if text.starts_with('(') => return Err(format!("`{text}` is no reply of redis-cli")),
        _ => Pattern::Simple(text.into()),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHAPTER: &str = "\
Prose.

```rust
> not an example
```

```redis id=lock since=2.6.12
> SET \"lock 7\" alice NX EX 30
OK
b> TTL \"lock 7\"
(integer) 30
~ 31 s later
b> SCAN 0
1) \"0\"
2) 1) \"a\"
   2) (nil)
> GET n
(error) ERR no
```
";

    fn reply(step: &Step) -> String {
        let Step::Send(send) = step else { panic!("{step:?}") };
        let Want::Reply(pattern) = &send.replies[0][0].want else { panic!("{send:?}") };
        format!("{}> {pattern}", send.on)
    }

    #[test]
    fn an_example_is_a_case() {
        let cases = parse("notes/05-strings.md", CHAPTER).unwrap();
        let [case] = &cases[..] else { panic!("{cases:?}") };
        assert_eq!((case.name().as_str(), case.line), ("05-strings/lock", 7));
        assert_eq!(case.steps[2], Step::Sleep(31_000));
        assert_eq!(reply(&case.steps[0]), "main> +OK");
        assert_eq!(reply(&case.steps[1]), "b> <ttl 30>");
        assert_eq!(reply(&case.steps[3]), "b> [\"0\" [\"a\" <one-of [nil nil*]>]]");
        assert_eq!(reply(&case.steps[4]), "main> -ERR no");
    }

    #[test]
    fn faults_have_their_line() {
        let fault = |text: &str| parse("n.md", text).unwrap_err().to_string();
        assert!(fault("```redis\n> PING\nPONG\n```").starts_with("n.md:1: an example needs an id"));
        assert!(fault("```redis id=x\n> PING\n(what) 1\n```").starts_with("n.md:2: `(what) 1`"));
        assert!(fault("```redis id=x\nPONG\n```").starts_with("n.md:2: `PONG` answers nothing"));
        assert!(fault("```redis id=x frob\n```").contains("`frob` means nothing"));
    }

    #[test]
    fn the_numbers_of_a_long_array_are_aligned() {
        let lines: Vec<String> = (1..=10).map(|n| format!("{n:>2}) \"{n}\"")).collect();
        let text = format!("```redis id=x\n> KEYS *\n{}\n```", lines.join("\n"));
        let cases = parse("n.md", &text).unwrap();
        assert!(reply(&cases[0].steps[0]).ends_with("\"9\" \"10\"]"));
    }
}

//! # Usage texts: a command's words, told once
//!
//! Every row begins with a usage text. It is written as manuals write it, and it says
//! enough to print COMMAND DOCS's argument tree, to count the arity, and to render the
//! manual line again. There is no second description of a command's words.
//!
//! ```text
//! SET key value [condition: NX | XX]@2.6.12 [GET]@6.2.0 [expiration: EX seconds:integer | KEEPTTL@6.0.0]
//! │   │         │           │    │   │                               │  │       │
//! │   │         │           │    │   the group's `since`             │  name    type
//! │   │         label       one of these                             token of the argument after it
//! │   an argument of the type that its name is known for
//! name, in capitals
//! ```
//!
//! | form | meaning |
//! |---|---|
//! | `member` | an argument; its type is `string`, or its own name for `key` and `pattern` |
//! | `count:integer` | an argument of that type |
//! | `addr<ip:port>` | shown to people as `ip:port`; else as its name |
//! | `NX` | a word to be written as it stands (anything but small letters; `""` is the empty word); named `nx` |
//! | `EX seconds` | the word belongs to the argument or to the group in `( )` after it |
//! | `( )`, `[ ]` | a group; in square brackets it may be left out |
//! | `NX \| XX` | one of these |
//! | `LIMIT offset count` | alone in its group: a block, whose token is the leading word |
//! | `(ANY) count` | parentheses keep a word from belonging to what follows |
//! | `label: …` | first in a group: the name of all that is in it |
//! | `key...` | as often as one likes; `[GET pattern]...` repeats the word too |
//! | `@6.2.0`, `@-2.8.12` | since a version; deprecated since one |
//! | `key#0` | index of its key spec; without it, keys count up from 0 |
//!
//! A group of several parts needs a name: its label, or its token in small letters.
//!
//! Texts are parsed when somebody asks for COMMAND DOCS, never before: nothing here is
//! on a hot path. Arity alone is counted while compiling, by [`arity`].
//!
//! Knows nothing of rows, and does not validate requests: handlers do.

/// An argument as COMMAND DOCS describes it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Argument {
    pub name: String,
    /// `string`, `integer`, `key`, …, or `pure-token`, `oneof`, `block`.
    pub kind: &'static str,
    /// How people see it; groups have none.
    pub display: Option<String>,
    pub key_spec: Option<usize>,
    pub token: Option<&'static str>,
    pub since: Option<&'static str>,
    pub deprecated_since: Option<&'static str>,
    pub optional: bool,
    pub multiple: bool,
    /// Repeated together with its token.
    pub multiple_token: bool,
    /// The choices of a `oneof`, the parts of a `block`.
    pub arguments: Vec<Argument>,
}

/// The arguments after the command's name.
///
/// # Panics
/// On a text that does not follow the grammar. Texts are constants; a test parses all.
pub fn arguments(usage: &'static str) -> Vec<Argument> {
    let mut parser = Parser { usage, rest: skip_name(usage), keys: 0 };
    let arguments = parser.sequence();
    assert!(parser.rest.is_empty(), "{usage}: nothing opens what {:?} closes", parser.rest);
    arguments.into_iter().map(|part| part.argument).collect()
}

/// Words of a request that fits, name included; negative: at least so many.
pub const fn arity(usage: &str) -> i32 {
    let Count { words, exact, .. } = count_choices(usage.as_bytes(), 0);
    if exact { words } else { -words }
}

/// The line of a manual: `key [NX | XX] [EX seconds]`, without types and versions.
pub fn manual(arguments: &[Argument]) -> String {
    let words: Vec<String> = arguments.iter().map(manual_word).collect();
    words.join(" ")
}

fn manual_word(argument: &Argument) -> String {
    let inside = match argument.kind {
        "pure-token" => String::new(),
        "block" => manual(&argument.arguments),
        "oneof" => {
            let choices: Vec<String> = argument.arguments.iter().map(manual_word).collect();
            let bare = argument.optional && argument.token.is_none();
            let choices = choices.join(" | ");
            if bare { choices } else { format!("<{choices}>") }
        }
        _ => argument.display.clone().unwrap_or_else(|| argument.name.clone()),
    };
    let token = argument.token.map(|token| if token.is_empty() { "\"\"" } else { token });
    let with_token = |inside: &str| match token {
        Some(token) => format!("{token} {inside}").trim_end().to_owned(),
        None => inside.to_owned(),
    };
    let whole = match (argument.multiple, argument.multiple_token) {
        (false, _) => with_token(&inside),
        (true, false) => with_token(&format!("{inside} [{inside} ...]")),
        (true, true) => format!("{0} [{0} ...]", with_token(&inside)),
    };
    if argument.optional { format!("[{whole}]") } else { whole }
}

fn skip_name(usage: &'static str) -> &'static str {
    let mut rest = usage;
    while rest.starts_with(|first: char| first.is_ascii_uppercase()) {
        rest = rest.split_once(' ').map_or("", |(_, rest)| rest);
    }
    rest
}

struct Parser {
    usage: &'static str,
    rest: &'static str,
    /// Key arguments met so far.
    keys: usize,
}

/// An argument of a sequence.
struct Part {
    argument: Argument,
    /// Its token stands free, not inside of its own brackets: as the first of several,
    /// it is the token of them all.
    free_token: bool,
}

impl Parser {
    /// Parts up to a closing bracket, a bar, or the end.
    fn sequence(&mut self) -> Vec<Part> {
        let mut parts = Vec::new();
        loop {
            self.rest = self.rest.trim_start();
            match self.rest.bytes().next() {
                None | Some(b')' | b']' | b'|') => return parts,
                Some(b'(' | b'[') => {
                    parts.push(Part { argument: self.group(None), free_token: false })
                }
                Some(byte) if byte.is_ascii_lowercase() => {
                    parts.push(Part { argument: self.named(), free_token: false })
                }
                Some(_) => parts.push(Part { argument: self.token(), free_token: true }),
            }
        }
    }

    /// `(…)` or `[…]` and what follows its closing bracket.
    fn group(&mut self, token: Option<&'static str>) -> Argument {
        let optional = self.rest.starts_with('[');
        self.rest = &self.rest[1..];
        let label = self.label();
        let mut choices = vec![self.sequence()];
        while self.eat("|") {
            choices.push(self.sequence());
        }
        let closed = self.eat(if optional { "]" } else { ")" });
        assert!(closed, "{}: an unclosed bracket", self.usage);

        let mut argument = match choices.len() {
            1 => self.block(choices.remove(0), label.or(token)),
            _ => Argument {
                kind: "oneof",
                arguments: choices.into_iter().map(|choice| self.block(choice, None)).collect(),
                ..Argument::default()
            },
        };
        if let Some(name) = label.or(token) {
            argument.name = name.to_ascii_lowercase();
            argument.display = argument.display.map(|_| argument.name.clone());
        }
        argument.token = token.or(argument.token);
        argument.optional |= optional;
        if self.eat("...") {
            argument.multiple = true;
            argument.multiple_token = argument.token.is_some();
        }
        self.versions(&mut argument);
        argument
    }

    /// A choice or a group's inside: its only part, or a block of its parts.
    fn block(&self, mut parts: Vec<Part>, name: Option<&str>) -> Argument {
        assert!(!parts.is_empty(), "{}: an empty group", self.usage);
        if parts.len() == 1 {
            return parts.remove(0).argument;
        }
        let mut block = Argument { kind: "block", ..Argument::default() };
        if parts[0].free_token {
            block.token = parts[0].argument.token.take();
            if parts[0].argument.kind == "pure-token" {
                parts.remove(0);
            }
        }
        let name = name.or(block.token);
        let name = name.unwrap_or_else(|| panic!("{}: a group without a name", self.usage));
        block.name = name.to_ascii_lowercase();
        block.arguments = parts.into_iter().map(|part| part.argument).collect();
        block
    }

    /// `NX`, or a token and what it belongs to.
    fn token(&mut self) -> Argument {
        let end = self.rest.find([' ', ')', ']', '@']).unwrap_or(self.rest.len());
        let token = self.take(end);
        let token = if token == "\"\"" { "" } else { token };
        let follows = self.rest.strip_prefix(' ').unwrap_or_default();
        let mut argument = match follows.bytes().next() {
            Some(b'(') => {
                self.rest = follows;
                self.group(Some(token))
            }
            Some(byte) if byte.is_ascii_lowercase() => {
                self.rest = follows;
                self.named()
            }
            _ => {
                let name = token.to_ascii_lowercase();
                let display = Some(name.clone());
                Argument { name, display, kind: "pure-token", ..Argument::default() }
            }
        };
        argument.token = Some(token);
        self.versions(&mut argument);
        argument
    }

    /// `name<display>:type#index...@since`, all but the name optional.
    fn named(&mut self) -> Argument {
        let name = self.word();
        let display = if self.eat("<") {
            let end = self.rest.find('>').expect("a display text ends in >");
            let display = self.take(end);
            self.rest = &self.rest[1..];
            display
        } else {
            name
        };
        let kind = match name {
            _ if self.eat(":") => self.word(),
            "key" | "pattern" => name,
            _ => "string",
        };
        let mut argument = Argument { name: name.into(), kind, ..Argument::default() };
        argument.display = Some(display.into());
        argument.key_spec = (kind == "key").then_some(self.keys);
        self.keys += usize::from(kind == "key");
        if self.eat("#") {
            let end = self.rest.find(|c: char| !c.is_ascii_digit()).unwrap_or(self.rest.len());
            argument.key_spec = Some(self.take(end).parse().expect("an index"));
        }
        argument.multiple = self.eat("...");
        self.versions(&mut argument);
        argument
    }

    /// `@since`, `@since-deprecated` or `@-deprecated`.
    fn versions(&mut self, argument: &mut Argument) {
        if !self.eat("@") {
            return;
        }
        let end = self.rest.find([' ', ')', ']']).unwrap_or(self.rest.len());
        let versions = self.take(end);
        let (since, deprecated) = versions.split_once('-').unwrap_or((versions, ""));
        argument.since = (!since.is_empty()).then_some(since);
        argument.deprecated_since = (!deprecated.is_empty()).then_some(deprecated);
    }

    /// A name before a colon and a space.
    fn label(&mut self) -> Option<&'static str> {
        let (label, rest) = self.rest.split_once(": ")?;
        if !label.bytes().all(is_word_byte) {
            return None;
        }
        self.rest = rest;
        Some(label)
    }

    fn word(&mut self) -> &'static str {
        let end = self.rest.bytes().position(|byte| !is_word_byte(byte));
        self.take(end.unwrap_or(self.rest.len()))
    }

    fn eat(&mut self, mark: &str) -> bool {
        let rest = self.rest.strip_prefix(mark);
        self.rest = rest.unwrap_or(self.rest);
        rest.is_some()
    }

    fn take(&mut self, len: usize) -> &'static str {
        let (taken, rest) = self.rest.split_at(len);
        self.rest = rest;
        taken
    }
}

fn is_word_byte(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_' | b'/')
}

/// What [`arity`] learns of a piece of text.
#[derive(Clone, Copy)]
struct Count {
    /// The fewest words.
    words: i32,
    /// Never more than those.
    exact: bool,
    /// Where the piece ends.
    end: usize,
}

/// Choices up to a closing bracket or the end: the shortest counts.
const fn count_choices(text: &[u8], start: usize) -> Count {
    let mut all = count_sequence(text, start);
    while all.end < text.len() && text[all.end] == b'|' {
        let next = count_sequence(text, all.end + 1);
        let exact = all.exact && next.exact && all.words == next.words;
        let words = if next.words < all.words { next.words } else { all.words };
        all = Count { words, exact, end: next.end };
    }
    all
}

const fn count_sequence(text: &[u8], start: usize) -> Count {
    let mut count = Count { words: 0, exact: true, end: start };
    while count.end < text.len() {
        match text[count.end] {
            b')' | b']' | b'|' => return count,
            b' ' => count.end += 1,
            bracket @ (b'(' | b'[') => {
                let inside = count_choices(text, count.end + 1);
                count.exact &= inside.exact && bracket == b'(';
                if bracket == b'(' {
                    count.words += inside.words;
                }
                count = past_word(text, Count { end: inside.end + 1, ..count });
            }
            _ => {
                let word = past_word(text, count);
                // A label is no word of the request.
                if text[word.end - 1] != b':' {
                    count.words += 1;
                }
                count = Count { words: count.words, ..word };
            }
        }
    }
    count
}

/// To the end of a word, or of what is written behind a closing bracket.
const fn past_word(text: &[u8], mut count: Count) -> Count {
    let mut dots = 0;
    while count.end < text.len() && !matches!(text[count.end], b' ' | b')' | b']') {
        dots = if text[count.end] == b'.' { dots + 1 } else { 0 };
        count.exact &= dots < 3;
        count.end += 1;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn only(usage: &'static str) -> Argument {
        let mut arguments = arguments(usage);
        assert_eq!(arguments.len(), 1, "{usage}");
        arguments.remove(0)
    }

    #[test]
    fn arity_follows_from_the_words_that_must_be_there() {
        for (usage, expected) in [
            ("PING [message]", -1),
            ("GET key", 2),
            ("SET key value [condition: NX | XX] [expiration: EX seconds | KEEPTTL]", -3),
            ("MSET (data: key value)...", -3),
            ("DEL key...", -2),
            ("CLIENT REPLY (on-off-skip: ON | OFF | SKIP)", 3),
            ("XREAD [COUNT count] (STREAMS key... id...)", -4),
            ("CLUSTER SETSLOT slot (subcommand: NODE node<node-id> | STABLE)", -4),
        ] {
            assert_eq!(arity(usage), expected, "{usage}");
        }
    }

    #[test]
    fn a_token_belongs_to_what_follows_and_leads_a_block() {
        let count = only("X [COUNT count:integer]@6.2.0");
        assert_eq!(
            (count.name.as_str(), count.kind, count.token),
            ("count", "integer", Some("COUNT"))
        );
        assert!(count.optional && count.since == Some("6.2.0"));

        let limit = only("X [LIMIT offset:integer count:integer]");
        assert_eq!(
            (limit.name.as_str(), limit.kind, limit.token),
            ("limit", "block", Some("LIMIT"))
        );
        assert_eq!(limit.arguments[0].token, None);

        let apart = only("X [count-block: (COUNT count:integer) [ANY]]");
        assert_eq!((apart.name.as_str(), apart.token), ("count-block", None));
        assert_eq!(apart.arguments[0].token, Some("COUNT"));
    }

    #[test]
    fn dots_repeat_the_value_or_the_token_with_it() {
        let values = only("X [KEYS key...]");
        assert!(values.multiple && !values.multiple_token);
        let tokens = only("X [PREFIX prefix]...");
        assert!(tokens.multiple && tokens.multiple_token && tokens.optional);
        let pairs = only("X (data: field value)...");
        assert!(pairs.multiple && !pairs.multiple_token && !pairs.optional);
    }

    #[test]
    fn a_manual_shows_the_words_as_they_are_typed() {
        for (usage, expected) in [
            ("SET key value [condition: NX | XX]@2.6.12", "key value [NX | XX]"),
            ("MSET (data: key value)...", "key value [key value ...]"),
            (
                "X [GET pattern]... [order: ASC | DESC]",
                "[GET pattern [GET pattern ...]] [ASC | DESC]",
            ),
            ("X (id-selector: (auto-id: *) | id)", "<* | id>"),
            ("X [KEYS keys<key>:key...]", "[KEYS key [key ...]]"),
        ] {
            assert_eq!(manual(&arguments(usage)), expected);
        }
    }

    #[test]
    fn labels_name_what_is_in_the_group() {
        let change = only("X [change: CH]");
        assert_eq!((change.name.as_str(), change.kind), ("change", "pure-token"));
        let overflow = only("X [overflow-block: OVERFLOW (WRAP | SAT)]");
        assert_eq!((overflow.name.as_str(), overflow.token), ("overflow-block", Some("OVERFLOW")));
        assert_eq!(overflow.kind, "oneof");
    }
}

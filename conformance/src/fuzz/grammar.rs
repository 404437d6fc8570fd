//! # Grammar: what a server says its commands look like
//!
//! COMMAND tells names, arities and flags; COMMAND DOCS tells each command's arguments as a tree.
//! Together they are a grammar, and the only one here: no list of commands stands beside it.
//!
//! ```text
//!   COMMAND DOCS set                         argument tree
//!     key     key                            Key
//!     value   string                         Value(String)
//!     condition oneof, optional              OneOf [ NX | XX ]
//!     expiration oneof, optional             OneOf [ EX seconds | ... | KEEPTTL ]
//! ```
//!
//! What the trees do not say: that NX does not go with GET, how many keys `numkeys` counts, which
//! strings are scores or ids. The last two are read off the names of arguments, by
//! [`super::generate`] and [`super::values`].

use std::collections::BTreeMap;

use crate::reply::Reply;

/// The commands that two servers share, as the first describes them.
#[derive(Clone, Debug, Default)]
pub struct Grammar {
    pub commands: Vec<Shape>,
}

/// A command, or a subcommand.
#[derive(Clone, Debug, PartialEq)]
pub struct Shape {
    /// `client|setname`, in lower case.
    pub name: String,
    /// `string`, `sorted-set`.
    pub group: String,
    pub flags: Vec<String>,
    pub arguments: Vec<Argument>,
}

/// A node of an argument tree.
#[derive(Clone, Debug, PartialEq)]
pub struct Argument {
    pub name: String,
    pub kind: Kind,
    pub token: Option<String>,
    pub optional: bool,
    pub multiple: bool,
    /// The token is repeated with each of the values.
    pub multiple_token: bool,
    pub arguments: Vec<Argument>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Key,
    String,
    Integer,
    Double,
    Pattern,
    UnixTime,
    /// A word of the language.
    PureToken,
    OneOf,
    Block,
}

/// The kinds, as COMMAND DOCS spells them.
const KINDS: &[(&str, Kind)] = &[
    ("key", Kind::Key),
    ("string", Kind::String),
    ("integer", Kind::Integer),
    ("double", Kind::Double),
    ("pattern", Kind::Pattern),
    ("unix-time", Kind::UnixTime),
    ("pure-token", Kind::PureToken),
    ("oneof", Kind::OneOf),
    ("block", Kind::Block),
];

impl Grammar {
    /// Reads the answers to COMMAND and COMMAND DOCS. A command whose subcommands do the work is
    /// only there as its subcommands.
    pub fn read(command: &Reply, docs: &Reply) -> Grammar {
        let flags = flags_by_name(command);
        let mut grammar = Grammar::default();
        for (name, about) in docs.pairs().unwrap_or_default() {
            match field(about, "subcommands").and_then(Reply::pairs) {
                None => grammar.add(&text(name), about, &flags),
                Some(subcommands) => {
                    for (name, about) in subcommands {
                        grammar.add(&text(name), about, &flags);
                    }
                }
            }
        }
        grammar.commands.sort_by(|a, b| a.name.cmp(&b.name));
        grammar
    }

    /// Leaves what `keep` says.
    pub fn retain(&mut self, keep: impl FnMut(&Shape) -> bool) {
        self.commands.retain(keep);
    }

    fn add(&mut self, name: &str, about: &Reply, flags: &BTreeMap<String, Vec<String>>) {
        let Some(flags) = flags.get(name) else { return };
        let group = field(about, "group").map(text).unwrap_or_default();
        let arguments = arguments(field(about, "arguments"));
        self.commands.push(Shape { name: name.into(), group, flags: flags.clone(), arguments });
    }
}

impl Shape {
    /// The words that call it, in capitals.
    pub fn words(&self) -> impl Iterator<Item = String> + '_ {
        self.name.split('|').map(str::to_uppercase)
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|found| found == flag)
    }

    /// Every node of its tree, parents before children.
    pub fn nodes(&self) -> Vec<&Argument> {
        let mut nodes: Vec<&Argument> = self.arguments.iter().collect();
        let mut at = 0;
        while at < nodes.len() {
            nodes.extend(nodes[at].arguments.iter());
            at += 1;
        }
        nodes
    }
}

/// Names of all commands and subcommands in an answer to COMMAND, with their flags.
pub fn flags_by_name(command: &Reply) -> BTreeMap<String, Vec<String>> {
    let mut found = BTreeMap::new();
    for entry in command.elements().unwrap_or_default() {
        let Some([name, _, flags, ..]) = entry.elements() else { continue };
        let flags = flags.elements().unwrap_or_default().iter().map(text).collect();
        found.insert(text(name).to_lowercase(), flags);
        if let Some(subcommands) = entry.elements().and_then(|entry| entry.get(9)) {
            found.extend(flags_by_name(subcommands));
        }
    }
    found
}

fn arguments(reply: Option<&Reply>) -> Vec<Argument> {
    reply.and_then(Reply::elements).unwrap_or_default().iter().filter_map(argument).collect()
}

fn argument(reply: &Reply) -> Option<Argument> {
    let kind = text(field(reply, "type")?);
    let flags: Vec<String> = field(reply, "flags")
        .and_then(Reply::elements)
        .map(|flags| flags.iter().map(text).collect())
        .unwrap_or_default();
    let has = |flag: &str| flags.iter().any(|found| found == flag);
    Some(Argument {
        name: text(field(reply, "name")?).to_lowercase(),
        kind: KINDS.iter().find(|(name, _)| *name == kind).map_or(Kind::String, |(_, kind)| *kind),
        token: field(reply, "token").map(text),
        optional: has("optional"),
        multiple: has("multiple"),
        multiple_token: has("multiple_token"),
        arguments: arguments(field(reply, "arguments")),
    })
}

fn field<'r>(reply: &'r Reply, name: &str) -> Option<&'r Reply> {
    crate::client::field(reply, name)
}

fn text(reply: &Reply) -> String {
    String::from_utf8_lossy(reply.text().unwrap_or_default()).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::resp::Reader;

    fn reply(text: &str) -> Reply {
        let mut reader = Reader::default();
        reader.feed(text.replace(' ', "\r\n").as_bytes());
        reader.next_reply().unwrap().unwrap()
    }

    #[test]
    fn both_protocols_and_subcommands_are_read() {
        let command = reply(
            "*1 *10 +client :-2 *0 :0 :0 :0 *0 *0 *0 *1 *10 +client|pause :-3 *1 +admin :0 :0 :0 *0 *0 *0 *0 ",
        );
        let tree = "*1 *8 +name +timeout +type +integer +token +IN +flags *2 +optional +multiple ";
        let docs = format!(
            "*2 +client *4 +group +connection +subcommands %1 +client|pause %2 +group +connection +arguments {tree}"
        );
        let grammar = Grammar::read(&command, &reply(&docs));
        let [shape] = &grammar.commands[..] else { panic!("{grammar:?}") };
        assert_eq!((shape.name.as_str(), shape.group.as_str()), ("client|pause", "connection"));
        assert!(shape.has_flag("admin"));
        assert_eq!(shape.words().collect::<Vec<_>>(), ["CLIENT", "PAUSE"]);
        let [argument] = &shape.arguments[..] else { panic!("{shape:?}") };
        assert_eq!((argument.kind, argument.token.as_deref()), (Kind::Integer, Some("IN")));
        assert!(argument.optional && argument.multiple && !argument.multiple_token);
    }
}

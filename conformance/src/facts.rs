//! # Facts: the command table of a Redis, as data
//!
//! What COMMAND and COMMAND DOCS of one real server answered, without its prose: which commands
//! there are, what they take, which of them write. Tools that ask "is everything tried?" or "does
//! this case write?" read it here instead of keeping a list of their own.
//!
//! ```text
//!   {"name":"getex","arity":-2,"flags":["write","fast"],"group":"string","key_specs":[...],
//!    "arguments":[{"name":"key","type":"key"},
//!                 {"name":"expiration","type":"oneof","arguments":[
//!                    {"name":"seconds","type":"integer","token":"EX"},
//!                    {"name":"persist","type":"pure-token","token":"PERSIST"}]}]}
//! ```
//!
//! It is the table of the one version that it was taken from, and knows nothing of vectors.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use serde::Deserialize;

use crate::bytes::Bytes;

/// The table that comes with the vectors.
const FACTS: &str = include_str!("../../spec/facts/commands.json");

/// All commands and subcommands, by full name in upper case: `GET`, `CLIENT KILL`.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    pub commands: BTreeMap<String, Command>,
}

/// A command, or a subcommand whose name is `client|kill`.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Command {
    pub name: String,
    /// As COMMAND has it: the number of words, negative for at least so many.
    pub arity: i64,
    pub flags: Vec<String>,
    pub group: String,
    pub key_specs: Vec<KeySpec>,
    #[serde(default)]
    pub arguments: Vec<Argument>,
    #[serde(default)]
    pub subcommands: Vec<Command>,
}

/// How a command treats some of its keys: `RO`, `RW`, `OW`, `RM` first, then finer flags.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct KeySpec {
    pub flags: Vec<String>,
}

/// A node of a command's tree of arguments.
#[derive(Clone, Debug, Default, Deserialize)]
pub struct Argument {
    #[serde(rename = "type")]
    pub kind: String,
    #[serde(default)]
    pub token: Option<String>,
    #[serde(default)]
    pub flags: Vec<String>,
    #[serde(default)]
    pub arguments: Vec<Argument>,
}

impl Facts {
    /// The table that comes with the vectors.
    pub fn known() -> &'static Facts {
        static KNOWN: OnceLock<Facts> = OnceLock::new();
        KNOWN.get_or_init(|| Facts::parse(FACTS).expect("a test reads it"))
    }

    pub fn parse(json: &str) -> Result<Facts, serde_json::Error> {
        let list: Vec<Command> = serde_json::from_str(json)?;
        let subcommands = list.iter().flat_map(|command| &command.subcommands);
        let all = subcommands.chain(&list);
        Ok(Facts { commands: all.map(|c| (c.full_name(), c.clone())).collect() })
    }

    /// The command that these words call, its subcommand if they name one.
    pub fn find(&self, args: &[Bytes]) -> Option<&Command> {
        let word = |i: usize| args.get(i).map(|arg: &Bytes| arg.lossy().to_uppercase());
        let command = self.commands.get(&word(0)?)?;
        let full_name = word(1).map(|sub| format!("{} {sub}", command.full_name()));
        let subcommand = full_name.and_then(|name| self.commands.get(&name));
        Some(subcommand.filter(|_| command.is_container()).unwrap_or(command))
    }
}

impl Command {
    /// `CLIENT KILL`
    pub fn full_name(&self) -> String {
        self.name.replace('|', " ").to_uppercase()
    }

    /// Whether it is only the first word of others.
    pub fn is_container(&self) -> bool {
        !self.subcommands.is_empty()
    }

    /// How many words the name takes.
    pub fn words(&self) -> usize {
        1 + self.name.matches('|').count()
    }

    pub fn has_flag(&self, flag: &str) -> bool {
        self.flags.iter().any(|own| own == flag)
    }
}

impl Argument {
    pub fn is_multiple(&self) -> bool {
        self.flags.iter().any(|flag| flag == "multiple")
    }

    pub fn is_optional(&self) -> bool {
        self.flags.iter().any(|flag| flag == "optional")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_find_their_command() {
        let find = |line: &str| {
            let args: Vec<Bytes> = line.split(' ').map(Bytes::from).collect();
            Facts::known().find(&args).map(Command::full_name)
        };
        assert_eq!(find("get k").as_deref(), Some("GET"));
        assert_eq!(find("client Kill ID 3").as_deref(), Some("CLIENT KILL"));
        assert_eq!(find("CLIENT FROB").as_deref(), Some("CLIENT"));
        assert_eq!(find("FROB"), None);
        assert!(Facts::known().commands["FUNCTION DELETE"].has_flag("write"));
        assert_eq!(Facts::known().commands["CLIENT KILL"].words(), 2);
    }
}

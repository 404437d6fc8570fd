//! # File: redis.conf
//!
//! One directive a line, words by spaces, `#` before a comment. A word may stand in double quotes (with `\n`,
//! `\x41` and the like) or in single quotes (as it is). Options of the command line are more such lines,
//! appended by [`super::args`], so they override the file by coming later.
//!
//! ```text
//!   port 7000                       a directive of the table
//!   save 900 1                      several lines of it add up; the first replaces the defaults
//!   include common.conf             another file, here and now
//!   user alice on >secret ~* +@all  statements: not settings, handed to whoever loads
//!   rename-command FLUSHALL ""
//! ```
//!
//! The first bad line ends it, and is shown with its number and its text:
//!
//! ```text
//!   *** FATAL CONFIG FILE ERROR (Redis 7.4.1) ***
//!   Reading the configuration file, at line 2
//!   >>> 'hz "z"'
//!   argument couldn't be parsed into an integer
//! ```
//!
//! This file opens no file: [`Outside`] does.

use super::row::{Origin, Reason};
use super::settings::Config;
use super::{access, table, value};
use crate::base::quote::split_args;
use std::collections::BTreeSet;
use std::fmt;
use std::io;

/// What loading a config file asks of the outside.
pub trait Outside {
    /// The text of the file (or of all files that match, one after the other) that `include` names.
    fn read(&mut self, path: &[u8]) -> io::Result<Vec<u8>>;

    /// A directive was stored. `dir` and `logfile` take effect at once, and may fail on their line.
    fn stored(&mut self, _config: &Config, _name: &'static str) -> Result<(), Reason> {
        Ok(())
    }

    /// `user name rule rule …`. A name is never given twice.
    fn user(&mut self, _name: &[u8], _rules: &[Vec<u8>]) -> Result<(), Reason> {
        Ok(())
    }

    /// `rename-command from to`; an empty `to` removes the command.
    fn rename_command(&mut self, _from: &[u8], _to: &[u8]) -> Result<(), Reason> {
        Ok(())
    }

    /// `loadmodule path arg …`.
    fn load_module(&mut self, path: &[u8], _args: &[Vec<u8>]) -> Result<(), Reason> {
        Err(format!("Modules are not supported: can't load {}", String::from_utf8_lossy(path))
            .into())
    }

    /// `sentinel option …`, the words after `sentinel`.
    fn sentinel(&mut self, _words: &[Vec<u8>]) -> Result<(), Reason> {
        Err("sentinel directive while not in sentinel mode".into())
    }
}

/// A config that can't be loaded. Shown as Redis shows it on stderr.
#[derive(Debug)]
pub enum FileError {
    Line {
        number: usize,
        text: Vec<u8>,
        reason: Reason,
    },
    /// No single line is to blame.
    Whole {
        reason: Reason,
    },
    Unreadable {
        path: Vec<u8>,
        error: io::Error,
    },
}

impl fmt::Display for FileError {
    fn fmt(&self, out: &mut fmt::Formatter) -> fmt::Result {
        match self {
            FileError::Line { number, text, reason } => {
                writeln!(out, "\n*** FATAL CONFIG FILE ERROR (Redis 7.4.1) ***")?;
                writeln!(out, "Reading the configuration file, at line {number}")?;
                writeln!(out, ">>> '{}'", String::from_utf8_lossy(text))?;
                write!(out, "{reason}")
            }
            FileError::Whole { reason } => {
                write!(out, "\n*** FATAL CONFIG FILE ERROR (Redis 7.4.1) ***\n{reason}")
            }
            FileError::Unreadable { path, error } => {
                let path = String::from_utf8_lossy(path);
                // The system's own words, without the "(os error 2)" that Rust adds.
                let error = error.to_string();
                let words = error.split(" (os error").next().unwrap_or_default();
                write!(out, "Fatal error, can't open config file '{path}': {words}")
            }
        }
    }
}

/// Reads a config text into `config`, line by line.
///
/// # Errors
/// The first line that makes no sense, with `config` holding what stood before it; a server does not start then.
pub fn load(config: &mut Config, text: &[u8], outside: &mut dyn Outside) -> Result<(), FileError> {
    let mut loader =
        Loader { config, outside, seen: BTreeSet::new(), users: BTreeSet::new(), depth: 0 };
    loader.text(text)
}

/// How deep files may include each other; a file that includes itself ends here.
const INCLUDE_DEPTH_MAX: usize = 100;

const BAD_DIRECTIVE: Reason = Reason::Borrowed("Bad directive or wrong number of arguments");

struct Loader<'a> {
    config: &'a mut Config,
    outside: &'a mut dyn Outside,
    /// Directives stored so far.
    seen: BTreeSet<&'static str>,
    users: BTreeSet<Vec<u8>>,
    depth: usize,
}

impl Loader<'_> {
    fn text(&mut self, text: &[u8]) -> Result<(), FileError> {
        for (index, line) in text.split(|byte| *byte == b'\n').enumerate() {
            let line = line.trim_ascii();
            if line.is_empty() || line[0] == b'#' {
                continue;
            }
            match self.line(line) {
                Ok(()) => {}
                Err(Stop::Here(reason)) => {
                    return Err(FileError::Line { number: index + 1, text: line.to_vec(), reason });
                }
                Err(Stop::Inside(error)) => return Err(error),
            }
        }
        self.whole().map_err(|reason| FileError::Whole { reason })
    }

    fn line(&mut self, line: &[u8]) -> Result<(), Stop> {
        let words = split_args(line)
            .map_err(|_| Reason::Borrowed("Unbalanced quotes in configuration line"))?;
        let Some((name, args)) = words.split_first() else {
            return Ok(());
        };
        if let Some((row, _)) = access::find(name) {
            return Ok(self.directive(row, args)?);
        }
        match (name.to_ascii_lowercase().as_slice(), args) {
            (b"include", [path]) => self.include(path),
            (b"user", [user, rules @ ..]) => Ok(self.user(user, rules)?),
            (b"rename-command", [from, to]) => Ok(self.outside.rename_command(from, to)?),
            (b"loadmodule", [path, args @ ..]) => Ok(self.outside.load_module(path, args)?),
            (b"sentinel", [_, ..]) => Ok(self.outside.sentinel(args)?),
            (name, [_]) if table::RETIRED.iter().any(|retired| retired.as_bytes() == name) => {
                Ok(())
            }
            _ => Err(BAD_DIRECTIVE.into()),
        }
    }

    fn directive(&mut self, row: &'static super::row::Row, args: &[Vec<u8>]) -> Result<(), Reason> {
        let words: Vec<&[u8]> = match args {
            [one] => value::words_of(row, one),
            _ => args.iter().map(Vec::as_slice).collect(),
        };
        let origin = Origin::File { again: !self.seen.insert(row.name) };
        value::parse(self.config, row, &words, origin)?;
        self.outside.stored(self.config, row.name)
    }

    fn include(&mut self, path: &[u8]) -> Result<(), Stop> {
        if self.depth == INCLUDE_DEPTH_MAX {
            return Err(Reason::Borrowed("Too many levels of include").into());
        }
        let text = self.outside.read(path);
        let text = text
            .map_err(|error| Stop::Inside(FileError::Unreadable { path: path.to_vec(), error }))?;
        self.depth += 1;
        let loaded = self.text(&text);
        self.depth -= 1;
        loaded.map_err(Stop::Inside)
    }

    fn user(&mut self, user: &[u8], rules: &[Vec<u8>]) -> Result<(), Reason> {
        let outcome = if self.users.insert(user.to_vec()) {
            self.outside.user(user, rules)
        } else {
            Err("Duplicate user found. A user can only be defined once in config files".into())
        };
        let named = |why| {
            format!("Error in user declaration '{}': {why}", String::from_utf8_lossy(user)).into()
        };
        outcome.map_err(named)
    }

    /// What must hold between directives, once all of a file is read.
    fn whole(&mut self) -> Result<(), Reason> {
        if self.config.cluster_enabled && self.config.replicaof.is_some() {
            return Err("replicaof directive not allowed in cluster mode".into());
        }
        if self.config.cluster_enabled {
            self.config.databases = 1;
        }
        Ok(())
    }
}

/// Why a line ends the loading: for itself, or for something in the file that it includes.
enum Stop {
    Here(Reason),
    Inside(FileError),
}

impl From<Reason> for Stop {
    fn from(reason: Reason) -> Stop {
        Stop::Here(reason)
    }
}

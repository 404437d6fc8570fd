//! # Files: where the config comes from
//!
//! ```text
//! redis.conf        standard input (`-`)        --options
//!      └───────────────────┴─────────────────────────┘
//!            one text, later lines override earlier ones
//! ```

use super::network::plain_words;
use super::users;
use crate::base::glob;
use crate::commands::{CommandTable, GROUPS};
use crate::config::args::command_line;
use crate::config::file::{Outside, load};
use crate::config::row::Reason;
use crate::config::{Config, FileError};
use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::{self, Read};
use std::os::unix::ffi::{OsStrExt, OsStringExt};
use std::path::{Path, PathBuf};

/// What is remembered of a config's origin.
#[derive(Debug, Default)]
pub struct ConfigSource {
    /// Absolute: `dir` may change where relative paths lead.
    pub file: Option<PathBuf>,
    /// The file's name as it was given.
    pub given: Vec<u8>,
    /// Neither file nor option: all defaults.
    pub is_empty: bool,
    /// All commands, by the names that `rename-command` gave them.
    pub commands: CommandTable,
}

/// Reads the config that the command line asks for. `dir` takes effect on the way.
///
/// # Errors
/// A file that cannot be read, or the first line that makes no sense.
pub fn read_config(words: &[Vec<u8>]) -> Result<(Config, ConfigSource), FileError> {
    let line = command_line(words);
    let mut source = ConfigSource { is_empty: words.is_empty(), ..ConfigSource::default() };
    let mut text = Vec::new();
    if let Some(given) = line.file {
        let path = Path::new(OsStr::from_bytes(&given));
        let unreadable = |error| FileError::Unreadable { path: given.clone(), error };
        source.file = std::path::absolute(path).ok();
        text = fs::read(path).map_err(unreadable)?;
        source.given = given;
    }
    if line.from_stdin {
        text.push(b'\n');
        let unreadable = |error| FileError::Unreadable { path: b"-".to_vec(), error };
        io::stdin().read_to_end(&mut text).map_err(unreadable)?;
    }
    if !line.options.is_empty() {
        text.push(b'\n');
        text.extend_from_slice(&line.options);
    }
    let mut config = Config::new();
    let mut files = Files { commands: CommandTable::new(GROUPS) };
    load(&mut config, &text, &mut files)?;
    source.commands = files.commands;
    check_logfile(&config)?;
    if let Ok(dir) = std::env::current_dir() {
        config.dir = dir.into_os_string().into_vec();
    }
    Ok((config, source))
}

/// A log that cannot be written is an error of the config, found before anything is lost in it.
fn check_logfile(config: &Config) -> Result<(), FileError> {
    if config.logfile.is_empty() {
        return Ok(());
    }
    let path = OsString::from_vec(config.logfile.clone());
    let opened = fs::OpenOptions::new().create(true).append(true).open(path);
    opened.map(drop).map_err(|error| FileError::Whole {
        reason: format!("Can't open the log file: {}", plain_words(&error)).into(),
    })
}

/// Config files on disk, and what their statements build.
struct Files {
    commands: CommandTable,
}

impl Outside for Files {
    fn read(&mut self, path: &[u8]) -> io::Result<Vec<u8>> {
        if !path.iter().any(|byte| b"*?[".contains(byte)) {
            return fs::read(OsStr::from_bytes(path));
        }
        let mut text = Vec::new();
        for file in matching(Path::new(OsStr::from_bytes(path)))? {
            text.extend(fs::read(file)?);
            text.push(b'\n');
        }
        Ok(text)
    }

    fn rename_command(&mut self, from: &[u8], to: &[u8]) -> Result<(), Reason> {
        self.commands.rename(from, to).map_err(Reason::Borrowed)
    }

    fn user(&mut self, name: &[u8], rules: &[Vec<u8>]) -> Result<(), Reason> {
        users::admit(name, rules)
    }

    fn stored(&mut self, config: &Config, name: &'static str) -> Result<(), Reason> {
        if name != "dir" {
            return Ok(());
        }
        let dir = OsStr::from_bytes(&config.dir);
        std::env::set_current_dir(dir).map_err(|error| plain_words(&error).into())
    }
}

/// Files whose name matches the last part of `pattern`, in order of name.
fn matching(pattern: &Path) -> io::Result<Vec<PathBuf>> {
    let folder = match pattern.parent() {
        Some(parent) if !parent.as_os_str().is_empty() => parent,
        _ => Path::new("."),
    };
    let wanted = pattern.file_name().unwrap_or_default().as_bytes();
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        let name = path.file_name().unwrap_or_default().as_bytes();
        if !name.starts_with(b".") && glob::matches(wanted, name, false) {
            found.push(path);
        }
    }
    found.sort();
    Ok(found)
}

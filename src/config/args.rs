//! # Args: the command line as lines of config
//!
//! `redis-server FILE --name value …` means: the file, then a line for each option. Three habits of years make
//! it less simple than that, and scripts rely on all of them:
//!
//! ```text
//!   --port 7000 --hz 20                    port "7000"     a new line at each word with two dashes,
//!                                          hz "20"
//!   --proc-title-template --my-title       proc-title-template "--my-title"
//!                                                          but never for the first word after a bare name,
//!   "--save 900 1"                         save 900 1      unless name and value came as one word
//!   --save --hz 20                         save ""         or the name is save, which may stand alone
//!                                          hz "20"
//!   FILE loglevel verbose --hz 20          "loglevel" "verbose"    words before any dash are a line too
//! ```

use crate::base::quote::{quote, split_args};

/// What the command line asks for, after the program's own name.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CommandLine {
    /// The config file: a first word that does not begin with a dash.
    pub file: Option<Vec<u8>>,
    /// A lone `-`: more config text comes from standard input.
    pub from_stdin: bool,
    /// Lines of config for what is left, to be appended after the file's and a line end.
    pub options: Vec<u8>,
}

/// Takes the words after the program's name apart.
pub fn command_line(args: &[Vec<u8>]) -> CommandLine {
    let mut rest = args;
    let mut line = CommandLine::default();
    if let [file, tail @ ..] = rest
        && file.first() != Some(&b'-')
    {
        line.file = Some(file.clone());
        rest = tail;
    }
    if let [dash, tail @ ..] = rest
        && dash == b"-"
    {
        line.from_stdin = true;
        rest = tail;
    }
    line.options = args_to_config(rest);
    line
}

/// Options as config text, one line each.
pub fn args_to_config(args: &[Vec<u8>]) -> Vec<u8> {
    let mut text = Vec::new();
    let mut value_is_due = false;
    let mut rest = args.iter().peekable();
    while let Some(arg) = rest.next() {
        let Some(name) = arg.strip_prefix(b"--").filter(|_| !value_is_due) else {
            text.extend_from_slice(quote(arg).as_bytes());
            text.push(b' ');
            value_is_due = false;
            continue;
        };
        let alone = rest.peek().is_none_or(|next| next.starts_with(b"--"));
        if alone && name.eq_ignore_ascii_case(b"sentinel") {
            continue;
        }
        if !text.is_empty() {
            text.push(b'\n');
        }
        text.extend_from_slice(name);
        text.push(b' ');
        if alone && name.eq_ignore_ascii_case(b"save") {
            text.extend_from_slice(b"\"\" ");
        } else {
            value_is_due = split_args(arg).is_ok_and(|words| words.len() == 1);
        }
    }
    text
}

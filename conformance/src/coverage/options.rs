//! # Options: the words of a command's syntax
//!
//! Walks a tree of arguments for its tokens, and for pairs of tokens that exclude each other: those
//! that open two branches of one `oneof`.
//!
//! ```text
//!   [NX | XX] [GET] [EX seconds | PX milliseconds | KEEPTTL]
//!   tokens     NX XX GET EX PX KEEPTTL
//!   conflicts  NX+XX  EX+PX  EX+KEEPTTL  PX+KEEPTTL
//! ```
//!
//! A `oneof` that may be repeated excludes nothing; one that follows a token of its own (`TYPE`
//! normal or pubsub) lists values; and in a command that takes a fixed number of words a second
//! token is an error of arity, which is another hole.

use std::collections::BTreeSet;

use crate::facts::{Argument, Command};

/// Every token of a command, once.
pub fn tokens(command: &Command) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    command.arguments.iter().for_each(|argument| gather(argument, &mut found));
    found
}

/// Pairs of tokens that exclude each other, each in alphabetical order.
pub fn conflicts(command: &Command) -> BTreeSet<(String, String)> {
    let mut found = BTreeSet::new();
    if command.arity < 0 {
        command.arguments.iter().for_each(|argument| gather_conflicts(argument, &mut found));
    }
    found
}

fn gather(argument: &Argument, found: &mut BTreeSet<String>) {
    found.extend(own_token(argument));
    argument.arguments.iter().for_each(|child| gather(child, found));
}

fn gather_conflicts(argument: &Argument, found: &mut BTreeSet<(String, String)>) {
    if argument.is_multiple() {
        return;
    }
    if argument.kind == "oneof" && argument.token.is_none() {
        let branches: Vec<Vec<String>> = argument.arguments.iter().map(openers).collect();
        for (i, branch) in branches.iter().enumerate() {
            let others = branches[i + 1..].iter().flatten();
            let pairs = others.flat_map(|other| branch.iter().map(move |one| (one, other)));
            let apart = pairs.filter(|(one, other)| one != other);
            found.extend(apart.map(|(a, b)| (a.min(b).clone(), a.max(b).clone())));
        }
    }
    argument.arguments.iter().for_each(|child| gather_conflicts(child, found));
}

/// The tokens with which an argument may begin.
fn openers(argument: &Argument) -> Vec<String> {
    if let Some(token) = own_token(argument) {
        return vec![token];
    }
    match argument.kind.as_str() {
        "oneof" => argument.arguments.iter().flat_map(openers).collect(),
        "block" => {
            let mut found = Vec::new();
            for child in &argument.arguments {
                found.extend(openers(child));
                if !child.is_optional() {
                    break;
                }
            }
            found
        }
        _ => Vec::new(),
    }
}

/// The empty token, which stands for a bare pair of quotes, is no word.
fn own_token(argument: &Argument) -> Option<String> {
    argument.token.as_ref().filter(|token| !token.is_empty()).map(|token| token.to_uppercase())
}

//! # Lint: what a vector must have to be worth keeping
//!
//! A vector can be well formed and still be careless. An error of lint is: a write without a
//! `state:` (what did it leave?), a blank that nobody recorded, an id that another case of the
//! note has, a title that any other case has, a claim's id that is none, a need that no target can ever have, a connection or a node
//! that is not there, and a note that is not the name of the folder.

use std::collections::BTreeMap;

use crate::case::{Case, Send, State};
use crate::facts::Facts;
use crate::features;

/// Everything wrong with these cases, one line each, with file and line.
pub fn lint(cases: &[Case]) -> Vec<String> {
    let mut problems = Vec::new();
    let mut seen: BTreeMap<String, &Case> = BTreeMap::new();
    let mut titles: BTreeMap<&str, &Case> = BTreeMap::new();
    for case in cases {
        let place = format!("{}:{}: {}", case.path, case.line, case.id);
        let mut say = |what: String| problems.push(format!("{place}: {what}"));
        if let Some(first) = seen.insert(case.name(), case) {
            say(format!("the same id stands in {}:{}", first.path, first.line));
        }
        if case.title.is_empty() {
            say("no title".into());
        } else if let Some(first) = titles.insert(&case.title, case) {
            say(format!("the same title stands in {}:{}", first.path, first.line));
        }
        if !case.path.contains(&format!("{}/", case.note)) {
            say(format!("the note `{}` is not the folder's name", case.note));
        }
        if case.state == State::Unstated && writes(case) {
            say("a write without `state:`".into());
        }
        for claim in case.claims.iter().filter(|claim| !is_claim(claim)) {
            say(format!("`{claim}` is no claim: write N05-01"));
        }
        for need in case.needs.iter().filter(|need| !features::is_known(need)) {
            say(format!("there is no feature `{need}`"));
        }
        for name in case.raw.iter().filter(|name| !case.connections().contains(&name.as_str())) {
            say(format!("`raw:` names `{name}`, and there is no such connection"));
        }
        let nodes = case.commands().filter_map(|(_, send)| send.node.as_ref());
        for node in nodes.filter(|node| !case.nodes.iter().any(|known| known.name == **node)) {
            say(format!("there is no node `{node}`"));
        }
        for line in case.blanks() {
            say(format!("line {line} is blank: record it"));
        }
    }
    problems
}

/// Whether a case sends a command that the table flags as a write.
pub fn writes(case: &Case) -> bool {
    let facts = Facts::known();
    let is_write = |send: &Send| facts.find(&send.args).is_some_and(|c| c.has_flag("write"));
    case.commands().any(|(_, send)| is_write(send))
}

/// `N05-01`, with a letter or more digits if a note runs out of numbers.
fn is_claim(text: &str) -> bool {
    let Some((note, number)) = text.strip_prefix('N').and_then(|rest| rest.split_once('-')) else {
        return false;
    };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric());
    note.len() == 2 && note.bytes().all(|b| b.is_ascii_digit()) && digits(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn problems(text: &str) -> Vec<String> {
        let cases =
            crate::format::parse("spec/05-strings/x.vec", &format!("note: 05-strings\n{text}"))
                .unwrap();
        lint(&cases)
            .into_iter()
            .map(|p| p.splitn(4, ": ").skip(1).collect::<Vec<_>>().join(": "))
            .collect()
    }

    #[test]
    fn careless_vectors_are_named() {
        assert_eq!(problems("== x: y\n> SET k v\n+OK\n"), ["x: a write without `state:`"]);
        assert_eq!(problems("== x: y\n> set k v\n+OK\nstate: any\n"), Vec::<String>::new());
        assert_eq!(problems("== x: y\n> GET k\nstate:\n").len(), 2);
        assert_eq!(
            problems("== x: y\na> PING\na< +PONG\n@repeat i 1..2 > GET $i\n"),
            Vec::<String>::new()
        );
        assert_eq!(
            problems("== x: y\nraw: b\na@m> PING\n+PONG\n"),
            ["x: `raw:` names `b`, and there is no such connection", "x: there is no node `m`"]
        );
        let twice = problems("== x: y\n> PING\n+PONG\n== z: y\n> PING\n+PONG\n");
        assert_eq!(twice, ["z: the same title stands in spec/05-strings/x.vec:2"]);
        assert_eq!(problems("== x: y\nclaims: N5-1 N05-01\nneeds: luck\n").len(), 2);
    }
}

//! # The page of a case: what it claims, its text, and what each server said
//!
//! A server whose protocols went alike is told once. What passed is folded away; what did not stands
//! open, with the line that differs marked by a sign and a tint.

use std::collections::BTreeMap;

use super::Quotes;
use super::grid::{Cell, Grid, verdict};
use super::html::{TITLE, document, escaped, mark, slug};
use super::index::server;
use crate::report::is_sent;
use crate::verdict::{Fault, Outcome, Verdict};

pub fn page(grid: &Grid, note: &str, id: &str, quotes: &Quotes) -> String {
    let case = &grid.notes[note][id];
    let name = format!("{note}/{id}");
    let first = case.values().flatten().next();
    let title = first.map_or("", |outcome| outcome.title.as_str());
    let mut body = format!(
        "<h1>{}</h1>\n<p class=\"id\"><code>{}</code></p>\n",
        capital(title),
        escaped(&name)
    );
    if let Some(outcome) = first {
        body += &claims(outcome, quotes);
    }
    body += &conditions(&name, first, quotes);
    if let Some(text) = quotes.texts.get(&name) {
        body += &format!("<h2>The vector</h2>\n<pre class=\"vector\">{}</pre>\n", escaped(text));
    }
    body += "<h2>What the servers said</h2>\n";
    for title in &grid.servers {
        if let Some(cell) = case.get(title) {
            body += &said(title, cell);
        }
    }
    let trail = [
        ("../index.html".to_string(), TITLE.to_string()),
        (format!("../{}.html", slug(note)), note.to_string()),
    ];
    document(&format!("{name} \u{2013} {TITLE}"), "../", &trail, &body)
}

fn claims(outcome: &Outcome, quotes: &Quotes) -> String {
    let line = |id: &String| {
        let text = quotes.claims.get(id).map_or("", String::as_str);
        format!("<div><dt>{}</dt><dd>{}</dd></div>\n", escaped(id), escaped(text))
    };
    match outcome.claims.is_empty() {
        true => String::new(),
        false => {
            let lines: String = outcome.claims.iter().map(line).collect();
            format!("<h2>What it proves</h2>\n<dl class=\"claims\">\n{lines}</dl>\n")
        }
    }
}

/// Where it stands and what it asks of a server.
fn conditions(name: &str, first: Option<&Outcome>, quotes: &Quotes) -> String {
    let mut parts = Vec::new();
    if let Some(outcome) = first {
        parts.push(format!("<code>{}:{}</code>", escaped(&outcome.file), outcome.line));
    }
    if let Some(case) = quotes.cases.get(name) {
        parts.extend(case.since.map(|version| format!("since {version}")));
        parts.extend(case.until.map(|version| format!("until {version}")));
        parts.extend(case.needs.iter().map(|need| format!("needs {}", escaped(need))));
        let config = case.config.iter();
        parts.extend(
            config.map(|(k, v)| format!("config {} {}", escaped(&k.lossy()), escaped(&v.lossy()))),
        );
    }
    format!("<p class=\"conditions\">{}</p>\n", parts.join(" \u{b7} "))
}

fn said(title: &str, cell: &Cell) -> String {
    let worst = verdict(cell);
    let mut out =
        format!("<section id=\"{}\">\n<h3>{} {}</h3>\n", slug(title), server(title), mark(worst));
    for (protocols, outcome) in alike(cell) {
        let verdict = match alike(cell).len() {
            1 => String::new(),
            _ => format!(" {}", mark(outcome.verdict)),
        };
        let fine = matches!(outcome.verdict, Verdict::Pass | Verdict::Skip);
        if outcome.transcript.is_empty() && outcome.faults.is_empty() {
            let reason = escaped(&outcome.reason);
            out += &format!(
                "<p>{protocols}{verdict}: {}</p>\n",
                if reason.is_empty() { "nothing" } else { &reason }
            );
            continue;
        }
        out += &format!(
            "<details{}>\n<summary>{protocols}{verdict}</summary>\n{}{}</details>\n",
            if fine { "" } else { " open" },
            transcript(outcome),
            outcome.faults.iter().map(fault).collect::<String>()
        );
        if !outcome.reason.is_empty() {
            out += &format!("<p>Known: {}</p>\n", escaped(&outcome.reason));
        }
    }
    out + "</section>\n"
}

/// Runs that went alike are one, named by all of their protocols.
fn alike(cell: &Cell) -> Vec<(String, &Outcome)> {
    let mut groups: Vec<(String, &Outcome)> = Vec::new();
    for outcome in cell {
        let same = |other: &Outcome| {
            other.verdict == outcome.verdict
                && other.transcript == outcome.transcript
                && other.faults == outcome.faults
                && other.reason == outcome.reason
        };
        match groups.iter_mut().find(|(_, other)| same(other)) {
            Some((protocols, _)) => *protocols += &format!(" and RESP{}", outcome.resp),
            None => groups.push((format!("RESP{}", outcome.resp), outcome)),
        }
    }
    groups
}

fn transcript(outcome: &Outcome) -> String {
    let faults: BTreeMap<usize, &Fault> =
        outcome.faults.iter().filter_map(|fault| Some((fault.at?, fault))).collect();
    let line = |(i, line): (usize, &String)| {
        let class = if is_sent(line) { "sent" } else { "came" };
        match faults.contains_key(&i) {
            true => format!(
                "<mark class=\"line\"><span class=\"sign\">\u{2260}</span>{}</mark>\n",
                escaped(line)
            ),
            false => format!("<span class=\"line {class}\">{}</span>\n", escaped(line)),
        }
    };
    let lines: String = outcome.transcript.iter().enumerate().map(line).collect();
    if lines.is_empty() { lines } else { format!("<pre class=\"transcript\">{lines}</pre>\n") }
}

fn fault(fault: &Fault) -> String {
    let row = |name: &str, value: &str| {
        format!("<div><dt>{name}</dt><dd><code>{}</code></dd></div>\n", escaped(value))
    };
    let bytes = fault.bytes.as_ref().map_or(String::new(), |bytes| row("bytes", bytes));
    format!(
        "<dl class=\"fault\">\n<div><dt>line</dt><dd>{}</dd></div>\n{}{}{bytes}</dl>\n",
        fault.line,
        row("expected", &fault.expected),
        row("got", &fault.got)
    )
}

/// A title is written as the end of a sentence; a heading begins with a capital.
fn capital(title: &str) -> String {
    let mut chars = title.chars();
    let first: String = chars.next().map(|c| c.to_uppercase().collect()).unwrap_or_default();
    escaped(&(first + chars.as_str()))
}

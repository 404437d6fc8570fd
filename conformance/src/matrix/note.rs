//! # The page of a note: its cases and the servers
//!
//! Cases stand in the order of their files, a file at a time. A cell is one word; where the
//! protocols differ it says which of them the word is for.

use std::collections::BTreeMap;

use super::grid::{Cell, Grid, verdict};
use super::html::{TITLE, document, escaped, legend, mark, scrolling, slug};
use super::index::server;
use crate::verdict::{Outcome, Verdict};

type Case<'g> = (&'g String, &'g BTreeMap<String, Cell>);

pub fn page(grid: &Grid, name: &str) -> String {
    let heads: String = grid
        .servers
        .iter()
        .map(|title| format!("<th scope=\"col\">{}</th>", server(title)))
        .collect();
    let mut table = format!(
        "<table class=\"cases\">\n<caption>Verdicts, by case and server</caption>\n\
         <thead><tr><th scope=\"col\">Case</th>{heads}</tr></thead>\n"
    );
    for (file, cases) in by_file(&grid.notes[name]) {
        let columns = grid.servers.len() + 1;
        let count = cases.len();
        table += &format!(
            "<tbody>\n<tr class=\"file\"><th scope=\"rowgroup\" colspan=\"{columns}\">{} <small>{count}</small></th></tr>\n",
            escaped(&file)
        );
        cases.iter().for_each(|case| table += &row(grid, name, case));
        table += "</tbody>\n";
    }
    let passed = |server: &String| {
        let tally = grid.tally(Some(name), server);
        format!("<td>{} of {}</td>", tally.of(Verdict::Pass), tally.judged())
    };
    let passed: String = grid.servers.iter().map(passed).collect();
    table += &format!("<tfoot><tr><th scope=\"row\">Passed</th>{passed}</tr></tfoot>\n</table>\n");
    let body = format!(
        "<h1>{}</h1>\n<p class=\"lead\">{} cases. Each verdict leads to what the server said.</p>\n{}{}",
        escaped(name),
        grid.notes[name].len(),
        scrolling("Cases and servers", &table),
        legend()
    );
    let trail = [("index.html".to_string(), TITLE.to_string())];
    document(&format!("{name} \u{2013} {TITLE}"), "", &trail, &body)
}

/// Files by name, their cases by line.
fn by_file(cases: &BTreeMap<String, BTreeMap<String, Cell>>) -> BTreeMap<String, Vec<Case<'_>>> {
    let mut files: BTreeMap<String, Vec<Case>> = BTreeMap::new();
    for case in cases {
        let path = first(case.1).map_or("", |outcome| outcome.file.as_str());
        let file = path.rsplit('/').next().unwrap_or(path);
        files.entry(file.to_string()).or_default().push(case);
    }
    for cases in files.values_mut() {
        cases.sort_by_key(|case| first(case.1).map_or(0, |outcome| outcome.line));
    }
    files
}

fn row(grid: &Grid, note: &str, (id, case): &Case) -> String {
    let title = first(case).map_or("", |outcome| outcome.title.as_str());
    let href = format!("{}/{}.html", slug(note), slug(id));
    let cells: String =
        grid.servers.iter().map(|server| cell(case.get(server), server, &href)).collect();
    format!(
        "<tr><th scope=\"row\"><a href=\"{href}\">{}</a> <span class=\"title\">{}</span></th>{cells}</tr>\n",
        escaped(id),
        escaped(title)
    )
}

fn cell(cell: Option<&Cell>, server: &str, href: &str) -> String {
    let Some(cell) = cell else {
        return "<td class=\"none\">not run</td>".into();
    };
    let verdict = verdict(cell);
    let of_verdict: Vec<String> = cell
        .iter()
        .filter(|outcome| outcome.verdict == verdict)
        .map(|outcome| format!("RESP{}", outcome.resp))
        .collect();
    let only = match of_verdict.len() == cell.len() {
        true => String::new(),
        false => format!(" <small>{} only</small>", of_verdict.join(", ")),
    };
    format!("<td><a href=\"{href}#{}\">{}</a>{only}</td>", slug(server), mark(verdict))
}

fn first(case: &BTreeMap<String, Cell>) -> Option<&Outcome> {
    case.values().flatten().next()
}

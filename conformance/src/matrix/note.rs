//! # The page of a note: its cases and the servers
//!
//! What failed stands first, then what is not quite right, then what passed: a case by the worst that any
//! server made of it, and within a verdict in the order of the files. If anything failed, an index
//! above the table leads to it, a server a line. A cell is one word; where the protocols differ it says
//! which of them the word is for.
//!
//! ```text
//!   Failures   redis 7.0.15   getex, lcs
//!              mine 1.0       getex
//!
//!   fail 2     getex   strings.vec   fail   fail
//!              lcs     lcs.vec       fail   pass
//!   pass 31    append  strings.vec   pass   pass
//! ```

use std::collections::BTreeMap;

use super::grid::{Cell, Grid, verdict};
use super::html::{TITLE, document, escaped, legend, mark, scrolling, slug};
use super::index::server;
use crate::verdict::{Outcome, Verdict};

type Case<'g> = (&'g String, &'g BTreeMap<String, Cell>);

/// The order of the page: what somebody must look into comes first.
const ORDER: [Verdict; 6] =
    [Verdict::Fail, Verdict::Text, Verdict::Xfail, Verdict::Missing, Verdict::Pass, Verdict::Skip];

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
    for (verdict, cases) in by_verdict(&grid.notes[name]) {
        let columns = grid.servers.len() + 1;
        let count = cases.len();
        table += &format!(
            "<tbody>\n<tr class=\"group\"><th scope=\"rowgroup\" colspan=\"{columns}\">{} <small>{count}</small></th></tr>\n",
            mark(verdict)
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
        "<h1>{}</h1>\n<p class=\"lead\">{} cases. Each verdict leads to what the server said.</p>\n{}{}{}",
        escaped(name),
        grid.notes[name].len(),
        failures(grid, name),
        scrolling("Cases and servers", &table),
        legend()
    );
    let trail = [("index.html".to_string(), TITLE.to_string())];
    document(&format!("{name} \u{2013} {TITLE}"), "", &trail, &body)
}

/// Cases by the worst of their verdicts, in the order of the page; each group by file and line.
fn by_verdict(cases: &BTreeMap<String, BTreeMap<String, Cell>>) -> Vec<(Verdict, Vec<Case<'_>>)> {
    let worst = |case: &BTreeMap<String, Cell>| {
        let has = |wanted: &&Verdict| case.values().any(|cell| verdict(cell) == **wanted);
        *ORDER.iter().find(has).unwrap_or(&Verdict::Skip)
    };
    let group = |of: Verdict| {
        let mut group: Vec<Case> = cases.iter().filter(|(_, case)| worst(case) == of).collect();
        group.sort_by_key(|case| {
            first(case.1).map_or(("", 0), |outcome| (file(outcome), outcome.line))
        });
        (of, group)
    };
    ORDER.map(group).into_iter().filter(|(_, cases)| !cases.is_empty()).collect()
}

/// An index of what failed, a server a line.
fn failures(grid: &Grid, note: &str) -> String {
    let failed = by_verdict(&grid.notes[note]);
    let failed = failed.iter().find(|(verdict, _)| *verdict == Verdict::Fail);
    let Some((_, failed)) = failed else { return String::new() };
    let line = |title: &String| {
        let fails = |case: &&Case| case.1.get(title).is_some_and(|c| verdict(c) == Verdict::Fail);
        let link = |(id, _): &Case| {
            let (note, page, server) = (slug(note), slug(id), slug(title));
            format!("<a href=\"{note}/{page}.html#{server}\">{}</a>", escaped(id))
        };
        let links: Vec<String> = failed.iter().filter(fails).map(link).collect();
        match links.is_empty() {
            true => String::new(),
            false => {
                format!("<div><dt>{}</dt><dd>{}</dd></div>\n", server(title), links.join(", "))
            }
        }
    };
    let lines: String = grid.servers.iter().map(line).collect();
    format!("<section class=\"failures\">\n<h2>Failures</h2>\n<dl>\n{lines}</dl>\n</section>\n")
}

/// The name of a case's file, without its folders.
fn file(outcome: &Outcome) -> &str {
    outcome.file.rsplit('/').next().unwrap_or(&outcome.file)
}

fn row(grid: &Grid, note: &str, (id, case): &Case) -> String {
    let title = first(case).map_or("", |outcome| outcome.title.as_str());
    let file = first(case).map_or("", file);
    let href = format!("{}/{}.html", slug(note), slug(id));
    let cells: String =
        grid.servers.iter().map(|server| cell(case.get(server), server, &href)).collect();
    format!(
        "<tr><th scope=\"row\"><a href=\"{href}\">{}</a> <small>{}</small> <span class=\"title\">{}</span></th>{cells}</tr>\n",
        escaped(id),
        escaped(file),
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

//! # The first page: notes and servers

use super::grid::{Grid, Tally, WORST_FIRST};
use super::html::{TITLE, document, escaped, legend, scrolling, slug};
use super::{Quotes, Run};
use crate::verdict::Verdict;

pub fn page(grid: &Grid, runs: &[Run], quotes: &Quotes) -> String {
    let cases: usize = grid.notes.values().map(|cases| cases.len()).sum();
    let (notes, servers) = (grid.notes.len(), grid.servers.len());
    let body = format!(
        "<h1>{}</h1>\n<p class=\"lead\">{}, {}, {}. Each number is a share of the cases that \
         apply to the server; a case counts as passed when it passes in RESP2 and RESP3.</p>\n{}{}{}",
        TITLE,
        counted(cases, "case"),
        counted(notes, "note"),
        counted(servers, "server"),
        scrolling("Notes and servers", &table(grid)),
        runs_table(runs, quotes),
        legend()
    );
    document(TITLE, "", &[], &body)
}

fn table(grid: &Grid) -> String {
    let heads: String = grid
        .servers
        .iter()
        .map(|title| format!("<th scope=\"col\">{}</th>", server(title)))
        .collect();
    let mut out = format!(
        "<table class=\"matrix\">\n<caption>Cases passed, by note and server</caption>\n\
         <thead><tr><th scope=\"col\">Note</th><th scope=\"col\" class=\"number\">Cases</th>{heads}</tr></thead>\n<tbody>\n"
    );
    for (name, cases) in &grid.notes {
        let head = format!("<a href=\"{}.html\">{}</a>", slug(name), escaped(name));
        out += &row(grid, Some(name), &head, cases.len());
    }
    let all = grid.notes.values().map(|cases| cases.len()).sum();
    format!("{out}</tbody>\n<tfoot>\n{}</tfoot>\n</table>\n", row(grid, None, "All", all))
}

fn row(grid: &Grid, note: Option<&str>, head: &str, cases: usize) -> String {
    let cells: String = grid.servers.iter().map(|server| cell(&grid.tally(note, server))).collect();
    format!("<tr><th scope=\"row\">{head}</th><td class=\"number\">{cases}</td>{cells}</tr>\n")
}

fn cell(tally: &Tally) -> String {
    let Some(permille) = tally.permille() else {
        return "<td class=\"share none\">not run</td>".into();
    };
    let rest: Vec<String> = WORST_FIRST
        .iter()
        .filter(|verdict| **verdict != Verdict::Pass && tally.of(**verdict) > 0)
        .map(|verdict| format!("{} {}", tally.of(*verdict), verdict.name()))
        .collect();
    let grade = match (tally.of(Verdict::Fail), permille) {
        (0, 1000) => "whole",
        (0, _) => "most",
        _ => "part",
    };
    let (whole, tenth) = (permille / 10, permille % 10);
    let share = if permille == 1000 { "100".into() } else { format!("{whole}.{tenth}") };
    format!(
        "<td class=\"share {grade}\"><span class=\"bar\" style=\"--share:{whole}.{tenth}%\"></span>\
         <b>{share}\u{2009}%</b> <small>{} of {}{}</small></td>",
        tally.of(Verdict::Pass),
        tally.judged(),
        if rest.is_empty() { String::new() } else { format!("<br>{}", rest.join(", ")) }
    )
}

/// What was run: enough to tell whether two columns may be compared.
fn runs_table(runs: &[Run], quotes: &Quotes) -> String {
    let mut rows = String::new();
    for run in runs {
        let about = &run.about;
        let options: Vec<String> =
            about.options.iter().map(|(name, value)| format!("{name} {value}")).collect();
        let suite = match about.suite == quotes.suite || quotes.suite.is_empty() {
            true => escaped(&about.suite),
            false => format!(
                "{} <small>(another than the text shown here)</small>",
                escaped(&about.suite)
            ),
        };
        for target in &about.targets {
            rows += &format!(
                "<tr><th scope=\"row\">{}</th><td><time>{}</time></td><td><code>{suite}</code></td><td>{}</td><td>{}</td></tr>\n",
                server(&target.title),
                escaped(about.started.replace('T', " ").trim_end_matches('Z')),
                escaped(&options.join(", ")),
                escaped(&target.features.join(", "))
            );
        }
    }
    let table = format!(
        "<table class=\"runs\">\n<caption>What was run</caption>\n<thead><tr><th scope=\"col\">Server</th>\
         <th scope=\"col\">Started, UTC</th><th scope=\"col\">Suite</th><th scope=\"col\">Options</th>\
         <th scope=\"col\">Features</th></tr></thead>\n<tbody>\n{rows}</tbody>\n</table>\n"
    );
    scrolling("What was run", &table)
}

/// A server's name, and its version in a lighter hand.
pub fn server(title: &str) -> String {
    match title.rsplit_once(' ') {
        Some((name, version)) => {
            format!("{} <span class=\"version\">{}</span>", escaped(name), escaped(version))
        }
        None => escaped(title),
    }
}

fn counted(n: usize, what: &str) -> String {
    format!("{n} {what}{}", if n == 1 { "" } else { "s" })
}

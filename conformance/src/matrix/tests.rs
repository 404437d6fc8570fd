//! The site over the fixed run: snapshots of its pages, and what must never be in them.

use super::*;
use crate::report::tests::fixed;
use crate::verdict::Verdict;

fn site() -> BTreeMap<String, String> {
    let summary = fixed();
    let run = Run { about: summary.about, outcomes: summary.outcomes };
    let text = "note: 05-strings\n== set-get: t\nsince: 6.0.0\nneeds: acl\n> SET k \"<v>\"\n+OK\n";
    let cases = crate::format::parse("05-strings/x.vec", text).unwrap();
    let name = || "05-strings/set-get".to_string();
    let quotes = Quotes {
        suite: "another".into(),
        cases: BTreeMap::from([(name(), cases[0].clone())]),
        texts: BTreeMap::from([(name(), "== set-get: t\n> SET k \"<v>\"\n+OK".into())]),
        claims: BTreeMap::from([(
            "N05-01".into(),
            "A value comes back as it was <stored>.".into(),
        )]),
    };
    pages(&[run], &quotes)
}

#[test]
fn first_page() {
    insta::assert_snapshot!(site()["index.html"]);
}

#[test]
fn page_of_a_note() {
    insta::assert_snapshot!(site()["05-strings.html"]);
}

#[test]
fn page_of_a_case() {
    insta::assert_snapshot!(site()["05-strings/set-get.html"]);
}

#[test]
fn every_link_leads_to_a_page() {
    let site = site();
    for (path, page) in site.iter().filter(|(path, _)| path.ends_with(".html")) {
        for href in page.split("href=\"").skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let (file, anchor) = href.split_once('#').unwrap_or((href, ""));
            let folder = path.rsplit_once('/').map_or("", |(folder, _)| folder);
            let full = match file.strip_prefix("../") {
                Some(up) => up.to_string(),
                None if folder.is_empty() => file.to_string(),
                None => format!("{folder}/{file}"),
            };
            let page = site.get(&full).unwrap_or_else(|| panic!("{path} links to {full}"));
            assert!(anchor.is_empty() || page.contains(&format!("id=\"{anchor}\"")), "{href}");
        }
        assert!(!page.contains("<script") && !page.contains("http"), "{path}");
    }
}

#[test]
fn what_others_say_is_never_markup() {
    let mut summary = fixed();
    let evil = "<script>alert(1)</script>\u{0}\u{202e}\"'";
    for outcome in &mut summary.outcomes {
        outcome.title = evil.into();
        outcome.reason = evil.into();
        outcome.claims = vec![evil.into()];
        outcome.transcript.push(evil.into());
        outcome.target = format!("{evil} 1.0");
        outcome.case = format!("../{evil}/{evil}");
        outcome.faults.iter_mut().for_each(|fault| fault.got = evil.into());
    }
    let run = Run { about: summary.about, outcomes: summary.outcomes };
    for (path, page) in pages(&[run], &Quotes::default()) {
        assert!(path.split('/').all(|part| !part.is_empty() && !part.starts_with('.')), "{path}");
        assert!(!page.contains("<script") && !page.contains('\0'), "{path}: {page}");
        assert!(!page.contains('\u{202e}'), "{path}");
    }
}

#[test]
fn the_worst_run_that_was_played_names_a_case() {
    let outcome = |verdict| Outcome { verdict, ..Outcome::default() };
    let of = |verdicts: &[Verdict]| grid::verdict(&verdicts.iter().map(|v| outcome(*v)).collect());
    assert_eq!(of(&[Verdict::Pass, Verdict::Fail]), Verdict::Fail);
    assert_eq!(of(&[Verdict::Pass, Verdict::Skip]), Verdict::Pass);
    assert_eq!(of(&[Verdict::Skip, Verdict::Skip]), Verdict::Skip);
    let tally = grid::Tally(BTreeMap::from([(Verdict::Pass, 1999), (Verdict::Fail, 1)]));
    assert_eq!(tally.permille(), Some(999), "all but one is never all");
}

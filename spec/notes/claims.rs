//! Claims: what a chapter says, and what proves it.
//!
//! `spec/claims/05.json` lists them, each with a verdict (does the sentence hold?) and its checks. The
//! table of the part Invariants and `notes/errata.md` are made from it.

use serde_json::Value;

use super::checks::Known;
use super::{files, made_from_its_source, notes, read, root};

const VERDICTS: [&str; 5] =
    ["holds", "holds-with-caveat", "version-dependent", "wrong", "not-checkable"];

struct Claim {
    id: String,
    claim: String,
    verdict: String,
    /// What is true, where the sentence is not.
    truth: String,
    checks: Vec<String>,
    /// Why there is no check.
    pending: String,
    /// What servers answered, as (server, words).
    evidence: Vec<(String, String)>,
}

/// A chapter's number, its title and its claims.
struct Ledger {
    number: String,
    title: String,
    claims: Vec<Claim>,
}

#[test]
fn every_claim_has_a_verdict_and_a_check_that_is_there() {
    let known = Known::collect();
    let mut faults = Vec::new();
    for ledger in ledgers() {
        for (at, claim) in ledger.claims.iter().enumerate() {
            let Claim { id, verdict, truth, checks, pending, .. } = claim;
            if *id != format!("N{}-{:02}", ledger.number, at + 1) {
                faults.push(format!("{id}: out of order"));
            }
            if !VERDICTS.contains(&verdict.as_str()) {
                faults.push(format!("{id}: `{verdict}` is no verdict"));
            }
            if truth.is_empty() != (verdict == "holds") {
                faults.push(format!(
                    "{id}: what is true must be said where the claim is not, and only there"
                ));
            }
            if checks.is_empty() == pending.is_empty() {
                faults.push(format!("{id}: either checks, or the reason why there is none"));
            }
            faults.extend(
                checks
                    .iter()
                    .filter_map(|check| known.fault(check))
                    .map(|fault| format!("{id}: {fault}")),
            );
        }
    }
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn every_chapter_has_its_claims_and_speaks_of_no_other() {
    let ledgers = ledgers();
    for note in notes() {
        let ledger = ledgers.iter().find(|ledger| ledger.number == note.number);
        let ledger =
            ledger.unwrap_or_else(|| panic!("{}: no spec/claims/{}.json", note.stem, note.number));
        let heading = format!("# {}. {}\n", note.number.trim_start_matches('0'), ledger.title);
        assert!(note.text.starts_with(&heading), "{}: the title is `{}`", note.stem, ledger.title);
        let prefix = format!("N{}-", note.number);
        for (at, _) in note.text.match_indices(&prefix) {
            let id = &note.text[at..at + prefix.len() + 2];
            assert!(ledger.claims.iter().any(|claim| claim.id == id), "{}: {id}?", note.stem);
        }
    }
}

#[test]
fn the_tables_of_invariants_are_made_from_the_claims() {
    let ledgers = ledgers();
    for note in notes() {
        let Some(ledger) = ledgers.iter().find(|ledger| ledger.number == note.number) else {
            continue;
        };
        let part = note.part("Invariants");
        let prose = part.find("\n| claim |").map_or(part.trim_end(), |at| part[..at].trim_end());
        let table = format!("{prose}\n\n{}\n", table(ledger));
        made_from_its_source(&note.path(), &note.text.replace(part, &table));
    }
}

#[test]
fn errata_are_made_from_the_claims() {
    made_from_its_source(&root().join("notes/errata.md"), &errata(&ledgers()));
}

fn table(ledger: &Ledger) -> String {
    let mut out = "| claim | what holds | proved by |\n|---|---|---|\n".to_owned();
    for claim in &ledger.claims {
        let holds = match claim.verdict.as_str() {
            "holds" => claim.claim.clone(),
            "wrong" => format!("**Not so:** {} {}", claim.claim, claim.truth),
            _ => format!("{} *{}*", claim.claim, claim.truth),
        };
        let checks: Vec<String> = claim.checks.iter().map(|check| format!("`{check}`")).collect();
        let proof = if checks.is_empty() {
            format!("nothing yet: {}", claim.pending)
        } else {
            checks.join("<br>")
        };
        out += &format!("| {} | {} | {proof} |\n", claim.id, cell(&holds));
    }
    out
}

fn errata(ledgers: &[Ledger]) -> String {
    let mut out = String::from(
        "# Errata\n\n\
         These notes began with a list of sentences that are said about Redis. Each was put to a\n\
         `redis-server` 7.0.15 and a `valkey-server` 8.0.1. Here are those that did not survive, and\n\
         those that are true of some versions only, with what the servers answered. The chapters\n\
         say what is true.\n\n\
         This page is made from `spec/claims/*.json`.\n",
    );
    for ledger in ledgers {
        let shown: Vec<&Claim> = ledger
            .claims
            .iter()
            .filter(|claim| ["wrong", "version-dependent"].contains(&claim.verdict.as_str()))
            .collect();
        if shown.is_empty() {
            continue;
        }
        out += &format!("\n## {}. {}\n", ledger.number.trim_start_matches('0'), ledger.title);
        for claim in shown {
            let verdict = if claim.verdict == "wrong" { "Wrong" } else { "Depends on the version" };
            out += &format!("\n**{}** *{}*\n\n", claim.id, claim.claim);
            out += &format!("{verdict}: {}\n", claim.truth);
            for (server, said) in &claim.evidence {
                out += &format!("\n- {server}: {said}");
            }
            if !claim.evidence.is_empty() {
                out += "\n";
            }
        }
    }
    out
}

/// Text that may stand in a cell of a table.
fn cell(text: &str) -> String {
    text.replace('|', "\\|")
}

fn ledgers() -> Vec<Ledger> {
    files("spec/claims", "json")
        .iter()
        .map(|path| {
            let json: Value = serde_json::from_str(&read(path))
                .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            let number = path.file_stem().expect("a name").to_string_lossy().into_owned();
            let claims = json["claims"].as_array().expect("claims").iter().map(claim).collect();
            Ledger { number, title: text(&json, "title"), claims }
        })
        .collect()
}

fn claim(json: &Value) -> Claim {
    let listed = |value: &Value| value.as_str().expect("a text").to_owned();
    let pairs = json["evidence"].as_object().into_iter().flatten();
    Claim {
        id: text(json, "id"),
        claim: text(json, "claim"),
        verdict: text(json, "verdict"),
        truth: text(json, "truth"),
        checks: json["check"].as_array().into_iter().flatten().map(listed).collect(),
        pending: text(json, "pending"),
        evidence: pairs.map(|(server, said)| (server.clone(), listed(said))).collect(),
    }
}

fn text(json: &Value, field: &str) -> String {
    json[field].as_str().unwrap_or_default().to_owned()
}

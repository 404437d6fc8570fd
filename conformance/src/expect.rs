//! # Expect: the failures that an adopter knows of
//!
//! Who runs the suite on a server of their own can list what is known to fail there, so that the
//! rest can be kept green:
//!
//! ```text
//!   # what we do not do yet
//!   05-strings/set-get    SET ... GET answers the new value, ticket 12
//! ```
//!
//! A listed case that fails is `xfail`. One that passes in every protocol in which it ran is an
//! unexpected pass, which is a failure: the line must go. What a vector itself expects to fail stands
//! in its `xfail:` heading and is judged where it is played.

use crate::case::Case;
use crate::suite::Options;
use crate::verdict::{Fault, Outcome, Verdict};

/// A case's name and the reason why it fails.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Expectation {
    pub case: String,
    pub reason: String,
}

/// Reads a list of known failures; the error says in which line it is wrong.
pub fn parse(text: &str) -> Result<Vec<Expectation>, String> {
    let mut expectations: Vec<Expectation> = Vec::new();
    for (number, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let wrong = |what: &str| Err(format!("line {}: {what}", number + 1));
        let Some((case, reason)) = line.split_once(char::is_whitespace) else {
            return wrong("write the case's name and the reason");
        };
        if expectations.iter().any(|known| known.case == case) {
            return wrong(&format!("{case} is listed twice"));
        }
        expectations.push(Expectation { case: case.into(), reason: reason.trim().into() });
    }
    Ok(expectations)
}

/// The first name on the list that no case has.
pub fn unknown<'e>(expectations: &'e [Expectation], cases: &[Case]) -> Option<&'e str> {
    let is_known = |name: &str| cases.iter().any(|case| case.name() == name);
    expectations.iter().map(|e| e.case.as_str()).find(|name| !is_known(name))
}

/// Judges the outcomes of one target by the list.
pub fn apply(outcomes: &mut [Outcome], options: &Options) {
    for expectation in &options.expect {
        let named = |outcome: &&mut Outcome| outcome.case == expectation.case;
        let mut ran: Vec<&mut Outcome> =
            outcomes.iter_mut().filter(named).filter(|o| o.verdict != Verdict::Skip).collect();
        let failed = ran.iter().any(|outcome| options.is_failure(outcome.verdict));
        for outcome in &mut ran {
            if options.is_failure(outcome.verdict) {
                outcome.verdict = Verdict::Xfail;
                outcome.reason = expectation.reason.clone();
            } else if !failed && outcome.verdict != Verdict::Xfail {
                let expected = format!("a failure: {}", expectation.reason);
                outcome.faults.push(Fault::fail(outcome.line, expected, "an unexpected pass"));
                outcome.verdict = Verdict::Fail;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn outcomes(verdicts: &[Verdict]) -> Vec<Outcome> {
        let one = |(i, verdict): (usize, &Verdict)| Outcome {
            case: "n/a".into(),
            resp: i as u8 + 2,
            verdict: *verdict,
            ..Outcome::default()
        };
        verdicts.iter().enumerate().map(one).collect()
    }

    fn judged(verdicts: &[Verdict], options: Options) -> Vec<Verdict> {
        let expect = parse("# known\n\nn/a  we do not do that\n").unwrap();
        let mut outcomes = outcomes(verdicts);
        apply(&mut outcomes, &Options { expect, ..options });
        outcomes.iter().map(|outcome| outcome.verdict).collect()
    }

    #[test]
    fn known_failures_are_expected_and_passes_are_not() {
        use Verdict::{Fail, Pass, Skip, Text, Xfail};
        let loose = Options::default;
        assert_eq!(judged(&[Fail, Fail], loose()), [Xfail, Xfail]);
        assert_eq!(judged(&[Pass, Fail], loose()), [Pass, Xfail], "one protocol is enough");
        assert_eq!(judged(&[Pass, Pass], loose()), [Fail, Fail]);
        assert_eq!(judged(&[Skip, Pass], loose()), [Skip, Fail]);
        assert_eq!(judged(&[Skip, Skip], loose()), [Skip, Skip]);
        let strict = Options { strict_text: true, ..loose() };
        assert_eq!(judged(&[Text, Pass], strict), [Xfail, Pass]);
    }

    #[test]
    fn a_line_without_a_reason_is_refused() {
        assert_eq!(
            parse("a/b x\na/c\n").unwrap_err(),
            "line 2: write the case's name and the reason"
        );
        assert_eq!(parse("a/b x\na/b y\n").unwrap_err(), "line 2: a/b is listed twice");
        let listed = parse("t/y  why\n").unwrap();
        let cases = crate::format::parse("t/t.vec", "note: t\n== x\n> PING\n+PONG\n").unwrap();
        assert_eq!(unknown(&listed, &cases), Some("t/y"));
    }
}

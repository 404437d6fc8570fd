//! # Verdict: what a run of a case says
//!
//! | verdict | meaning | counts as a failure |
//! |---|---|---|
//! | pass | every reply and every effect as expected | |
//! | text | the same meaning in other words | under `--text strict` |
//! | missing | the server does not know a command: absent is not wrong | under `--missing fail` |
//! | skip | not for this server, with the reason | |
//! | xfail | failed, as the case says it does here | |
//! | fail | anything else | yes |

use serde::{Deserialize, Serialize};

#[derive(
    Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize,
)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    #[default]
    Pass,
    Text,
    Missing,
    Skip,
    Xfail,
    Fail,
}

/// One case in one protocol on one target.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Outcome {
    /// `05-strings/set-nx`
    pub case: String,
    pub title: String,
    pub claims: Vec<String>,
    pub file: String,
    pub line: usize,
    pub resp: u8,
    /// `redis 7.0.15`
    pub target: String,
    pub verdict: Verdict,
    pub duration_ms: u64,
    /// Why it was skipped, or is expected to fail.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The lines at fault, in order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<Fault>,
    /// What was sent and what came, in the notation of vectors.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub transcript: Vec<String>,
}

/// A line that did not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fault {
    pub line: usize,
    pub verdict: Verdict,
    pub expected: String,
    pub got: String,
    /// Which line of the transcript differs; none for effects.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<usize>,
    /// Where two strings part, in hexadecimal digits, if the eye cannot see it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<String>,
}

impl Verdict {
    pub const ALL: [Verdict; 6] = [
        Verdict::Pass,
        Verdict::Text,
        Verdict::Missing,
        Verdict::Skip,
        Verdict::Xfail,
        Verdict::Fail,
    ];

    pub fn name(self) -> &'static str {
        match self {
            Verdict::Pass => "pass",
            Verdict::Text => "text",
            Verdict::Missing => "missing",
            Verdict::Skip => "skip",
            Verdict::Xfail => "xfail",
            Verdict::Fail => "fail",
        }
    }
}

impl Fault {
    /// A failure that no line of the transcript shows.
    pub fn fail(line: usize, expected: impl Into<String>, got: impl Into<String>) -> Fault {
        let (expected, got) = (expected.into(), got.into());
        Fault { line, verdict: Verdict::Fail, expected, got, at: None, bytes: None }
    }
}

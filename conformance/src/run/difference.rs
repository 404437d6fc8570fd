//! # Difference: where two strings part that look alike
//!
//! A blank at the end, a composed and a decomposed letter, a byte that is not text: what the eye
//! cannot tell apart is shown as hexadecimal digits from the first byte that differs.
//!
//! ```text
//!   expected "caf\u{e9}"   63 61 66 c3 a9          from byte 3: expected c3 a9, got 65 cc 81
//!   got      "cafe\u{301}" 63 61 66 65 cc 81
//! ```
//!
//! It looks into arrays and maps for the first string that differs, and at strings that a pattern
//! gives exactly; whatever else differs, the notation shows.

use crate::bytes::Bytes;
use crate::case::Want;
use crate::client::Incoming;
use crate::pattern::Pattern;
use crate::reply::Reply;

/// How many bytes are shown from the first that differs.
const SHOWN_BYTES: usize = 16;

/// The first difference, if it is one that cannot be seen.
pub(super) fn hidden(want: &Want, got: &Incoming) -> Option<String> {
    let (Want::Reply(pattern), Incoming::Reply(reply)) = (want, got) else {
        return None;
    };
    let (want, got) = first_strings(pattern, reply)?;
    let visible = |b: &Bytes| b.0.iter().all(|byte| matches!(byte, b'!'..=b'~'));
    if visible(want) && visible(got) {
        return None;
    }
    let at = want.0.iter().zip(&got.0).take_while(|(a, b)| a == b).count();
    Some(format!("from byte {at}: expected {}, got {}", hex(want, at), hex(got, at)))
}

/// The first pair of strings that stand in the same place and differ.
fn first_strings<'a>(pattern: &'a Pattern, reply: &'a Reply) -> Option<(&'a Bytes, &'a Bytes)> {
    let all = |want: &'a [Pattern], got: &'a [Reply]| {
        want.iter().zip(got).find_map(|(want, got)| first_strings(want, got))
    };
    match (pattern, reply) {
        (Pattern::Simple(want), Reply::Simple(got))
        | (Pattern::Error(want), Reply::Error(got))
        | (Pattern::Bulk(want), Reply::Bulk(got))
        | (Pattern::Verbatim(_, want), Reply::Verbatim(_, got) | Reply::Bulk(got)) => {
            (want != got).then_some((want, got))
        }
        (Pattern::Array(want) | Pattern::Push(want), _) => all(want, reply.elements()?),
        (Pattern::Map(want), _) => want.iter().zip(reply.pairs()?).find_map(|(want, got)| {
            first_strings(&want.0, got.0).or_else(|| first_strings(&want.1, got.1))
        }),
        _ => None,
    }
}

fn hex(bytes: &Bytes, from: usize) -> String {
    let rest = &bytes.0[from.min(bytes.0.len())..];
    let digits: Vec<String> = rest.iter().take(SHOWN_BYTES).map(|b| format!("{b:02x}")).collect();
    let more = if rest.len() > SHOWN_BYTES { " ..." } else { "" };
    if digits.is_empty() { "the end".into() } else { digits.join(" ") + more }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(want: &str, got: Reply) -> Option<String> {
        hidden(&Want::Reply(crate::notation::parse(want).unwrap()), &Incoming::Reply(got))
    }

    #[test]
    fn what_cannot_be_seen_is_shown_in_hex() {
        let bulk = |text: &str| Reply::Bulk(text.into());
        let composed = shown("\"caf\u{e9}\"", bulk("cafe\u{301}"));
        assert_eq!(composed.as_deref(), Some("from byte 3: expected c3 a9, got 65 cc 81"));
        let blank = shown("\"a\"", bulk("a "));
        assert_eq!(blank.as_deref(), Some("from byte 1: expected the end, got 20"));
        let nested = shown("[:1 {\"k\": \"v\"}]", {
            Reply::Array(vec![Reply::Int(1), Reply::Array(vec![bulk("k"), bulk("v\0")])])
        });
        assert_eq!(nested.as_deref(), Some("from byte 1: expected the end, got 00"));
        assert_eq!(shown("\"a\"", bulk("b")), None);
        assert_eq!(shown("\"a\"", Reply::Int(1)), None);
    }
}

//! # Glob: which names does a pattern match                                  (note 04)
//!
//! `KEYS`, `SCAN … MATCH`, `PSUBSCRIBE`, `CONFIG GET` and ACL key patterns share one small pattern
//! language over bytes (not characters: `?` is one byte of a UTF-8 letter).
//!
//! ```text
//!   *        any run of bytes, also none          h*llo     hllo, heeeello
//!   ?        exactly one byte                     h?llo     hello, hallo
//!   [abc]    one byte of these                    h[ae]llo  hello, hallo
//!   [a-e]    one byte of a range, either way round
//!   [^ab]    one byte, none of these              h[^e]llo  hallo, not hello
//!   \x       x itself, also inside a class        h\*llo    h*llo
//! ```
//!
//! The naive form is recursion: at a `*`, try the rest of the pattern at every rest of the text.
//! On `a*a*a*a*b` against a long run of `a` each star tries every split below it, and the time is
//! the text's length to the power of the number of stars. One observation makes it small: when the
//! part between two stars has matched somewhere, matching it further right can never help what
//! comes after the second star, which may swallow the difference. So only the *last* star is ever
//! worth retrying, and the matcher keeps one place to go back to instead of a stack:
//!
//! ```text
//!   pattern  *ab*cd        text  xabyabzcd
//!                          * at 0, "ab" found at 1; from here on the first star is settled;
//!                          * at 3, "cd" tried at 3, 4, 5, 6, found at 7: the end. Match.
//! ```
//!
//! Cost: at most pattern × text steps, and no memory. Corners that a client can see, kept on
//! purpose: a class that never closes ends with the pattern (`[ab` is `[ab]`, `[^` is `?`); ranges
//! compare *signed* bytes, as on x86; an escaped byte in a class ignores `nocase`; no pattern but
//! the empty one matches the empty text, not even `*` (`KEYS *` lists the empty key only because
//! it does not ask); a pattern of more than a thousand stars that take effect matches nothing,
//! which is how 7.4.1 bounds its recursion.

/// More stars than this, each with something behind it, and the answer is no.
const STARS_MAX: usize = 1000;

/// Whether the whole of `text` matches `pattern`; `nocase` folds ASCII letters.
///
/// ```
/// use keynotes::base::glob::matches;
/// assert!(matches(b"user:[0-9]*:name", b"user:42:name", false));
/// assert!(!matches(b"user:?", b"user:42", false));
/// assert!(matches(b"MAX*", b"maxmemory", true));
/// ```
///
/// O(pattern × text) at worst, allocates nothing.
pub fn matches(pattern: &[u8], text: &[u8], nocase: bool) -> bool {
    let (mut p, mut t) = (0, 0);
    let mut retry: Option<Retry> = None;
    let mut stars = 0;
    loop {
        if t == text.len() {
            // Stars after the last byte stand for nothing. But they are skipped only behind a
            // byte: against the empty text the pattern is not even looked at.
            let rest = &pattern[p..];
            if rest.is_empty() || (!text.is_empty() && rest.iter().all(|&byte| byte == b'*')) {
                return true;
            }
            return false;
        }
        if pattern.get(p) == Some(&b'*') {
            while pattern.get(p) == Some(&b'*') {
                p += 1;
            }
            if p == pattern.len() {
                return true;
            }
            stars += 1;
            if stars > STARS_MAX {
                return false;
            }
            retry = Some(Retry { pattern: p, text: t });
            continue;
        }
        if let Some(after) = match_one(pattern, p, text[t], nocase) {
            p = after;
            t += 1;
            continue;
        }
        match &mut retry {
            None => return false,
            Some(retry) => {
                retry.text += 1;
                p = retry.pattern;
                t = retry.text;
            }
        }
    }
}

/// Where to go on when the pattern fails: behind the last star, one byte further in the text.
struct Retry {
    pattern: usize,
    text: usize,
}

/// Matches `byte` against the one element at `pattern[p]` (never a star). `Some(index behind the
/// element)` if it does; `None` also at the pattern's end, where nothing is left to match a byte.
fn match_one(pattern: &[u8], p: usize, byte: u8, nocase: bool) -> Option<usize> {
    let (literal, after) = match *pattern.get(p)? {
        b'?' => return Some(p + 1),
        b'[' => return match_class(pattern, p + 1, byte, nocase),
        b'\\' if p + 1 < pattern.len() => (pattern[p + 1], p + 2),
        literal => (literal, p + 1),
    };
    same(literal, byte, nocase).then_some(after)
}

/// Matches `byte` against the class whose first byte behind `[` is `pattern[p]`.
fn match_class(pattern: &[u8], mut p: usize, byte: u8, nocase: bool) -> Option<usize> {
    let negated = pattern.get(p) == Some(&b'^');
    p += usize::from(negated);
    let mut found = false;
    loop {
        match pattern[p..] {
            [] => break,
            [b'\\', escaped, ..] => {
                found |= escaped == byte;
                p += 2;
            }
            [b']', ..] => {
                p += 1;
                break;
            }
            [low, b'-', high, ..] => {
                found |= in_range(low, high, byte, nocase);
                p += 3;
            }
            [literal, ..] => {
                found |= same(literal, byte, nocase);
                p += 1;
            }
        }
    }
    (found != negated).then_some(p)
}

/// Whether `byte` lies between two ends given in either order. The ends are put in order before
/// case is folded, so `[Z-a]` without case is the empty range from `z` to `a`.
fn in_range(low: u8, high: u8, byte: u8, nocase: bool) -> bool {
    let signed = |byte: u8| byte as i8;
    let fold = |byte: u8| {
        if nocase { byte.to_ascii_lowercase() } else { byte }
    };
    let (low, high) = if signed(low) > signed(high) { (high, low) } else { (low, high) };
    (signed(fold(low))..=signed(fold(high))).contains(&signed(fold(byte)))
}

fn same(a: u8, b: u8, nocase: bool) -> bool {
    a == b || (nocase && a.eq_ignore_ascii_case(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn yes(pattern: &[u8], text: &[u8]) {
        assert!(matches(pattern, text, false));
    }

    #[track_caller]
    fn no(pattern: &[u8], text: &[u8]) {
        assert!(!matches(pattern, text, false));
    }

    #[test]
    fn the_language() {
        yes(b"h?llo", b"hello");
        no(b"h?llo", b"hllo");
        yes(b"h*llo", b"hllo");
        yes(b"h[ae]llo", b"hallo");
        no(b"h[^e]llo", b"hello");
        yes(b"h[a-e]llo", b"hcllo");
        yes(b"h\\*llo", b"h*llo");
        no(b"h\\*llo", b"hello");
        yes(b"*", b"anything");
        yes(b"a**b***", b"ab");
    }

    #[test]
    fn only_the_empty_pattern_matches_nothing() {
        yes(b"", b"");
        no(b"*", b"");
        no(b"**", b"");
        no(b"", b"a");
    }

    #[test]
    fn classes_that_never_close_end_with_the_pattern() {
        yes(b"[ab", b"b");
        no(b"[", b"a");
        yes(b"[^", b"a");
        yes(b"[a-", b"-");
        yes(b"[\\", b"\\");
        yes(b"[\\]]", b"]");
        no(b"[]", b"]");
    }

    #[test]
    fn ranges_run_either_way_and_are_signed() {
        yes(b"[z-a]", b"m");
        yes(b"[a-]]", b"^");
        // 0xff is -1, so the range from 'a' runs down through zero.
        yes(b"[a-\xff]", b"5");
        no(b"[a-\xff]", b"b");
    }

    #[test]
    fn case_folds_letters_but_not_escapes_in_a_class() {
        assert!(matches(b"MAX[M-N]*", b"maxmemory", true));
        assert!(matches(b"\\A", b"a", true));
        assert!(!matches(b"[\\A]", b"a", true));
    }

    #[test]
    fn many_stars_take_no_time() {
        let text = vec![b'a'; 100_000];
        let pattern = [b"a*".repeat(900), b"b".to_vec()].concat();
        assert!(!matches(&pattern, &text, false));
    }

    #[test]
    fn more_than_a_thousand_stars_match_nothing() {
        let text = vec![b'a'; 2000];
        assert!(matches(&b"*a".repeat(1000), &text, false));
        assert!(!matches(&b"*a".repeat(1001), &text, false));
        assert!(matches(&[b"*a".repeat(1000), b"*".to_vec()].concat(), &text, false));
    }
}

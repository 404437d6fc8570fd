//! # LCS by the whole table
//!
//! `table[i][j]` is the longest that the first `i` bytes of one text and the first `j` of the
//! other have in common. The way back from the last cell spells the answer, last byte first.

use super::{Answer, Model, NOT_INTEGER, Reply, SYNTAX, Word, is, numbers};

/// A shared stretch: where it begins in each text, and its length.
type Stretch = (usize, usize, usize);

pub fn lcs(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let text = |model: &mut Model, key: &[u8]| match model.find_text(db, key) {
        Ok(found) => Ok(found.map_or(Vec::new(), |(text, _)| text)),
        Err(_) => Err("ERR The specified keys must contain string values"),
    };
    let (a, b) = (text(model, &words[1])?, text(model, &words[2])?);
    let (mut len, mut idx, mut lens, mut shortest) = (false, false, false, 0);
    let mut rest = words[3..].iter();
    while let Some(word) = rest.next() {
        if is(word, "MINMATCHLEN") {
            shortest = numbers::integer(rest.next().ok_or(SYNTAX)?).ok_or(NOT_INTEGER)?;
        } else if is(word, "LEN") {
            len = true;
        } else if is(word, "IDX") {
            idx = true;
        } else if is(word, "WITHMATCHLEN") {
            lens = true;
        } else {
            return Err(SYNTAX.into());
        }
    }
    if len && idx {
        return Err("ERR If you want both the length and indexes, please just use IDX.".into());
    }
    let (common, stretches) = solve(&a, &b);
    if len {
        return Ok(Reply::count(common.len()));
    }
    if !idx {
        return Ok(Reply::Bulk(common));
    }
    let long_enough = stretches.into_iter().filter(|stretch| stretch.2 as i64 >= shortest);
    let matches = long_enough.map(|stretch| describe(stretch, lens)).collect();
    Ok(Reply::Map(vec![
        (Reply::Bulk(b"matches".to_vec()), Reply::Array(matches)),
        (Reply::Bulk(b"len".to_vec()), Reply::count(common.len())),
    ]))
}

fn describe((a, b, len): Stretch, with_len: bool) -> Reply {
    let range = |from: usize| Reply::Array(vec![Reply::count(from), Reply::count(from + len - 1)]);
    let mut parts = vec![range(a), range(b)];
    parts.extend(with_len.then(|| Reply::count(len)));
    Reply::Array(parts)
}

fn solve(a: &[u8], b: &[u8]) -> (Vec<u8>, Vec<Stretch>) {
    let mut table = vec![vec![0u32; b.len() + 1]; a.len() + 1];
    for i in 1..=a.len() {
        for j in 1..=b.len() {
            table[i][j] = if a[i - 1] == b[j - 1] {
                table[i - 1][j - 1] + 1
            } else {
                table[i - 1][j].max(table[i][j - 1])
            };
        }
    }
    let (mut common, mut stretches) = (Vec::new(), Vec::<Stretch>::new());
    let (mut i, mut j) = (a.len(), b.len());
    while i > 0 && j > 0 {
        if a[i - 1] == b[j - 1] {
            (i, j) = (i - 1, j - 1);
            common.push(a[i]);
            match stretches.last_mut() {
                Some(last) if (last.0, last.1) == (i + 1, j + 1) => *last = (i, j, last.2 + 1),
                _ => stretches.push((i, j, 1)),
            }
        } else if table[i - 1][j] > table[i][j - 1] {
            i -= 1;
        } else {
            j -= 1;
        }
    }
    common.reverse();
    (common, stretches)
}

//! # Expiry: deadlines, and how far away they are

use super::{Answer, Item, Model, NOT_INTEGER, Reply, Word, is, numbers};

pub fn expire(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_deadline(model, db, words, 1000, model.now_ms)
}

pub fn pexpire(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_deadline(model, db, words, 1, model.now_ms)
}

pub fn expireat(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_deadline(model, db, words, 1000, 0)
}

pub fn pexpireat(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    set_deadline(model, db, words, 1, 0)
}

fn set_deadline(
    model: &mut Model,
    db: usize,
    words: &[Word],
    unit_ms: i64,
    from_ms: i64,
) -> Answer {
    let key = &words[1];
    let conditions = &words[3..];
    let asked = |name: &str| conditions.iter().any(|word| is(word, name));
    let (nx, xx, gt, lt) = (asked("NX"), asked("XX"), asked("GT"), asked("LT"));
    let known = |word: &Word| ["NX", "XX", "GT", "LT"].iter().any(|name| is(word, name));
    if let Some(word) = conditions.iter().find(|word| !known(word)) {
        return Err(format!("ERR Unsupported option {}", String::from_utf8_lossy(word)));
    }
    if nx && (xx || gt || lt) {
        let text = "ERR NX and XX, GT or LT options at the same time are not compatible";
        return Err(text.into());
    }
    if gt && lt {
        return Err("ERR GT and LT options at the same time are not compatible".into());
    }
    let time = numbers::integer(&words[2]).ok_or(NOT_INTEGER)?;
    let name = String::from_utf8_lossy(&words[0]).to_ascii_lowercase();
    let at_ms = time.checked_mul(unit_ms).and_then(|ms| ms.checked_add(from_ms));
    let at_ms = at_ms.ok_or_else(|| format!("ERR invalid expire time in '{name}' command"))?;
    let Some(item) = model.find(db, key).cloned() else { return Ok(Reply::Int(0)) };
    let holds = match item.deadline_ms {
        Some(old_ms) => !nx && (!gt || at_ms > old_ms) && (!lt || at_ms < old_ms),
        // No deadline is one that never comes.
        None => !xx && !gt,
    };
    if holds && at_ms <= model.now_ms {
        model.remove(db, key);
    } else if holds {
        model.put(db, key, Item { deadline_ms: Some(at_ms), ..item });
    }
    Ok(Reply::flag(holds))
}

pub fn persist(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    let found = model.find(db, &words[1]).cloned().filter(|item| item.deadline_ms.is_some());
    let had_deadline = found.is_some();
    if let Some(item) = found {
        model.put(db, &words[1], Item { deadline_ms: None, ..item });
    }
    Ok(Reply::flag(had_deadline))
}

pub fn ttl(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    tell(model, db, words, 1000, model.now_ms)
}

pub fn pttl(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    tell(model, db, words, 1, model.now_ms)
}

pub fn expiretime(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    tell(model, db, words, 1000, 0)
}

pub fn pexpiretime(model: &mut Model, db: usize, words: &[Word]) -> Answer {
    tell(model, db, words, 1, 0)
}

/// Seconds are rounded to the nearest.
fn tell(model: &mut Model, db: usize, words: &[Word], unit_ms: i64, from_ms: i64) -> Answer {
    Ok(match model.find(db, &words[1]).map(|item| item.deadline_ms) {
        None => Reply::Int(-2),
        Some(None) => Reply::Int(-1),
        Some(Some(at_ms)) => {
            let ms = i128::from(at_ms - from_ms);
            let units = (ms + i128::from(unit_ms) / 2) / i128::from(unit_ms);
            Reply::Clocked(units as i64)
        }
    })
}

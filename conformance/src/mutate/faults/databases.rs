//! # The wrong database
//!
//! A database is a number that a connection carries. It is forgotten, or meant for another command,
//! or looked for in the wrong place.

use crate::mutate::fault::{Args, Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    vec![
        fault("select-nothing", "SELECT", "SELECT answers OK and selects nothing.")
            .answers(|asked| small(asked, 1).map(|_| ok())),
        fault("select-next", "SELECT", "SELECT selects the next database.")
            .asks(number_at(1, |n| if (1..15).contains(&n) { n + 1 } else { n })),
        fault("select-queued", "EXEC", "What EXEC selects is forgotten after it.").follows(|x| {
            let select = |args: &Args| args[0].0.eq_ignore_ascii_case(b"SELECT");
            let selects = x.asked.queue.iter().any(select);
            selects.then(|| vec![selection(x.asked.db)])
        }),
        fault("move-next", "MOVE", "MOVE moves to the next database.")
            .asks(number_at(2, |n| if (0..15).contains(&n) { n + 1 } else { n })),
        fault("move-follows", "MOVE", "MOVE takes the client along.").follows(|x| {
            let there = small(x.asked, 2)?;
            (x.int() == Some(1)).then(|| vec![selection(there)])
        }),
        fault("copy-db-next", "COPY", "COPY's DB is the next database.")
            .asks(number_after("DB", |n| if (0..15).contains(&n) { n + 1 } else { n })),
        fault("copy-db-same", "COPY", "COPY under the same name to another database is refused.")
            .answers(|asked| {
                let same = asked.word(1) == asked.word(2) && asked.has("DB");
                same.then(|| error("ERR source and destination objects are the same"))
            }),
        fault("swapdb-follows", "SWAPDB", "SWAPDB takes the client along.").follows(|x| {
            let (one, two) = (small(x.asked, 1)?, small(x.asked, 2)?);
            let there = if x.asked.db == one { two } else { one };
            (!x.failed()).then(|| vec![selection(there)])
        }),
        fault("dbsize-all", "DBSIZE", "DBSIZE counts every database.")
            .looks(|_| Some(vec![command("INFO keyspace")]))
            .replies(|x| x.int().map(|_| Reply::Int(keys_everywhere(x)))),
        fault("flushdb-zero", "FLUSHDB", "FLUSHDB empties database 0.")
            .precedes(|asked| (asked.db != 0).then(|| vec![selection(0)]))
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(x.asked.db)])),
        fault("flushall-selects", "FLUSHALL", "FLUSHALL selects database 0.")
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(0)])),
        fault("hello-selects", "HELLO", "HELLO selects database 0.")
            .follows(|x| (x.asked.db != 0 && !x.failed()).then(|| vec![selection(0)])),
        fault("auth-selects", "AUTH", "AUTH selects database 0.")
            .follows(|x| (x.asked.db != 0 && !x.failed()).then(|| vec![selection(0)])),
        fault("reset-stays", "RESET", "RESET stays in its database.")
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(x.asked.db)])),
        fault("discard-selects", "DISCARD", "DISCARD selects database 0.")
            .follows(|x| (x.asked.db != 0 && !x.failed()).then(|| vec![selection(0)])),
        fault("exec-selects", "EXEC", "EXEC selects database 0.")
            .follows(|x| (x.asked.db != 0 && !x.failed()).then(|| vec![selection(0)])),
        fault("refused-selects", "SELECT", "SELECT that is refused selects database 0.")
            .follows(|x| (x.asked.db != 0 && x.failed()).then(|| vec![selection(0)])),
        fault("rename-zero", "RENAME", "RENAME looks in database 0.")
            .precedes(|asked| (asked.db != 0).then(|| vec![selection(0)]))
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(x.asked.db)])),
        fault("keys-zero", "KEYS SCAN", "KEYS looks in database 0.")
            .precedes(|asked| (asked.db != 0).then(|| vec![selection(0)]))
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(x.asked.db)])),
        fault("randomkey-zero", "RANDOMKEY", "RANDOMKEY looks in database 0.")
            .precedes(|asked| (asked.db != 0).then(|| vec![selection(0)]))
            .follows(|x| (x.asked.db != 0).then(|| vec![selection(x.asked.db)])),
    ]
}

fn selection(db: u32) -> Args {
    command(&format!("SELECT {db}"))
}

fn small(asked: &Asked, i: usize) -> Option<u32> {
    asked.word(i).lossy().parse().ok().filter(|n| *n < 16)
}

/// The sum of `db0:keys=2,...` over all databases.
fn keys_everywhere(x: &Exchange<'_>) -> i64 {
    let text = String::from_utf8_lossy(x.asked.text_seen(0)).into_owned();
    let keys = |line: &str| -> Option<i64> {
        line.split_once(":keys=")?.1.split(',').next()?.parse().ok()
    };
    text.lines().filter_map(keys).sum()
}

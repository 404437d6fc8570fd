//! # What the server tells of itself
//!
//! COMMAND, CONFIG, CLIENT LIST, INFO, DEBUG OBJECT, OBJECT, SLOWLOG, MEMORY: tools read these, and
//! break on a missing field as on a missing command.

use crate::mutate::fault::{Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_commands(), of_config(), of_clients(), of_info(), of_objects()]
        .into_iter()
        .flatten()
        .collect()
}

fn of_commands() -> Vec<Fault> {
    vec![
        fault("command-name", "COMMAND|INFO", "COMMAND INFO has names in upper case.").replies(
            each_info(0, |name| match name.text() {
                Some(text) => Reply::Bulk(text.to_ascii_uppercase().as_slice().into()),
                None => name.clone(),
            }),
        ),
        fault("command-arity", "COMMAND|INFO", "COMMAND INFO has the arity without its sign.")
            .replies(each_info(1, |arity| match arity {
                Reply::Int(n) => Reply::Int(n.saturating_abs()),
                other => other.clone(),
            })),
        fault("command-flags", "COMMAND|INFO", "COMMAND INFO has no flags.")
            .replies(each_info(2, emptied)),
        fault("command-first-key", "COMMAND|INFO", "COMMAND INFO's first key is 0.")
            .replies(each_info(3, |_| Reply::Int(0))),
        fault("command-last-key", "COMMAND|INFO", "COMMAND INFO's last key is the first.")
            .replies(each_info(4, |_| Reply::Int(1))),
        fault("command-categories", "COMMAND|INFO", "COMMAND INFO has no categories.")
            .replies(each_info(6, emptied)),
        fault("command-key-specs", "COMMAND|INFO", "COMMAND INFO has no key specifications.")
            .replies(each_info(8, emptied)),
        fault("command-subcommands", "COMMAND|INFO", "COMMAND INFO has no subcommands.")
            .replies(each_info(9, emptied)),
        fault("command-unknown", "COMMAND|INFO", "COMMAND INFO leaves unknown commands out.")
            .replies(elements(|all| all.retain(|one| !is_null(one)))),
        fault("command-count", "COMMAND|COUNT", "COMMAND COUNT is 0.").replies(integer(|_| 0)),
        fault("getkeys-first", "COMMAND|GETKEYS", "COMMAND GETKEYS finds the first key only.")
            .replies(elements(|all| all.truncate(1))),
        fault("getkeys-none", "COMMAND|GETKEYS", "COMMAND GETKEYS of no key answers nothing.")
            .replies(error_as("no key arguments", Reply::Array(vec![]))),
        fault("getkeys-flags", "COMMAND|GETKEYSANDFLAGS", "COMMAND GETKEYSANDFLAGS has no flags.")
            .replies(elements(|all| {
                for one in all {
                    if let Reply::Array(pair) = one
                        && let Some(flags) = pair.get_mut(1)
                    {
                        *flags = emptied(flags);
                    }
                }
            })),
        fault("docs-summary", "COMMAND|DOCS", "COMMAND DOCS has no summaries.")
            .replies(reply(|docs| without_inner(docs, "summary"))),
        fault("docs-since", "COMMAND|DOCS", "COMMAND DOCS does not tell since when.")
            .replies(reply(|docs| without_inner(docs, "since"))),
        fault("list-names", "COMMAND|LIST", "COMMAND LIST has names in upper case.").replies(
            elements(|all| {
                for one in all {
                    if let Reply::Bulk(name) = one {
                        name.0.make_ascii_uppercase();
                    }
                }
            }),
        ),
    ]
}

fn of_config() -> Vec<Fault> {
    vec![
        fault("config-get-names", "CONFIG|GET", "CONFIG GET answers values without names.")
            .replies(|x| {
                let pairs = x.reply.pairs()?;
                Some(Reply::Array(pairs.into_iter().map(|(_, value)| value.clone()).collect()))
            }),
        fault("config-set-nothing", "CONFIG|SET", "CONFIG SET sets nothing.").answers(always(ok())),
        fault("config-set-some", "CONFIG|SET", "CONFIG SET that fails sets what stands before.")
            .spoils(|x| {
                let first = x.asked.args.get(..4)?.to_vec();
                (x.failed() && x.asked.args.len() > 4).then(|| vec![first])
            }),
        fault("config-units", "CONFIG|SET", "CONFIG SET takes 1kb for 1.").asks(bytes_at(
            3,
            |value| {
                let digits = value.iter().take_while(|b| b.is_ascii_digit()).count();
                if digits > 0 { value[..digits].to_vec() } else { value.to_vec() }
            },
        )),
        fault("config-bool", "CONFIG|GET", "CONFIG GET answers switches as 0 and 1.").replies(
            reply(|reply| {
                each_text(reply, |text| match text {
                    b"yes" => b"1".to_vec(),
                    b"no" => b"0".to_vec(),
                    other => other.to_vec(),
                })
            }),
        ),
        fault("config-case", "CONFIG|GET", "CONFIG GET knows directives in lower case only.")
            .replies(|x| {
                let upper = x.asked.word(2).0.iter().any(u8::is_ascii_uppercase);
                (upper && !x.failed()).then(|| match x.reply {
                    Reply::Map(_) => Reply::Map(vec![]),
                    _ => Reply::Array(vec![]),
                })
            }),
        fault("resetstat-nothing", "CONFIG|RESETSTAT", "CONFIG RESETSTAT resets nothing.")
            .answers(|asked| (asked.args.len() == 2).then(ok)),
        fault("config-events", "CONFIG|GET", "CONFIG GET spells the event classes out.").replies(
            in_field("notify-keyspace-events", |flags| match flags.text() {
                Some(flags) => {
                    let text = String::from_utf8_lossy(flags).replace('A', "g$lshzxetd");
                    bulk(&text)
                }
                None => flags.clone(),
            }),
        ),
    ]
}

fn of_clients() -> Vec<Fault> {
    const LIST: &str = "CLIENT|LIST CLIENT|INFO";
    vec![
        fault("client-db", LIST, "CLIENT LIST's db is 0.").replies(fields(
            |key, value| match key {
                "db" => Some("0".into()),
                _ => Some(value.into()),
            },
        )),
        fault("client-name", LIST, "CLIENT LIST has no names.").replies(fields(|key, value| {
            match key {
                "name" => Some(String::new()),
                _ => Some(value.into()),
            }
        })),
        fault("client-cmd", LIST, "CLIENT LIST's cmd has no subcommand.").replies(fields(
            |key, value| match key {
                "cmd" => Some(value.split('|').next().unwrap_or(value).into()),
                _ => Some(value.into()),
            },
        )),
        fault("client-resp", LIST, "CLIENT LIST's resp is 2.").replies(fields(
            |key, value| match key {
                "resp" => Some("2".into()),
                _ => Some(value.into()),
            },
        )),
        fault("client-multi", LIST, "CLIENT LIST's multi is -1.").replies(fields(|key, value| {
            match key {
                "multi" => Some("-1".into()),
                _ => Some(value.into()),
            }
        })),
        fault("client-flags", LIST, "CLIENT LIST's flags are N.").replies(fields(|key, value| {
            match key {
                "flags" => Some("N".into()),
                _ => Some(value.into()),
            }
        })),
        fault("client-user", LIST, "CLIENT LIST has no users.")
            .replies(fields(|key, value| (key != "user").then(|| value.to_string()))),
        fault("client-age", LIST, "CLIENT LIST has no age.")
            .replies(fields(|key, value| (key != "age").then(|| value.to_string()))),
        fault("client-sub", LIST, "CLIENT LIST's sub is always 0.").replies(fields(
            |key, value| match key {
                "sub" | "psub" => Some("0".into()),
                _ => Some(value.into()),
            },
        )),
    ]
}

fn of_info() -> Vec<Fault> {
    vec![
        fault("info-title", "INFO", "INFO's sections have no titles.").replies(text(|info| {
            lines(info, |line| (!line.starts_with('#')).then(|| line.to_string()))
        })),
        fault("info-newline", "INFO", "INFO's lines end with a line feed only.")
            .replies(reworded("\r\n", "\n")),
        fault("info-expires", "INFO", "INFO keyspace counts no expiries.").replies(text(|info| {
            lines(info, |line| match line.split_once("expires=") {
                Some((before, after)) => {
                    let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                    Some(format!("{before}expires=0{rest}"))
                }
                None => Some(line.to_string()),
            })
        })),
        fault("info-db9", "INFO", "INFO keyspace shows database 0 only.").replies(text(|info| {
            let other = |line: &str| line.starts_with("db") && !line.starts_with("db0");
            lines(info, |line| (!other(line)).then(|| line.to_string()))
        })),
        fault("info-hits", "INFO", "INFO counts no hits.").replies(zeroed("keyspace_hits")),
        fault("info-misses", "INFO", "INFO counts no misses.").replies(zeroed("keyspace_misses")),
        fault("info-errorstats", "INFO", "INFO errorstats counts nothing.").replies(text(|info| {
            lines(info, |line| (!line.starts_with("errorstat_")).then(|| line.to_string()))
        })),
        fault("info-rejected", "INFO", "INFO commandstats counts no refusals.").replies(text(
            |info| {
                lines(info, |line| match line.split_once("rejected_calls=") {
                    Some((before, after)) => {
                        let rest = after.trim_start_matches(|c: char| c.is_ascii_digit());
                        Some(format!("{before}rejected_calls=0{rest}"))
                    }
                    None => Some(line.to_string()),
                })
            },
        )),
        fault("info-failed", "INFO", "INFO commandstats counts no failures.").replies(text(
            |info| lines(info, |line| Some(line.replace("failed_calls=1", "failed_calls=0"))),
        )),
        fault("info-role", "INFO", "INFO tells the role of a replica.")
            .replies(reworded("role:master", "role:slave")),
        fault("info-evicted", "INFO", "INFO's evicted_keys stands under memory.").replies(text(
            |info| {
                lines(info, |line| (!line.starts_with("evicted_keys")).then(|| line.to_string()))
            },
        )),
        fault("role-short", "ROLE", "ROLE tells the role only.").replies(elements(|all| {
            all.truncate(1);
        })),
        fault("time-ms", "TIME", "TIME answers milliseconds.").replies(elements(|all| {
            let digits = all[0].text().unwrap_or_default();
            all[0] = Reply::Bulk([digits, b"000"].concat().as_slice().into());
        })),
    ]
}

fn of_objects() -> Vec<Fault> {
    vec![
        fault("idletime-ms", "OBJECT|IDLETIME", "OBJECT IDLETIME answers milliseconds.")
            .replies(integer(|n| n * 1000)),
        fault("idletime-zero", "OBJECT|IDLETIME", "OBJECT IDLETIME is always 0.")
            .replies(integer(|_| 0)),
        fault("freq-zero", "OBJECT|FREQ", "OBJECT FREQ is always 0.").replies(integer(|_| 0)),
        fault("refcount-two", "OBJECT|REFCOUNT", "OBJECT REFCOUNT is 2.").replies(integer(|_| 2)),
        fault("object-touches", "OBJECT|IDLETIME", "OBJECT IDLETIME touches the key.")
            .precedes(|asked| Some(vec![keyed("TOUCH", &asked.word(2), "")])),
        fault("touch-nothing", "TOUCH", "TOUCH does not touch.").asks(taken_for("EXISTS")),
        fault("debug-object-encoding", "DEBUG", "DEBUG OBJECT tells no encoding.")
            .replies(reworded("encoding:", "coding:")),
        fault("debug-object-length", "DEBUG", "DEBUG OBJECT tells no serialized length.")
            .replies(reworded("serializedlength:", "length:")),
        fault("debug-object-missing", "DEBUG", "DEBUG OBJECT of no key is nil.")
            .replies(|x| says(x.reply, "no such key").then(|| nil(x.asked))),
        fault("help-first", "OBJECT|HELP CLIENT|HELP CONFIG|HELP", "HELP does not name itself.")
            .replies(elements(|all| {
                all.remove(0);
            })),
    ]
}

/// One element of each command's description, changed.
fn each_info(i: usize, f: fn(&Reply) -> Reply) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let one = |info: &Reply| match info {
            Reply::Array(all) if all.len() > i => {
                let mut all = all.clone();
                all[i] = f(&all[i]);
                Reply::Array(all)
            }
            other => other.clone(),
        };
        Some(Reply::Array(x.reply.elements()?.iter().map(one).collect()))
    }
}

fn emptied(reply: &Reply) -> Reply {
    if let Reply::Set(_) = reply { Reply::Set(vec![]) } else { Reply::Array(vec![]) }
}

/// Documentation without one field of each command.
fn without_inner(docs: &Reply, field: &str) -> Option<Reply> {
    let is_it = |key: &Reply| key.text() == Some(field.as_bytes());
    let inner = |doc: &Reply| match doc {
        Reply::Map(pairs) => {
            Reply::Map(pairs.iter().filter(|(key, _)| !is_it(key)).cloned().collect())
        }
        Reply::Array(flat) => {
            let kept = flat.chunks(2).filter(|pair| !is_it(&pair[0]));
            Reply::Array(kept.flatten().cloned().collect())
        }
        other => other.clone(),
    };
    match docs {
        Reply::Map(pairs) => {
            Some(Reply::Map(pairs.iter().map(|(k, v)| (k.clone(), inner(v))).collect()))
        }
        Reply::Array(flat) => Some(Reply::Array(flat.iter().map(inner).collect())),
        _ => None,
    }
}

fn each_text(reply: &Reply, f: fn(&[u8]) -> Vec<u8>) -> Option<Reply> {
    let one = |value: &Reply| match value.text() {
        Some(text) => Reply::Bulk(f(text).as_slice().into()),
        None => value.clone(),
    };
    match reply {
        Reply::Map(pairs) => {
            Some(Reply::Map(pairs.iter().map(|(k, v)| (k.clone(), one(v))).collect()))
        }
        Reply::Array(flat) => Some(Reply::Array(flat.iter().map(one).collect())),
        _ => None,
    }
}

/// The `key=value` fields of CLIENT LIST, changed or left out.
fn fields(f: fn(&str, &str) -> Option<String>) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let list = String::from_utf8_lossy(x.reply.text()?).into_owned();
        let line = |line: &str| -> String {
            let each = line.split(' ').filter_map(|field| match field.split_once('=') {
                Some((key, value)) => f(key, value).map(|value| format!("{key}={value}")),
                None => Some(field.to_string()),
            });
            each.collect::<Vec<String>>().join(" ")
        };
        let changed: String = list.split('\n').map(line).collect::<Vec<String>>().join("\n");
        let bytes = changed.as_str().into();
        Some(match x.reply {
            Reply::Verbatim(format, _) => Reply::Verbatim(format.clone(), bytes),
            _ => Reply::Bulk(bytes),
        })
    }
}

/// The lines of INFO, changed or left out.
fn lines(info: &[u8], f: impl Fn(&str) -> Option<String>) -> Vec<u8> {
    let text = String::from_utf8_lossy(info).into_owned();
    text.split("\r\n").filter_map(f).collect::<Vec<String>>().join("\r\n").into_bytes()
}

/// A field of INFO that is always 0.
fn zeroed(field: &'static str) -> impl Fn(&Exchange<'_>) -> Option<Reply> {
    move |x| {
        let info = String::from_utf8_lossy(x.reply.text()?).into_owned();
        let zero = |line: &str| match line.split_once(':') {
            Some((name, _)) if name == field => Some(format!("{name}:0")),
            _ => Some(line.to_string()),
        };
        let bytes = crate::bytes::Bytes(lines(info.as_bytes(), zero));
        Some(match x.reply {
            Reply::Verbatim(format, _) => Reply::Verbatim(format.clone(), bytes),
            _ => Reply::Bulk(bytes),
        })
    }
}

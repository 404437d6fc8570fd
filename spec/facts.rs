//! The command table against the facts.
//!
//! `facts/commands.json` is what a Redis 7.4.1 answered to COMMAND and COMMAND DOCS,
//! without its prose: 250 commands and 129 subcommands with arity, flags, key
//! positions, ACL categories, tips and argument trees. Whatever row exists must equal it.

use keynotes::commands::introspect::{flag_names, key_flag_names};
use keynotes::commands::row::{Begin, Find, KeySpec, SYSCMD};
use keynotes::commands::table::Entry;
use keynotes::commands::usage::{Argument, arguments};
use keynotes::commands::{CommandTable, GROUPS, acl};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

#[test]
fn every_row_equals_the_facts() {
    let facts = facts();
    let table = CommandTable::new(GROUPS);
    let mut differences = Vec::new();
    for entry in table.entries() {
        let Some(fact) = facts.get(&entry.full_name) else {
            differences.push(format!("{}: no such command", entry.full_name));
            continue;
        };
        let ours = facts_of(entry);
        for (field, ours) in ours.as_object().expect("an object") {
            let theirs = fact.get(field).unwrap_or(&Value::Null);
            if ours != theirs {
                let name = &entry.full_name;
                differences.push(format!("{name} {field}:\n  ours   {ours}\n  theirs {theirs}"));
            }
        }
    }
    assert!(differences.is_empty(), "\n{}", differences.join("\n"));
}

/// A group of commands is whole, or says what is still missing from it.
#[test]
fn commands_without_a_row() {
    const UNWRITTEN: &[(&str, &[&str])] = &[
        ("string", &[]),
        ("list", &[]),
        (
            "hash",
            &[
                "hexpire",
                "hexpireat",
                "hexpiretime",
                "hpersist",
                "hpexpire",
                "hpexpireat",
                "hpexpiretime",
                "hpttl",
                "httl",
            ],
        ),
        ("set", &[]),
        (
            "connection",
            &["client|caching", "client|getredir", "client|tracking", "client|trackinginfo"],
        ),
        ("generic", &["dump", "migrate", "restore", "sort", "sort_ro", "wait", "waitaof"]),
        ("transactions", &[]),
    ];
    let (facts, table) = (facts(), CommandTable::new(GROUPS));
    for (group, unwritten) in UNWRITTEN {
        let of_group = facts.iter().filter(|(_, fact)| fact["group"] == *group);
        let missing: Vec<&str> = of_group
            .map(|(name, _)| name.as_str())
            .filter(|name| table.by_full_name(name.as_bytes()).is_none())
            .collect();
        assert_eq!(missing, *unwritten, "group {group}");
    }
}

/// All commands and subcommands by full name.
fn facts() -> BTreeMap<String, Value> {
    let commands: Vec<Value> =
        serde_json::from_str(include_str!("facts/commands.json")).expect("well-formed");
    let mut all = BTreeMap::new();
    for command in commands {
        let subcommands = command["subcommands"].as_array().cloned().unwrap_or_default();
        for fact in subcommands.into_iter().chain([command]) {
            all.insert(fact["name"].as_str().expect("a name").to_owned(), fact);
        }
    }
    all
}

fn facts_of(entry: &Entry) -> Value {
    let row = entry.row;
    let (first_key, last_key, step) = row.key_range();
    let categories: Vec<String> =
        acl::names(entry.categories()).map(|name| format!("@{name}")).collect();
    let syscmd = row.has(SYSCMD).then_some("syscmd");
    let doc_flags: Vec<_> =
        row.deprecated.map(|_| "deprecated").into_iter().chain(syscmd).collect();
    json!({
        "arity": row.arity,
        "flags": flag_names(row.flags).collect::<Vec<_>>(),
        "first_key": first_key,
        "last_key": last_key,
        "step": step,
        "acl": categories,
        "tips": row.tips,
        "key_specs": row.key_specs().iter().map(key_spec).collect::<Vec<_>>(),
        "since": row.since,
        "group": entry.group,
        "arguments": or_null(arguments(row.usage).iter().map(argument).collect()),
        "doc_flags": or_null(doc_flags.into_iter().map(Value::from).collect()),
        "deprecated_since": row.deprecated.map(|(since, _)| since),
        "replaced_by": row.deprecated.map(|(_, instead)| instead),
    })
}

fn key_spec(spec: &KeySpec) -> Value {
    let mut fact = json!({ "flags": key_flag_names(spec.flags).collect::<Vec<_>>() });
    if !spec.notes.is_empty() {
        fact["notes"] = json!(spec.notes);
    }
    fact["begin_search"] = match spec.begin {
        Begin::Index(index) => json!({"type": "index", "spec": {"index": index}}),
        Begin::Keyword { word, from } => {
            json!({"type": "keyword", "spec": {"keyword": word, "startfrom": from}})
        }
        Begin::Unknown => json!({"type": "unknown", "spec": {}}),
    };
    fact["find_keys"] = match spec.find {
        Find::Range { last, step, limit } => {
            json!({"type": "range", "spec": {"lastkey": last, "keystep": step, "limit": limit}})
        }
        Find::KeyNum { at, first, step } => {
            json!({"type": "keynum", "spec": {"keynumidx": at, "firstkey": first, "keystep": step}})
        }
        Find::Unknown => json!({"type": "unknown", "spec": {}}),
    };
    fact
}

fn argument(argument: &Argument) -> Value {
    let mut fact = Map::new();
    let mut put = |name: &str, value: Value| {
        if !value.is_null() {
            fact.insert(name.to_owned(), value);
        }
    };
    put("name", json!(argument.name));
    put("type", json!(argument.kind));
    put("key_spec_index", json!(argument.key_spec));
    put("token", json!(argument.token));
    put("since", json!(argument.since));
    put("deprecated_since", json!(argument.deprecated_since));
    let flags = [
        (argument.optional, "optional"),
        (argument.multiple, "multiple"),
        (argument.multiple_token, "multiple_token"),
    ];
    put("flags", or_null(flags.iter().filter(|(set, _)| *set).map(|(_, n)| json!(n)).collect()));
    put("arguments", or_null(argument.arguments.iter().map(self::argument).collect()));
    Value::Object(fact)
}

fn or_null(list: Vec<Value>) -> Value {
    if list.is_empty() { Value::Null } else { Value::Array(list) }
}

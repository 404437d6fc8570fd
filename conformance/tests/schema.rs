//! The schema is exact: all that is compiled fits it, what is not of the format does not, and its
//! examples are patterns of every form.
//!
//! The validator below knows the few keywords that the schema uses, and fails at any other, so that
//! none is passed over. A library for it would bring some forty crates.

use std::collections::BTreeSet;
use std::path::Path;

use conformance::compile::SCHEMA;
use conformance::matcher::compile_regex;
use conformance::pattern::Pattern;
use conformance::{compile, format, notation};
use serde_json::{Value, json};

#[test]
fn all_that_is_compiled_fits() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../spec/vectors/json");
    let mut files = 0;
    for entry in std::fs::read_dir(&folder).expect("the JSON is committed") {
        let path = entry.expect("readable").path();
        if path.extension().is_none_or(|e| e != "json") || path.ends_with("schema.json") {
            continue;
        }
        let text = std::fs::read_to_string(&path).expect("utf-8");
        let fault = fault(&serde_json::from_str(&text).expect("JSON"));
        assert_eq!(fault, None, "{}", path.display());
        files += 1;
    }
    assert!(files > 2, "runner.json and some notes");
    let wrong = std::fs::read_to_string(folder.join("../../neutral.vec")).expect("utf-8");
    let cases = format::parse("neutral/neutral.vec", &wrong).unwrap_or_else(|e| panic!("{e}"));
    let json = &compile::compile(&cases).unwrap()["neutral.json"];
    assert_eq!(fault(&serde_json::from_str(json).unwrap()), None, "cases of every form");
}

#[test]
fn what_is_not_of_the_format_does_not_fit() {
    let text = "note: t\n== x: y\na> GET k\n<int 1..2>\na< nothing\nstate:\n  \"k\" string \"v\" <ttl 1>\n";
    let cases = format::parse("t/t.vec", text).unwrap();
    let whole: Value = serde_json::from_str(&compile::compile(&cases).unwrap()["t.json"]).unwrap();
    assert_eq!(fault(&whole), None);
    let send = "/cases/0/steps/1/send";
    let ask = "/cases/0/state/asks/0";
    for (place, value) in [
        ("/format", json!(2)),
        ("/cases/0/id", json!("Upper Case")),
        ("/cases/0/file", json!(null)),
        ("/cases/0/since", json!("7.0")),
        ("/cases/0/novelty", json!(1)),
        ("/cases/0/state", json!("empty")),
        ("/cases/0/state", json!({"keys": []})),
        ("/cases/0/state/keys/0/0", json!(-1)),
        ("/cases/0/state/keys/0", json!([0, "k", "v"])),
        (&format!("{ask}/on"), json!("main")),
        (&format!("{ask}/replies"), json!([])),
        ("/cases/0/events", json!([])),
        ("/cases/0/raw", json!(["a"])),
        ("/cases/0/may_end", json!(false)),
        ("/cases/0/restores", json!([])),
        ("/cases/0/monitors", json!("a")),
        ("/cases/0/steps/2/receive/reply", json!([])),
        ("/cases/0/steps/2/receive/reply/0/want", json!("silent")),
        (&format!("{send}/args"), json!([])),
        (&format!("{send}/args/0"), json!({"hex": "f"})),
        (&format!("{send}/when"), json!({})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"int-between": [1]})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"int-between": [1, 2, 3]})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"int": 1.5})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"int": 1, "bulk": "1"})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"kind": ["number"]})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"contains": {"int": 1}})),
        (&format!("{send}/replies/0/0/want/reply"), json!({"any-order": {"map": []}})),
        (&format!("{send}/replies/0/0/want/reply"), json!("null")),
    ] {
        let mut broken = whole.clone();
        let (parent, name) = place.rsplit_once('/').unwrap();
        match broken.pointer_mut(parent).unwrap_or_else(|| panic!("{place}")) {
            Value::Object(fields) => drop(fields.insert(name.into(), value.clone())),
            other => other[name.parse::<usize>().unwrap()] = value.clone(),
        }
        assert!(fault(&broken).is_some(), "{place} = {value}");
    }
}

#[test]
fn examples_are_patterns_and_every_form_has_one() {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    let name = |value: &Value| match value {
        Value::String(name) => name.clone(),
        form => form.as_object().unwrap().keys().next().unwrap().clone(),
    };
    let mut shown = BTreeSet::new();
    for form in schema["$defs"]["pattern"]["oneOf"].as_array().unwrap() {
        assert!(form["description"].is_string(), "{form}");
        for example in form["examples"].as_array().unwrap() {
            let pattern: Pattern = serde_json::from_value(example.clone()).expect("a pattern");
            assert_eq!(&serde_json::to_value(&pattern).unwrap(), example);
            shown.insert(name(example));
        }
    }
    let written = "[+a -b :1 :$c \"d\" nil nil* [] {} ~[] >[] ,1.5 #t (1 =txt:\"e\" !\"f\" |{} :1 <int> \
        <int 1..2> <float 1 +-0.5> <ttl 1> <pick 1 of [:1]> <any-order []> <contains []> <one-of [:1]> \
        <length 1> <int as g>]";
    let Pattern::Array(all) = notation::parse(written).unwrap() else { panic!("an array") };
    let known: BTreeSet<String> =
        all.iter().map(|pattern| name(&serde_json::to_value(pattern).unwrap())).collect();
    assert_eq!(shown, known);
}

/// The first place where a document does not fit the schema, and why.
fn fault(document: &Value) -> Option<String> {
    let schema: Value = serde_json::from_str(SCHEMA).unwrap();
    check(&schema, &schema, document, "").err()
}

fn check(root: &Value, schema: &Value, value: &Value, at: &str) -> Result<(), String> {
    let Some(keywords) = schema.as_object() else {
        return if schema == &json!(false) { Err(format!("{at}: one too many")) } else { Ok(()) };
    };
    for (keyword, rule) in keywords {
        let holds = match keyword.as_str() {
            "$schema" | "$defs" | "title" | "description" | "examples" | "then" | "else" => true,
            "$ref" => {
                let place = rule.as_str().unwrap().trim_start_matches('#');
                check(root, root.pointer(place).expect(place), value, at)?;
                true
            }
            "if" => {
                let branch = if check(root, rule, value, at).is_ok() { "then" } else { "else" };
                check(root, &schema[branch], value, at)?;
                true
            }
            "allOf" => {
                list(rule).iter().try_for_each(|part| check(root, part, value, at))?;
                true
            }
            "oneOf" => list(rule).iter().filter(|s| check(root, s, value, at).is_ok()).count() == 1,
            "type" => is_of_type(rule.as_str().unwrap(), value),
            "enum" => list(rule).contains(value),
            "const" => rule == value,
            "minimum" => value.as_i64().is_none_or(|n| n >= rule.as_i64().unwrap()),
            "maximum" => value.as_i64().is_none_or(|n| n <= rule.as_i64().unwrap()),
            "pattern" => {
                let expression = compile_regex(rule.as_str().unwrap()).expect("an expression");
                value.as_str().is_none_or(|text| expression.is_match(text.as_bytes()))
            }
            "minItems" => value.as_array().is_none_or(|v| v.len() as u64 >= rule.as_u64().unwrap()),
            "minProperties" => {
                value.as_object().is_none_or(|v| v.len() as u64 >= rule.as_u64().unwrap())
            }
            "required" => list(rule).iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
            "prefixItems" | "items" | "properties" | "additionalProperties" | "propertyNames" => {
                check_parts(root, schema, keyword, value, at)?;
                true
            }
            other => panic!("this validator does not know `{other}`"),
        };
        if !holds {
            return Err(format!("{at}: {value} breaks {keyword} {rule}"));
        }
    }
    Ok(())
}

/// The keywords that look at what is inside of an array or an object.
fn check_parts(
    root: &Value,
    schema: &Value,
    keyword: &str,
    value: &Value,
    at: &str,
) -> Result<(), String> {
    let rule = &schema[keyword];
    let first = schema["prefixItems"].as_array().map_or(0, Vec::len);
    for (i, element) in value.as_array().into_iter().flatten().enumerate() {
        let at = format!("{at}/{i}");
        match keyword {
            "prefixItems" if i < first => check(root, &rule[i], element, &at)?,
            "items" if i >= first => check(root, rule, element, &at)?,
            _ => {}
        }
    }
    for (name, field) in value.as_object().into_iter().flatten() {
        let at = format!("{at}/{name}");
        let known = schema["properties"].get(name);
        match keyword {
            "properties" if known.is_some() => check(root, known.unwrap(), field, &at)?,
            "additionalProperties" if known.is_none() => check(root, rule, field, &at)?,
            "propertyNames" => check(root, rule, &json!(name), &at)?,
            _ => {}
        }
    }
    Ok(())
}

fn is_of_type(name: &str, value: &Value) -> bool {
    match name {
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_i64() || value.is_u64(),
        "number" => value.is_number(),
        "array" => value.is_array(),
        "object" => value.is_object(),
        other => panic!("this validator does not know the type `{other}`"),
    }
}

fn list(rule: &Value) -> &Vec<Value> {
    rule.as_array().expect("a list")
}

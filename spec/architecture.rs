//! ARCHITECTURE.md against the code: directives that are kept but do nothing yet.

use keynotes::config::table::rows;
use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

#[test]
fn directives_without_their_feature_are_the_ones_that_no_code_reads() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut code = String::new();
    for floor in fs::read_dir(root.join("src")).expect("readable") {
        let path = floor.expect("readable").path();
        if path.file_name().is_some_and(|name| name != "config") {
            collect(&path, &mut code);
        }
    }
    let unread: BTreeSet<&str> =
        rows().map(|row| row.name).filter(|name| !reads(&code, name)).collect();
    let page = fs::read_to_string(root.join("ARCHITECTURE.md")).expect("readable");
    let section = page.split("## Directives without their feature").nth(1).expect("the section");
    let list = section.split("Some more are read").next().expect("the list");
    let listed: BTreeSet<&str> = list.split('`').skip(1).step_by(2).collect();
    assert_eq!(listed, unread);
}

/// Whether some code reads the field of a directive, with whatever unit its name ends in.
fn reads(code: &str, directive: &str) -> bool {
    let field = format!(".{}", directive.replace('-', "_"));
    code.match_indices(&field).any(|(at, _)| {
        let rest = &code[at + field.len()..];
        let after = ["_s", "_ms", "_us", "_min"].iter().find_map(|unit| rest.strip_prefix(unit));
        !after.unwrap_or(rest).starts_with(|next: char| next.is_alphanumeric() || next == '_')
    })
}

fn collect(path: &Path, code: &mut String) {
    if path.is_dir() {
        for entry in fs::read_dir(path).expect("readable") {
            collect(&entry.expect("readable").path(), code);
        }
    } else if path.extension().is_some_and(|extension| extension == "rs") {
        code.push_str(&fs::read_to_string(path).expect("utf-8"));
    }
}

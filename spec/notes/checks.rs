//! Checks: the places that a claim points to, and whether they are there.
//!
//! ```text
//! vector 05-strings/set-nx-xx                      a case of spec/vectors
//! example 05-strings/lock                          a redis fence of a chapter
//! test spec::properties::dict::scan_sees_all …     a test function, by its file and name
//! bench benches/dict.rs#get, present               a measurement, by a text in its file
//! ```

use std::collections::BTreeSet;
use std::path::PathBuf;

use super::{notes, read, root};

/// All names that checks may point to.
pub struct Known {
    vectors: BTreeSet<String>,
    examples: BTreeSet<String>,
}

impl Known {
    pub fn collect() -> Known {
        let cases = conformance::suite::load(&root().join("spec/vectors"))
            .expect("vectors that can be read");
        let vectors = cases.iter().map(|case| case.name()).collect();
        let chapters = notes();
        let examples =
            chapters.iter().flat_map(super::examples::of).map(|case| case.name()).collect();
        Known { vectors, examples }
    }

    /// What is wrong with a check, if anything.
    pub fn fault(&self, check: &str) -> Option<String> {
        let (kind, name) = check.split_once(' ').unwrap_or((check, ""));
        let there = match kind {
            "vector" => self.vectors.contains(name),
            "example" => self.examples.contains(name),
            "test" => test_file(name).is_some(),
            "bench" => bench_is_there(name),
            _ => false,
        };
        (!there).then(|| format!("`{check}` is not there"))
    }
}

/// The file that holds a test, by its path: `spec::properties::dict::name`, `src::base::int::name`.
pub fn test_file(path: &str) -> Option<PathBuf> {
    let (modules, name) = path.rsplit_once("::")?;
    let modules: Vec<&str> = modules.split("::").filter(|module| *module != "tests").collect();
    let base = match modules[0] {
        "spec" => root().join("spec"),
        "src" => root().join("src"),
        "conformance" => root().join("conformance/src"),
        _ => return None,
    };
    let stem = modules[1..].iter().fold(base, |path, module| path.join(module));
    let candidates = [stem.with_extension("rs"), stem.join("mod.rs"), stem.join("tests.rs")];
    candidates.into_iter().find(|file| file.exists() && has_test(&read(file), name))
}

/// A function of this name with `#[test]` above it.
fn has_test(source: &str, name: &str) -> bool {
    let lines: Vec<&str> = source.lines().map(str::trim_start).collect();
    let head = format!("fn {name}(");
    lines.iter().enumerate().any(|(at, line)| {
        line.starts_with(&head)
            && lines[..at]
                .iter()
                .rev()
                .take_while(|line| line.starts_with("#["))
                .any(|line| *line == "#[test]")
    })
}

fn bench_is_there(name: &str) -> bool {
    let (file, text) = name.split_once('#').unwrap_or((name, ""));
    let path = root().join(file);
    path.exists() && read(&path).contains(text)
}

//! The program as its users meet it: what it refuses, and with which exit code.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the program in the folder of this test's own files.
fn conformance(dir: &Path, args: &[&str]) -> (i32, String) {
    let program = env!("CARGO_BIN_EXE_conformance");
    let Output { status, stdout, stderr } =
        Command::new(program).args(args).current_dir(dir).output().expect("it starts");
    let text = [stdout, stderr].concat();
    (status.code().expect("an exit code"), String::from_utf8(text).expect("text"))
}

/// A folder with one vector, swept away at the end of the test.
struct Scratch(PathBuf);

impl Scratch {
    fn new(name: &str, vector: &str) -> Scratch {
        let dir =
            std::env::temp_dir().join(format!("conformance-cli-{name}-{}", std::process::id()));
        std::fs::create_dir_all(dir.join("spec/vectors/05-x")).expect("a folder");
        std::fs::write(dir.join("spec/vectors/05-x/a.vec"), vector).expect("writable");
        Scratch(dir)
    }

    fn run(&self, args: &[&str]) -> (i32, String) {
        conformance(&self.0, args)
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

const GOOD: &str = "note: 05-x\n== ping: it answers\n> PING\n+PONG\n";

#[test]
fn what_makes_no_sense_is_the_harness_failing() {
    let here = Scratch::new("refused", GOOD);
    let refused = [
        (&["run"][..], "say whom to ask"),
        (&["run", "nowhere", "--target", "redis"], "there are no vectors in nowhere"),
        (&["run", "--target", "redis", "--only", "99"], "no case has been chosen"),
        (&["run", "--target", "x=10.1.2.3:6379"], "--i-know-this-flushes"),
        (&["record", "a.vec", "--oracle", "x=10.1.2.3:6379"], "--i-know-this-flushes"),
        (&["run", "--target", "redis", "--report", "tap", "--report", "json"], "--out DIR"),
        (&["run", "--target", "redis", "--report", "html"], "--out DIR"),
        (&["run", "--target", "redis", "--report", "frob"], "`frob` is no report"),
        (&["run", "--target", "redis", "--have", "luck"], "there is no feature `luck`"),
        (&["run", "--target", "redis", "--expect", "nowhere.txt"], "nowhere.txt:"),
        (&["matrix", "run.json"], "write conformance matrix"),
        (&["frob"], "there is no command `frob`"),
    ];
    for (args, message) in refused {
        let (code, said) = here.run(args);
        assert!(code == 2 && said.contains(message), "{args:?} gave {code}: {said}");
    }
}

#[test]
fn a_server_that_cannot_be_reached_is_the_harness_failing_and_the_plan_is_known() {
    let here = Scratch::new("unreachable", GOOD);
    let (code, said) = here.run(&["run", "--target", "x=127.0.0.1:1", "--report", "tap"]);
    assert!(
        code == 2 && said.contains("1..2\n") && said.contains("Bail out! x cannot be"),
        "{said}"
    );
}

#[test]
fn a_known_failure_must_be_a_case() {
    let here = Scratch::new("expect", GOOD);
    std::fs::write(here.0.join("known.txt"), "05-x/pong  why\n").expect("writable");
    let (code, said) = here.run(&["run", "--target", "x=127.0.0.1:1", "--expect", "known.txt"]);
    assert!(code == 2 && said.contains("--expect names 05-x/pong"), "{said}");
}

#[test]
fn a_fault_in_a_vector_is_named_with_its_line() {
    let here = Scratch::new("fault", "note: 05-x\n== ping: it answers\n> PING\nPONG\n");
    let (code, said) = here.run(&["lint"]);
    assert!(
        code == 2 && said.contains("spec/vectors/05-x/a.vec:4: no reply begins with"),
        "{said}"
    );
}

#[test]
fn holes_are_printed_a_line_each_and_excused_by_name() {
    let here = Scratch::new("coverage", GOOD);
    let (code, said) = here.run(&["coverage", "--group", "connection"]);
    assert!(code == 0 && said.contains("\nECHO: not sent\n"), "{said}");
    assert!(said.contains("\nconnection          1/8 "), "{said}");
    let (_, said) = here.run(&["coverage", "--errors"]);
    assert_eq!(said, "", "no error is expected here");
    let exceptions = here.0.join("spec/vectors/exceptions.txt");
    std::fs::write(exceptions, "ECHO: not sent # nobody is there\n").expect("writable");
    let (_, said) = here.run(&["coverage", "--group", "connection"]);
    assert!(!said.contains("ECHO") && said.contains("1 excused"), "{said}");
}

/// `conformance mutate --list | head`, where head has read enough before the first line.
#[test]
fn a_reader_who_leaves_is_no_failure() {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    let mut list = Command::new(env!("CARGO_BIN_EXE_conformance"));
    let Output { status, stderr, .. } =
        list.args(["mutate", "--list"]).stdout(writer).output().expect("it starts");
    assert_eq!((status.code(), String::from_utf8_lossy(&stderr).as_ref()), (Some(0), ""));
}

//! Coverage of a few lines against the whole table.

use super::*;

fn of(text: &str, groups: &[&str], exceptions: &str) -> Coverage {
    let cases = crate::format::parse("t/t.vec", &format!("note: t\n{text}")).unwrap();
    let groups: Vec<String> = groups.iter().map(ToString::to_string).collect();
    coverage(&cases, Facts::known(), &groups, exceptions)
}

fn holes_of(text: &str, command: &str) -> Vec<String> {
    let found = of(text, &[], "");
    let of_command = |hole: &String| hole.strip_prefix(&format!("{command}: ")).map(str::to_string);
    found.holes.iter().filter_map(of_command).collect()
}

#[test]
fn a_command_that_nobody_sends_is_one_hole() {
    assert_eq!(holes_of("== x\n> GET k\nnil\n", "GETEX"), ["not sent"]);
}

#[test]
fn each_hole_closes_by_what_it_asks_for() {
    let mut text = "== x\n> GETDEL k\n2| nil\n".to_string();
    let mut open = vec![
        "no RESP3 run",
        "no arity error",
        "no WRONGTYPE",
        "no state after it",
        "no binary key or value",
    ];
    assert_eq!(holes_of(&text, "GETDEL"), open);
    let closing = [
        "> getdel k\nnil\n",
        "> GETDEL\n-ERR wrong number of arguments for 'getdel' command\n",
        "> GETDEL k\n-WRONGTYPE Operation against a key holding the wrong kind of value\n",
        "state: empty\n== y\n",
        "> GETDEL \"k\\xff\"\nnil\n",
    ];
    for step in closing {
        text += step;
        open.remove(0);
        assert_eq!(holes_of(&text, "GETDEL"), open, "{text}");
    }
}

#[test]
fn tokens_and_their_conflicts() {
    let holes = holes_of("== x\n> GETEX k ex 10 PX 10\n-ERR syntax error\n", "GETEX");
    assert!(holes.contains(&"token PERSIST".into()) && !holes.contains(&"token EX".into()));
    assert!(holes.contains(&"tokens EX and PERSIST together".into()));
    assert!(!holes.contains(&"tokens EX and PX together".into()));
    assert!(holes.contains(&"no success".into()));
    let bitfield = options::conflicts(&Facts::known().commands["BITFIELD"]);
    assert!(!bitfield.contains(&("GET".into(), "SET".into())), "operations may be repeated");
    assert!(options::conflicts(&Facts::known().commands["LMOVE"]).is_empty(), "a matter of arity");
}

#[test]
fn overwriting_minds_no_type() {
    let holes = holes_of("== x\n> SETEX k 1 v\n+OK\n> SET k v\n+OK\n", "SETEX");
    assert!(!holes.contains(&"no WRONGTYPE".into()), "{holes:?}");
}

#[test]
fn subcommands_are_commands() {
    let text = "== x\n> CLIENT ID\n<int>\n> CLIENT FROB\n-ERR unknown subcommand 'FROB'. Try CLIENT HELP.\n\
                > FROB\n-ERR unknown command 'FROB', with args beginning with:\n> HUM\n+OK\n";
    assert_eq!(holes_of(text, "CLIENT"), ["no arity error"]);
    assert_eq!(holes_of(text, "CLIENT ID"), ["no arity error"]);
    let found = of(text, &["connection"], "");
    assert_eq!(found.unknown, ["HUM"]);
    assert_eq!(found.groups["connection"].commands, Share { tried: 1, of: 8 });
    assert!(found.holes.iter().all(|hole| !hole.starts_with("GET")), "another group");
}

#[test]
fn exceptions_excuse_and_must_be_needed() {
    let text = "== x\n> ECHO hi\n\"hi\"\n";
    let found =
        of(text, &[], "# why not\nECHO: no arity error # later\nECHO: no success # never\n");
    assert_eq!(found.excused, 1);
    assert_eq!(found.needless, ["ECHO: no success"]);
    assert!(!found.holes.contains(&"ECHO: no arity error".into()));
}

#[test]
fn totals_count_repetitions_and_shapes_of_errors() {
    let text = "== x\n@repeat i 1..10 > SET k $i\na> GET\n-ERR wrong number of arguments for 'get' command\n\
                > DEL\n-ERR wrong number of arguments for 'del' command\nstate: any\n";
    let totals = of(text, &[], "").totals;
    assert_eq!((totals.cases, totals.commands_sent, totals.several_connections), (1, 12, 1));
    assert_eq!(totals.error_texts.len(), 1);
}

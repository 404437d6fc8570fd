use super::*;
use crate::client::Incoming;

fn is_installed(program: &str) -> bool {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path).any(|dir| dir.join(program).is_file())
}

/// The reference agrees with itself, and takes what is well formed for well formed.
#[test]
fn redis_accepts_what_its_own_grammar_says() {
    if !is_installed("redis-server") {
        println!("redis-server is not installed: the grammar was not tried on it");
        return;
    }
    let spec = Spec::parse("redis").unwrap();
    let mut pair = Pair::open([&spec, &spec], 5000).unwrap();
    let (grammar, names) = shared_grammar(&mut pair, &[]).unwrap();
    let mut judge = Judge::new(names.iter(), rules::active(known::all(), [&Default::default(); 2]));
    let style = Style { broken_percent: 0, ..Style::default() };
    let mut refused: BTreeMap<String, (usize, usize)> = BTreeMap::new();
    for number in 0..150 {
        let mut generator = Generator::new(&grammar, Random::part(11, number));
        let episode = generator.episode(&style);
        let played = pair.play(&episode).unwrap();
        let verdict = judge.judge(&episode, &played);
        assert!(!matches!(verdict, Verdict::Differs(_)), "episode {number}: {verdict:?}");
        for (command, [reply, _]) in episode.commands.iter().zip(&played.replies) {
            let Incoming::Reply(reply) = reply else { panic!("{reply:?}") };
            let text = String::from_utf8_lossy(reply.error().unwrap_or_default()).into_owned();
            let counts = refused.entry(judge.name(&command.args)).or_default();
            counts.0 += usize::from(text.contains("syntax error") || text.contains("wrong number"));
            counts.1 += 1;
        }
    }
    let all: usize = refused.values().map(|(_, all)| all).sum();
    let bad: usize = refused.values().map(|(bad, _)| bad).sum();
    let worst = refused.iter().filter(|(_, (bad, all))| bad * 10 > *all);
    let worst: Vec<String> =
        worst.map(|(name, (bad, all))| format!("{name} {bad}/{all}")).collect();
    assert!(refused.len() > 200, "{} commands", refused.len());
    assert!(bad * 100 <= all * 3, "{bad} of {all} refused: {}", worst.join(", "));
}

#[test]
fn an_edited_episode_has_lost_what_was_left_out_and_has_what_was_replaced() {
    let command = |word: &str| generate::Command { on: 0, args: vec![word.into()] };
    let commands = ["a", "b", "c", "d"].map(command).to_vec();
    let mut episode = Episode { resp: vec![2], commands, limits: Vec::new() };
    let edits = vec![
        Edit::LeaveOut(2),
        Edit::Replace(3, vec!["whole".into()]),
        Edit::LeaveOut(0),
        Edit::LeaveOut(2),
    ];
    assert_eq!(edit(&mut episode, edits), 2);
    assert_eq!(episode.commands, ["b", "whole"].map(command));
}

//! # Vector: a difference, written down as a case
//!
//! What the shrinker left becomes a `.vec` file: the commands, the reference's replies in both
//! protocols, and what was left. The recorder fills it in ([`crate::record`]), so that it is a vector like
//! any other and may be moved to where it belongs.
//!
//! ```text
//!   # seed 7, episode 123: reply getex
//!   # redis 7.0.15: :-1
//!   # keynotes 0.1.0: :1000
//!   note: fuzzed
//!
//!   == reply-getex: redis 7.0.15 and keynotes 0.1.0 differ
//!   > SET k v EX 1000000
//!   ...
//! ```

use super::generate::Episode;
use super::judge::Difference;
use crate::case::MAIN;
use crate::record;
use crate::run::written;
use crate::target::Spec;

/// The text of a file, filled in by the oracle if that can be done.
pub fn text(
    episode: &Episode,
    difference: &Difference,
    titles: [&str; 2],
    origin: &str,
    oracle: Option<&Spec>,
) -> String {
    let blank = blank(episode, difference, titles, origin);
    let recorded = oracle.map(|oracle| record::record("fuzzed/case.vec", &blank, oracle, None));
    match recorded {
        Some(Ok(recorded)) => recorded.text,
        Some(Err(error)) => format!("# not recorded: {error}\n{blank}"),
        None => blank,
    }
}

/// `reply client|setname` as the name of a file and a case.
pub fn id(signature: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c } else { '-' };
    signature.chars().map(plain).collect()
}

/// The commands of a shrunk episode, as a vector has them.
pub fn lines(episode: &Episode) -> Vec<String> {
    let name = |on: usize| match episode.resp.len() {
        1 => MAIN.to_string(),
        _ => char::from(b'a' + on as u8).to_string(),
    };
    episode.commands.iter().map(|command| written(&name(command.on), &command.args)).collect()
}

fn blank(episode: &Episode, difference: &Difference, titles: [&str; 2], origin: &str) -> String {
    let protocols: Vec<String> = episode.resp.iter().map(|resp| format!("RESP{resp}")).collect();
    let mut text = format!("# {origin}: {}, in {}\n", difference.signature, protocols.join(", "));
    for (title, said) in titles.iter().zip(&difference.sides) {
        text += &format!("# {title}: {}\n", said.replace('\n', " "));
    }
    text += "note: fuzzed\n\n";
    text += &format!("== {}: {} and {} differ\n", id(&difference.signature), titles[0], titles[1]);
    for limit in &episode.limits {
        text += &format!("config: {} {}\n", limit.name, limit.small);
    }
    for line in lines(episode) {
        text += &line;
        text.push('\n');
    }
    text + "state:\n"
}

#[cfg(test)]
mod tests {
    use super::super::generate::Command;
    use super::super::judge::Place;
    use super::super::limits::LIMITS;
    use super::*;
    use crate::bytes::Bytes;

    #[test]
    fn what_is_written_is_a_vector() {
        let command = |on, words: &[&str]| Command {
            on,
            args: words.iter().map(|w| Bytes::from(*w)).collect(),
        };
        let commands = vec![command(0, &["SET", "k", "a \"b\"\n"]), command(1, &["GET", ""])];
        let mut episode = Episode { resp: vec![2, 3], commands, limits: LIMITS.iter().collect() };
        let sides = ["nil".to_string(), "\"x\"".to_string()];
        let difference = Difference { at: Place::Reply(1), signature: "reply get".into(), sides };
        let text = text(
            &episode,
            &difference,
            ["redis 7.0.15", "keynotes 0.1.0"],
            "seed 1, episode 2",
            None,
        );
        let cases = crate::format::parse("fuzzed/case.vec", &text).unwrap();
        assert_eq!(
            (cases.len(), cases[0].id.as_str(), cases[0].config.len()),
            (1, "reply-get", LIMITS.len())
        );
        assert_eq!(cases[0].connections(), ["a", "b"]);
        let sent: Vec<Vec<Bytes>> =
            cases[0].commands().map(|(_, send)| send.args.clone()).collect();
        assert_eq!(sent, [episode.commands[0].args.clone(), episode.commands[1].args.clone()]);
        episode.resp = vec![2];
        episode.commands.pop();
        assert_eq!(lines(&episode), ["> SET k \"a \\\"b\\\"\\n\""]);
    }
}

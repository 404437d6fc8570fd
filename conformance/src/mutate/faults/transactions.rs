//! # Transactions that run too much, too little, or not alone
//!
//! MULTI, EXEC, DISCARD, WATCH. A queued command's own faults reach it inside EXEC's array and are
//! counted where they belong; here it is the queue itself that goes wrong.

use crate::mutate::fault::{Args, Asked, Exchange, Fault, fault};
use crate::mutate::rules::*;
use crate::reply::Reply;

pub fn faults() -> Vec<Fault> {
    [of_exec(), of_the_queue(), of_watches()].into_iter().flatten().collect()
}

fn of_exec() -> Vec<Fault> {
    vec![
        fault("exec-after-refusal", "EXEC", "EXEC runs although something was refused.").precedes(
            |asked| {
                let again = asked.queue.iter().cloned();
                asked.aborted.then(|| {
                    [command("DISCARD"), command("MULTI")].into_iter().chain(again).collect()
                })
            },
        ),
        fault("exec-order", "EXEC", "EXEC answers in the other order.")
            .replies(elements(|all| all.reverse())),
        fault("exec-first", "EXEC", "EXEC answers its first reply only.")
            .replies(|x| Some(x.reply.elements()?.first()?.clone())),
        fault("exec-stops", "EXEC", "EXEC stops at the first error.").replies(elements(|all| {
            if let Some(at) = all.iter().position(|one| one.error().is_some()) {
                all.truncate(at + 1);
            }
        })),
        fault("exec-fails", "EXEC", "EXEC fails as a whole where one command fails.")
            .replies(|x| x.reply.elements()?.iter().find(|one| one.error().is_some()).cloned()),
        fault("exec-errors-nil", "EXEC", "EXEC has nil for a command that failed.").replies(|x| {
            let none = nil(x.asked);
            let all = x.reply.elements()?.iter();
            let told = |one: &Reply| if one.error().is_some() { none.clone() } else { one.clone() };
            Some(Reply::Array(all.map(told).collect()))
        }),
        fault("exec-goes-on", "EXEC", "EXEC leaves the transaction open.")
            .follows(|x| x.reply.elements().map(|_| vec![command("MULTI")])),
        fault("exec-refused-goes-on", "EXEC", "EXEC after a refusal leaves the transaction open.")
            .follows(|x| says(x.reply, "EXECABORT").then(|| vec![command("MULTI")])),
        fault("exec-stopped-goes-on", "EXEC", "EXEC that a watch stopped leaves it open.")
            .follows(|x| is_null(x.reply).then(|| vec![command("MULTI")])),
        fault("exec-ok", "EXEC", "EXEC answers OK.").replies(|x| x.reply.elements().map(|_| ok())),
        fault("exec-arity-runs", "EXEC", "EXEC with a word too many runs.").asks(at_most(1)),
    ]
}

fn of_the_queue() -> Vec<Fault> {
    vec![
        fault("multi-nothing", "MULTI", "MULTI answers OK and queues nothing.")
            .answers(|asked| (!asked.queueing && asked.args.len() == 1).then(ok)),
        fault("multi-runs", "SET", "Inside MULTI a SET is answered OK and forgotten.")
            .answers(|asked| asked.queueing.then(ok)),
        fault("discard-runs", "DISCARD", "DISCARD runs the queue.")
            .asks(when(|asked| asked.queueing && asked.args.len() == 1, |_| Some(command("EXEC"))))
            .replies(|x| (x.reply.elements().is_some() || is_null(x.reply)).then(ok)),
        fault("discard-goes-on", "DISCARD", "DISCARD leaves the transaction open.")
            .follows(|x| (!x.failed()).then(|| vec![command("MULTI")])),
        fault("discard-nothing", "DISCARD", "DISCARD answers OK and keeps the queue.")
            .answers(|asked| (asked.queueing && asked.args.len() == 1).then(ok)),
        fault("nested-refuses", "MULTI", "MULTI inside MULTI spoils the transaction.")
            .follows(|x| says(x.reply, "nested").then(|| vec![command("GET")])),
        fault("nested-begins", "MULTI", "MULTI inside MULTI begins anew.")
            .precedes(|asked| asked.queueing.then(|| vec![command("DISCARD"), command("MULTI")])),
        fault("watch-inside-refuses", "WATCH", "WATCH inside MULTI spoils the transaction.")
            .follows(|x| says(x.reply, "inside").then(|| vec![command("GET")])),
        fault("refusal-ends", "*", "What is refused while queueing ends the transaction.").follows(
            |x| {
                let refused = x.asked.queueing && says(x.reply, "wrong number of arguments");
                (refused && x.asked.name() != "EXEC").then(|| vec![command("DISCARD")])
            },
        ),
        fault("multi-leftover", "MULTI", "MULTI finds something in the queue already.")
            .follows(|x| (!x.failed()).then(|| vec![command("PING")])),
        fault("reset-keeps", "RESET", "RESET leaves the transaction open.")
            .follows(|x| x.asked.queueing.then(|| vec![command("MULTI")])),
    ]
}

fn of_watches() -> Vec<Fault> {
    vec![
        fault("watch-nothing", "WATCH", "WATCH answers OK and watches nothing.")
            .answers(|asked| (!asked.queueing && asked.args.len() > 1).then(ok)),
        fault("watch-second", "WATCH", "A second WATCH forgets the first.")
            .precedes(|asked| (!asked.queueing).then(unwatch)),
        fault("unwatch-nothing", "UNWATCH", "UNWATCH answers OK and forgets nothing.")
            .answers(|asked| (!asked.queueing && asked.args.len() == 1).then(ok)),
        fault("multi-forgets", "MULTI", "MULTI forgets what is watched.")
            .precedes(|asked| (!asked.queueing).then(unwatch)),
        fault("exec-keeps", "EXEC", "EXEC goes on watching.").follows(watched_again),
        fault("exec-stopped-keeps", "EXEC", "EXEC that a watch stopped goes on watching.")
            .follows(|x| if is_null(x.reply) { watched_again(x) } else { None }),
        fault("discard-keeps", "DISCARD", "DISCARD goes on watching.").follows(watched_again),
        fault("select-forgets", "SELECT", "SELECT forgets what is watched.").follows(forgotten),
        fault("get-forgets", "GET", "Reading a watched key forgets it.").follows(forgotten),
        fault("set-forgets", "SET", "The client's own write forgets what it watches.")
            .follows(forgotten),
        fault("watch-reads", "EXEC", "A watched key that was only read stops EXEC.").replies(|x| {
            (!x.asked.watched.is_empty() && x.reply.elements().is_some())
                .then_some(if x.asked.resp3 { Reply::Null } else { Reply::NullArray })
        }),
        fault("watch-never", "EXEC", "EXEC runs whatever has become of the watched keys.")
            .precedes(rerun),
        fault("watch-case", "WATCH", "WATCH watches the key in lower case.")
            .asks(bytes_at(1, |key| key.to_ascii_lowercase())),
        fault("reset-keeps-watch", "RESET", "RESET goes on watching.").follows(watched_again),
        fault("exec-watches-zero", "WATCH", "WATCH watches keys of database 0.")
            .precedes(|asked| (asked.db != 0 && !asked.queueing).then(|| vec![command("SELECT 0")]))
            .follows(|x| {
                (x.asked.db != 0 && !x.asked.queueing)
                    .then(|| vec![command(&format!("SELECT {}", x.asked.db))])
            }),
    ]
}

fn unwatch() -> Vec<Args> {
    vec![command("UNWATCH")]
}

fn forgotten(x: &Exchange<'_>) -> Option<Vec<Args>> {
    (!x.asked.queueing && !x.asked.watched.is_empty()).then(unwatch)
}

fn watched_again(x: &Exchange<'_>) -> Option<Vec<Args>> {
    let again = [command("WATCH"), x.asked.watched.clone()].concat();
    (!x.asked.watched.is_empty()).then(|| vec![again])
}

/// Begins anew with nothing watched, and queues the same again.
fn rerun(asked: &Asked) -> Option<Vec<Args>> {
    let again = asked.queue.iter().cloned();
    let anew = [command("DISCARD"), command("MULTI")].into_iter().chain(again);
    (!asked.watched.is_empty() && !asked.aborted).then(|| anew.collect())
}

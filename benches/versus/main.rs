//! # Versus: server against server, in one run
//!
//! ```text
//! cargo bench --bench versus                 # the whole table, some ten minutes
//! cargo bench --bench versus -- --quick      # a look, one minute
//! cargo bench --bench versus -- --rows get,set --reps 7 --out benches/results
//! ```
//!
//! Absolute figures mean nothing on a shared machine, so none is judged: every server that
//! is installed is started on a free port, pinned to one core, and given the same load from
//! the other core, one after the other, several times over. What counts is the ratio to
//! Redis of the medians of that one run. CPU time is the server's own, read from the kernel
//! in nanoseconds, so a busy neighbour blurs it less than the clock on the wall.
//!
//! - [`servers`]: starting, pinning, asking for CPU time and memory.
//! - [`load`]: the closed-loop client.
//! - [`rows`]: what is measured. [`table`], [`plot`]: how it is shown.

mod load;
mod memory;
mod plot;
mod rows;
mod servers;
mod table;

use rows::Row;
use servers::Server;
use std::path::PathBuf;

/// What the command line asks for.
struct Options {
    quick: bool,
    reps: usize,
    only: Vec<String>,
    out: Option<PathBuf>,
    growth: bool,
    memory: bool,
}

fn main() {
    let options = options();
    let mut servers = servers::start_all();
    servers::pin_self();
    println!("{}", table::machine(&servers));
    let mut results = Vec::new();
    for row in rows::all(options.quick) {
        if !options.only.is_empty() && !options.only.iter().any(|name| row.name.contains(name)) {
            continue;
        }
        results.push(measure(&row, &mut servers, options.reps));
        println!("{}", table::line(results.last().expect("just pushed")));
    }
    let memory = if options.memory { memory::measure(options.quick) } else { Vec::new() };
    memory.iter().for_each(|row| println!("{}", table::memory_line(row)));
    let growth = if options.growth { memory::growth(options.quick) } else { Vec::new() };
    growth.iter().for_each(|row| println!("{}", table::growth_line(row)));
    if let Some(dir) = &options.out {
        let report = table::report(&servers, &results, &memory, &growth);
        std::fs::create_dir_all(dir).expect("a folder for the results");
        let write = |name: &str, text: String| std::fs::write(dir.join(name), text);
        write("versus.md", report).expect("written");
        write("versus.json", table::json(&servers, &results, &memory, &growth)).expect("written");
        write("versus.svg", plot::ratios(&results)).expect("written");
        write("growth.svg", plot::growth(&growth)).expect("written");
    }
}

fn options() -> Options {
    let mut options =
        Options { quick: false, reps: 5, only: Vec::new(), out: None, growth: true, memory: true };
    let mut words = std::env::args().skip(1);
    while let Some(word) = words.next() {
        match word.as_str() {
            "--quick" => {
                options.quick = true;
                options.reps = 3;
            }
            "--reps" => options.reps = words.next().and_then(|n| n.parse().ok()).unwrap_or(5),
            "--rows" => {
                let names = words.next().unwrap_or_default();
                options.only = names.split(',').map(str::to_owned).collect();
                (options.growth, options.memory) = (false, false);
            }
            "--memory" => (options.growth, options.memory) = (true, true),
            "--out" => options.out = words.next().map(PathBuf::from),
            // `cargo bench` passes this to every bench.
            "--bench" => {}
            other => panic!("unknown option {other}"),
        }
    }
    options
}

/// One row's figures: for each server the runs, in order.
pub struct Measured {
    pub row: Row,
    pub runs: Vec<(&'static str, Vec<load::Run>)>,
}

/// Takes turns: each repetition visits every server, so that a drift of the machine hits all.
fn measure(row: &Row, servers: &mut [Server], reps: usize) -> Measured {
    for server in servers.iter_mut() {
        row.prepare(server);
        load::run(server, row, row.commands / 10);
    }
    let mut runs: Vec<(&'static str, Vec<load::Run>)> =
        servers.iter().map(|server| (server.name, Vec::new())).collect();
    for _ in 0..reps {
        for (server, (_, runs)) in servers.iter_mut().zip(&mut runs) {
            runs.push(load::run(server, row, row.commands));
        }
    }
    Measured { row: row.clone(), runs }
}

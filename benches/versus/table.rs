//! # Table: medians and ratios, for people and for programs

use super::Measured;
use super::load::Run;
use super::memory::{GrowthRow, MemoryRow};
use super::servers::Server;
use std::fmt::Write;

/// The middle of a list of figures.
pub fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures.get(figures.len() / 2).copied().unwrap_or(f64::NAN)
}

impl Measured {
    /// The median of a figure, by server.
    pub fn of(&self, server: &str, figure: fn(&Run) -> f64) -> f64 {
        let runs = self.runs.iter().find(|(name, _)| *name == server).map(|(_, runs)| runs);
        median(runs.into_iter().flatten().map(figure).collect())
    }

    /// Ours over Redis's.
    pub fn ratio(&self, figure: fn(&Run) -> f64) -> f64 {
        self.of("keynotes", figure) / self.of("redis", figure)
    }
}

/// What was measured on: the machine and the versions.
pub fn machine(servers: &[Server]) -> String {
    let cpuinfo = std::fs::read_to_string("/proc/cpuinfo").unwrap_or_default();
    let model = cpuinfo.lines().find_map(|line| line.strip_prefix("model name")).unwrap_or("?");
    let model = model.trim_start_matches([' ', '\t', ':']);
    // Not the parallelism that this process has: it is pinned to one core by now.
    let cores = cpuinfo.lines().filter(|line| line.starts_with("processor")).count();
    let versions: Vec<String> =
        servers.iter().map(|server| format!("{} {}", server.name, server.version)).collect();
    format!("{model}, {cores} cores; {}", versions.join(", "))
}

/// One row, as it is printed while the run goes on.
pub fn line(measured: &Measured) -> String {
    let mut text = format!("{:<20}", measured.row.name);
    for (server, _) in &measured.runs {
        let cpu = measured.of(server, |run| run.cpu_us_per_command);
        let rate = measured.of(server, |run| run.commands_per_s);
        let _ = write!(text, " | {server} {cpu:.3} us {:.0}k/s", rate / 1000.0);
    }
    let cpu = measured.ratio(|run| run.cpu_us_per_command);
    let rate = measured.ratio(|run| run.commands_per_s);
    let _ = write!(text, " | cpu x{cpu:.2} rate x{rate:.2}");
    text
}

pub fn memory_line(row: &MemoryRow) -> String {
    let costs = row.bytes_per_key.iter().map(|(server, bytes)| format!("{server} {bytes:.1}"));
    format!("bytes per key, {}: {}", row.name, costs.collect::<Vec<_>>().join(", "))
}

pub fn growth_line(row: &GrowthRow) -> String {
    format!(
        "growing, {}: p50 {:.0} us, p99.9 {:.0} us, max {:.0} us",
        row.server, row.p50_us, row.p999_us, row.max_us
    )
}

/// The whole as Markdown.
pub fn report(
    servers: &[Server],
    results: &[Measured],
    memory: &[MemoryRow],
    growth: &[GrowthRow],
) -> String {
    let mut text = format!("{}\n\n", machine(servers));
    text += "| row | server | CPU us/command | commands/s | p50 us | p99 us | p99.9 us |\n";
    text += "|---|---|---|---|---|---|---|\n";
    for measured in results {
        for (server, _) in &measured.runs {
            let of = |figure: fn(&Run) -> f64| measured.of(server, figure);
            let _ = writeln!(
                text,
                "| {} | {server} | {:.3} | {:.0} | {:.0} | {:.0} | {:.0} |",
                measured.row.name,
                of(|run| run.cpu_us_per_command),
                of(|run| run.commands_per_s),
                of(|run| run.p50_us),
                of(|run| run.p99_us),
                of(|run| run.p999_us),
            );
        }
    }
    text += "\n| row | CPU, ratio to Redis | throughput, ratio to Redis | to Valkey |\n|---|---|---|---|\n";
    for measured in results {
        let rate: fn(&Run) -> f64 = |run| run.commands_per_s;
        let _ = writeln!(
            text,
            "| {} | {:.2} | {:.2} | {:.2} |",
            measured.row.name,
            measured.ratio(|run| run.cpu_us_per_command),
            measured.ratio(rate),
            measured.of("keynotes", rate) / measured.of("valkey", rate),
        );
    }
    text += "\n";
    memory.iter().for_each(|row| text += &format!("- {}\n", memory_line(row)));
    growth.iter().for_each(|row| text += &format!("- {}\n", growth_line(row)));
    text
}

/// The whole as JSON, every run of it.
pub fn json(
    servers: &[Server],
    results: &[Measured],
    memory: &[MemoryRow],
    growth: &[GrowthRow],
) -> String {
    let run = |run: &Run| {
        serde_json::json!({
            "commands_per_s": run.commands_per_s,
            "cpu_us_per_command": run.cpu_us_per_command,
            "p50_us": run.p50_us,
            "p99_us": run.p99_us,
            "p999_us": run.p999_us,
            "max_us": run.max_us,
        })
    };
    let row = |measured: &Measured| {
        let runs = measured.runs.iter().map(|(server, runs)| {
            (server.to_string(), serde_json::Value::from(runs.iter().map(run).collect::<Vec<_>>()))
        });
        serde_json::json!({
            "row": measured.row.name,
            "pipeline": measured.row.pipeline,
            "clients": measured.row.clients,
            "runs": runs.collect::<serde_json::Map<_, _>>(),
        })
    };
    let memory_row = |row: &MemoryRow| {
        let costs = row.bytes_per_key.iter();
        let costs = costs.map(|(server, bytes)| (server.to_string(), (*bytes).into()));
        serde_json::json!({"row": row.name, "bytes_per_key": costs.collect::<serde_json::Map<_, _>>()})
    };
    let growth_row = |row: &GrowthRow| {
        serde_json::json!({
            "server": row.server,
            "p50_us": row.p50_us,
            "p999_us": row.p999_us,
            "max_us": row.max_us,
        })
    };
    let whole = serde_json::json!({
        "machine": machine(servers),
        "rows": results.iter().map(row).collect::<Vec<_>>(),
        "memory": memory.iter().map(memory_row).collect::<Vec<_>>(),
        "growth": growth.iter().map(growth_row).collect::<Vec<_>>(),
    });
    format!("{whole:#}\n")
}

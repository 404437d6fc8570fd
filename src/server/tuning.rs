//! # Tuning: what the process asks of the kernel
//!
//! Descriptors for all clients, a place in the order in which the kernel kills when memory runs
//! out, processors to run on. Each may be refused; then the server says so and goes on with
//! what it has.

use super::network::plain_words;
use super::os::process;
use crate::commands::world::LogLevel;
use crate::config::{Config, OomScoreAdj};
use std::fs;

/// Descriptors beside those of clients: listeners, files, the poller, children's pipes.
pub const RESERVED_FILES: u64 = 32;
/// Where the kernel keeps how readily it kills us.
const OOM_FILE: &str = "/proc/self/oom_score_adj";

/// Line for the log, with its level.
pub type Note = (LogLevel, String);

/// Raises the limit of open files to what `maxclients` needs. Returns how many clients
/// there is room for, which may be fewer, and what is to be said about it.
pub fn make_room_for_clients(maxclients: u32) -> (u32, Vec<Note>) {
    let wanted = u64::from(maxclients) + RESERVED_FILES;
    let Ok((now, _)) = process::open_files_limit() else {
        let text = "Unable to learn the limit of open files; assuming 1024".to_owned();
        let room = 1024 - RESERVED_FILES as u32;
        return (maxclients.min(room), vec![(LogLevel::Warning, text)]);
    };
    if now >= wanted {
        return (maxclients, Vec::new());
    }
    // The hard limit may lie anywhere between: come down in steps until one is granted.
    let (mut best, mut refusal) = (wanted, None);
    while best > now {
        match process::set_open_files_limit(best) {
            Ok(()) => break,
            Err(error) => refusal = refusal.or(Some(error)),
        }
        best = best.saturating_sub(16);
    }
    let best = best.max(now);
    if best >= wanted {
        let text = format!(
            "Increased maximum number of open files to {wanted} (it was originally set to {now})."
        );
        return (maxclients, vec![(LogLevel::Notice, text)]);
    }
    let room = best.saturating_sub(RESERVED_FILES).max(1) as u32;
    let why = refusal.map(|error| plain_words(&error)).unwrap_or_default();
    let texts = [
        format!(
            "You requested maxclients of {maxclients} requiring at least {wanted} max file \
             descriptors."
        ),
        format!("Server can't set maximum open files to {wanted} because of OS error: {why}."),
        format!(
            "Current maximum open files is {best}. maxclients has been reduced to {room} to \
             compensate for low ulimit. If you need higher maxclients increase 'ulimit -n'."
        ),
    ];
    (room, texts.map(|text| (LogLevel::Warning, text)).to_vec())
}

/// How readily the kernel kills this process, before the server touched it.
#[derive(Debug)]
pub struct OomScore {
    base: i32,
    touched: bool,
}

impl OomScore {
    pub fn read() -> OomScore {
        let base = fs::read_to_string(OOM_FILE).ok();
        let base = base.and_then(|text| text.trim().parse().ok()).unwrap_or(0);
        OomScore { base, touched: false }
    }

    /// Sets the score that the config has for a role: 0 master, 1 replica, 2 child. `no`
    /// puts the first one back.
    ///
    /// # Errors
    /// What the log should say: an unprivileged process may only raise its score.
    pub fn apply(&mut self, config: &Config, role: usize) -> Result<(), String> {
        let value = config.oom_score_adj_values[role];
        let score = match config.oom_score_adj {
            OomScoreAdj::No if !self.touched => return Ok(()),
            OomScoreAdj::No => self.base,
            OomScoreAdj::Yes | OomScoreAdj::Relative => (self.base + value).clamp(-1000, 1000),
            OomScoreAdj::Absolute => value.clamp(-1000, 1000),
        };
        self.touched = config.oom_score_adj != OomScoreAdj::No;
        fs::write(OOM_FILE, score.to_string())
            .map_err(|error| format!("Unable to write oom_score_adj: {}", plain_words(&error)))
    }
}

/// What a careful administrator would change on this machine.
pub fn warnings(config: &Config) -> Vec<Note> {
    let mut notes = Vec::new();
    let number = |path| -> Option<u32> { fs::read_to_string(path).ok()?.trim().parse().ok() };
    let path = "/proc/sys/net/core/somaxconn";
    if let Some(most) = number(path).filter(|&most| most < config.tcp_backlog) {
        let text = format!(
            "WARNING: The TCP backlog setting of {} cannot be enforced because {path} is set to \
             the lower value of {most}.",
            config.tcp_backlog
        );
        notes.push((LogLevel::Warning, text));
    }
    if number("/proc/sys/vm/overcommit_memory") == Some(0) {
        let text = "WARNING Memory overcommit is off: saving in the background may fail when \
                    memory is short. 'sysctl vm.overcommit_memory=1' turns it on, and the same \
                    line in /etc/sysctl.conf keeps it on.";
        notes.push((LogLevel::Warning, text.to_owned()));
    }
    notes
}

/// Numbers of a list such as `0,2-5,8-14:2` (every second from 8 to 14). `None` if it is none.
pub fn cpu_list(text: &str) -> Option<Vec<usize>> {
    let mut cpus = Vec::new();
    for part in text.split(',') {
        let (range, step) = match part.split_once(':') {
            Some((range, step)) => (range, step.parse().ok().filter(|&step| step > 0)?),
            None => (part, 1),
        };
        let (first, last) = range.split_once('-').unwrap_or((range, range));
        let (first, last): (usize, usize) = (first.parse().ok()?, last.parse().ok()?);
        if last > 1 << 16 {
            return None;
        }
        cpus.extend((first..=last).step_by(step));
    }
    Some(cpus)
}

#[cfg(test)]
mod tests {
    use super::cpu_list;

    #[test]
    fn a_cpu_list_has_numbers_ranges_and_steps() {
        assert_eq!(cpu_list("0,2-4,8-14:3"), Some(vec![0, 2, 3, 4, 8, 11, 14]));
        for bad in ["", "a", "1-", "1-2:0", "0-9999999"] {
            assert_eq!(cpu_list(bad), None, "{bad}");
        }
    }
}

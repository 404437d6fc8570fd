//! # Beat: what happens by time
//!
//! `hz` times a second the loop looks after what no request asks for: it lets the engine
//! do what is due, sends idle clients away (`timeout`), takes back memory that quiet ones
//! hold, winds the watchdog. Each client is looked at about once a second: a beat takes
//! its share of the slots and the next goes on there. With many clients the beat
//! quickens (`dynamic-hz`), so that a share stays small.

use super::event_loop::EventLoop;
use crate::base::time::Now;
use crate::commands::World;
use crate::commands::world::LogLevel;
use crate::session::{ClientKey, Closing, Session};
use std::time::Duration;

const HZ_MAX: u32 = 500;
/// More clients than this per beat quicken it.
const CLIENTS_PER_BEAT_MAX: u32 = 200;
const CLIENTS_PER_BEAT_MIN: usize = 5;
/// An output buffer that is empty keeps this much, in bytes, while its client is active.
const OUTPUT_KEPT_LEN: usize = 16 * 1024;
/// A client that was silent for so long keeps nothing.
const QUIET_MS: i64 = 2000;

/// When the next beat is due, and where its work goes on.
#[derive(Debug, Default)]
pub struct Beat {
    /// By the clock that never goes back.
    next_us: u64,
    /// Slot of the client to look at next.
    cursor: usize,
    /// Listeners that failed for lack of descriptors.
    stalled: Vec<usize>,
}

impl Beat {
    pub fn due_in(&self, now: Now) -> Duration {
        Duration::from_micros(self.next_us.saturating_sub(now.mono_us))
    }

    /// Tries the listener again at the next beat.
    pub fn retry_accept(&mut self, token: usize) {
        if !self.stalled.contains(&token) {
            self.stalled.push(token);
        }
    }
}

/// Beats a second with so many clients.
fn rate(hz: u32, dynamic: bool, clients: usize) -> u32 {
    let mut rate = hz.clamp(1, HZ_MAX);
    while dynamic && rate < HZ_MAX && clients as u64 / u64::from(rate) > CLIENTS_PER_BEAT_MAX.into()
    {
        rate = (rate * 2).min(HZ_MAX);
    }
    rate
}

impl EventLoop {
    /// Does what is due.
    pub(super) fn on_time(&mut self) {
        let now = self.system.now();
        let beat_is_due = now.mono_us >= self.beat.next_us;
        if beat_is_due {
            let config = &self.engine.config;
            let hz = rate(config.hz, config.dynamic_hz, self.engine.clients.len());
            self.beat.next_us = now.mono_us + u64::from(1_000_000 / hz);
            if self.system.watchdog.is_on() {
                self.system.watchdog.wind();
            }
            self.look_after_clients(now, hz);
            for listener in std::mem::take(&mut self.beat.stalled) {
                self.note_listener(listener);
            }
        }
        let timer_is_due = self.engine.next_timer_ms().is_some_and(|timer_ms| timer_ms <= now.ms());
        if beat_is_due || timer_is_due {
            self.engine.tick(&mut self.system);
        }
    }

    fn look_after_clients(&mut self, now: Now, hz: u32) {
        let slots = self.connections.len();
        let share = (slots / hz as usize).max(CLIENTS_PER_BEAT_MIN).min(slots);
        for _ in 0..share {
            self.beat.cursor = (self.beat.cursor + 1) % slots;
            self.look_after(ClientKey(self.beat.cursor), now);
        }
    }

    fn look_after(&mut self, client: ClientKey, now: Now) {
        let Some(session) = self.engine.clients.get_mut(client) else { return };
        let idle_ms = now.ms() - session.last_active_ms;
        session.out.shrink_to(if idle_ms >= QUIET_MS { 0 } else { OUTPUT_KEPT_LEN });
        let timeout_ms = i64::from(self.engine.config.timeout_s) * 1000;
        if timeout_ms > 0 && idle_ms > timeout_ms && may_time_out(session) {
            self.system.log(LogLevel::Verbose, "Closing idle client");
            self.engine.clients.close(client, Closing::Now);
        }
    }
}

/// Who waits for something is silent for a reason.
fn may_time_out(session: &Session) -> bool {
    !session.is_blocked()
}

#[cfg(test)]
mod tests {
    use super::rate;

    #[test]
    fn the_beat_quickens_with_clients_unless_told_not_to() {
        assert_eq!(rate(10, true, 0), 10);
        assert_eq!(rate(10, true, 2010), 20);
        assert_eq!(rate(10, true, 1_000_000), 500);
        assert_eq!(rate(10, false, 1_000_000), 10);
    }
}

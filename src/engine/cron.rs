//! # Cron: work that nobody asks for                                (notes 02, 15)
//!
//! Some work is due by time and not by request: dead keys that nobody meets, tables that
//! are half moved. It is done in slices, `hz` times a second, each with a budget, so that
//! no client waits for long.
//!
//! ```text
//! cron         hz times a second    sweep for dead keys: 25 % of a tick
//!                                   move tables: 1 ms
//! before_wait  once a loop turn     sweep again, 1 ms, if the last one left much behind
//! ```

use super::Engine;
use super::settle::expiry_word;
use crate::args;
use crate::commands::World;
use crate::keyspace::expire::{Pace, Surroundings};

/// Time for moving tables in each run of the cron, in microseconds.
const REHASH_US: u64 = 1000;

/// Who calls counts in whole milliseconds, and may come a part of one early.
const SLACK_US: u64 = 1000;

impl Engine {
    /// Runs the cron if its time has come.
    pub(super) fn cron(&mut self, world: &mut dyn World) {
        let now_us = self.clock.mono_us;
        if now_us < self.next_cron_us || self.lifecycle.switches.pause_cron {
            return;
        }
        let period_us = 1_000_000 / u64::from(self.config.hz.max(1));
        self.next_cron_us = now_us + period_us - SLACK_US;
        self.sample(world);
        self.sweep(Pace::Slow { hz: self.config.hz }, world);
        if self.config.activerehashing {
            let started_us = world.now().mono_us;
            self.keys.rehash_for(|| world.now().mono_us - started_us < REHASH_US);
        }
    }

    /// To be called once a turn, before output is sent and the loop waits.
    #[inline]
    pub fn before_wait(&mut self, world: &mut dyn World) {
        if self.keys.wants_fast_sweep() {
            self.clock = world.now();
            self.sweep(Pace::Fast, world);
            self.settle(world);
        }
    }

    fn sweep(&mut self, pace: Pace, world: &mut dyn World) {
        // A pause promises that nothing changes.
        if self.lifecycle.pause.is_some() {
            return;
        }
        let mut around = Surroundings {
            effort: self.config.active_expire_effort,
            mono_us: &mut || world.now().mono_us,
        };
        self.keys.sweep(pace, self.clock.ms(), &mut around);
        if !self.propagation.on {
            return;
        }
        // No request holds these removals together: each is a unit of its own.
        let word = expiry_word(&self.config);
        for (db, key) in self.keys.journal.take_unpropagated() {
            self.propagation.push(db, args![word, key].borrow());
            self.propagation.end_unit();
        }
    }
}

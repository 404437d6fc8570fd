//! # Expire: the sweep for keys whose time is up                       (note 15)
//!
//! A key that nobody asks for again would stay for ever if only readers removed the dead.
//! The naive cure is a timer a key, or a queue in order of deadlines: memory for every
//! key, and a logarithm at every EXPIRE. The cure here is a sample:
//!
//! ```text
//! for each database:
//!   repeat:
//!     look at 20 keys that have an expiry, remove the dead
//!   while more than 10 % of them were dead        (and there is time left)
//! ```
//!
//! So the sweep works hard where many keys are dead, and leaves off where few are: up to a tenth of the
//! keys with an expiry may be dead and still in memory. That share is the price
//! of not knowing deadlines by order, and `active-expire-effort` lowers it.
//!
//! The sample is not drawn: a cursor walks the table in order, so that no key is left out for
//! long. A chain is looked at whole; what it holds beyond the twentieth key is swept too
//! but has no vote on going on.
//!
//! | effort | keys a round | tolerated share | slow sweep | fast sweep |
//! |---|---|---|---|---|
//! | 1 | 20 | 10 % | 25 % of a tick | 1 ms |
//! | 10 | 65 | 1 % | 43 % of a tick | 3.25 ms |
//!
//! The slow sweep runs `hz` times a second. The fast one runs before the loop waits for clients, and
//! only if the last sweep ran out of time. (Redis means to run it too while the running average of dead
//! keys is over the tolerated share, but compares a fraction with a percentage: with 30 % dead it
//! does 50 sweeps in five seconds, not 100. So do we.)
//!
//! Worked example: of 200,000 keys 30 % die at once. A round of 20 finds more than two dead in 96 of
//! 100 cases, so a sweep goes about 28 rounds and removes about 180 keys; ten sweeps a second leave
//! most of the 60,000 in memory after five seconds. If all die, no round ever stops: the time
//! limit does, and a few ticks later all are gone.
//!
//! Knows no clock: the time of day is a number, and time spent is asked of the caller.

use super::{Keyspace, is_dead};
use crate::values::Entry;

/// Keys in a round at effort 1.
const ROUND_KEYS: usize = 20;
/// Share of dead keys that is tolerated at effort 1, in percent.
const TOLERATED_PERC: u32 = 10;
/// Duration of a fast sweep at effort 1, in microseconds.
const FAST_US: u64 = 1000;
/// Share of a tick for a slow sweep at effort 1, in percent.
const SLOW_PERC: u64 = 25;
/// Databases that one sweep visits, unless the one before ran out of time.
const DBS_PER_SWEEP: usize = 16;
/// Steps of the cursor in search of a round's keys, for each key.
const STEPS_PER_KEY: usize = 20;
/// Rounds between two looks at the clock.
const ROUNDS_PER_LOOK: u32 = 16;

/// Which sweep.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pace {
    /// From the cron, so many times a second.
    Slow { hz: u32 },
    /// Before the loop waits.
    Fast,
}

/// What a sweep asks of its caller.
pub struct Surroundings<'a> {
    /// `active-expire-effort`, 1 to 10.
    pub effort: u32,
    /// A stopwatch in microseconds; looked at once in 16 rounds.
    pub mono_us: &'a mut dyn FnMut() -> u64,
}

/// What the sweeps of all databases share.
#[derive(Debug)]
pub struct Sweeper {
    /// DEBUG SET-ACTIVE-EXPIRE.
    pub enabled: bool,
    /// `expired_stale_perc`: the share of dead keys met, a running average.
    pub stale_perc: f64,
    /// `expired_time_cap_reached_count`.
    pub time_caps: u64,
    /// Time spent in sweeps, in microseconds.
    pub spent_us: u64,
    next_db: usize,
    ran_out_of_time: bool,
    last_fast_us: u64,
}

/// How far the sweep of one database has come, and what it learnt.
#[derive(Clone, Copy, Debug, Default)]
pub struct Progress {
    dict: usize,
    cursor: u64,
    /// Estimate of the mean time that keys with an expiry have left, in ms.
    pub avg_ttl_ms: i64,
}

/// What one round saw.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    sampled: u32,
    dead: u32,
    /// All keys met, those beyond the sample included.
    met: u32,
    removed: u32,
    ttl_samples: u32,
    ttl_sum_ms: i64,
    /// The cursor stood at the beginning of the database, and came to its end.
    from_start: bool,
    finished: bool,
}

/// The numbers that follow from the effort.
#[derive(Clone, Copy, Debug)]
struct Effort {
    round_keys: usize,
    tolerated_perc: u32,
    fast_us: u64,
    slow_perc: u64,
}

impl Default for Sweeper {
    fn default() -> Self {
        Sweeper {
            enabled: true,
            stale_perc: 0.0,
            time_caps: 0,
            spent_us: 0,
            next_db: 0,
            ran_out_of_time: false,
            last_fast_us: 0,
        }
    }
}

impl Keyspace {
    /// Removes dead keys, as long as it pays and there is time. `now_ms` decides who is dead.
    /// Each removal is journalled as any other expiry.
    pub fn sweep(&mut self, pace: Pace, now_ms: i64, around: &mut Surroundings<'_>) {
        let effort = Effort::new(around.effort);
        if !self.sweeper.enabled || (pace == Pace::Fast && !self.sweeper.ran_out_of_time) {
            return;
        }
        let started_us = (around.mono_us)();
        if pace == Pace::Fast && !self.sweeper.fast_is_due(effort, started_us) {
            return;
        }
        let budget_us = match pace {
            Pace::Slow { hz } => effort.slow_perc * 1_000_000 / u64::from(hz.max(1)) / 100,
            Pace::Fast => effort.fast_us,
        };
        let mut dbs_left = self.db_count();
        if !self.sweeper.ran_out_of_time {
            dbs_left = dbs_left.min(DBS_PER_SWEEP);
        }
        self.sweeper.ran_out_of_time = false;
        let mut total = Round::default();
        let mut rounds = 0;
        while dbs_left > 0 && !self.sweeper.ran_out_of_time {
            dbs_left -= 1;
            let db = self.sweeper.next_db % self.db_count();
            self.sweeper.next_db = db + 1;
            if self.dbs[db].expiring_len() == 0 {
                self.dbs[db].progress.avg_ttl_ms = 0;
            }
            while self.dbs[db].expiring_len() > 0 {
                let round = self.sweep_round(db, effort, now_ms);
                total.met += round.met;
                total.removed += round.removed;
                rounds += 1;
                if rounds % ROUNDS_PER_LOOK == 0 && (around.mono_us)() - started_us > budget_us {
                    self.sweeper.ran_out_of_time = true;
                    self.sweeper.time_caps += 1;
                    break;
                }
                if !round.asks_for_more(effort) {
                    break;
                }
            }
        }
        self.sweeper.learn(total);
        self.sweeper.spent_us += (around.mono_us)() - started_us;
    }

    /// Whether a fast sweep may find enough to do. Cheap.
    #[inline]
    pub fn wants_fast_sweep(&self) -> bool {
        self.sweeper.enabled && self.sweeper.ran_out_of_time
    }

    /// One round in one database.
    fn sweep_round(&mut self, db: usize, effort: Effort, now_ms: i64) -> Round {
        let mut round = Round::default();
        let mut dead = std::mem::take(&mut self.dead);
        let keys = &mut self.dbs[db];
        round.from_start = (keys.progress.dict, keys.progress.cursor) == (0, 0);
        let sample = effort.round_keys.min(keys.expiring_len()) as u32;
        let mut steps = effort.round_keys * STEPS_PER_KEY;
        while round.sampled < sample && steps > 0 && !round.finished {
            steps -= 1;
            round.finished = keys.step_expiring(|entry| {
                round.see(entry, now_ms, sample);
                if is_dead(entry, now_ms) {
                    dead.push(entry.key().into());
                }
            });
        }
        round.removed = dead.len() as u32;
        for key in dead.drain(..) {
            if let Some(entry) = self.dbs[db].dict_mut(&key).remove(&key) {
                self.journal.bury(entry);
            }
            self.journal.note_expired_key(db, key);
        }
        self.dead = dead;
        self.dbs[db].progress.learn(round);
        round
    }
}

impl super::db::Db {
    /// Looks at the next chain that has keys with an expiry; tells whether that was the last.
    fn step_expiring(&mut self, visit: impl FnMut(&Entry)) -> bool {
        let Progress { dict, cursor, .. } = self.progress;
        let count = self.dicts().len();
        let from = dict.min(count);
        let Some(index) = (from..count).find(|&i| self.dicts()[i].expiring_len() > 0) else {
            (self.progress.dict, self.progress.cursor) = (0, 0);
            return true;
        };
        let cursor = if index == dict { cursor } else { 0 };
        let next = self.dicts_mut()[index].scan_expiring(cursor, 1, visit);
        self.progress.cursor = next;
        self.progress.dict = if next == 0 { index + 1 } else { index };
        if self.progress.dict == count {
            self.progress.dict = 0;
            return true;
        }
        false
    }
}

impl Round {
    fn see(&mut self, entry: &Entry, now_ms: i64, sample: u32) {
        let Some(at_ms) = entry.expiry_ms() else { return };
        let (dead, voting) = (is_dead(entry, now_ms), self.sampled < sample);
        self.met += 1;
        self.sampled += u32::from(voting);
        self.dead += u32::from(voting && dead);
        if !dead {
            self.ttl_samples += 1;
            self.ttl_sum_ms = self.ttl_sum_ms.saturating_add(at_ms - now_ms);
        }
    }

    /// Too many were dead, or nobody was met and there is more to look at. The end of the table is no
    /// reason to leave off: it shrinks under a sweep, and what moves meanwhile may be passed over.
    fn asks_for_more(&self, effort: Effort) -> bool {
        match self.sampled {
            0 => !(self.finished && self.from_start),
            sampled => self.dead * 100 / sampled > effort.tolerated_perc,
        }
    }
}

impl Progress {
    /// Moves the estimate 2 % of the way to each sample.
    fn learn(&mut self, round: Round) {
        if round.ttl_samples == 0 {
            return;
        }
        let mean_ms = round.ttl_sum_ms / i64::from(round.ttl_samples);
        let kept = 0.98_f64.powi(round.ttl_samples as i32);
        self.avg_ttl_ms = match self.avg_ttl_ms {
            0 => mean_ms,
            old_ms => mean_ms + ((old_ms - mean_ms) as f64 * kept) as i64,
        };
    }
}

impl Sweeper {
    /// Fast sweeps keep their own length between them.
    fn fast_is_due(&mut self, effort: Effort, now_us: u64) -> bool {
        let due = self.last_fast_us == 0 || now_us >= self.last_fast_us + 2 * effort.fast_us;
        if due {
            self.last_fast_us = now_us;
        }
        due
    }

    fn learn(&mut self, total: Round) {
        let share = f64::from(total.removed) * 100.0 / f64::from(total.met.max(1));
        self.stale_perc = self.stale_perc * 0.95 + share * 0.05;
    }
}

impl Effort {
    fn new(effort: u32) -> Effort {
        let more = effort.clamp(1, 10) - 1;
        Effort {
            round_keys: ROUND_KEYS + ROUND_KEYS / 4 * more as usize,
            tolerated_perc: TOLERATED_PERC - more,
            fast_us: FAST_US + FAST_US / 4 * u64::from(more),
            slow_perc: SLOW_PERC + 2 * u64::from(more),
        }
    }
}

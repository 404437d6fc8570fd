//! The sweep for dead keys, measured on a virtual clock: how often, how much, and what it leaves.

use crate::support::Redis;
use keynotes::base::hash::HashSeed;
use keynotes::base::rng::Rng;
use keynotes::keyspace::Keyspace;
use keynotes::keyspace::expire::{Pace, Surroundings};
use keynotes::keyspace::lookup::Ttl;
use keynotes::values::NewPayload;

const NOW_MS: i64 = 1_700_000_000_000;

/// So many keys with an expiry, of which this share is dead.
fn keys(count: u32, dead_perc: u64) -> Keyspace {
    let mut keys = Keyspace::new(16, HashSeed([7; 16]));
    let mut rng = Rng::new(7);
    keys.begin(0, NOW_MS - 1000);
    for i in 0..count {
        let at_ms = if rng.below(100) < dead_perc { NOW_MS - 1 } else { NOW_MS + 3_600_000 };
        keys.put(format!("key:{i}").as_bytes(), NewPayload::Int(1), Ttl::At(at_ms));
    }
    keys
}

/// One slow sweep, in which a look at the stopwatch finds `us_per_look` gone; gives how many keys went.
fn sweep(keys: &mut Keyspace, effort: u32, us_per_look: u64) -> usize {
    let mut clock_us = 0;
    let before = expired(keys);
    let mut around = Surroundings {
        effort,
        mono_us: &mut || {
            clock_us += us_per_look;
            clock_us
        },
    };
    keys.sweep(Pace::Slow { hz: 10 }, NOW_MS, &mut around);
    expired(keys) - before
}

fn expired(keys: &Keyspace) -> usize {
    keys.journal.counters.expired_keys as usize
}

#[test]
fn ten_times_a_second() {
    // N15-06: a key is gone at the first tick after its deadline, and ticks are 100 ms apart.
    let mut redis = Redis::new();
    redis.advance_ms(100);
    for ttl_ms in [1, 40, 99, 130] {
        redis.ask(&format!("SET k v PX {ttl_ms}"));
        let mut waited_ms = 0;
        while redis.engine.keys.dbs()[0].len() == 1 {
            redis.advance_ms(1);
            waited_ms += 1;
        }
        assert!((ttl_ms + 1..=ttl_ms + 101).contains(&waited_ms), "{ttl_ms}: {waited_ms}");
    }
    assert_eq!(redis.engine.keys.journal.counters.expired_keys, 4);
}

#[test]
fn twenty_keys_a_round() {
    // N15-07: the clock is looked at after 16 rounds; out of time then, it has swept 16 × 20 keys, and
    // what the last chain of each round held beyond them.
    let mut all_dead = keys(20_000, 100);
    let removed = sweep(&mut all_dead, 1, 1_000_000);
    assert!((320..=16 * 26).contains(&removed), "{removed}");
    assert_eq!(all_dead.sweeper.time_caps, 1);
    assert_eq!(
        all_dead.sweeper.spent_us, 2_000_000,
        "from the first look at the clock to the last"
    );
    let mut all_dead = keys(20_000, 100);
    let removed = sweep(&mut all_dead, 10, 1_000_000);
    assert!((16 * 65..=16 * 71).contains(&removed), "effort 10: {removed}");
}

#[test]
fn the_rate_at_thirty_percent_tells_ten_from_twenty_five() {
    // N15-08: going on above 10 % removes about 170 to 200 keys a sweep, above 25 % it would be 15.
    let mut keys = keys(200_000, 30);
    let sweeps = 40;
    let removed: usize = (0..sweeps).map(|_| sweep(&mut keys, 1, 0)).sum();
    let mean = removed / sweeps;
    assert!((100..=320).contains(&mean), "{mean} keys a sweep");
    assert_eq!(keys.sweeper.time_caps, 0);
}

#[test]
fn a_tenth_may_stay() {
    // N15-10: where a tenth is dead, most of it is still there after fifty sweeps, five seconds.
    let mut keys = keys(50_000, 10);
    let removed: usize = (0..50).map(|_| sweep(&mut keys, 1, 0)).sum();
    assert!((100..1000).contains(&removed), "{removed} of 5000");
    assert!((5.0..15.0).contains(&stale_perc_after(&mut keys, 50)));
}

fn stale_perc_after(keys: &mut Keyspace, sweeps: usize) -> f64 {
    for _ in 0..sweeps {
        sweep(keys, 1, 0);
    }
    keys.sweeper.stale_perc
}

#[test]
fn effort_lowers_what_stays() {
    let left = [1, 10].map(|effort| {
        let mut keys = keys(50_000, 8);
        let removed: usize = (0..100).map(|_| sweep(&mut keys, effort, 0)).sum();
        4000 - removed as i64
    });
    assert!(left[1] < left[0] / 2, "{left:?}");
}

#[test]
fn where_all_are_dead_all_go() {
    // N15-09: no round finds fewer than a tenth dead, so a sweep with time enough takes them all.
    let mut keys = keys(50_000, 100);
    assert_eq!(sweep(&mut keys, 1, 0), 50_000);
    assert_eq!((keys.dbs()[0].len(), keys.dbs()[0].expiring_len()), (0, 0));
}

#[test]
fn a_sweep_out_of_time_calls_for_fast_ones() {
    let mut keys = keys(20_000, 100);
    assert!(!keys.wants_fast_sweep());
    sweep(&mut keys, 1, 1_000_000);
    assert!(keys.wants_fast_sweep());
    let mut clock_us = 10_000;
    let mut fast = |keys: &mut Keyspace| {
        let before = expired(keys);
        let mut around = Surroundings {
            effort: 1,
            mono_us: &mut || {
                clock_us += 300;
                clock_us
            },
        };
        keys.sweep(Pace::Fast, NOW_MS, &mut around);
        expired(keys) - before
    };
    // Looks at 300, 600, 900 and 1200 µs: four times 16 rounds, then the millisecond is over.
    let first = fast(&mut keys);
    assert!((4 * 320..=4 * 16 * 26).contains(&first), "{first}");
    // The next one would begin before as much time has gone by as it may take.
    assert_eq!(fast(&mut keys), 0);
    assert!((0..4).any(|_| fast(&mut keys) > 0));
}

#[test]
fn databases_take_turns() {
    let mut keys = Keyspace::new(40, HashSeed([7; 16]));
    for db in 0..40 {
        keys.begin(db, NOW_MS - 1000);
        keys.put(b"k", NewPayload::Int(1), Ttl::At(NOW_MS - 1));
    }
    assert_eq!([(); 4].map(|()| sweep(&mut keys, 1, 0)), [16, 16, 8, 0]);
}

#[test]
fn switched_off_nothing_is_swept() {
    let mut keys = keys(1000, 100);
    keys.sweeper.enabled = false;
    assert_eq!(sweep(&mut keys, 1, 0), 0);
    keys.sweeper.enabled = true;
    assert_eq!(sweep(&mut keys, 1, 0), 1000);
}

#[test]
fn the_mean_time_left_is_estimated() {
    let mut keys = keys(1000, 0);
    for _ in 0..60 {
        sweep(&mut keys, 1, 0);
    }
    let avg_ttl_ms = keys.dbs()[0].progress.avg_ttl_ms;
    assert!((3_590_000..=3_610_000).contains(&avg_ttl_ms), "{avg_ttl_ms}");
}

#[test]
fn each_swept_key_is_told_by_itself() {
    let mut redis = Redis::new();
    redis.ask("MSET a 1 b 2");
    redis.ask("PEXPIRE a 10");
    redis.ask("PEXPIRE b 10");
    redis.effects();
    redis.advance_ms(200);
    let mut effects = redis.effects();
    effects.sort();
    assert_eq!(effects, ["DEL a", "DEL b"]);
}

//! The first floor-to-floor story: a request goes down the house and its effects come up.

use crate::support::Redis;

#[test]
fn a_write_leaves_itself_in_the_stream_of_effects() {
    let mut redis = Redis::new();
    assert_eq!(redis.ask("SET k v"), "+OK");
    assert_eq!(redis.ask("GET k"), "$1 v");
    assert_eq!(redis.ask("INCR n"), ":1");
    assert_eq!(redis.ask("INCR k"), "-ERR value is not an integer or out of range");
    assert_eq!(redis.effects(), ["SELECT 0", "SET k v", "INCR n"]);
}

#[test]
fn a_transaction_is_one_unit_and_a_broken_watch_stops_it() {
    let mut redis = Redis::new();
    let other = redis.connect();
    for line in ["WATCH k", "MULTI", "SET k 1", "INCR k"] {
        redis.ask(line);
    }
    assert_eq!(redis.ask("EXEC"), "*2 +OK :2");
    assert_eq!(redis.effects(), ["SELECT 0", "MULTI", "SET k 1", "INCR k", "EXEC"]);
    redis.ask("WATCH k");
    redis.ask("MULTI");
    redis.ask("SET k 1");
    redis.ask_as(other, "SET k 2");
    assert_eq!(redis.ask("EXEC"), "*-1");
    assert_eq!(redis.ask("GET k"), "$1 2");
}

//! What a server tells of itself, and how it is changed while it runs.

use crate::support::Redis;
use keynotes::args;
use keynotes::config::value::show;
use keynotes::config::{Config, Outside, load, table};
use keynotes::engine::Flow;
use std::io;

fn text(redis: &mut Redis, words: &[&str]) -> String {
    let words: Vec<&[u8]> = words.iter().map(|word| word.as_bytes()).collect();
    String::from_utf8(redis.ask_words(&words)).expect("text")
}

fn info(redis: &mut Redis, section: &str) -> String {
    text(redis, &["INFO", section])
}

fn field<'a>(page: &'a str, name: &str) -> &'a str {
    let line = page.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.unwrap_or_else(|| panic!("no {name} in {page}"))
}

fn open_to_debug() -> Redis {
    let mut config = Config::new();
    load(&mut config, b"enable-debug-command yes\nenable-protected-configs yes\n", &mut NoFiles)
        .expect("a config");
    Redis::with_config(config)
}

struct NoFiles;

impl Outside for NoFiles {
    fn read(&mut self, _: &[u8]) -> io::Result<Vec<u8>> {
        Err(io::ErrorKind::NotFound.into())
    }
}

#[test]
fn every_directive_may_be_set_to_what_it_is() {
    let mut redis = open_to_debug();
    for row in table::rows().filter(|row| !row.is_immutable()) {
        let value = show(&redis.engine.config, row);
        let reply = redis.ask_words(&[b"CONFIG", b"SET", row.name.as_bytes(), &value]);
        assert_eq!(String::from_utf8_lossy(&reply), "+OK\r\n", "{}", row.name);
        assert_eq!(show(&redis.engine.config, row), value, "{}", row.name);
    }
}

#[test]
fn a_rewritten_file_gives_the_same_settings_again() {
    let mut redis = open_to_debug();
    assert_eq!(redis.ask("CONFIG REWRITE"), "-ERR The server is running without a config file");
    redis.world.config_file = Some(b"# mine\nhz 20\nenable-debug-command yes\n".to_vec());
    assert_eq!(redis.ask("CONFIG SET maxmemory 1gb save '60 1' requirepass 'a b'"), "+OK");
    assert_eq!(redis.ask("CONFIG REWRITE"), "+OK");
    let file = redis.world.config_file.clone().expect("a file");
    assert!(file.starts_with(b"# mine\nhz 10\n"), "{}", String::from_utf8_lossy(&file));
    let mut again = Config::new();
    load(&mut again, &file, &mut NoFiles).expect("our own file");
    assert!(again == redis.engine.config);

    assert_eq!(redis.ask("DEBUG CONFIG-REWRITE-FORCE-ALL"), "+OK");
    let file = redis.world.config_file.clone().expect("a file");
    assert!(file.windows(8).any(|part| part == b"timeout "), "defaults are written too");
    let mut again = Config::new();
    load(&mut again, &file, &mut NoFiles).expect("our own file");
    assert!(again == redis.engine.config);
}

#[test]
fn info_is_sections_of_fields() {
    let mut redis = Redis::new();
    redis.ask("SET k v EX 100");
    redis.ask("GET k");
    redis.ask("GET nokey");
    redis.ask("NOSUCH");
    let page = info(&mut redis, "everything");
    let (head, page) = page.split_once("\r\n").expect("a bulk");
    assert!(head.starts_with('$'));
    let mut names = std::collections::BTreeSet::new();
    for line in page.trim_end().split("\r\n").filter(|line| !line.is_empty()) {
        let is_title = line.starts_with("# ");
        let name = line.split(':').next().expect("a first part");
        assert!(is_title || line.contains(':'), "{line}");
        assert!(names.insert(name), "{name} twice");
    }
    assert_eq!(field(page, "redis_version"), "7.4.1");
    assert_eq!(field(page, "keyspace_hits"), "1");
    assert_eq!(field(page, "keyspace_misses"), "1");
    assert_eq!(field(page, "total_commands_processed"), "3");
    assert_eq!(field(page, "errorstat_ERR"), "count=1");
    assert_eq!(field(page, "rdb_changes_since_last_save"), "1");
    assert!(field(page, "db0").starts_with("keys=1,expires=1,avg_ttl="));
    assert!(field(page, "cmdstat_get").starts_with("calls=2,usec=0,"));
    assert!(field(page, "latency_percentiles_usec_get").starts_with("p50=0.001,p99="));
    assert!(!text(&mut redis, &["INFO"]).contains("# Commandstats"));
    assert_eq!(info(&mut redis, "nosuch"), "$0\r\n\r\n");
}

#[test]
fn a_refused_command_and_a_failed_one_are_counted_apart() {
    let mut redis = Redis::new();
    redis.ask("GET");
    redis.ask("SET k v");
    redis.ask("INCR k");
    let page = info(&mut redis, "commandstats");
    assert!(field(&page, "cmdstat_get").starts_with("calls=0,"));
    assert!(field(&page, "cmdstat_get").ends_with("rejected_calls=1,failed_calls=0"));
    assert!(field(&page, "cmdstat_incr").ends_with("rejected_calls=0,failed_calls=1"));
    let page = info(&mut redis, "errorstats");
    assert_eq!(field(&page, "errorstat_ERR"), "count=2");
}

#[test]
fn refused_passwords_and_values_freed_elsewhere_are_counted() {
    let mut redis = Redis::new();
    for line in ["AUTH bob x", "HELLO 3 AUTH bob x", "AUTH x", "AUTH default x", "HELLO 2"] {
        redis.ask(line);
    }
    for line in ["MSET a 1 b 2", "FLUSHALL ASYNC", "FLUSHALL ASYNC", "SET c 3", "FLUSHDB SYNC"] {
        assert_eq!(redis.ask(line), "+OK");
    }
    let page = info(&mut redis, "everything");
    assert_eq!(field(&page, "acl_access_denied_auth"), "2");
    assert_eq!(field(&page, "lazyfreed_objects"), "2");
    redis.ask("CONFIG RESETSTAT");
    let page = info(&mut redis, "everything");
    assert_eq!(field(&page, "acl_access_denied_auth"), "2", "refusals are not forgotten");
    assert_eq!(field(&page, "lazyfreed_objects"), "0");
}

#[test]
fn resetstat_forgets_counts_but_neither_data_nor_peaks() {
    let mut redis = Redis::new();
    redis.world.used_memory = 5 << 20;
    redis.advance_ms(200);
    redis.world.used_memory = 1 << 20;
    redis.ask("SET k v");
    redis.ask("GET k");
    redis.ask("NOSUCH");
    assert_eq!(redis.ask("CONFIG RESETSTAT"), "+OK");
    let page = info(&mut redis, "everything");
    for name in ["keyspace_hits", "total_error_replies", "instantaneous_ops_per_sec"] {
        assert_eq!(field(&page, name), "0", "{name}");
    }
    assert!(!page.contains("cmdstat_get") && !page.contains("errorstat_"));
    assert_eq!(field(&page, "total_commands_processed"), "1", "RESETSTAT itself");
    assert_eq!(field(&page, "rdb_changes_since_last_save"), "1");
    assert_eq!(field(&page, "used_memory_peak"), (5 << 20).to_string());
}

#[test]
fn operations_per_second_rise_and_fall() {
    let mut redis = Redis::new();
    redis.advance_ms(100);
    for _ in 0..160 {
        redis.ask("PING");
    }
    redis.advance_ms(100);
    let page = info(&mut redis, "stats");
    assert_eq!(field(&page, "instantaneous_ops_per_sec"), "100");
    (0..20).for_each(|_| redis.advance_ms(100));
    let page = info(&mut redis, "stats");
    assert_eq!(field(&page, "instantaneous_ops_per_sec"), "0");
}

#[test]
fn notify_keyspace_events_takes_effect_at_once() {
    let mut redis = Redis::new();
    redis.ask("SET a 1");
    redis.ask("CONFIG SET notify-keyspace-events A");
    redis.ask("SET b 1");
    assert!(redis.engine.published.is_empty(), "without K or E nobody hears");
    redis.ask("CONFIG SET notify-keyspace-events AK");
    redis.ask("SET c 1");
    assert!(redis.engine.published.iter().any(|event| event.event.name == "set"));
}

#[test]
fn what_is_for_operators_is_closed_by_default() {
    let mut redis = Redis::new();
    assert!(redis.ask("DEBUG SLEEP 0").starts_with("-ERR DEBUG command not allowed."));
    assert!(redis.ask("MODULE LOAD /x.so").starts_with("-ERR MODULE command not allowed."));
    assert!(redis.ask("CONFIG SET dir /tmp").ends_with("can't set protected config"));
    let mut redis = open_to_debug();
    assert_eq!(redis.ask("DEBUG SLEEP 1.5"), "+OK");
    assert_eq!(redis.world.now.mono_us, 1_500_000);
}

#[test]
fn shutdown_leaves_a_note_and_no_reply() {
    let mut redis = Redis::new();
    assert_eq!(redis.ask("SHUTDOWN ABORT"), "-ERR No shutdown in progress.");
    assert_eq!(redis.ask("SHUTDOWN SAVE NOSAVE"), "-ERR syntax error");
    let client = redis.client;
    assert_eq!(redis.run(client, &args!["SHUTDOWN", "NOSAVE", "NOW"]), Flow::Stop);
    assert_eq!(redis.read(client), "");
    let shutdown = redis.engine.lifecycle.shutdown.expect("asked for");
    assert_eq!((shutdown.save, shutdown.now, shutdown.force), (Some(false), true, false));
}

/// Digests that redis-server 7.0.15 gave for the same commands.
const REDIS_DIGESTS: &[(&[&str], &str)] = &[
    (&[], "0000000000000000000000000000000000000000"),
    (&["SET k ''"], "15784ec79e7a3914ea55650c4b22a0f1c4b3c499"),
    (
        &["SET a -1", "SET b 12345", "SET c hello", "SET d 3.0"],
        "ffb6d819687481403a6de08dada00b0baee0fc49",
    ),
    (
        &["SET a 1", "SELECT 9", "SET a 1", "SET b 2 PXAT 4102444800000", "SELECT 15", "SET z z"],
        "016549e31089cfde383276ad527dbb9aa5bf89ab",
    ),
    (
        &[r#"SET bin "a\x00b\xff""#, "SETRANGE big 0 XXXXX", r#"SET "\x00" 1"#],
        "571cd3d24b045518f7f81812c952b2a1a080bfd3",
    ),
    (&["DEBUG POPULATE 1000"], "de87cf36afa8c921f610de73147c3c9363f314a3"),
    (&["DEBUG POPULATE 10 p 20"], "15fe4da82eda779c3810c834f83f731e2d840975"),
];

#[test]
fn the_digest_of_the_same_data_is_redis_s() {
    let big = "x".repeat(5000);
    for (commands, digest) in REDIS_DIGESTS {
        let mut redis = open_to_debug();
        for command in *commands {
            let reply = redis.ask(&command.replace("XXXXX", &big));
            assert!(!reply.starts_with('-'), "{command}: {reply}");
        }
        assert_eq!(redis.ask("DEBUG DIGEST"), format!("+{digest}"), "{commands:?}");
    }
}

#[test]
fn populate_tells_no_replica() {
    let mut redis = open_to_debug();
    redis.ask("SET key:1 mine");
    redis.effects();
    redis.ask("DEBUG POPULATE 3");
    assert_eq!(redis.ask("DBSIZE"), ":3");
    assert_eq!(redis.ask("GET key:1"), "$4 mine");
    assert_eq!(redis.ask("GET key:2"), "$7 value:2");
    assert!(redis.effects().is_empty());
}

//! Sessions, told as stories: pauses, replies that are not wanted, output that is not read,
//! transactions, and what is left of a client that goes.

use crate::support::Redis;
use keynotes::config::{Config, OutputBufferLimit};
use keynotes::session::{ClientKey, Closing, Origin};

#[test]
fn a_pause_of_writes_holds_writes_and_runs_them_in_order() {
    let mut redis = Redis::new();
    let (first, second) = (redis.connect(), redis.connect());
    assert_eq!(redis.ask("CLIENT PAUSE 1000 WRITE"), "+OK");
    assert_eq!(redis.ask_as(first, "SET k 1"), "");
    assert_eq!(redis.ask_as(second, "APPEND k 2"), "");
    assert_eq!(redis.ask("GET k"), "$-1");
    assert_eq!(redis.engine.clients.blocked_count, 2);
    redis.advance_ms(999);
    assert_eq!(redis.read(first), "");
    redis.advance_ms(1);
    assert_eq!((redis.read(first), redis.read(second)), ("+OK".into(), ":2".into()));
    assert_eq!(redis.engine.clients.take_resumed(), [first, second]);
    assert_eq!(redis.engine.clients.blocked_count, 0);
}

#[test]
fn a_paused_transaction_is_held_at_exec_only_if_it_writes() {
    let mut redis = Redis::new();
    let (reader, writer) = (redis.connect(), redis.connect());
    for line in ["MULTI", "GET k"] {
        redis.ask_as(reader, line);
    }
    for line in ["MULTI", "SET k v"] {
        redis.ask_as(writer, line);
    }
    redis.ask("CLIENT PAUSE 1000 WRITE");
    assert_eq!(redis.ask_as(reader, "EXEC"), "*1 $-1");
    assert_eq!(redis.ask_as(writer, "EXEC"), "");
    assert_eq!(redis.ask("CLIENT UNPAUSE"), "+OK");
    assert_eq!(redis.read(writer), "*1 +OK");
}

#[test]
fn a_second_pause_is_never_shorter_or_milder() {
    let mut redis = Redis::new();
    let other = redis.connect();
    redis.ask("CLIENT PAUSE 1000 WRITE");
    redis.ask("CLIENT PAUSE 10 ALL");
    assert_eq!(redis.ask_as(other, "GET k"), "");
    redis.advance_ms(500);
    assert_eq!(redis.read(other), "");
    redis.advance_ms(500);
    assert_eq!(redis.read(other), "$-1");
}

#[test]
fn in_a_pause_keys_are_seen_to_die_but_stay() {
    let mut redis = Redis::new();
    redis.ask("SET k v PX 10");
    redis.ask("CLIENT PAUSE 1000 WRITE");
    redis.effects();
    redis.advance_ms(500);
    for (line, reply) in [("GET k", "$-1"), ("EXISTS k", ":0"), ("KEYS *", "*0"), ("DBSIZE", ":1")]
    {
        assert_eq!(redis.ask(line), reply, "{line}");
    }
    assert_eq!(redis.ask("RANDOMKEY"), "$1 k", "the draw ends");
    assert!(redis.ask("INFO stats").contains("expired_keys:0"));
    assert!(redis.effects().is_empty(), "copies are told nothing");
    redis.ask("CLIENT UNPAUSE");
    assert_eq!((redis.ask("GET k"), redis.ask("DBSIZE")), ("$-1".into(), ":0".into()));
    assert_eq!(redis.effects(), ["DEL k"]);
    redis.ask("SET k v PX 10");
    redis.ask("CLIENT PAUSE 1000 WRITE");
    redis.world.advance_us(1_000_000);
    assert_eq!((redis.ask("GET k"), redis.ask("DBSIZE")), ("$-1".into(), ":0".into()));
}

#[test]
fn a_client_that_goes_while_it_is_held_back_is_forgotten() {
    let mut redis = Redis::new();
    let other = redis.connect();
    redis.ask("CLIENT PAUSE 1000 WRITE");
    redis.ask_as(other, "SET k v");
    redis.engine.disconnect(other);
    assert_eq!(redis.engine.clients.blocked_count, 0);
    redis.advance_ms(1000);
    assert_eq!(redis.ask("GET k"), "$-1");
}

#[test]
fn replies_are_off_or_skipped_as_asked() {
    let mut redis = Redis::new();
    let replies: Vec<String> = ["SKIP", "ON", "OFF", "SKIP", "OFF", "ON"]
        .iter()
        .flat_map(|mode| [format!("CLIENT REPLY {mode}"), "PING".to_owned(), "PING".to_owned()])
        .map(|line| redis.ask(&line))
        .collect();
    let skip = ["", "", "+PONG"];
    let on = ["+OK", "+PONG", "+PONG"];
    let off = ["", "", ""];
    assert_eq!(replies, [skip, on, off, off, off, on].concat());
}

#[test]
fn exec_answers_up_to_the_command_that_silences_it() {
    for (silencer, reply, after) in [
        ("CLIENT REPLY SKIP", "*3 +PONG +OK", ["", "+PONG"]),
        ("CLIENT REPLY OFF", "*3 +PONG", ["", ""]),
        ("CLIENT KILL ID 1 SKIPME no", "*3 +PONG :1", ["", ""]),
    ] {
        let mut redis = Redis::new();
        for line in ["MULTI", "PING", silencer, "SET k v"] {
            redis.ask(line);
        }
        assert_eq!(redis.ask("EXEC"), reply);
        assert_eq!([redis.ask("PING"), redis.ask("PING")], after, "{silencer}");
        assert_eq!(redis.effects(), ["SELECT 0", "SET k v"], "it ran all the same");
    }
}

#[test]
fn a_command_that_is_none_is_no_last_command() {
    let mut redis = Redis::new();
    let other = redis.connect();
    for (line, last) in
        [("GET k", "get"), ("NOPE", "NULL"), ("GET", "get"), ("CONFIG NOPE", "NULL")]
    {
        redis.ask_as(other, line);
        assert!(redis.ask("CLIENT LIST ID 2").contains(&format!(" cmd={last} ")), "{line}");
    }
}

#[test]
fn clients_are_listed_in_the_order_in_which_they_came() {
    let mut redis = Redis::new();
    let second = redis.connect();
    redis.connect();
    redis.engine.disconnect(second);
    assert_eq!(redis.connect(), second, "the slot is used again");
    let ids = |text: &str| -> Vec<String> {
        let words = text.split([' ', '\n']).filter_map(|word| word.strip_prefix("id="));
        words.map(str::to_owned).collect()
    };
    assert_eq!(ids(&redis.ask("CLIENT LIST")), ["1", "3", "4"]);
    assert_eq!(ids(&redis.ask("CLIENT LIST ID 4 2 1 99")), ["4", "1"]);
}

#[test]
fn an_address_that_many_have_kills_them_all() {
    let mut redis = Redis::new();
    let origin = Origin { peer: "/run/redis.sock:0".to_owned(), ..Origin::default() };
    let pair = [(); 2].map(|()| redis.engine.connect(origin.clone(), redis.world.now));
    assert_eq!(redis.ask("CLIENT KILL 127.0.0.1:1"), "-ERR No such client");
    assert_eq!(redis.ask("CLIENT KILL /run/redis.sock:0"), "+OK");
    assert_eq!(pair.map(|client| redis.engine.clients[client].closing), [Some(Closing::Now); 2]);
}

#[test]
fn a_browser_is_shown_out_and_told_of_once_a_minute() {
    let mut redis = Redis::new();
    for (word, advance_ms, warnings) in
        [("POST", 0, 1), ("Host:", 59_999, 1), ("post", 1, 2), ("POST", 1, 2)]
    {
        redis.advance_ms(advance_ms);
        let browser = redis.connect();
        redis.ask_as(browser, &format!("{word} x"));
        assert_eq!(redis.engine.clients[browser].closing, Some(Closing::Now));
        assert_eq!(redis.world.log.len(), warnings, "{word} after {advance_ms} ms");
    }
}

#[test]
fn reset_forgets_all_but_the_library() {
    let mut redis = Redis::new();
    for line in [
        "HELLO 3 SETNAME joe",
        "CLIENT SETINFO LIB-NAME lib",
        "CLIENT NO-TOUCH ON",
        "CLIENT NO-EVICT ON",
        "SELECT 3",
        "WATCH k",
        "MULTI",
    ] {
        redis.ask(line);
    }
    assert_eq!(redis.ask("RESET"), "+RESET");
    let line = redis.ask("CLIENT INFO");
    for field in [" name= ", " flags=N ", " db=0 ", " multi=-1 ", " watch=0 ", " resp=2 "] {
        assert!(line.contains(field), "{field} in {line}");
    }
    assert!(line.contains(" lib-name=lib "));
}

#[test]
fn who_does_not_read_is_closed() {
    let mut config = Config::new();
    config.client_output_buffer_limit[0] =
        OutputBufferLimit { hard_bytes: 100_000, soft_bytes: 40_000, soft_seconds: 3 };
    let mut redis = Redis::with_config(config);
    let words = |len: usize| vec![b'x'; len];
    let (hard, soft, quick) = (redis.connect(), redis.connect(), redis.connect());
    let echo = |redis: &mut Redis, client: ClientKey, len: usize| {
        let text = words(len);
        redis.run(client, &keynotes::args!["ECHO", text]);
    };
    echo(&mut redis, hard, 60_000);
    echo(&mut redis, hard, 60_000);
    assert_eq!(redis.engine.clients[hard].closing, Some(Closing::Now));
    echo(&mut redis, soft, 60_000);
    echo(&mut redis, quick, 60_000);
    redis.read(quick);
    redis.advance_ms(3000);
    assert_eq!(redis.engine.clients[soft].closing, None);
    redis.advance_ms(1);
    assert_eq!(redis.engine.clients[soft].closing, Some(Closing::Now));
    assert_eq!(redis.engine.clients[quick].closing, None, "it read in time");
    assert_eq!(redis.engine.stats.output_buffer_limit_disconnections, 2);
    assert!(redis.world.log[0].contains("for overcoming of output buffer limits"));
}

#[test]
fn a_watched_key_that_was_dead_already_does_not_break_by_going() {
    let mut redis = Redis::new();
    let other = redis.connect();
    redis.ask("SET k v PX 10");
    redis.world.advance_us(11_000);
    for line in ["WATCH k", "MULTI", "PING"] {
        redis.ask(line);
    }
    redis.ask_as(other, "GET k");
    assert_eq!(redis.ask("EXEC"), "*1 +PONG");
    redis.ask("SET k v PX 10");
    for line in ["WATCH k", "MULTI", "PING"] {
        redis.ask(line);
    }
    redis.advance_ms(11);
    assert_eq!(redis.ask("EXEC"), "*-1", "this one died under watch");
}

#[test]
fn only_several_writes_are_wrapped() {
    let mut redis = Redis::new();
    for line in ["MULTI", "GET k", "SET k v", "EXEC", "MULTI", "SET a 1", "SET b 2", "EXEC"] {
        redis.ask(line);
    }
    assert_eq!(redis.effects(), ["SELECT 0", "SET k v", "MULTI", "SET a 1", "SET b 2", "EXEC"]);
}

#[test]
fn a_queue_is_counted_and_a_poisoned_one_does_not_grow() {
    let mut redis = Redis::new();
    redis.ask("MULTI");
    redis.ask("SET k v");
    let bytes = redis.engine.clients[redis.client].transaction.as_ref().unwrap().heap_bytes;
    assert!(bytes >= 5);
    redis.ask("NOPE");
    assert_eq!(redis.ask("SET k v"), "+QUEUED");
    let transaction = redis.engine.clients[redis.client].transaction.as_ref().unwrap();
    assert_eq!((transaction.queue.len(), transaction.heap_bytes), (1, bytes));
    assert_eq!(redis.ask("EXEC"), "-EXECABORT Transaction discarded because of previous errors.");
}

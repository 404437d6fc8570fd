//! # An example of each rule, and of what lies just beside it
//!
//! `_` in a command stands for a space, `\0` for a zero byte, `''` for nothing.

/// A difference that a rule explains, and others that it must not.
#[derive(Clone, Copy)]
pub struct Example {
    pub rule: &'static str,
    /// What was sent before, and what both said to it. Without it nothing is explained.
    pub before: &'static [(&'static str, &'static str)],
    pub asked: &'static str,
    pub forgiven: [&'static str; 2],
    /// Other replies to the same.
    pub replies: &'static [[&'static str; 2]],
    /// Other commands with the same replies.
    pub commands: &'static [&'static str],
}

const fn of(rule: &'static str, asked: &'static str, forgiven: [&'static str; 2]) -> Example {
    Example { rule, before: &[], asked, forgiven, replies: &[], commands: &[] }
}

impl Example {
    const fn after(self, before: &'static [(&'static str, &'static str)]) -> Example {
        Example { before, ..self }
    }

    const fn not(self, replies: &'static [[&'static str; 2]]) -> Example {
        Example { replies, ..self }
    }

    const fn nor(self, commands: &'static [&'static str]) -> Example {
        Example { commands, ..self }
    }
}

const ARITY: &str = "-ERR wrong number of arguments";
const LEAST: &str = "-ERR value must between -1 and 1";
const QUEUED: &str = "+QUEUED";
const INTEGER: &str = "-ERR value is not an integer or out of range";

pub const EXAMPLES: &[Example] = &[
    of("scan", "SCAN 0", [r#"["0" ["a" "b"]]"#, r#"["0" ["b" "a"]]"#])
        .not(&[
            [r#"["0" ["a" "b"]]"#, r#"["0" ["b"]]"#],
            [r#"["0" ["a" "b"]]"#, r#"["1" ["b" "a"]]"#],
        ])
        .nor(&["LRANGE 0 1 2"]),
    of("scan-fields", "HSCAN k 0 NOVALUES", [r#"["0" ["f" "g"]]"#, r#"["0" ["g" "f"]]"#])
        .not(&[[r#"["0" ["f" "g"]]"#, r#"["0" ["g"]]"#]]),
    of("scan-pairs", "HSCAN k 0", [r#"["0" ["f" "1" "g" "2"]]"#, r#"["0" ["g" "2" "f" "1"]]"#])
        .not(&[[r#"["0" ["f" "1" "g" "2"]]"#, r#"["0" ["g" "1" "f" "2"]]"#]]),
    of("scan-part", "SCAN 0 COUNT 1", [r#"["3" ["a"]]"#, r#"["0" ["b" "a"]]"#])
        .after(&[("MSET a 1 b 2", "+OK")])
        .not(&[
            [r#"["3" ["a"]]"#, r#"["0" ["stranger"]]"#],
            [r#"["x" ["a"]]"#, r#"["0" ["a"]]"#],
            [r#"["3" ["a"]]"#, r#"["a"]"#],
            [r#"["3" ["a"]]"#, "-ERR no"],
        ])
        .nor(&["SCAN 0 COUNT 1000"]),
    of("scan-cursor", "SCAN 5", [r#"["3" ["a"]]"#, r#"["0" ["b"]]"#])
        .after(&[("MSET a 1 b 2", "+OK")])
        .not(&[[r#"["3" ["a"]]"#, r#"["0" ["stranger"]]"#], [r#"["3" ["a"]]"#, "-ERR no"]]),
    of("set-order", "SMEMBERS k", [r#"["a" "b"]"#, r#"["b" "a"]"#])
        .not(&[[r#"["a" "b"]"#, r#"["b" "b"]"#], [r#"["a" "b"]"#, r#"~["b" "a"]"#]])
        .nor(&["LRANGE k 0 -1"]),
    of("hash-order", "HGETALL k", [r#"["f" "1" "g" "2"]"#, r#"["g" "2" "f" "1"]"#])
        .not(&[[r#"["f" "1" "g" "2"]"#, r#"["g" "1" "f" "2"]"#]]),
    of(
        "hash-order-in-lua",
        "EVAL return_redis.call('hgetall',_KEYS[1]) 1 k",
        [r#"["f" "1" "g" "2"]"#, r#"["g" "2" "f" "1"]"#],
    )
    .nor(&["EVAL return_redis.call('lrange',_KEYS[1]) 1 k"]),
    of("unsorted", "SORT k BY nosort", [r#"["a" "b"]"#, r#"["b" "a"]"#])
        .not(&[[r#"["a" "b"]"#, r#"["b" "c"]"#]])
        .nor(&["SORT k", "SORT k BY w*", "SORT k ALPHA"]),
    of("unsorted-part", "SORT k BY nosort LIMIT 0 1", [r#"["a"]"#, r#"["b"]"#])
        .after(&[("SADD k a b", ":2")])
        .not(&[[r#"["a"]"#, r#"["stranger"]"#], [r#"["a"]"#, r#"["b" "a"]"#]])
        .nor(&["SORT k BY w* LIMIT 0 1"]),
    of("equal-to-zero", "SORT k ALPHA", [r#"["" "\x00"]"#, r#"["\x00" ""]"#])
        .not(&[[r#"["a" "\x00"]"#, r#"["\x00" "a"]"#], [r#"["" "\x00"]"#, r#"["\x00" "\x00"]"#]])
        .nor(&["SORT k", "LRANGE k 0 1"]),
    of("ttl-clock", "PTTL k", [":5000", ":3001"])
        .not(&[[":5000", ":2999"], [":5000", ":-1"], [":1", ":-1"]])
        .nor(&["TTL k", "INCR k"]),
    of("ttl-clock-in-seconds", "TTL k", [":100", ":98"]).not(&[[":100", ":97"], [":1", ":-1"]]),
    of("idle-clock", "OBJECT IDLETIME k", [":0", ":9"]).not(&[[":0", ":100"], [":0", "nil"]]),
    of("library-order", "FUNCTION LIST", [r#"["a" "b"]"#, r#"["b" "a"]"#])
        .not(&[[r#"["a" "b"]"#, r#"["b"]"#]]),
    of("dead-counted", "DBSIZE", [":2", ":3"])
        .after(&[("SET k v EXAT 1", "+OK"), ("RANDOMKEY", "nil")])
        .not(&[[":2", "nil"], [":2", ":-1"]])
        .nor(&["EXISTS k"]),
    of("lex-among-scores", "ZRANGEBYLEX k - [b", [r#"["a" "b"]"#, r#"["a"]"#])
        .after(&[("ZADD k 1 a 2 b", ":2")])
        .not(&[[r#"["a"]"#, r#"["stranger"]"#], [r#"["a"]"#, "nil"]])
        .nor(&["ZRANGEBYSCORE k 1 2"]),
    of("lex-stored-among-scores", "ZREMRANGEBYLEX k - [b", [":2", ":1"])
        .after(&[("ZADD k 1 a 2 b", ":2")])
        .not(&[[":2", ":-1"], [":2", "nil"]])
        .nor(&["ZREMRANGEBYSCORE k 1 2"]),
    of("random-key", "RANDOMKEY", [r#""a""#, r#""b""#])
        .after(&[("MSET a 1 b 2", "+OK")])
        .not(&[[r#""a""#, r#""stranger""#], [r#""a""#, "nil"]])
        .nor(&["GET a"]),
    of("random-member", "SRANDMEMBER k 2", [r#"["a" "b"]"#, r#"["b" "c"]"#])
        .after(&[("SADD k a b c", ":3")])
        .not(&[[r#"["a" "b"]"#, r#"["b"]"#], [r#"["a" "b"]"#, r#"["b" "stranger"]"#]])
        .nor(&["SINTERCARD k"]),
    of("all-members", "SPOP k 1000", [r#"["a" "b"]"#, r#"["b" "a"]"#])
        .not(&[[r#"["a" "b"]"#, r#"["b" "b"]"#]]),
    of("hello", "HELLO 2", [r#"["id" :1 "proto" :2]"#, r#"["id" :9 "proto" :2]"#])
        .not(&[[r#"["id" :1 "proto" :2]"#, r#"["id" :1 "proto" :3]"#]]),
    of("help", "OBJECT HELP", [r#"["one"]"#, r#"["other"]"#])
        .not(&[[r#"["one"]"#, r#""one""#], [r#"["one"]"#, "-ERR no help"]])
        .nor(&["OBJECT ENCODING k"]),
    of(
        "stream-clock",
        "XINFO CONSUMERS k g",
        [r#"[["n" :1 "idle" :5]]"#, r#"[["n" :1 "idle" :9]]"#],
    )
    .not(&[[r#"[["n" :1 "idle" :5]]"#, r#"[["n" :2 "idle" :5]]"#]]),
    of("dump", "DUMP k", [r#""one""#, r#""other""#]).not(&[[r#""one""#, "nil"]]).nor(&["GET k"]),
    of("doubles", "ZSCORE k m", [r#""3.2999999999999998""#, r#""3.3""#])
        .not(&[[r#""3.2999999999999998""#, r#""3.4""#], [r#""3.2999999999999998""#, r#""3.30""#]])
        .nor(&["GET k", "HGET k m"]),
    of("doubles-in-lua", "EVAL x 0", [",3.2999999999999998", ",3.3"])
        .not(&[[r#""3.2999999999999998""#, r#""3.3""#], [",3.2999999999999998", ",3.4"]]),
    of(
        "doubles-behind",
        "ZRANGE k 0 -1 WITHSCORES",
        [r#"["m" "3.2999999999999998"]"#, r#"["m" "3.3"]"#],
    )
    .not(&[[r#"["3.2999999999999998" "1"]"#, r#"["3.3" "1"]"#]])
    .nor(&["LRANGE k 0 -1"]),
    of("doubles-popped", "ZPOPMIN k", [r#"["m" "3.2999999999999998"]"#, r#"["m" "3.3"]"#])
        .not(&[[r#"["3.2999999999999998" "1"]"#, r#"["3.3" "1"]"#]]),
    of("doubles-last", "BZPOPMIN k 0", [r#"["k" "m" "3.2999999999999998"]"#, r#"["k" "m" "3.3"]"#])
        .not(&[[r#"["k" "3.2999999999999998" "1"]"#, r#"["k" "3.3" "1"]"#]]),
    of("zero-sign", "ZSCORE k m", [r#""0""#, r#""-0""#])
        .after(&[("ZADD k -0 m 1 longer", ":2")])
        .not(&[[r#""0""#, r#""-1""#], [r#""0""#, r#""0.0""#]])
        .nor(&["GET k"]),
    of("scan-no-cursor", "SCAN -1", [r#"["0" []]"#, "-ERR invalid cursor"])
        .nor(&["SCAN 1", "SCAN _1", "SCAN abc"]),
    of("scan-spaced-cursor", "SCAN _1", ["-ERR invalid cursor", r#"["0" []]"#])
        .nor(&["SCAN 1", "SCAN -1", "SCAN ''"]),
    of("getkeys-arity", "COMMAND GETKEYS PING", [ARITY, QUEUED])
        .not(&[["-ERR no", QUEUED]])
        .nor(&["COMMAND GETKEYS GET k"]),
    of("least-rank", "LPOS k a RANK -9223372036854775808", ["nil", LEAST])
        .not(&[["nil", "-ERR no"]]),
    of("least-count", "LREM k -9223372036854775808 a", [":0", LEAST]).nor(&["LSET k 0 a"]),
    of("bits-of-nothing-more", "BITCOUNT k 0 1 BYTES", [":0", "-ERR syntax error"])
        .nor(&["BITCOUNT k 0"]),
    of("bits-of-nothing", "BITCOUNT k a b", [":0", INTEGER]).nor(&["GETBIT k a"]),
    of(
        "timeout-beyond",
        "BLPOP k 1e400",
        ["-ERR timeout is negative", "-ERR timeout is out of range"],
    )
    .not(&[["-ERR timeout is negative", "nil*"]]),
    of("block-beyond", "XREAD BLOCK 1 STREAMS k 0", ["nil*", "-ERR timeout is out of range"])
        .not(&[["nil*", "-ERR timeout is negative"]]),
    of(
        "xread-unbalanced",
        "XREAD STREAMS k",
        ["-ERR Unbalanced XREAD list", "-ERR Unbalanced 'xread' list"],
    )
    .not(&[["-ERR Unbalanced XREAD list", "nil*"]]),
    of("list-encoding", "OBJECT ENCODING k", [r#""quicklist""#, r#""listpack""#])
        .not(&[[r#""quicklist""#, r#""ziplist""#]]),
    of("set-encoding", "OBJECT ENCODING k", [r#""hashtable""#, r#""listpack""#])
        .not(&[[r#""intset""#, r#""listpack""#]]),
    of("hello-whole", "HELLO 3 AUTH a b c", ["-WRONGPASS invalid", "-ERR Syntax error"])
        .not(&[["-WRONGPASS invalid", "-NOPROTO"]]),
    of("hello-half", "CLIENT GETNAME", [r#""me""#, "nil"])
        .after(&[("HELLO 3 SETNAME me c", "-ERR Syntax error")])
        .not(&[[r#""me""#, ":1"]])
        .nor(&["GET k"]),
    of(
        "name-with-zero",
        "CLIENT SETNAME a\\0_b",
        ["-ERR Client names cannot contain spaces", "+OK"],
    )
    .nor(&["CLIENT SETNAME a_b"]),
    of("rank-withscore", "ZRANK k m WITHSCORE", [ARITY, r#"[:0 "1"]"#]).nor(&["ZRANK k m"]),
    of(
        "xsetid-deleted",
        "XSETID k 1-1",
        ["+OK", "-ERR The ID specified in XSETID is smaller than current max_deleted_entry_id"],
    )
    .not(&[["+OK", "-ERR The ID specified in XSETID is smaller than the target stream top item"]]),
    of("consumer-made", "XGROUP CREATECONSUMER k g c", [":1", ":0"])
        .after(&[("XCLAIM k g c 0 1-1", "[]")])
        .not(&[[":1", ":2"]]),
    of("idle-consumers", "XINFO CONSUMERS k g", ["[]", r#"[["name" "c" "pending" :0]]"#])
        .after(&[("XAUTOCLAIM k g c 0 0", r#"["0-0" [] []]"#)])
        .not(&[["[]", r#"[["name" "c" "pending" :1]]"#]]),
    of(
        "stream-success",
        "XINFO CONSUMERS k g",
        [r#"[["name" "c"]]"#, r#"[["name" "c" "inactive" :5]]"#],
    )
    .not(&[[r#"[["name" "c"]]"#, r#"[["name" "d" "inactive" :5]]"#]]),
    of("stream-consumers", "XINFO GROUPS k", [r#"[["consumers" :0]]"#, r#"[["consumers" :1]]"#])
        .after(&[("XCLAIM k g c 0 1-1", "[]")])
        .not(&[[r#"[["consumers" :0 "lag" :1]]"#, r#"[["consumers" :1 "lag" :2]]"#]]),
    of("references", "EXEC", ["[+OK :2]", "[+OK :1]"])
        .after(&[("MULTI", "+OK"), ("SET k v", QUEUED), ("OBJECT REFCOUNT k", QUEUED)])
        .not(&[["[+OK :2]", "[+OK :0]"], ["[+OK :7]", "[+OK :1]"], ["[+OK :2]", "[+OK :3]"]])
        .nor(&["OBJECT REFCOUNT k"]),
    of(
        "no-sync",
        "COMMAND GETKEYS SYNC",
        ["-ERR The command has no key arguments", "-ERR Invalid command specified"],
    )
    .nor(&["COMMAND GETKEYS PSYNC", "COMMAND GETKEYS GET SYNC"]),
    of("negative-offset", "ZRANGEBYSCORE k 0 9 LIMIT -1 5", ["[]", r#"["a"]"#])
        .not(&[["[]", r#"["a" "b" "c"]"#], [r#"["a"]"#, r#"["a" "b"]"#], ["[]", "nil"]])
        .nor(&["ZRANGEBYSCORE k 0 9 LIMIT 1 5", "ZRANGE k 0 9", "ZRANGEBYSCORE k -1 5"]),
    of("negative-offset-stored", "ZRANGESTORE d k 0 9 BYSCORE LIMIT -2 5", [":0", ":2"])
        .not(&[[":0", ":3"], [":1", ":2"], [":0", "[]"]])
        .nor(&["ZRANGESTORE d k 0 9 BYSCORE LIMIT 2 -5"]),
    of(
        "noscript",
        "EVALSHA x 0",
        ["-NOSCRIPT No matching script. Please use EVAL.", "-NOSCRIPT No matching script."],
    )
    .not(&[["-NOSCRIPT No matching script. Please use EVAL.", "nil"]]),
    of(
        "watch-in-multi",
        "WATCH k",
        ["-ERR WATCH inside MULTI is not allowed", "-ERR Command not allowed inside a transaction"],
    )
    .not(&[["-ERR WATCH inside MULTI is not allowed", "+OK"]]),
    of(
        "multi-in-multi",
        "MULTI",
        ["-ERR MULTI calls can not be nested", "-ERR Command not allowed inside a transaction"],
    )
    .not(&[["-ERR MULTI calls can not be nested", "+OK"]]),
    of(
        "lua-arguments",
        "EVAL x 0",
        ["-ERR Lua redis lib command arguments", "-ERR Command arguments must"],
    )
    .not(&[["-ERR Lua redis lib command arguments", "nil"]]),
    of(
        "lua-unknown",
        "EVAL x 0",
        ["-ERR Unknown Redis command called", "-ERR Unknown command called"],
    )
    .not(&[["-ERR Unknown Redis command called", "nil"]]),
    of("scan-type", "SCAN 0 TYPE x", [r#"["0" []]"#, "-ERR unknown type name 'x'"])
        .not(&[[r#"["0" []]"#, "-ERR syntax error"]]),
    of("scan-without-scores", "ZSCAN k 0 NOSCORES", ["-ERR syntax error", r#"["0" ["a"]]"#])
        .not(&[["-WRONGTYPE", r#"["0" ["a"]]"#]])
        .nor(&["ZSCAN k 0"]),
    of("bitcount-to-the-end", "BITCOUNT k 0", ["-ERR syntax error", ":3"]).nor(&["BITCOUNT k 0 1"]),
    of("xread-last", "XREAD STREAMS k +", ["-ERR Invalid stream ID", "nil*"])
        .nor(&["XREAD STREAMS k x"]),
    of(
        "xreadgroup-last",
        "XREADGROUP GROUP g c STREAMS k +",
        ["-ERR Invalid stream ID", "-ERR The + ID is meaningless"],
    )
    .not(&[["-ERR Invalid stream ID", "nil*"]]),
    of("zset-conversion", "OBJECT ENCODING k", [r#""listpack""#, r#""skiplist""#])
        .after(&[("ZADD k XX 1 long", ":0")])
        .not(&[[r#""listpack""#, r#""hashtable""#]]),
    of("watch-the-past", "EXEC", ["nil*", "[:1]"])
        .after(&[("SET k v PXAT 1", "+OK")])
        .not(&[["[:1]", "[:2]"], ["nil*", "-EXECABORT no"]]),
    of("dead-not-set", "DBSIZE", [":2", ":1"])
        .after(&[("SET k v PXAT 1", "+OK")])
        .not(&[[":2", ":-1"], [":2", "nil"]])
        .nor(&["EXISTS k"]),
    of(
        "stale-range-error",
        "SORT k",
        [r#"["1"]"#, "-ERR One or more scores can't be converted into double"],
    )
    .after(&[("INCRBYFLOAT k 1e5000", "-ERR value is not a valid float")])
    .not(&[[r#"["1"]"#, "-ERR syntax error"]])
    .nor(&["ZADD k 1 1"]),
    of("list-index", "LSET k 4294967296 v", ["-ERR index out of range", "+OK"])
        .nor(&["LSET k 7 v"]),
    of("broken-hyperloglog", "PFCOUNT k", ["-INVALIDOBJ Corrupted HLL", ":1"])
        .not(&[["-WRONGTYPE", ":1"], [":2", ":1"]])
        .nor(&["GET k"]),
    of("replica-reads", "READONLY", ["-ERR cluster support disabled", "+OK"]).nor(&["ASKING"]),
];

//! # Requests by lot
//!
//! A request is drawn in two steps: a shape, by its weight, then a word for each of the shape's
//! tokens. Few keys, so that commands meet; numbers from the edges; now and then a request that is
//! spoiled: a word too few, a word too many, a word that does not belong.
//!
//! Each step of a run is drawn from a number of its own. So a run is a list of numbers, and a run
//! with some of them struck out is a run of the other steps as they were: that is how a failure
//! shrinks.

use crate::model::Word;
use keynotes::base::quote::quote;
use keynotes::base::rng::Rng;

/// What happens next in a run.
#[derive(Clone, Debug)]
pub enum Step {
    Ask {
        who: usize,
        words: Vec<Word>,
    },
    /// Time goes by; the cron runs, or has not come to it yet.
    Pass {
        ms: u64,
        cron: bool,
    },
}

/// Who keeps the clock.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// The run: it stands still until it is moved, so deadlines may be a ms apart.
    Ours,
    /// A server, and it runs: no reply may hang on a few seconds.
    Theirs,
}

/// Unix time at which every run begins, if the clock is ours.
pub const START_MS: i64 = 1_700_000_000_000;
pub const CLIENTS: usize = 2;

/// Weights, and requests whose small words are tokens.
const SHAPES: &[(u64, &str)] = &[
    (8, "APPEND key value"),
    (6, "DECR key"),
    (4, "DECRBY key int"),
    (8, "GET key"),
    (3, "GETDEL key"),
    (8, "GETEX key getex-options"),
    (6, "GETRANGE key index index"),
    (3, "GETSET key value"),
    (6, "INCR key"),
    (6, "INCRBY key int"),
    (8, "INCRBYFLOAT key float"),
    (3, "LCS short short lcs-options"),
    (2, "SET short letters"),
    (1, "APPEND short letters"),
    (4, "MGET key more-keys"),
    (4, "MSET key value more-pairs"),
    (4, "MSETNX key value more-pairs"),
    (3, "PSETEX key ms value"),
    (14, "SET key value"),
    (14, "SET key value set-options"),
    (3, "SETEX key s value"),
    (4, "SETNX key value"),
    (8, "SETRANGE key offset value"),
    (4, "STRLEN key"),
    (1, "SUBSTR key index index"),
    (3, "HDEL hash field more-fields"),
    (2, "HEXISTS hash field"),
    (4, "HGET hash field"),
    (4, "HGETALL hash"),
    (5, "HINCRBY hash field int"),
    (5, "HINCRBYFLOAT hash field float"),
    (2, "HKEYS hash"),
    (2, "HLEN hash"),
    (3, "HMGET hash field more-fields"),
    (3, "HMSET hash field value more-values"),
    (2, "HRANDFIELD hash"),
    (3, "HRANDFIELD hash draws"),
    (3, "HRANDFIELD hash draws WITHVALUES"),
    (10, "HSET hash field value more-values"),
    (4, "HSETNX hash field value"),
    (2, "HSTRLEN hash field"),
    (2, "HVALS hash"),
    (14, "SADD set member more-members"),
    (2, "SCARD set"),
    (4, "SDIFF set more-sets"),
    (4, "SDIFFSTORE set set more-sets"),
    (4, "SINTER set more-sets"),
    (2, "SINTERCARD 1 set LIMIT index"),
    (2, "SINTERCARD 2 set set"),
    (4, "SINTERSTORE set set more-sets"),
    (3, "SISMEMBER set member"),
    (4, "SMEMBERS set"),
    (3, "SMISMEMBER set member more-members"),
    (5, "SMOVE set set member"),
    (4, "SPOP set"),
    (4, "SPOP set draws"),
    (2, "SRANDMEMBER set"),
    (3, "SRANDMEMBER set draws"),
    (6, "SREM set member more-members"),
    (4, "SUNION set more-sets"),
    (4, "SUNIONSTORE set set more-sets"),
    (10, "LPUSH list element more-elements"),
    (12, "RPUSH list element more-elements"),
    (3, "LPUSHX list element more-elements"),
    (3, "RPUSHX list element more-elements"),
    (3, "RPUSH list value more-elements"),
    (6, "LPOP list"),
    (6, "RPOP list"),
    (2, "LPOP list index"),
    (2, "RPOP list index"),
    (2, "LMPOP 1 list side lmpop-options"),
    (3, "LMPOP 2 list list side lmpop-options"),
    (2, "LLEN list"),
    (4, "LINDEX list index"),
    (6, "LRANGE list index index"),
    (6, "LPOS list element lpos-options"),
    (4, "LSET list index element"),
    (6, "LINSERT list where element element"),
    (6, "LREM list index element"),
    (4, "LTRIM list index index"),
    (6, "LMOVE list list side side"),
    (4, "RPOPLPUSH list list"),
    (14, "ZADD zset score zmember more-scores"),
    (10, "ZADD zset zadd-options score zmember more-scores"),
    (2, "ZCARD zset"),
    (3, "ZCOUNT zset bound bound"),
    (4, "ZDIFF 2 zset source WITHSCORES"),
    (3, "ZDIFFSTORE zset 3 zset source zset"),
    (6, "ZINCRBY zset score zmember"),
    (4, "ZINTER 2 zset source algebra-options WITHSCORES"),
    (2, "ZINTERCARD 2 zset source LIMIT index"),
    (3, "ZINTERSTORE zset 2 source zset algebra-options"),
    (3, "ZMPOP 2 zset zset end"),
    (3, "ZMPOP 1 zset end COUNT index"),
    (3, "ZMSCORE zset zmember zmember"),
    (3, "ZPOPMAX zset"),
    (2, "ZPOPMAX zset index"),
    (3, "ZPOPMIN zset"),
    (2, "ZPOPMIN zset index"),
    (4, "ZRANGE zset index index zrange-options"),
    (4, "ZRANGE zset bound bound BYSCORE limit-options"),
    (4, "ZRANGEBYSCORE zset bound bound limit-options"),
    (3, "ZRANGESTORE zset zset index index"),
    (3, "ZRANGESTORE zset zset bound bound BYSCORE"),
    (4, "ZRANK zset zmember"),
    (4, "ZREM zset zmember zmember"),
    (2, "ZREMRANGEBYRANK zset index index"),
    (2, "ZREMRANGEBYSCORE zset bound bound"),
    (3, "ZREVRANGE zset index index zrange-options"),
    (3, "ZREVRANGEBYSCORE zset bound bound limit-options"),
    (4, "ZREVRANK zset zmember"),
    (4, "ZSCORE zset zmember"),
    (5, "ZUNION 2 zset source algebra-options WITHSCORES"),
    (3, "ZUNION 3 zset zset source WEIGHTS score score score"),
    (4, "ZUNIONSTORE zset 2 zset source algebra-options"),
    (8, "COPY key key copy-options"),
    (6, "DEL key more-keys"),
    (4, "EXISTS key more-keys"),
    (6, "EXPIRE key s"),
    (6, "EXPIRE key s soft-conditions"),
    (6, "EXPIREAT key at-s expire-conditions"),
    (3, "EXPIRETIME key"),
    (3, "KEYS pattern"),
    (5, "MOVE key db"),
    (8, "OBJECT ENCODING key"),
    (1, "OBJECT object-word key"),
    (5, "PERSIST key"),
    (6, "PEXPIRE key ms soft-conditions"),
    (6, "PEXPIREAT key at-ms expire-conditions"),
    (3, "PEXPIRETIME key"),
    (5, "PTTL key"),
    (3, "RANDOMKEY"),
    (5, "RENAME key key"),
    (4, "RENAMENX key key"),
    (2, "SCAN 0 COUNT 1000 scan-options"),
    (2, "SCAN cursor scan-options"),
    (3, "TOUCH key more-keys"),
    (5, "TTL key"),
    (3, "TYPE key"),
    (3, "UNLINK key more-keys"),
    (5, "DBSIZE"),
    (1, "FLUSHALL flush-mode"),
    (1, "FLUSHDB flush-mode"),
    (2, "SWAPDB db db"),
    (4, "SELECT db"),
    (5, "MULTI"),
    (14, "EXEC"),
    (2, "DISCARD"),
    (6, "WATCH key more-keys"),
    (1, "UNWATCH"),
    (1, "NOSUCH A B"),
];

const KEYS: &[&[u8]] = &[b"k1", b"k2", b"k3", b"counter", b"key:4", b"", b"\xff\0\r\n", b"[x]"];
const INTS: &[&str] = &[
    "0",
    "1",
    "-1",
    "7",
    "9999",
    "10000",
    "-42",
    "9223372036854775807",
    "9223372036854775806",
    "-9223372036854775808",
    "-9223372036854775807",
    "9223372036854775808",
    "4611686018427387904",
    "+1",
    "-0",
    "007",
    " 1",
    "1 ",
    "",
    "x",
    "1.0",
];
const FLOATS: &[&str] = &[
    "0.1", "-0.1", "3", "-2.5", "1e3", "1e17", "5.0e-3", "1e-18", "inf", "-inf", "nan", "0x10",
    "1e4932", "-1e4932", "", " 1", "1,5", "10.2", "-0", ".5",
];
const SCORES: &[&str] =
    &["0", "1", "1", "2", "3", "-1", "2.5", "-0.5", "1e3", "0x10", "inf", "-inf", "nan", "x", ""];
const INDEXES: &[&str] = &[
    "0",
    "-1",
    "1",
    "2",
    "-2",
    "5",
    "-5",
    "43",
    "44",
    "-100",
    "100",
    "9223372036854775807",
    "-9223372036854775808",
    "x",
];
const OFFSETS: &[&str] = &[
    "0",
    "1",
    "5",
    "19",
    "43",
    "44",
    "45",
    "300",
    "-1",
    "x",
    "536870912",
    "9223372036854775807",
    "-9223372036854775808",
];
const DBS: &[&str] = &["0", "0", "0", "1", "1", "2", "15", "16", "-1", "4294967296", "x", ""];
const PATTERNS: &[&str] =
    &["*", "k?", "k*", "k[12]", "k[^1]", "\\[x]", "*:*", "", "[", "k1", "*\\", "k[2-1]"];
const CURSORS: &[&str] =
    &["0", "1", "17", "18446744073709551615", "x", "-1", "18446744073709551616"];
const EDGE_TIMES: &[&str] = &[
    "0",
    "-1",
    "x",
    "",
    "9223372036854775807",
    "-9223372036854775808",
    "9223372036854775",
    "9223372036854776",
    "-9223372036854776",
    "1.5",
];
/// What spoils a request. No GT: the clock must not decide between two times that are alike.
const JUNK: &[&str] =
    &["", "junk", "NX", "xx", "GET", "KEEPTTL", "EX", "10", "-1", "LT ", "REPLACE"];

impl Step {
    /// The step that `seed` stands for.
    pub fn draw(seed: u64, clock: Clock) -> Step {
        let mut lot = Lot { rng: Rng::new(seed), clock };
        if clock == Clock::Ours && lot.rng.below(16) == 0 {
            let ms = lot.pick(&[1, 1, 1, 1, 5, 5, 100, 100, 999, 1000, 1500, 60_000]);
            return Step::Pass { ms, cron: lot.rng.below(2) == 0 };
        }
        let who = lot.rng.below(CLIENTS as u64) as usize;
        Step::Ask { who, words: lot.request() }
    }

    /// A request of the first client, as it would be typed.
    pub fn line(line: &str) -> Step {
        Step::Ask { who: 0, words: line.split(' ').map(Word::from).collect() }
    }
}

impl std::fmt::Display for Step {
    /// As it would be typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Step::Pass { ms, cron } => write!(f, "-- {ms} ms{}", if *cron { ", cron" } else { "" }),
            Step::Ask { who, words } => {
                let words: Vec<String> = words.iter().map(|word| quote(word)).collect();
                write!(f, "{who}> {}", words.join(" "))
            }
        }
    }
}

struct Lot {
    rng: Rng,
    clock: Clock,
}

impl Lot {
    fn pick<T: Copy>(&mut self, all: &[T]) -> T {
        all[self.rng.below(all.len() as u64) as usize]
    }

    fn one_in(&mut self, n: u64) -> bool {
        self.rng.below(n) == 0
    }

    fn request(&mut self) -> Vec<Word> {
        let total: u64 = SHAPES.iter().map(|(weight, _)| weight).sum();
        let mut at = self.rng.below(total);
        let shape = SHAPES.iter().find(|(weight, _)| {
            let found = at < *weight;
            at = at.saturating_sub(*weight);
            found
        });
        let mut words = Vec::new();
        for token in shape.expect("below the total").1.split(' ') {
            self.token(token, &mut words);
        }
        if self.one_in(20) {
            words[0].make_ascii_lowercase();
        }
        if self.one_in(25) {
            self.spoil(&mut words);
        }
        words
    }

    fn spoil(&mut self, words: &mut Vec<Word>) {
        let junk = self.pick(JUNK).as_bytes().to_vec();
        match self.rng.below(3) {
            0 if words.len() > 1 => drop(words.pop()),
            1 if words.len() > 1 => {
                let at = 1 + self.rng.below(words.len() as u64 - 1) as usize;
                words[at] = junk;
            }
            _ => words.push(junk),
        }
    }

    /// Adds the word, or words, for a token; what is no token stands for itself.
    fn token(&mut self, token: &str, words: &mut Vec<Word>) {
        let word = match token {
            "key" => self.pick(KEYS).to_vec(),
            "value" => self.value(),
            "hash" | "set" if self.one_in(8) => self.pick(KEYS).to_vec(),
            "hash" => self.pick(&["h1", "h2"]).into(),
            "set" => self.pick(&["s1", "s2", "s3"]).into(),
            "field" => self.pick(&["f", "g", "", "7", "07", "\u{e9}\0"]).into(),
            "member" if self.one_in(10) => self.value(),
            "member" => self.pick(&["1", "2", "3", "-7", "03", "70000", "a", "b", ""]).into(),
            "draws" => self.pick(&["0", "1", "2", "3", "5", "40", "-1", "-4", "x", "-0"]).into(),
            "list" if self.one_in(8) => self.pick(KEYS).to_vec(),
            "list" => self.pick(&["l1", "l2"]).into(),
            "element" => self.pick(&["a", "b", "1", "-300", "01", "", "hello"]).into(),
            "side" => self.pick(&["LEFT", "RIGHT", "Left"]).into(),
            "where" => self.pick(&["BEFORE", "AFTER", "After"]).into(),
            "zset" if self.one_in(8) => self.pick(KEYS).to_vec(),
            "zset" => self.pick(&["z1", "z2", "z3"]).into(),
            "source" if self.one_in(3) => self.pick(&["s1", "s2"]).into(),
            "source" => self.pick(&["z1", "z2", "z3"]).into(),
            // Few, and short: whoever is packed stays so. 7.0 writes other fractions with more digits.
            "zmember" => self.pick(&["1", "2", "3", "-7", "03", "a", "b", "ab", ""]).into(),
            "score" => self.pick(SCORES).into(),
            "bound" if self.one_in(3) => format!("({}", self.pick(SCORES)).into(),
            "bound" => self.pick(SCORES).into(),
            "end" => self.pick(&["MIN", "MAX", "Min"]).into(),
            "short" => self.pick(&["short1", "short2"]).into(),
            "letters" => {
                let len = self.rng.below(30);
                (0..len).map(|_| b'a' + self.rng.below(3) as u8).collect()
            }
            "int" => self.pick(INTS).into(),
            "float" => self.pick(FLOATS).into(),
            "index" => self.pick(INDEXES).into(),
            "offset" => self.pick(OFFSETS).into(),
            "db" => self.pick(DBS).into(),
            "pattern" => self.pick(PATTERNS).into(),
            "cursor" => self.pick(CURSORS).into(),
            "object-word" => {
                self.pick(&["REFCOUNT", "IDLETIME", "FREQ", "encoding", "NOSUCH"]).into()
            }
            "s" | "ms" | "at-s" | "at-ms" => self.time(token).into_bytes(),
            _ if token.contains('-') || token.starts_with("more") => {
                return self.options(token, words);
            }
            literal => {
                assert!(!literal.starts_with(char::is_lowercase), "no token {literal}");
                literal.into()
            }
        };
        words.push(word);
    }

    fn options(&mut self, token: &str, words: &mut Vec<Word>) {
        let (all, most): (&[&str], u64) = match token {
            "more-keys" => (&["key"], 3),
            "more-fields" => (&["field"], 3),
            "more-values" => (&["field value"], 3),
            "more-members" => (&["member"], 5),
            "more-sets" => (&["set"], 3),
            "more-elements" => (&["element"], 5),
            "lmpop-options" => (&["COUNT index"], 1),
            "lpos-options" => (&["RANK index", "COUNT index", "MAXLEN index", "Rank 1"], 3),
            "more-scores" => (&["score zmember"], 3),
            "zadd-options" => (&["NX", "XX", "GT", "LT", "CH", "INCR", "Ch"], 3),
            "zrange-options" => (&["WITHSCORES", "REV", "Withscores"], 2),
            "limit-options" => (&["WITHSCORES", "LIMIT 1 2", "LIMIT 0 9", "LIMIT 2 0"], 2),
            "algebra-options" => {
                (&["WEIGHTS score score", "AGGREGATE MAX", "AGGREGATE MIN", "Aggregate SUM"], 2)
            }
            "more-pairs" => (&["key value"], 3),
            "set-options" => (
                &["NX", "XX", "GET", "KEEPTTL", "EX s", "PX ms", "EXAT at-s", "PXAT at-ms", "Get"],
                3,
            ),
            "getex-options" => (&["PERSIST", "EX s", "PX ms", "EXAT at-s", "PXAT at-ms"], 2),
            "lcs-options" => (&["LEN", "IDX", "WITHMATCHLEN", "MINMATCHLEN index", "Idx"], 4),
            "copy-options" => (&["REPLACE", "DB db"], 3),
            "scan-options" => (&["MATCH pattern", "COUNT int", "TYPE String", "TYPE LIST"], 3),
            "flush-mode" => (&["SYNC", "ASYNC", "Async"], 2),
            "expire-conditions" => (&["NX", "XX", "GT", "LT"], 3),
            "soft-conditions" if self.clock == Clock::Ours => (&["NX", "XX", "Gt", "Lt"], 3),
            "soft-conditions" => (&["NX", "XX"], 3),
            _ => unreachable!("no token {token}"),
        };
        // Few options more often than many.
        let most = self.rng.below(most + 1);
        for _ in 0..self.rng.below(most + 1) {
            for token in self.pick(all).split(' ') {
                self.token(token, words);
            }
        }
    }

    /// Near the sizes at which encodings change, and sometimes far.
    fn value(&mut self) -> Word {
        match self.rng.below(16) {
            0..5 => self.pick(INTS).into(),
            5..7 => self.pick(FLOATS).into(),
            7..9 => (self.rng.next_u64() as i64 >> self.rng.below(64)).to_string().into(),
            9..11 => vec![b'v'; self.rng.below(4) as usize],
            11 => vec![b'n'; self.pick(&[19, 20, 21, 43, 44, 45, 46])],
            12 => (0..self.rng.below(12)).map(|_| self.rng.next_u64() as u8).collect(),
            13 if self.one_in(4) => vec![b'x'; 4000 + self.rng.below(3) as usize],
            _ => self.pick(&["hello", "\0", "a b", "\r\n", "OK"]).into(),
        }
    }

    fn time(&mut self, token: &str) -> String {
        if self.one_in(6) {
            return self.pick(EDGE_TIMES).into();
        }
        let (relative, absolute): (&[i64], &[i64]) = match self.clock {
            // Some pass while a run lasts, some never do.
            Clock::Ours => (
                &[1, 2, 5, 100, 1000, 1500, 60_000],
                &[-5000, 0, 1, 1000, 5000, 60_000, 300_000, 3_600_000],
            ),
            // Far from each other and from now, whenever now is.
            Clock::Theirs => (
                &[10_000_000, 20_000_000, 30_000_000],
                &[-1000, 500_000_000_000, 700_000_000_000, 900_000_000_000],
            ),
        };
        match token {
            "ms" => self.pick(relative).to_string(),
            "s" => (self.pick(relative) / 1000 + 1).to_string(),
            "at-ms" => (START_MS + self.pick(absolute)).to_string(),
            _ => (START_MS / 1000 + self.pick(absolute) / 1000).to_string(),
        }
    }
}

//! # Rows of the sorted set commands                               (note 09)

use super::{add, algebra, ask, pop, range as stretch, remove, some, wait};
use crate::commands::row::{
    ACCESS, BLOCKING, Command, DELETE, DENYOOM, FAST, KeySpec, OW, READONLY, RO, RW, UPDATE, WRITE,
    cmd, counted, nth, one, range,
};

const ALL_READ: KeySpec = counted(1, RO | ACCESS);
const OTHERS_READ: KeySpec = counted(2, RO | ACCESS);
const STORED: KeySpec = one(OW | UPDATE);
const VARIES: &[&str] = &["nondeterministic_output"];
const FRACTIONS: &[(&str, &str)] = &[("6.0.0", "The timeout may be a fraction.")];
const STRETCH: &str = "O(log N + M) in the members of the stretch";
const UNION: &str = "O(N) + O(M*log M) in all members and in those of the result";
const INTER: &str = "O(N*K) + O(M*log M) in the members of the smallest, the keys, and the result";
const DIFF: &str = "O(N) + O(M*log M) in all members and in those of the result";

pub const COMMANDS: &[Command] = &[
    cmd(
        "BZMPOP timeout:double numkeys:integer key... (where: MIN | MAX) [COUNT count:integer]",
        wait::bzmpop,
    )
    .key(counted(2, RW | ACCESS | DELETE))
    .flags(WRITE | BLOCKING)
    .doc("7.0.0", "O(K) + O(M*log N) in the keys and in the members popped", "Pops members of the first sorted set that has some, or waits for one."),
    cmd(
        "BZPOPMAX key... timeout:double",
        wait::bzpopmax,
    )
    .key(range(1, -2, 1, RW | ACCESS | DELETE))
    .flags(WRITE | BLOCKING | FAST)
    .history(FRACTIONS)
    .doc("5.0.0", "O(log N)", "Pops the member with the highest score, or waits for one."),
    cmd(
        "BZPOPMIN key... timeout:double",
        wait::bzpopmin,
    )
    .key(range(1, -2, 1, RW | ACCESS | DELETE))
    .flags(WRITE | BLOCKING | FAST)
    .history(FRACTIONS)
    .doc("5.0.0", "O(log N)", "Pops the member with the lowest score, or waits for one."),
    cmd(
        "ZADD key [condition: NX | XX]@3.0.2 [comparison: GT | LT]@6.2.0 [change: CH]@3.0.2 [increment: INCR]@3.0.2 (data: score:double member)...",
        add::zadd,
    )
    .key(one(RW | UPDATE))
    .flags(WRITE | DENYOOM | FAST)
    .history(&[("2.4.0", "Several members."), ("3.0.2", "Options."), ("6.2.0", "GT and LT.")])
    .doc("1.2.0", "O(log N) for each member", "Adds members with their scores, or changes their scores."),
    cmd(
        "ZCARD key",
        ask::zcard,
    )
    .key(one(RO))
    .flags(READONLY | FAST)
    .doc("1.2.0", "O(1)", "Returns the number of members."),
    cmd(
        "ZCOUNT key min:double max:double",
        ask::zcount,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .doc("2.0.0", "O(log N)", "Returns the number of members within a range of scores."),
    cmd(
        "ZDIFF numkeys:integer key... [WITHSCORES]",
        algebra::zdiff,
    )
    .key(ALL_READ)
    .flags(READONLY)
    .doc("6.2.0", DIFF, "Returns the members of the first sorted set that no other has."),
    cmd(
        "ZDIFFSTORE destination:key numkeys:integer key...",
        algebra::zdiffstore,
    )
    .key(STORED)
    .key(OTHERS_READ)
    .flags(WRITE | DENYOOM)
    .doc("6.2.0", DIFF, "Stores the members of the first sorted set that no other has."),
    cmd(
        "ZINCRBY key increment:integer member",
        add::zincrby,
    )
    .key(one(RW | ACCESS | UPDATE))
    .flags(WRITE | DENYOOM | FAST)
    .doc("1.2.0", "O(log N)", "Adds to the score of a member, 0 if there is none."),
    cmd(
        "ZINTER numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE (SUM | MIN | MAX)] [WITHSCORES]",
        algebra::zinter,
    )
    .key(ALL_READ)
    .flags(READONLY)
    .doc("6.2.0", INTER, "Returns the members that all sorted sets have."),
    cmd(
        "ZINTERCARD numkeys:integer key... [LIMIT limit:integer]",
        algebra::zintercard,
    )
    .key(ALL_READ)
    .flags(READONLY)
    .doc("7.0.0", INTER, "Returns the number of members that all sorted sets have."),
    cmd(
        "ZINTERSTORE destination:key numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE (SUM | MIN | MAX)]",
        algebra::zinterstore,
    )
    .key(STORED)
    .key(OTHERS_READ)
    .flags(WRITE | DENYOOM)
    .doc("2.0.0", INTER, "Stores the members that all sorted sets have."),
    cmd(
        "ZLEXCOUNT key min max",
        ask::zlexcount,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .doc("2.8.9", "O(log N)", "Returns the number of members within a range of members."),
    cmd(
        "ZMPOP numkeys:integer key... (where: MIN | MAX) [COUNT count:integer]",
        pop::zmpop,
    )
    .key(counted(1, RW | ACCESS | DELETE))
    .flags(WRITE)
    .doc("7.0.0", "O(K) + O(M*log N) in the keys and in the members popped", "Pops members of the first sorted set that has some."),
    cmd(
        "ZMSCORE key member...",
        ask::zmscore,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .doc("6.2.0", "O(N) in the members given", "Returns the scores of several members."),
    cmd(
        "ZPOPMAX key [count:integer]",
        pop::zpopmax,
    )
    .key(one(RW | ACCESS | DELETE))
    .flags(WRITE | FAST)
    .doc("5.0.0", "O(M*log N) in the members popped", "Pops the members with the highest scores."),
    cmd(
        "ZPOPMIN key [count:integer]",
        pop::zpopmin,
    )
    .key(one(RW | ACCESS | DELETE))
    .flags(WRITE | FAST)
    .doc("5.0.0", "O(M*log N) in the members popped", "Pops the members with the lowest scores."),
    cmd(
        "ZRANDMEMBER key [options: count:integer [WITHSCORES]]",
        some::zrandmember,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .tips(VARIES)
    .doc("6.2.0", "O(N) in the members returned", "Returns members by lot."),
    cmd(
        "ZRANGE key start stop [sortby: BYSCORE | BYLEX]@6.2.0 [REV]@6.2.0 [LIMIT offset:integer count:integer]@6.2.0 [WITHSCORES]",
        stretch::zrange,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .history(&[("6.2.0", "Scores, members, the order and a limit.")])
    .doc("1.2.0", STRETCH, "Returns a stretch of members."),
    cmd(
        "ZRANGEBYLEX key min max [LIMIT offset:integer count:integer]",
        stretch::zrangebylex,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .deprecated("6.2.0", "`ZRANGE` with the `BYLEX` argument")
    .doc("2.8.9", STRETCH, "Returns the members within a range of members."),
    cmd(
        "ZRANGEBYSCORE key min:double max:double [WITHSCORES]@2.0.0 [LIMIT offset:integer count:integer]",
        stretch::zrangebyscore,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .history(&[("2.0.0", "Scores are shown.")])
    .deprecated("6.2.0", "`ZRANGE` with the `BYSCORE` argument")
    .doc("1.0.5", STRETCH, "Returns the members within a range of scores."),
    cmd(
        "ZRANGESTORE dst:key src:key min max [sortby: BYSCORE | BYLEX] [REV] [LIMIT offset:integer count:integer]",
        stretch::zrangestore,
    )
    .key(STORED)
    .key(nth(2, RO | ACCESS))
    .flags(WRITE | DENYOOM)
    .doc("6.2.0", STRETCH, "Stores a stretch of members."),
    cmd(
        "ZRANK key member [WITHSCORE]",
        ask::zrank,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .history(&[("7.2.0", "The score beside it.")])
    .doc("2.0.0", "O(log N)", "Returns the place of a member, from the lowest score."),
    cmd(
        "ZREM key member...",
        remove::zrem,
    )
    .key(one(RW | DELETE))
    .flags(WRITE | FAST)
    .history(&[("2.4.0", "Several members.")])
    .doc("1.2.0", "O(M*log N) in the members given", "Removes members, and the sorted set with its last one."),
    cmd(
        "ZREMRANGEBYLEX key min max",
        remove::zremrangebylex,
    )
    .key(one(RW | DELETE))
    .flags(WRITE)
    .doc("2.8.9", STRETCH, "Removes the members within a range of members."),
    cmd(
        "ZREMRANGEBYRANK key start:integer stop:integer",
        remove::zremrangebyrank,
    )
    .key(one(RW | DELETE))
    .flags(WRITE)
    .doc("2.0.0", STRETCH, "Removes a stretch of members."),
    cmd(
        "ZREMRANGEBYSCORE key min:double max:double",
        remove::zremrangebyscore,
    )
    .key(one(RW | DELETE))
    .flags(WRITE)
    .doc("1.2.0", STRETCH, "Removes the members within a range of scores."),
    cmd(
        "ZREVRANGE key start:integer stop:integer [WITHSCORES]",
        stretch::zrevrange,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .deprecated("6.2.0", "`ZRANGE` with the `REV` argument")
    .doc("1.2.0", STRETCH, "Returns a stretch of members, from the highest score down."),
    cmd(
        "ZREVRANGEBYLEX key max min [LIMIT offset:integer count:integer]",
        stretch::zrevrangebylex,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYLEX` arguments")
    .doc("2.8.9", STRETCH, "Returns the members within a range of members, backwards."),
    cmd(
        "ZREVRANGEBYSCORE key max:double min:double [WITHSCORES] [LIMIT offset:integer count:integer]",
        stretch::zrevrangebyscore,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .history(&[("2.1.6", "The ends may be excluded.")])
    .deprecated("6.2.0", "`ZRANGE` with the `REV` and `BYSCORE` arguments")
    .doc("2.2.0", STRETCH, "Returns the members within a range of scores, backwards."),
    cmd(
        "ZREVRANK key member [WITHSCORE]",
        ask::zrevrank,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .history(&[("7.2.0", "The score beside it.")])
    .doc("2.0.0", "O(log N)", "Returns the place of a member, from the highest score."),
    cmd(
        "ZSCAN key cursor:integer [MATCH pattern] [COUNT count:integer]",
        some::zscan,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY)
    .tips(VARIES)
    .doc("2.8.0", "O(1) a call, O(N) for a whole walk", "Walks over the members and their scores, a few at a time."),
    cmd(
        "ZSCORE key member",
        ask::zscore,
    )
    .key(one(RO | ACCESS))
    .flags(READONLY | FAST)
    .doc("1.2.0", "O(1)", "Returns the score of a member."),
    cmd(
        "ZUNION numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE (SUM | MIN | MAX)] [WITHSCORES]",
        algebra::zunion,
    )
    .key(ALL_READ)
    .flags(READONLY)
    .doc("6.2.0", UNION, "Returns the members that any of the sorted sets has."),
    cmd(
        "ZUNIONSTORE destination:key numkeys:integer key... [WEIGHTS weight:integer...] [AGGREGATE (SUM | MIN | MAX)]",
        algebra::zunionstore,
    )
    .key(STORED)
    .key(OTHERS_READ)
    .flags(WRITE | DENYOOM)
    .doc("2.0.0", UNION, "Stores the members that any of the sorted sets has."),
];

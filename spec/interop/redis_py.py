"""redis-py against a running server: python redis_py.py PORT. Prints `ok` or fails."""

import sys

import redis


def story(protocol, port):
    client = redis.Redis(port=port, protocol=protocol, decode_responses=True, client_name="story")
    assert client.ping()
    client.flushall()
    assert client.set("k", "v", px=100_000, nx=True) is True
    assert client.set("k", "w", nx=True) is None
    assert client.get("k") == "v" and 99_000 < client.pttl("k") <= 100_000
    assert client.incrby("n", 5) == 5 and client.incrbyfloat("f", 0.1) == 0.1
    assert client.mget(["k", "missing", "n"]) == ["v", None, "5"]
    with client.pipeline(transaction=True) as pipe:
        pipe.set("a", 1).incr("a").get("a")
        assert pipe.execute() == [True, 2, "2"]
    with client.pipeline() as pipe:
        pipe.watch("a")
        client.set("a", "changed")
        pipe.multi()
        pipe.get("a")
        try:
            pipe.execute()
            raise AssertionError("a broken watch must stop EXEC")
        except redis.WatchError:
            pass
    assert sorted(client.scan_iter(match="*", count=1)) == ["a", "f", "k", "n"]
    assert client.client_getname() == "story"
    assert client.info("server")["redis_version"] == "7.4.1"
    assert client.config_get("hz*") == {"hz": "10"}
    assert client.config_set("hz", 11) and client.config_set("hz", 10)
    assert client.command_count() > 50 and "get" in client.command()
    assert client.object("encoding", "n") == "int"
    collections(client)
    try:
        client.incr("k")
        raise AssertionError("INCR of a word must fail")
    except redis.ResponseError as error:
        assert str(error) == "value is not an integer or out of range"
    client.close()


def collections(client):
    assert client.rpush("jobs", "a", "b", "c") == 3 and list(client.blpop("jobs", timeout=1)) == ["jobs", "a"]
    assert client.lmove("jobs", "done", "RIGHT", "LEFT") == "c" and client.lrange("done", 0, -1) == ["c"]
    assert client.blpop("nothing", timeout=0.01) is None
    assert client.hset("user", mapping={"name": "Ann", "age": 31}) == 2
    assert client.hgetall("user") == {"name": "Ann", "age": "31"} and client.hincrby("user", "age", 1) == 32
    assert client.sadd("tags", "x", "y") == 2 and client.smembers("tags") == {"x", "y"}
    assert client.sinter("tags", "missing") == set() and client.sismember("tags", "x")
    assert client.zadd("board", {"ann": 10, "bob": 2.5}) == 2 and client.zrank("board", "ann") == 1
    assert client.zrange("board", 0, -1, withscores=True)[0][0] == "bob"
    assert client.zincrby("board", 1, "bob") == 3.5 and client.zscore("board", "bob") == 3.5
    assert dict(client.hscan_iter("user")) == {"name": "Ann", "age": "32"}


if __name__ == "__main__":
    for version in (2, 3):
        story(version, int(sys.argv[1]))
    print("ok")

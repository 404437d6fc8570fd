#!/usr/bin/env python3
"""A conformance runner in one file: python3 conformance/runner.py --server redis-server

`spec/vectors/json` holds the cases, what to do around them (`runner.json`), and what may stand where
(`schema.json`). FORMAT.md, "Around a case", says what is done here; every runner must do the same.

A case is a conversation. Its steps are `send` (a command and the replies that come at once), `bytes` (sent as
they are), `receive` (a reply that comes later) and `sleep`. A reply is a list of alternatives, of which the
first decides whose condition holds for this server and protocol. It wants a reply that fits a pattern, or
`blocked`, `nothing` or `closed`. What must be left is `state`, the whole keyspace, and `events`.
"""
import argparse, atexit, collections, contextlib, json, math, operator, pathlib, re
import select, socket, subprocess, sys, tempfile, time

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "spec/vectors/json"
VERDICTS = ["pass", "text", "missing", "xfail", "fail", "skip"]  # of several the last counts
START_MS, GRACE_MS = 10_000, 1000  # how long a server may take to start, and a reply under way to end
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}

# Replies: what a server says, with nothing lost. `+OK` is no bulk `OK`.
KINDS = {"+": "simple", "-": "error", ":": "int", ",": "double", "(": "big", "_": "null", "#": "bool",
         "$": "bulk", "!": "bulk-error", "=": "verbatim",
         "*": "array", "~": "set", ">": "push", "%": "map", "|": "attributed"}
ERRORS, TEXTS = ["error", "bulk-error"], ["simple", "bulk", "verbatim"]
NO_REPLY = ["silence", "closed", "broken"]

class Reply(collections.namedtuple("Reply", "kind value", defaults=[None])):
    """A reply by the name of its type, or one of NO_REPLY. A map is a list: key, value, key, value."""
    def bytes(self):
        if self.kind == "int": return b"%d" % self.value
        value = self.value[4:] if self.kind == "verbatim" else self.value
        return value if isinstance(value, bytes) else b""

    def text(self): return self.bytes().decode(errors="replace")
    def elements(self): return self.value if isinstance(self.value, list) else []
    def pairs(self): return list(zip(self.elements()[::2], self.elements()[1::2]))

class Connection:
    """One client, read reply by reply."""
    def __init__(self, address, reply_ms):
        self.socket = socket.create_connection(address, reply_ms / 1000)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.reply_ms, self.unread, self.resp, self.id, self.monitors = reply_ms, bytearray(), 2, None, False

    def send(self, args):
        self.monitors |= args[0].lower() == b"monitor"
        self.send_bytes(b"*%d\r\n" % len(args) + b"".join(b"$%d\r\n%b\r\n" % (len(arg), arg) for arg in args))

    def send_bytes(self, data):
        with contextlib.suppress(OSError): self.socket.sendall(data)  # `next` will tell that it is closed

    def next(self, wait_ms=None):
        """The next reply, waiting for it at most so long (0: not at all)."""
        self.at, wait_ms = 0, self.reply_ms if wait_ms is None else wait_ms
        self.until_ms = now_ms() + wait_ms
        try: reply = self.parse()
        except TimeoutError: return Reply("broken" if self.unread and wait_ms else "silence")
        except ConnectionError: return Reply("broken" if self.unread else "closed")
        except (LookupError, ValueError, RecursionError) as error: return Reply("broken", error)
        del self.unread[:self.at]
        return reply

    def parse(self):
        """Reads a reply, and those within it."""
        line = self.take()
        sign, rest = chr(line[0]), line[1:]
        if line in (b"$-1", b"*-1"): return Reply("null-bulk" if sign == "$" else "null-array")
        if sign == "#": return Reply("bool", [b"f", b"t"].index(rest) == 1)
        value = rest if sign in "+-,(_" else int(rest)
        if sign in "$!=": value = self.take(value)
        if sign in "*~>%": value = [self.parse() for _ in range(2 * value if sign == "%" else value)]
        if sign == "|": value = [Reply("map", [self.parse() for _ in range(2 * value)]), self.parse()]
        return Reply(KINDS[sign], value)

    def take(self, length=0):
        """The rest of a line that has at least so many bytes."""
        while (end := self.unread.find(b"\r\n", self.at + length)) < 0:
            left_ms = self.until_ms - now_ms()
            ready = select.select([self.socket], [], [], max(0, left_ms) / 1000)[0]
            if left_ms < -GRACE_MS or not ready: raise TimeoutError
            if not (piece := self.socket.recv(1 << 18)): raise ConnectionError
            self.unread += piece
        taken, self.at = bytes(self.unread[self.at:end]), end + 2
        if length and len(taken) != length: raise ValueError(taken)
        return taken

    def noted(self, args, reply):
        """HELLO and RESET change what is spoken, from their reply on."""
        name, resp = [arg.upper() for arg in [*args, b"", b""][:2]]
        if name == b"HELLO" and resp in (b"2", b"3") and reply.kind in ("map", "array"): self.resp = int(resp)
        if name == b"RESET" and reply.kind not in ERRORS + NO_REPLY: self.resp, self.monitors = 2, False
        return reply

# Patterns: is this reply the expected one? They are written for RESP3; what RESP2 must say follows from it.
NO, SPELLING, YES = False, 0.5, True  # SPELLING: the same meaning in other words or digits
RESP3 = {kind: kind for kind in KINDS.values()}  # the type of reply that an exact pattern wants
RESP3.update({"int-variable": "int", "nil": "null", "nil-array": "null"})
RESP2 = {**RESP3, "nil": "null-bulk", "nil-array": "null-array", "map": "array", "set": "array", "push": "array",
         "double": "bulk", "bool": "int", "big": "bulk", "verbatim": "bulk"}
RESP2.update({"null": None, "bulk-error": None, "attributed": None})  # RESP2 has none of these

class Matcher:
    """Compares replies with patterns as one protocol spells them."""
    def __init__(self, resp, slack_ms=0, names=()):
        self.resp, self.slack_ms = resp, slack_ms  # the time that went by unplanned
        self.names = dict(names)  # the values that `as` and `repeat` have bound

    def filled(self, text):
        """Bytes with each `$name` or `${name}` that is bound replaced."""
        value = lambda found: self.names.get((found[1] or found[2]).decode(), found[0])
        return re.sub(rb"\$(?:\{(\w+)\}|(\w+))", value, raw(text))

    def match(self, pattern, got):
        (name, want), (kind, value), types = form(pattern), got, RESP3 if self.resp == 3 else RESP2
        if name == "attributed" and self.resp == 2: return self.match(want[1], got)  # it has no attributes
        if kind not in types.values() or (name in types and kind != types[name]): return NO
        # Exact patterns: the type is right.
        if name in ("nil", "nil-array"): return YES
        if name in ("int", "bool"): return value == want  # in RESP2 a bool is an int: True equals 1
        if name == "int-variable": return got.bytes() == self.names.get(want)
        if name in ("array", "push"): return self.in_order(want, value)
        if name == "map": return self.in_order(sum(want, []), value)
        if name == "attributed": return self.in_order([{"map": want[0]}, want[1]], value)
        if name == "set": return self.unordered(want, value)
        if name == "verbatim":
            return value == (raw(want[0]) + b":" if self.resp == 3 else b"") + self.filled(want[1])
        if name == "double": return value == raw(want) or (number(value) == number(raw(want)) and SPELLING)
        if name in types:
            want = self.filled(want)
            code, got_code = want.split(b" ")[0], value.split(b" ")[0]  # of an error: alone it fits any text
            if want == value or kind not in ERRORS: return want == value
            return code == got_code and (YES if want == code else SPELLING)
        # Predicates: how far may a reply vary?
        if name == "kind":
            kinds = {"any": [kind], "error": ERRORS, "text": TEXTS}.get(want[0]) or [types[want[0]]]
            return kind in kinds and all(re.fullmatch(raw(e), got.bytes(), re.DOTALL) for e in want[1:])
        if name == "int-between": return kind == "int" and want[0] <= value <= want[1]
        if name == "float-near":
            value = number(value) if kind in ("double", "bulk", "simple") else math.nan
            return value == want[0] or abs(value - want[0]) <= want[1]
        if name == "ttl":  # a part of its unit may cost a whole one
            slack = -(-self.slack_ms // 1000) if want[1] == "s" else self.slack_ms
            return kind == "int" and want[0] - slack <= value <= want[0]
        if name == "length":
            parts = got.bytes() if kind in TEXTS else got.pairs() if kind == "map" else value
            return kind in ("array", "set", "push", "map", *TEXTS) and len(parts) == want
        if name == "pick":
            if kind not in ("array", "set") or len(value) != want["count"]: return NO
            if want["distinct"] and any(reply in value[:i] for i, reply in enumerate(value)): return NO
            return min([self.match({"one-of": want["of"]}, reply) for reply in value], default=YES)
        if name == "one-of": return max([self.match(pattern, got) for pattern in want], default=NO)
        if name == "as":
            if matched := self.match(want[0], got): self.names[want[1]] = got.bytes()
            return matched
        inner, parts = form(want)  # `any-order` or `contains`: then there may be others
        if kind != types[inner] or (inner == "map" and len(value) % 2): return NO
        if inner == "map":
            parts, value = [{"array": p} for p in parts], [Reply("array", p) for p in got.pairs()]
        return self.unordered(parts, value, more=name == "contains")

    def in_order(self, want, got):
        return min(map(self.match, want, got), default=YES) if len(want) == len(got) else NO

    def unordered(self, want, got, more=False):
        """Each takes the element that fits it best, exact patterns first."""
        if len(want) > len(got) or (len(want) < len(got) and not more): return NO
        worst, left = YES, list(got)
        for pattern in sorted(want, key=lambda pattern: not is_exact(pattern)):
            tries = [Matcher(self.resp, self.slack_ms, self.names).match(pattern, reply) for reply in left]
            best = max(tries, default=NO)
            worst = min(worst, best and self.match(pattern, left.pop(tries.index(best))))
        return worst

def form(pattern):
    """`"nil"` as ("nil", None), `{"int": 1}` as ("int", 1). Steps and what they want have the same form."""
    return (pattern, None) if isinstance(pattern, str) else next(iter(pattern.items()))

def is_exact(pattern):
    name, want = form(pattern)
    parts = sum(want, []) if name == "map" else want if name in ("array", "set", "push") else []
    return name in RESP3 and name != "attributed" and all(map(is_exact, parts))

def raw(text):
    """Bytes are text in the JSON, or hexadecimal digits where they are no UTF-8."""
    return bytes.fromhex(text["hex"]) if isinstance(text, dict) else text.encode()

def number(text):
    shape = rb"[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)"
    return float(text) if re.fullmatch(shape, text.lower()) else math.nan

def version(text):
    is_one = re.fullmatch(r"\d+(\.\d+){0,2}", text)
    return tuple([*map(int, text.split(".")), 0, 0][:3]) if is_one else (0, 0, 0)

def now_ms():
    return int(time.monotonic() * 1000)

# The server, made ready for one case after another.
class Server:
    """Who it is, what it can do, and the runner's own connection to it, `control`."""
    def __init__(self, rules, program, address):
        self.rules, self.program, self.address, self.process = rules, program, address, None
        self.names, self.times = {}, rules["times"]
        if program:
            with socket.create_server(("127.0.0.1", 0)) as free: self.address = free.getsockname()
        atexit.register(self.stop)
        self.start()
        info = dict(re.findall(r"^(\w+):([\d.]+)\r?$", self.call("INFO", "server").text(), re.M))
        self.redis_version = version(info.get("redis_version", ""))
        for kind in (kind for kind in rules["identity"] if kind["field"] in info):
            self.names[kind["name"]] = version(info[kind["field"]])
            if kind["only"]: break
        self.features = {feature["name"]: self.has(feature) for feature in rules["features"]}
        self.config = self.read_config()
        users = [user.text().split() for user in self.call("ACL", "LIST").elements()]
        self.default_user = next((words[2:] for words in users if words[:2] == ["user", "default"]), None)

    def has(self, feature):
        if "probe" not in feature: return feature["name"] in ["sockets"] + ["files"] * bool(self.program)
        answer, shows = self.call(*feature["probe"]), feature.get("shows", {"kind": ["any"]})
        return answer.kind not in ERRORS and Matcher(self.control.resp).match(shows, answer) == YES

    def start(self):
        """Starts the server, if it is the runner's to start, and connects."""
        if self.program:
            self.directory, null = tempfile.TemporaryDirectory(prefix="conformance-"), subprocess.DEVNULL
            command = [self.program, "--port", str(self.address[1]), "--bind", "127.0.0.1",
                       "--dir", self.directory.name, "--logfile", "server.log", *self.rules["start"]]
            self.process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
        until_ms = now_ms() + START_MS
        while now_ms() < until_ms:
            with contextlib.suppress(OSError):
                self.control = self.connect(3)  # which may be refused
                return
            time.sleep(0.01)
        raise ConnectionError(f"no server at {self.address}")

    def stop(self):
        if self.process: self.process.kill(), self.process.wait()

    def connect(self, resp=None):
        """A connection, opened by HELLO if a protocol is asked for."""
        client = Connection(self.address, self.times["reply_ms"])
        if resp is None: return client
        client.send(hello := [b"HELLO", b"%d" % resp])
        reply = client.noted(hello, client.next())
        if reply.kind in NO_REPLY: raise ConnectionError(f"{reply} to HELLO")
        client.id = {key.bytes(): value.value for key, value in reply.pairs()}.get(b"id")
        return client

    def call(self, *args):
        """A command on the runner's own connection; again if a case has killed every client, this one too."""
        words = [arg if isinstance(arg, bytes) else raw(arg) for arg in args]
        for _ in range(2):
            self.control.send(words)
            if (reply := self.control.next()).kind != "closed": break
            self.control = self.connect(3)
        if reply.kind in NO_REPLY:
            self.control.socket.close()  # a late answer must not be taken for that to another command
            raise ConnectionError(f"{reply} to {args}")
        return self.control.noted(words, reply)

    def call_all(self, commands):
        for command in commands: self.call(*command)

    def holds(self, line, resp):
        """Whether the condition of a line holds: this protocol, and any of these guards."""
        when = line.get("when", {})
        is_named = not when.get("guards") or any(map(self.is_named, when["guards"]))
        return is_named and when.get("resp", resp) == resp

    def is_named(self, guard):
        own, bounds = self.names.get(guard["name"]), guard.get("bounds", [])
        return own is not None and all(COMPARE[how](own, version(bound)) for how, bound in bounds)

    def reason_to_skip(self, case, resp):
        if self.redis_version < version(case.get("since", "0")): return f"since {case['since']}"
        if self.redis_version >= version(case.get("until", "9999")): return f"until {case['until']}"
        needs = ["nodes"] * ("nodes" in case) + case.get("needs", []) + ["resp3"] * (resp == 3)
        return next((f"needs {need}" for need in needs if not self.features.get(need)), None)

    def fresh(self):
        """As good as new: by the commands in `fresh` or, if it does not answer, by starting it again."""
        try: self.call_all(self.rules["fresh"])
        except OSError:
            self.stop()  # if it is somebody else's, they may bring it back
            self.start()
            self.call_all(self.rules["fresh"])
            self.undo("config")
            self.undo("users")

    def restore(self, case):
        """Undoes what the commands of a case may have changed besides the data."""
        sent = [raw(step["send"]["args"][0]) for step in case["steps"] if "send" in step]
        used = {name.decode(errors="replace").upper() for name in sent}
        if "config" in case or "events" in case: used.add("CONFIG")
        for rule in self.rules["restore"]:
            if used & set(rule["after"]): self.undo(rule["undo"])
        self.call("PING")  # it must still answer

    def undo(self, what):
        if what == "config":
            changed = sorted(self.config.items() - self.read_config().items())
            self.call_all(["CONFIG", "SET", key, value] for key, value in changed)
        elif what == "users":
            users = [user.bytes() for user in self.call("ACL", "USERS").elements()]
            self.call_all(["ACL", "DELUSER", user] for user in users if user != b"default")
            if self.default_user: self.call("ACL", "SETUSER", "default", "reset", *self.default_user)
            self.call("ACL", "LOG", "RESET")
        else: self.call_all(what["commands"])

    def read_config(self):
        return {key.bytes(): value.bytes() for key, value in self.call("CONFIG", "GET", "*").pairs()}

    def read_keyspace(self):
        """For every key of every database: its type, its time to live, and its value (or its type again)."""
        found, info = {}, self.call("INFO", "keyspace")
        for db in ["0"] if info.kind in ERRORS else re.findall(r"^db(\d+):", info.text(), re.M):
            self.call("SELECT", db)
            for key in [key.bytes() for key in self.call("KEYS", "*").elements()]:
                kind, ttl = self.call("TYPE", key), self.call("PTTL", key)
                read = self.rules["read"].get(kind.text(), ["TYPE", "$key"])
                value = self.call(*[key if word == "$key" else word for word in read])
                if kind.text() != "none": found[int(db), key] = [kind, ttl, value]
            self.call("SELECT", "0")
        return found

# A case, played in one protocol.
UNKNOWN = re.compile("err unknown (sub)?command", re.I)
NOT_RECORDED = [{"want": "a reply that somebody has recorded"}]

class Stop(Exception):
    """What follows would only echo this: a verdict, what was wanted, and what came."""
class Play:
    """One case, on one server. `faults` are the verdicts on its lines, as in Stop."""

    def __init__(self, server, case, resp):
        self.server, self.times, self.case, self.resp = server, server.times, case, resp
        self.matcher, self.clients, self.faults, self.state = Matcher(resp), {}, [], case.get("state", "any")

    def run(self):
        """The verdict, and its reason."""
        if reason := self.server.reason_to_skip(self.case, self.resp): return "skip", reason
        self.server.fresh()
        may_end = self.state == "any" and '"want": "closed"' in json.dumps(self.case["steps"])
        try:
            self.play()
            self.judge_effects(may_end)
        except Stop as stop: self.faults.append(stop.args)
        except OSError as error: self.faults.append(("fail", "the server goes on", error))
        try: self.server.restore(self.case)
        except OSError as error:
            if not may_end: self.faults.append(("fail", "the server goes on", error))
        verdict = max([verdict for verdict, _, _ in self.faults], key=VERDICTS.index, default="pass")
        for xfail in self.case.get("xfail", []):
            if any(map(self.server.is_named, xfail["on"])):
                return {"fail": "xfail", "pass": "fail"}.get(verdict, verdict), xfail["reason"]
        return verdict, "; ".join(f"wanted {want}, got {got}" for _, want, got in self.faults)

    def play(self):
        for key, value in self.case.get("config", []):
            answer = self.server.call("CONFIG", "SET", key, value)
            if answer.kind in ERRORS: raise Stop("skip", f"config {key} {value}", answer)
        if "events" in self.case:  # a connection of their own hears them, from before the first step
            self.server.call(*self.server.rules["events"]["configure"])
            self.listener = self.server.connect()
            self.listener.send([raw(word) for word in self.server.rules["events"]["subscribe"]])
            if (answer := self.listener.next()).kind != "array": raise Stop("skip", "to subscribe", answer)
        self.started_ms, self.until_ms = now_ms(), now_ms() + self.times["case_ms"]
        steps = [form(step) for step in self.case["steps"]]
        for on in dict.fromkeys(what["on"] for name, what in steps if name != "sleep"):
            is_raw = on in self.case.get("raw", [])  # all are opened first: a monitor would see later ones
            self.clients[on] = self.server.connect(None if is_raw else self.resp)
        for (name, what), (next_name, after) in zip(steps, steps[1:] + [("end", {})]):
            client = self.clients[what["on"]] if name != "sleep" else None
            if name == "bytes": client.send_bytes(self.matcher.filled(what["bytes"]))
            elif name == "receive":
                self.judge(client, what["reply"] or NOT_RECORDED, (), what.get("within_ms"))
            elif name == "sleep":
                time.sleep(what / 1000)
                self.started_ms += what  # it is planned
            elif self.server.holds(what, client.resp):
                is_later = next_name == "receive" and after["on"] == what["on"]
                self.send(client, what, what["replies"] or ([] if is_later else [NOT_RECORDED]))

    def send(self, client, send, replies):
        """A command, or with `repeat` many; with `within_ms`, again and again until all is as expected."""
        repeat = send.get("repeat", {"variable": "", "from": 0, "to": 0})
        if "repeat" in send and not send["replies"]: replies = [[{"want": "no error"}]]
        for value in range(repeat["from"], repeat["to"] + 1):
            self.matcher.names[repeat["variable"]] = b"%d" % value
            args = [self.matcher.filled(arg) for arg in send["args"]]
            until_ms, faults = now_ms() + send.get("within_ms", 0), len(self.faults)
            while True:
                if now_ms() > self.until_ms: raise ConnectionError("the case is not over")
                client.send(args)
                try:
                    for i, alternatives in enumerate(replies):
                        if not self.judge(client, alternatives, args) and i == 0:
                            client.next()  # nothing is said of this server or protocol, yet it answers
                    if len(self.faults) == faults or now_ms() >= until_ms: break
                except Stop:
                    if now_ms() >= until_ms: raise
                del self.faults[faults:]
                time.sleep(self.times["retry_ms"] / 1000)

    def judge(self, client, alternatives, args, wait_ms=None):
        """Waits for what the first alternative that holds wants, and tells whether one does."""
        want = next((a["want"] for a in alternatives if self.server.holds(a, client.resp)), None)
        if want is None: return False
        if want == "nothing": self.settle()
        if want == "blocked": got = self.first_or_blocked(client)
        else: got = client.next(0 if want == "nothing" else wait_ms)
        client.noted(args, got)  # the reply to HELLO is in the new protocol already
        name, text = form(want["reply"] if isinstance(want, dict) else want)
        if want == "closed": matched = got.kind == "closed"
        elif want in ("blocked", "nothing"): matched = got.kind == "silence"
        elif want == "no error": matched = got.kind not in ERRORS + NO_REPLY
        else: matched = isinstance(want, dict) and self.matches([want["reply"]], [got], client.resp)
        if matched == YES: return True
        is_asked_for = name in ("kind", "no error") or name == "error" and UNKNOWN.match(str(text))
        is_missing = got.kind in ERRORS and UNKNOWN.match(got.text()) and not is_asked_for
        if is_missing or not matched: raise Stop("missing" if is_missing else "fail", want, got)
        self.faults.append(("text", want, got))
        return True

    def matches(self, wants, replies, resp):
        """What went by besides the case's own sleeps may lack of a time to live; the clock adds a tick."""
        self.matcher.resp, self.matcher.slack_ms = resp, max(0, now_ms() - self.started_ms) + 1
        return self.matcher.in_order(wants, replies)

    def first_or_blocked(self, client):
        """The first reply, or silence once CLIENT LIST says that the client is blocked."""
        until_ms = now_ms() + self.times["patience_ms"]
        while client.id is not None and not self.is_monitored() and now_ms() < until_ms:
            if (got := client.next(0)).kind != "silence": return got
            listed = self.server.call("CLIENT", "LIST", "ID", str(client.id)).text()
            flags = re.search(r" flags=(\S*)", listed)
            if not flags: break
            if "b" in flags[1]: return client.next(0)
            time.sleep(0.001)
        return client.next(self.times["quiet_ms"])  # silent and not blocked: CLIENT REPLY OFF

    def is_monitored(self): return any(client.monitors for client in self.clients.values())

    def settle(self):
        """Two round trips: whatever was on its way has come after them. A monitor would see them."""
        if self.is_monitored(): time.sleep(self.times["quiet_ms"] / 1000)
        else: self.server.call_all([["PING"], ["PING"]])

    def judge_effects(self, may_end):
        """Nothing more has come, and what was left is as stated."""
        try: self.settle()
        except OSError:
            if may_end: return  # the server, by a case that wants `closed` and no keys
            raise
        for client in (client for client in self.clients.values() if not client.monitors):
            got = client.next(0)
            if got.kind not in ("silence", "closed") or client.unread: raise Stop("fail", "nothing more", got)
        holds, resp = self.server.holds, self.matcher.resp
        if "events" in self.case:
            want = [(b"__keyevent@%d__:%b" % (event.get("db", 0), raw(event["event"])), raw(event["key"]))
                    for event in self.case["events"] if holds(event, resp)]
            messages = iter(lambda: self.listener.next(0), Reply("silence"))
            got = [tuple(part.bytes() for part in message.elements()[2:]) for message in messages]
            if want != got: self.faults.append(("fail", want, got))
        if self.state == "blank": raise Stop("fail", "a state that somebody has recorded", None)
        if self.state != "any": self.judge_state(self.state["keys"], self.server.control.resp)

    def judge_state(self, keys, resp):
        """The first line that applies to a key decides; no other key may be there."""
        found, judged = self.server.read_keyspace(), set()
        for line in keys:
            place = line.get("db", 0), self.matcher.filled(line["key"])
            if place in judged or not self.server.holds(line, resp): continue
            judged.add(place)
            ttl, value = line.get("ttl", {"int": -1}), line.get("value", {"kind": ["any"]})
            if ttl.get("ttl", [0, ""])[1] == "s": ttl = {"ttl": [ttl["ttl"][0] * 1000, "ms"]}
            if form(value)[0] == "map": value = {"any-order": value}
            want, got = [{"kind": ["text", line["type"]]}, ttl, value], found.pop(place, [])
            if self.matches(want, got, resp) != YES: self.faults.append(("fail", line, got))
        if found: self.faults.append(("fail", "no other keys", found))

def main():
    parser = argparse.ArgumentParser(description="Does this server do what Redis does? All in it is deleted.")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--server", help="a program that takes redis-server's arguments")
    whom.add_argument("--address", help="host:port of a server that runs already", default="localhost:0")
    parser.add_argument("--resp", default="2,3", help="protocols: 2, 3 or 2,3")
    parser.add_argument("--only", action="append", default=[], help="cases whose name begins so")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    parser.add_argument("--vectors", type=pathlib.Path, default=VECTORS, help="where the JSON is")
    parser.add_argument("--i-know-this-flushes", action="store_true", help="another machine's address")
    options = parser.parse_args()
    host, _, port = options.address.rpartition(":")
    if host not in ("127.0.0.1", "::1", "localhost") and not options.i_know_this_flushes:
        parser.error(f"all in {host} would be deleted; if that is meant: --i-know-this-flushes")
    paths = sorted(options.vectors.glob("*.json"))
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in paths}
    server, counts = Server(files["runner"], options.server, (host, int(port))), collections.Counter()
    cases = [(f"{note}/{case['id']}", case) for note in files for case in files[note].get("cases", [])]
    for name, case in [case for case in cases if case[0].startswith(tuple(options.only or [""]))]:
        for resp in map(int, options.resp.split(",")):
            verdict, reason = Play(server, case, resp).run()
            counts[verdict] += 1
            line = {"case": {"case": name, "resp": resp, "verdict": verdict, "reason": reason}}
            print(json.dumps(line) if options.json else f"{verdict:7} {name} RESP{resp} {reason}")
    print(", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), file=sys.stderr)
    return 1 if counts["fail"] else 0

if __name__ == "__main__":
    try: sys.exit(main())
    except (OSError, ValueError, KeyError) as error:
        print(f"runner: {error!r}", file=sys.stderr)
        sys.exit(2)

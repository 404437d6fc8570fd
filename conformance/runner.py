#!/usr/bin/env python3
"""A conformance runner in one file, which needs the JSON of the vectors and the standard library only.

    python3 conformance/runner.py --server redis-server
    python3 conformance/runner.py --address 127.0.0.1:6379 --only 05-strings --resp 3

`spec/vectors/json` holds the cases (`NN-note.json`), what to do around them (`runner.json`), and what may stand
where (`schema.json`). FORMAT.md, "Around a case", tells what is done here, and binds every runner: the verdicts
are those of the runner in Rust, case by case.

A case is a conversation. Its steps are `send` (a command and the replies that come at once), `bytes` (sent as
they are), `receive` (a reply that comes later) and `sleep`. A reply is a list of alternatives; the first whose
condition holds for this server and protocol decides. It wants a reply that fits a pattern, or `blocked`,
`nothing` or `closed`. What must be left afterwards is `state`, the whole keyspace, and `events`.
"""
import argparse, atexit, collections, json, math, operator, pathlib, re
import select, socket, subprocess, sys, tempfile, time

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "spec/vectors/json"
VERDICTS = ["pass", "text", "missing", "xfail", "fail", "skip"]  # of several the last counts
START_MS, GRACE_MS = 10_000, 1000  # how long a server may take to start, and a reply that keeps coming to end


class Stop(Exception):
    """What follows would only echo this: a verdict, what was wanted, and what came."""


# Replies: what a server says, with nothing lost. `+OK` is no bulk `OK`.

KINDS = {"+": "simple", "-": "error", ":": "int", ",": "double", "(": "big", "_": "null", "#": "bool",
         "$": "bulk", "!": "bulk-error", "=": "verbatim",
         "*": "array", "~": "set", ">": "push", "%": "map", "|": "attributed"}
ERRORS, TEXTS, NO_REPLY = ["error", "bulk-error"], ["simple", "bulk", "verbatim"], ["silence", "closed", "broken"]


class Reply(collections.namedtuple("Reply", "kind value", defaults=[None])):
    """A reply by the name of its type; `silence`, `closed` or `broken` if none came."""

    def bytes(self):
        """What a variable keeps of it, and a regular expression sees."""
        value = self.value[4:] if self.kind == "verbatim" else self.value
        return b"%d" % value if self.kind == "int" else value if isinstance(value, bytes) else b""

    def text(self):
        return self.bytes().decode(errors="replace")

    def elements(self):
        """Those of a map are its keys and values in turn, as in the flat array of RESP2."""
        return self.value if isinstance(self.value, list) else []

    def pairs(self):
        return list(zip(self.elements()[::2], self.elements()[1::2]))


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
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # that it is closed will show when a reply is read

    def next(self, wait_ms=None):
        """The next reply, waiting for it at most so long (0: not at all)."""
        self.at, self.wait_ms = 0, self.reply_ms if wait_ms is None else wait_ms
        self.until_ms = now_ms() + self.wait_ms
        try:
            reply = self.parse()
        except EOFError as end:
            return Reply(*end.args)
        except (LookupError, ValueError, RecursionError) as error:
            return Reply("broken", error)
        del self.unread[:self.at]
        return reply

    def parse(self):
        """Reads a reply, and those within it."""
        line = self.take()
        sign, rest = chr(line[0]), line[1:]
        if line in (b"$-1", b"*-1"):
            return Reply("null-bulk" if sign == "$" else "null-array")
        if sign == "#":
            return Reply("bool", {b"t": True, b"f": False}[rest])
        value = rest if sign in "+-,(_" else int(rest)
        if sign in "$!=":
            value = self.take(value)
        elif sign in "*~>%":
            value = [self.parse() for _ in range(2 * value if sign == "%" else value)]
        elif sign == "|":  # attributes, and the reply that they belong to
            value = [Reply("map", [self.parse() for _ in range(2 * value)]), self.parse()]
        return Reply(KINDS[sign], value)

    def take(self, length=0):
        """The bytes up to a line's end, behind so many others, which may have yet to come."""
        while (end := self.unread.find(b"\r\n", self.at + length)) < 0:
            left_ms = self.until_ms - now_ms()
            if left_ms < -GRACE_MS or not select.select([self.socket], [], [], max(0, left_ms) / 1000)[0]:
                raise EOFError("broken" if self.unread and self.wait_ms else "silence")
            try:
                piece = self.socket.recv(1 << 18)
            except ConnectionError:
                piece = b""
            if not piece:
                raise EOFError("broken" if self.unread else "closed")
            self.unread += piece
        taken, self.at = bytes(self.unread[self.at:end]), end + 2
        if length and len(taken) != length:
            raise ValueError(taken)
        return taken

    def noted(self, args, reply):
        """HELLO and RESET change what is spoken, from their reply on."""
        name, version = [arg.upper() for arg in [*args, b"", b""][:2]]
        if name == b"HELLO" and version in (b"2", b"3") and reply.kind in ("map", "array"):
            self.resp = int(version)
        if name == b"RESET" and reply.kind not in ERRORS + NO_REPLY:
            self.resp, self.monitors = 2, False
        return reply


# Patterns: is this reply the expected one? They are written for RESP3; what RESP2 must say follows from it.

NO, SPELLING, YES = False, 0.5, True  # SPELLING: the same meaning in other words or digits


class Matcher:
    """Compares replies with patterns as one protocol spells them."""

    def __init__(self, resp, slack_ms=0, names=()):
        self.resp, self.slack_ms = resp, slack_ms  # the time that went by unplanned
        self.names = dict(names)  # the values that `as` and `repeat` have bound

    def filled(self, text):
        """Bytes with each `$name` or `${name}` that is bound replaced."""
        return re.sub(rb"\$(?:\{(\w+)\}|(\w+))", lambda m: self.names.get((m[1] or m[2]).decode(), m[0]), raw(text))

    def match(self, pattern, got):
        name, want = form(pattern)
        if got.kind not in SPOKEN[self.resp]:
            return NO
        if name == "attributed" and self.resp == 2:  # which has no attributes
            return self.match(want[1], got)
        if name in EXACT:
            return got.kind == self.type_of(name) and EXACT[name][2](self, want, got.value) or NO
        return self.predicate(name, want, got) or NO

    def type_of(self, name):
        return EXACT[name][self.resp - 2]

    def predicate(self, name, want, got):
        """How far a reply may vary."""
        if name == "kind":
            kinds = {"any": [got.kind], "error": ERRORS, "text": TEXTS}.get(want[0]) or [self.type_of(want[0])]
            return got.kind in kinds and all(re.fullmatch(e.encode(), got.bytes(), re.DOTALL) for e in want[1:])
        if name == "int-between":
            return got.kind == "int" and want[0] <= got.value <= want[1]
        if name == "float-near":
            value = number(got.value) if got.kind in ("double", "bulk", "simple") else math.nan
            return value == want[0] or abs(value - want[0]) <= want[1]
        if name == "ttl":  # a part of its unit may cost a whole one
            slack = -(-self.slack_ms // 1000) if want[1] == "s" else self.slack_ms
            return got.kind == "int" and want[0] - slack <= got.value <= want[0]
        if name == "length":
            parts = got.pairs() if got.kind == "map" else got.bytes() if got.kind in TEXTS else got.value
            return got.kind != "attributed" and isinstance(parts, (list, bytes)) and len(parts) == want
        if name == "pick":
            if got.kind not in ("array", "set") or len(got.value) != want["count"]:
                return NO
            repeats = want["distinct"] and any(reply in got.value[:i] for i, reply in enumerate(got.value))
            return NO if repeats else min([self.match({"one-of": want["of"]}, reply) for reply in got.value], default=YES)
        if name == "one-of":
            return max([self.match(pattern, got) for pattern in want], default=NO)
        if name == "as":
            if matched := self.match(want[0], got):
                self.names[want[1]] = got.bytes()
            return matched
        return self.loose(*form(want), got, more=name == "contains")

    def loose(self, name, want, got, more):
        """In any order; with `more` there may be others. The parts of a map are its pairs."""
        if got.kind != self.type_of(name) or name == "map" and len(got.value) % 2:
            return NO
        if name != "map":
            return self.unordered(want, got.value, more)
        return self.unordered([{"array": p} for p in want], [Reply("array", p) for p in got.pairs()], more)

    def in_order(self, want, got):
        return min(map(self.match, want, got), default=YES) if len(want) == len(got) else NO

    def unordered(self, want, got, more=False):
        """Each takes the element that fits it best, exact patterns first."""
        if len(want) > len(got) or (len(want) < len(got) and not more):
            return NO
        worst, left = YES, list(got)
        for pattern in sorted(want, key=lambda pattern: not is_exact(pattern)):
            tries = [Matcher(self.resp, self.slack_ms, self.names).match(pattern, reply) for reply in left]
            best = max(tries, default=NO)
            worst = min(worst, best and self.match(pattern, left.pop(tries.index(best))))
        return worst

    def same(self, want, got):
        return got == self.filled(want)

    def same_error(self, want, got):
        """The first word is the code and decides; alone it fits any text."""
        want = self.filled(want)
        code, got_code = want.split(b" ")[0], got.split(b" ")[0]
        return want == got or want == code == got_code or (code == got_code and SPELLING)


EXACT = {  # patterns that want a type of reply, here in RESP2 and in RESP3, and a value
    "simple": ("simple", "simple", Matcher.same),
    "bulk": ("bulk", "bulk", Matcher.same),
    "error": ("error", "error", Matcher.same_error),
    "bulk-error": (None, "bulk-error", Matcher.same_error),
    "int": ("int", "int", lambda m, want, got: got == want),
    "int-variable": ("int", "int", lambda m, want, got: b"%d" % got == m.names.get(want)),
    "nil": ("null-bulk", "null", lambda m, want, got: YES),
    "nil-array": ("null-array", "null", lambda m, want, got: YES),
    "array": ("array", "array", Matcher.in_order),
    "push": ("array", "push", Matcher.in_order),
    "map": ("array", "map", lambda m, want, got: m.in_order(sum(want, []), got)),
    "set": ("array", "set", Matcher.unordered),
    "double": ("bulk", "double", lambda m, want, got: (
        got == want.encode() or (number(got) == number(want.encode()) and SPELLING))),
    "bool": ("int", "bool", lambda m, want, got: got == want),  # True equals 1
    "big": ("bulk", "big", lambda m, want, got: got == want.encode()),
    "verbatim": ("bulk", "verbatim", lambda m, want, got: (
        got == (want[0].encode() + b":" if m.resp == 3 else b"") + m.filled(want[1]))),
    "attributed": (None, "attributed", lambda m, want, got: m.in_order([{"map": want[0]}, want[1]], got)),
}
SPOKEN = {resp: {types[resp - 2] for types in EXACT.values()} for resp in (2, 3)}


def form(pattern):
    """`"nil"` as ("nil", None), `{"int": 1}` as ("int", 1). Steps and what they want have the same form."""
    return (pattern, None) if isinstance(pattern, str) else next(iter(pattern.items()))


def is_exact(pattern):
    name, want = form(pattern)
    parts = sum(want, []) if name == "map" else want if name in ("array", "set", "push") else []
    return name in EXACT and name != "attributed" and all(map(is_exact, parts))


def raw(text):
    """Bytes are text in the JSON, or hexadecimal digits where they are no UTF-8."""
    return bytes.fromhex(text["hex"]) if isinstance(text, dict) else text.encode()


def number(text):
    shape = rb"[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)"
    return float(text) if re.fullmatch(shape, text.lower()) else math.nan


def now_ms():
    return int(time.monotonic() * 1000)


# The server, made ready for one case after another.

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}


class Server:
    """Who it is, what it can do, and the runner's own connection to it, `control`."""

    def __init__(self, rules, program, address):
        self.rules, self.times, self.program, self.address = rules, rules["times"], program, address
        self.process, self.features, self.names = None, {}, {}
        atexit.register(self.stop)
        self.start()
        info = dict(re.findall(r"^(\w+):(.*?)\r?$", self.call("INFO", "server").text(), re.M))
        self.redis_version = version(info.get("redis_version", "")) or (0, 0, 0)
        for kind in rules["identity"]:  # the names by which guards know it, its own first
            if own := version(info.get(kind["field"], "")):
                self.names[kind["name"]] = own
                if kind["only"]:
                    break
        self.features = {feature["name"]: self.has(feature) for feature in rules["features"]}
        self.reconnect()
        self.config = self.read_config()
        users = [user.text().split() for user in self.call("ACL", "LIST").elements()]
        self.default_user = next((words[2:] for words in users if words[:2] == ["user", "default"]), None)

    def has(self, feature):
        if "probe" not in feature:
            return feature["name"] == "sockets" or feature["name"] == "files" and self.program is not None
        answer, shows = self.call(*feature["probe"]), feature.get("shows", {"kind": ["any"]})
        return answer.kind not in ERRORS and Matcher(self.control.resp).match(shows, answer) == YES

    def start(self):
        """Starts the server, if it is the runner's to start, and connects."""
        if self.program:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.address = free.getsockname()
            self.directory = tempfile.TemporaryDirectory(prefix="conformance-")
            self.process = subprocess.Popen(
                [self.program, "--port", str(self.address[1]), "--bind", "127.0.0.1",
                 "--dir", self.directory.name, "--logfile", "server.log", *self.rules["start"]],
                stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until_ms = now_ms() + START_MS
        while True:
            try:
                return self.reconnect()
            except OSError:
                if now_ms() > until_ms:
                    raise
                time.sleep(0.01)

    def stop(self):
        if self.process:
            self.process.kill()
            self.process.wait()

    def connect(self, resp=None):
        """A connection; HELLO opens it if a protocol is asked for, and may be refused."""
        client = Connection(self.address, self.times["reply_ms"])
        if resp:
            hello = [b"HELLO", b"%d" % resp]
            client.send(hello)
            reply = client.noted(hello, client.next())
            if reply.kind in NO_REPLY:
                raise ConnectionError(f"{reply} to HELLO")
            client.id = {key.bytes(): value.value for key, value in reply.pairs()}.get(b"id")
        return client

    def reconnect(self):
        self.control = self.connect(3 if self.features.get("resp3") else 2)

    def call(self, *args):
        """A command on the runner's own connection."""
        words = [arg if isinstance(arg, bytes) else raw(arg) for arg in args]
        for _ in range(2):
            self.control.send(words)
            reply = self.control.next()
            if reply.kind != "closed":
                break
            self.reconnect()  # a case may have killed every client, this one too
        if reply.kind in NO_REPLY:
            self.control.socket.close()  # a late answer must not be taken for another's
            raise ConnectionError(f"{reply} to {args}")
        return self.control.noted(words, reply)

    def holds(self, line, resp):
        """Whether the condition of a line holds: this protocol, and any of these guards."""
        when = line.get("when", {})
        return when.get("resp", resp) == resp and (not when.get("guards") or any(map(self.is_named, when["guards"])))

    def is_named(self, guard):
        own, bounds = self.names.get(guard["name"]), guard.get("bounds", [])
        return own is not None and all(COMPARE[how](own, version(bound)) for how, bound in bounds)

    def reason_to_skip(self, case, resp):
        if self.redis_version < version(case.get("since", "0")):
            return f"since {case['since']}"
        if "until" in case and self.redis_version >= version(case["until"]):
            return f"until {case['until']}"
        needs = ["nodes"] * ("nodes" in case) + case.get("needs", []) + ["resp3"] * (resp == 3)
        return next((f"needs {need}" for need in needs if not self.features.get(need)), None)

    def fresh(self):
        """As good as new: by the commands in `fresh` or, if it does not answer, by starting it again."""
        try:
            self.call_all(self.rules["fresh"])
        except OSError:
            self.stop()  # if it is somebody else's, they may bring it back
            self.start()
            self.call_all(self.rules["fresh"] + [["CONFIG", "SET", *pair] for pair in self.changed_config()])

    def call_all(self, commands):
        for command in commands:
            self.call(*command)

    def restore(self, case):
        """Undoes what the commands of a case may have changed besides the data."""
        sent = [raw(step["send"]["args"][0]) for step in case["steps"] if "send" in step]
        used = {name.decode(errors="replace").upper() for name in sent}
        used |= {"CONFIG"} if "config" in case or "events" in case else set()
        for rule in self.rules["restore"]:
            if not used & set(rule["after"]):
                continue
            if rule["undo"] == "config":
                self.call_all(["CONFIG", "SET", *pair] for pair in self.changed_config())
            elif rule["undo"] == "users":
                users = [user.bytes() for user in self.call("ACL", "USERS").elements()]
                self.call_all(["ACL", "DELUSER", user] for user in users if user != b"default")
                if self.default_user is not None:
                    self.call("ACL", "SETUSER", "default", "reset", *self.default_user)
                self.call("ACL", "LOG", "RESET")
            else:
                self.call_all(rule["undo"]["commands"])
        self.settle()

    def read_config(self):
        return {key.bytes(): value.bytes() for key, value in self.call("CONFIG", "GET", "*").pairs()}

    def changed_config(self):
        return sorted(self.config.items() - self.read_config().items())

    def settle(self):
        """Two round trips: whatever the server had to send to others is on its way after them."""
        self.call_all([["PING"], ["PING"]])

    def read_keyspace(self):
        """For every key of every database: its type, its time to live, and its value or, once more, its type."""
        found, info = {}, self.call("INFO", "keyspace")
        for db in ["0"] if info.kind in ERRORS else re.findall(r"^db(\d+):", info.text(), re.M):
            self.call("SELECT", db)
            for key in [key.bytes() for key in self.call("KEYS", "*").elements()]:
                kind, ttl = self.call("TYPE", key), self.call("PTTL", key)
                read = self.rules["read"].get(kind.text(), ["TYPE", "$key"])
                value = self.call(*[key if word == "$key" else word for word in read])
                if kind.text() != "none":
                    found[int(db), key] = [kind, ttl if ttl.kind == "int" else Reply("int", -1), value]
            self.call("SELECT", "0")
        return found


def version(text):
    """Three numbers; what is not given is 0."""
    return tuple([*map(int, text.split(".")), 0, 0][:3]) if re.fullmatch(r"\d+(\.\d+){0,2}", text) else None


# A case, played in one protocol.

ENDS = {"blocked": "silence", "nothing": "silence", "closed": "closed"}
UNKNOWN = re.compile("err unknown (sub)?command", re.I)


class Play:
    def __init__(self, server, case, resp):
        self.server, self.times, self.case, self.resp = server, server.times, case, resp
        self.matcher, self.clients, self.faults = Matcher(resp), {}, []
        wants = [want for step in case["steps"] for want in re.findall(r'"want": "closed"', json.dumps(step))]
        self.may_end_the_server = bool(wants) and case.get("state", "any") == "any"

    def run(self):
        """The verdict, and its reason."""
        if reason := self.server.reason_to_skip(self.case, self.resp):
            return "skip", reason
        self.server.fresh()
        try:
            self.play()
            self.judge_effects()
        except Stop as stop:
            self.faults.append(stop.args)
        except OSError as error:
            self.faults.append(("fail", "the server goes on", error))
        try:
            self.server.restore(self.case)
        except OSError as error:
            if not self.may_end_the_server:
                self.faults.append(("fail", "the server goes on", error))
        verdict = max([verdict for verdict, _, _ in self.faults], key=VERDICTS.index, default="pass")
        for xfail in self.case.get("xfail", []):
            if any(map(self.server.is_named, xfail["on"])):
                return {"fail": "xfail", "pass": "fail"}.get(verdict, verdict), xfail["reason"]
        return verdict, "; ".join(f"wanted {want}, got {got}" for _, want, got in self.faults)

    def play(self):
        for key, value in self.case.get("config", []):
            if (answer := self.server.call("CONFIG", "SET", key, value)).kind in ERRORS:
                raise Stop("skip", f"config {key} {value}", answer)
        if "events" in self.case:  # a connection of their own hears them, from before the first step
            self.server.call(*self.server.rules["events"]["configure"])
            self.listener = self.server.connect()
            self.listener.send([raw(word) for word in self.server.rules["events"]["subscribe"]])
            if (answer := self.listener.next()).kind != "array":
                raise Stop("skip", "a subscription to events", answer)
        self.started_ms, self.until_ms = now_ms(), now_ms() + self.times["case_ms"]
        steps = [form(step) for step in self.case["steps"]]
        for on in dict.fromkeys(what["on"] for name, what in steps if name != "sleep"):
            is_raw = on in self.case.get("raw", [])  # all are opened first, or a monitor would see the later ones
            self.clients[on] = self.server.connect(None if is_raw else self.resp)
        for (name, what), following in zip(steps, steps[1:] + [("end", {})]):
            if name == "sleep":
                time.sleep(what / 1000)
                self.started_ms += what
                continue
            client = self.clients[what["on"]]
            if name == "bytes":
                client.send_bytes(self.matcher.filled(what["bytes"]))
            elif name == "receive":
                self.judge(client, what["reply"], wait_ms=what.get("within_ms"))
            elif self.server.holds(what, client.resp):
                self.send(client, what, following[0] == "receive" and following[1]["on"] == what["on"])

    def send(self, client, send, is_later):
        """A command, or with `repeat` many; with `within_ms`, again and again until all is as expected."""
        repeat = send.get("repeat", {"variable": "", "from": 0, "to": 0})
        for value in range(repeat["from"], repeat["to"] + 1):
            self.matcher.names[repeat["variable"]] = b"%d" % value
            args = [self.matcher.filled(arg) for arg in send["args"]]
            until_ms, faults = now_ms() + send.get("within_ms", 0), len(self.faults)
            while True:
                self.check_time()
                client.send(args)
                try:
                    self.hear(client, send, args, is_later)
                    if len(self.faults) == faults or now_ms() >= until_ms:
                        break
                except Stop:
                    if now_ms() >= until_ms:
                        raise
                del self.faults[faults:]
                time.sleep(self.times["retry_ms"] / 1000)

    def check_time(self):
        if now_ms() > self.until_ms:
            raise ConnectionError("the case is not over")

    def hear(self, client, send, args, is_later):
        if not send["replies"] and "repeat" in send:  # only errors matter
            if (got := client.next()).kind in ERRORS + NO_REPLY:
                raise Stop("fail", "no error", got)
        elif send["replies"] or not is_later:
            for i, alternatives in enumerate(send["replies"] or [[]]):
                if not self.judge(client, alternatives, args) and i == 0:
                    client.next()  # nothing is said of this server or protocol, yet it answers

    def judge(self, client, alternatives, args=(), wait_ms=None):
        """Waits for what the first alternative that holds wants, and whether one does."""
        unrecorded = [{"want": "recorded"}]
        for alternative in alternatives or unrecorded:
            if not self.server.holds(alternative, client.resp):
                continue
            want, pattern = form(alternative["want"])
            if want == "blocked":
                got = self.first_or_blocked(client)
            elif want == "nothing":
                self.settle()
                got = client.next(0)
            else:
                got = client.next(wait_ms)
            client.noted(args, got)  # the reply to HELLO is in the new protocol already
            self.matcher.resp, self.matcher.slack_ms = client.resp, self.slack_ms()
            if want != "reply":
                matched = got.kind == ENDS.get(want)
            else:
                matched = got.kind not in NO_REPLY and self.matcher.match(pattern, got)
            if matched == YES:
                return True
            name, text = form(pattern or "nil")
            asked = name == "kind" or name == "error" and UNKNOWN.match(str(text))
            if got.kind in ERRORS and UNKNOWN.match(got.text()) and not asked:
                raise Stop("missing", alternative["want"], got)
            if not matched:
                raise Stop("fail", alternative["want"], got)
            self.faults.append(("text", alternative["want"], got))
            return True
        return False

    def first_or_blocked(self, client):
        """The first reply, or silence once CLIENT LIST says that the client is blocked."""
        until_ms = now_ms() + self.times["patience_ms"]
        while client.id is not None and not self.is_monitored() and now_ms() < until_ms:
            if (got := client.next(0)).kind != "silence":
                return got
            flags = re.search(r" flags=(\S*)", self.server.call("CLIENT", "LIST", "ID", str(client.id)).text())
            if not flags:
                break
            if "b" in flags[1]:
                return client.next(0)
            time.sleep(0.001)
        return client.next(self.times["quiet_ms"])  # silent and not blocked: CLIENT REPLY OFF

    def settle(self):
        """Waits until whatever was on its way has come. A monitor would see the PINGs."""
        if self.is_monitored():
            time.sleep(self.times["quiet_ms"] / 1000)
        else:
            self.server.settle()

    def is_monitored(self):
        return any(client.monitors for client in self.clients.values())

    def slack_ms(self):
        """The time that went by besides the case's own sleeps; the server's clock adds a tick."""
        return max(0, now_ms() - self.started_ms) + 1

    def judge_effects(self):
        """Nothing more has come, and what was left is as stated."""
        try:
            self.settle()
        except OSError:
            if self.may_end_the_server:
                return
            raise
        for name, client in self.clients.items():
            if not client.monitors and ((got := client.next(0)).kind not in ("silence", "closed") or client.unread):
                raise Stop("fail", f"nothing more on {name}", got)
        if "events" in self.case:
            self.judge_events()
        state = self.case.get("state", "any")
        if state == "blank":
            raise Stop("fail", "a state that somebody has recorded", None)
        if state != "any":
            self.judge_state(state["keys"])

    def judge_events(self):
        want = [(b"__keyevent@%d__:%b" % (event.get("db", 0), event["event"].encode()), raw(event["key"]))
                for event in self.case["events"] if self.server.holds(event, self.matcher.resp)]
        messages = iter(lambda: self.listener.next(0), Reply("silence"))
        got = [tuple(part.bytes() for part in message.elements()[2:]) for message in messages]
        if want != got:
            self.faults.append(("fail", want, got))

    def judge_state(self, keys):
        """The first line that applies to a key decides; no other key may be there."""
        self.matcher.resp, found, judged = self.server.control.resp, self.server.read_keyspace(), {}
        self.matcher.slack_ms = self.slack_ms()
        for line in keys:
            place = line.get("db", 0), self.matcher.filled(line["key"])
            if place in judged or not self.server.holds(line, self.matcher.resp):
                continue
            judged[place] = got = found.pop(place, [])
            ttl, value = line.get("ttl", {"int": -1}), line.get("value", {"kind": ["any"]})
            if ttl.get("ttl", [0, ""])[1] == "s":
                ttl = {"ttl": [ttl["ttl"][0] * 1000, "ms"]}
            if form(value)[0] == "map":
                value = {"any-order": value}
            if self.matcher.in_order([{"kind": ["text", line["type"]]}, ttl, value], got) != YES:
                self.faults.append(("fail", line, got))
        if found:
            self.faults.append(("fail", "no other keys", found))


def main():
    parser = argparse.ArgumentParser(description="Does this server do what Redis does?")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--server", help="a program that takes redis-server's arguments")
    whom.add_argument("--address", help="host:port of a server that runs already")
    parser.add_argument("--resp", default="2,3", help="protocols: 2, 3 or 2,3")
    parser.add_argument("--only", action="append", help="cases whose name begins so")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    parser.add_argument("--vectors", type=pathlib.Path, default=VECTORS, help="where the JSON is")
    parser.add_argument("--i-know-this-flushes", action="store_true", help="the address may be another machine's")
    options, address = parser.parse_args(), None
    if options.address:
        host, _, port = options.address.rpartition(":")
        address = host, int(port)
        if host not in ("127.0.0.1", "::1", "localhost") and not options.i_know_this_flushes:
            parser.error(f"all in {host} would be deleted; if that is meant: --i-know-this-flushes")
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(options.vectors.glob("*.json"))}
    server, counts = Server(files["runner"], options.server, address), collections.Counter()
    for note, case in ((note, case) for note, file in files.items() for case in file.get("cases", [])):
        name = f"{note}/{case['id']}"
        for resp in map(int, options.resp.split(",") if name.startswith(tuple(options.only or [""])) else []):
            verdict, reason = Play(server, case, resp).run()
            counts[verdict] += 1
            line = {"case": name, "resp": resp, "verdict": verdict, "reason": reason}
            print(json.dumps({"case": line}) if options.json else f"{verdict:7} {name} RESP{resp} {reason}")
    print(", ".join(f"{counts[verdict]} {verdict}" for verdict in VERDICTS), file=sys.stderr)
    return 1 if counts["fail"] else 0


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (OSError, ValueError) as error:
        sys.exit(print(f"runner: {error}", file=sys.stderr) or 2)

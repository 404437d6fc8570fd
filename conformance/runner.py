#!/usr/bin/env python3
"""A conformance runner in one file: python3 conformance/runner.py --server redis-server

`spec/vectors/json` holds the cases, what to do around them (`runner.json`), and what may stand where
(`schema.json`). FORMAT.md, "Around a case", says what is done here; every runner must do the same.

Its steps are `send` (a command, and the replies that come at once), `bytes`, `receive` (a reply that comes
later) and `sleep`. Of the alternatives for a reply the first decides whose condition holds for this server
and protocol: it wants what fits a pattern, or `blocked`, `nothing`, `closed`. `state` is what must be left.
"""
import argparse, atexit, collections, contextlib, json, math, operator, pathlib, re
import select, socket, subprocess, sys, tempfile, time

VECTORS = pathlib.Path(__file__).resolve().parent.parent / "spec/vectors/json"
VERDICTS = ["pass", "text", "missing", "xfail", "fail", "skip"]  # of several the last counts
START_MS, GRACE_MS = 10_000, 1000  # how long a server may take to start, and a reply under way to end
COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge, "=": operator.eq}
MS = {"s": 1000, "ms": 1}  # of a unit a part may cost a whole one
UNKNOWN = re.compile("err unknown (sub)?command", re.I)

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
        self.reply_ms, self.unread, self.resp, self.id = reply_ms, bytearray(), 2, None

    def send(self, args):
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
        """HELLO tells the client's id. HELLO and RESET change what is spoken, from their reply on."""
        name, resp = [arg.upper() for arg in [*args, b"", b""][:2]]
        if name == b"HELLO" and resp in (b"2", b"3") and reply.kind in ("map", "array"):
            self.resp = int(resp)
            self.id = next((value.value for key, value in reply.pairs() if key.bytes() == b"id"), None)
        if name == b"RESET" and reply.kind not in ERRORS + NO_REPLY: self.resp = 2
        return reply

# Patterns: is this reply the expected one? They are written for RESP3; what RESP2 must say follows from it.
NO, SPELLING, YES = False, 0.5, True  # SPELLING: the same meaning in other words or digits
RESP3 = {kind: kind for kind in KINDS.values()}  # the type of reply that an exact pattern wants
RESP3.update({"int-variable": "int", "nil": "null", "nil-array": "null"})
RESP2 = {**RESP3, "nil": "null-bulk", "nil-array": "null-array", "map": "array", "set": "array",
         "push": "array", "double": "bulk", "bool": "int", "big": "bulk", "verbatim": "bulk",
         "null": None, "bulk-error": None, "attributed": None}  # it has none of these

class Matcher:
    """Compares replies with patterns as one protocol spells them."""
    def __init__(self, resp, names=()):
        self.resp, self.slack_ms = resp, 0  # the time that went by unplanned
        self.names = dict(names)  # what stands for `$name`

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
        if name in ("map", "set"): return self.unordered(pattern, got)
        if name == "attributed": return self.in_order([{"map": want[0]}, want[1]], value)
        if name == "verbatim": return value == (raw(want[0]) + b":") * (self.resp == 3) + self.filled(want[1])
        if name == "double": return value == raw(want) or (number(value) == number(raw(want)) and SPELLING)
        if name in types:
            want = self.filled(want)
            code, got_code = want.split(b" ")[0], value.split(b" ")[0]  # of an error: alone it fits any text
            if want == value or kind not in ERRORS: return want == value
            return code == got_code and (YES if want == code else SPELLING)
        # Predicates: how far may a reply vary?
        if name == "kind":
            kinds = {"any": [kind], "success": RESP3.keys() - ERRORS, "error": ERRORS, "text": TEXTS}
            fits = kind in kinds.get(want[0], [types.get(want[0])])
            return fits and all(re.fullmatch(raw(e), got.bytes(), re.DOTALL) for e in want[1:])
        if name == "int-between": return kind == "int" and want[0] <= value <= want[1]
        if name == "float-near":
            value = number(value) if kind in ("double", "bulk", "simple") else math.nan
            return value == want[0] or abs(value - want[0]) <= want[1]
        if name == "ttl": return kind == "int" and 0 <= want[0] - value <= -(-self.slack_ms // MS[want[1]])
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
        return kind == types[form(want)[0]] and self.unordered(want, got, more=name == "contains")

    def in_order(self, want, got):
        return min(map(self.match, want, got), default=YES) if len(want) == len(got) else NO

    def unordered(self, pattern, got, more=False):
        """Each takes the element, or of a map the pair, that fits it best; there may be more."""
        (name, want), left, worst = form(pattern), list(got.value), YES
        if name == "map":
            if len(left) % 2: return NO
            want, left = [{"array": pair} for pair in want], [Reply("array", pair) for pair in got.pairs()]
        if len(want) > len(left) or (len(want) < len(left) and not more): return NO
        for pattern in want:
            tries = [self.match(pattern, reply) for reply in left]
            best = max(tries, default=NO)
            worst = min(worst, best and self.match(pattern, left.pop(tries.index(best))))
        return worst

def form(pattern):
    """`"nil"` as ("nil", None), `{"int": 1}` as ("int", 1). Steps and what they want have the same form."""
    return (pattern, None) if isinstance(pattern, str) else next(iter(pattern.items()))

def raw(text):
    """Bytes are text in the JSON, or hexadecimal digits where they are no UTF-8."""
    return bytes.fromhex(text["hex"]) if isinstance(text, dict) else text.encode()

def number(text):
    is_one = re.fullmatch(rb"[+-]?(inf(inity)?|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)", text, re.I)
    return float(text) if is_one else math.nan

def version(text):
    return tuple([*map(int, text.split(".")), 0, 0][:3])  # what is not given is 0

def now_ms():
    return int(time.monotonic() * 1000)

# The server, made ready for one case after another.
class Server:
    """Who it is, what it can do, and the runner's own connection to it, `control`."""
    def __init__(self, rules, program):
        self.rules, self.program, self.process, self.names = rules, program, None, {}
        atexit.register(self.stop)
        self.start()
        info = dict(re.findall(r"^(\w+):(\d+(?:\.\d+){0,2})\r?$", self.call("INFO", "server").text(), re.M))
        if "redis_version" not in info: raise ValueError("INFO names no redis_version: all would be skipped")
        self.redis_version = version(info["redis_version"])
        for kind in (kind for kind in rules["identity"] if kind["field"] in info):
            self.names[kind["name"]] = version(info[kind["field"]])
            if kind["only"]: break
        probed = [feature for feature in rules["features"] if "probe" in feature]
        shown = lambda one: Matcher(self.control.resp).match(one["shows"], self.call(*one["probe"])) == YES
        self.features = {"sockets", "files", *(feature["name"] for feature in probed if shown(feature))}

    def start(self):
        """Starts it anew, on a port and in a directory of its own: nothing is left of an earlier one."""
        self.stop()
        until_ms = now_ms() + START_MS
        while now_ms() < until_ms:
            if not self.process or self.process.poll() is not None:  # at first, or if the port was taken
                with socket.create_server(("127.0.0.1", 0)) as free: self.address = free.getsockname()
                self.directory, null = tempfile.TemporaryDirectory(prefix="conformance-"), subprocess.DEVNULL
                values = {"$port": str(self.address[1]), "$dir": self.directory.name}
                command = [self.program, *(values.get(word, word) for word in self.rules["start"])]
                self.process = subprocess.Popen(command, stdin=null, stdout=null, stderr=null)
            time.sleep(0.003)
            with contextlib.suppress(OSError):
                self.greet()
                told = self.call("CONFIG", "GET", "dir").elements()  # is it ours, or who took the port?
                if not told or told[1].text().endswith(pathlib.Path(self.directory.name).name): return
        raise ConnectionError(f"{self.program} does not start")

    def stop(self):
        if self.process: self.process.kill(), self.process.wait()

    def fresh(self):
        """As good as new: by the commands in `fresh` or, if it does not answer, by starting it anew."""
        with contextlib.suppress(OSError): return self.call_all(self.rules["fresh"])
        self.start()
        self.call_all(self.rules["fresh"])

    def connect(self):
        if self.process.poll() is not None: raise ConnectionError("the server has ended")
        return Connection(self.address, self.rules["times"]["reply_ms"])

    def greet(self):
        self.control, hello = self.connect(), [b"HELLO", b"3"]
        self.control.send(hello)
        self.control.noted(hello, self.control.next())  # it may be refused

    def call(self, *args):
        """A command on the runner's own connection; again if a case has killed every client, this one too."""
        words = [arg if isinstance(arg, bytes) else raw(arg) for arg in args]
        for _ in range(2):
            self.control.send(words)
            if (reply := self.control.next()).kind != "closed": break
            self.greet()
        if reply.kind in NO_REPLY:
            self.control.socket.close()  # a late answer must not be taken for that to another command
            raise ConnectionError(f"{reply} to {args}")
        return self.control.noted(words, reply)

    def call_all(self, commands):
        for command in commands: self.call(*command)

    def holds(self, line, resp):
        """Whether the condition of a line holds: this protocol, and any of these guards."""
        when = line.get("when", {})
        fits = lambda name, bounds=(): name in self.names and all(
            COMPARE[how](self.names[name], version(bound)) for how, bound in bounds)
        is_named = "guards" not in when or any(fits(**guard) for guard in when["guards"])
        return is_named and when.get("resp", resp) == resp

    def reason_to_skip(self, case, resp):
        if self.redis_version < version(case.get("since", "0")): return f"since {case['since']}"
        if self.redis_version >= version(case.get("until", "9999")): return f"until {case['until']}"
        needs = case.get("needs", []) + ["resp3"] * (resp == 3)
        return next((f"needs {need}" for need in needs if need not in self.features), None)

class Stop(Exception): """A verdict, what was wanted, and what came: what follows would only echo this."""

class Play:
    """One case, on one server, in one protocol. `faults` are the verdicts on its lines, as in Stop."""
    def __init__(self, server, case, resp):
        self.server, self.times, self.case, self.resp = server, server.rules["times"], case, resp
        self.matcher, self.clients, self.faults = Matcher(resp, {"resp": b"%d" % resp}), {}, []

    def run(self):
        """The verdict, and its reason."""
        if reason := self.server.reason_to_skip(self.case, self.resp): return "skip", reason
        self.server.fresh()
        try: self.play()
        except Stop as stop: self.faults.append(stop.args)
        except OSError as error: self.faults.append(("fail", "the server goes on", error))
        if "restores" in self.case: self.server.start()  # which undoes all that may have changed
        verdict = max([verdict for verdict, _, _ in self.faults], key=VERDICTS.index, default="pass")
        for xfail in self.case.get("xfail", []):
            if self.server.holds(xfail, self.resp):
                return {"fail": "xfail", "pass": "fail"}.get(verdict, verdict), xfail["reason"]
        return verdict, "; ".join(f"wanted {want}, got {got}" for _, want, got in self.faults)

    def play(self):
        for key, value in self.case.get("config", []):
            answer = self.server.call("CONFIG", "SET", key, value)
            if answer.kind in ERRORS: raise Stop("skip", f"config {key} {value}", answer)
        self.started_ms, self.until_ms = now_ms(), now_ms() + self.times["case_ms"]
        self.clients = {on: self.server.connect() for on in self.case["connections"]}
        for name, what in map(form, self.case["steps"]):
            client = self.clients[what["on"]] if name != "sleep" else None
            if name == "bytes": client.send_bytes(self.matcher.filled(what["bytes"]))
            elif name == "receive": self.judge(client, what["reply"], (), what.get("within_ms"))
            elif name == "sleep":
                time.sleep(what / 1000)
                self.started_ms += what  # it is planned
            elif self.server.holds(what, client.resp): self.send(client, what)
        if "may_end" not in self.case: self.judge_effects()

    def send(self, client, send):
        """A command, or with `repeat` many; with `within_ms`, again and again until all is as expected."""
        repeat = send.get("repeat", {"variable": "", "from": 0, "to": 0})
        for value in range(repeat["from"], repeat["to"] + 1):
            self.matcher.names[repeat["variable"]] = b"%d" % value
            args = [self.matcher.filled(arg) for arg in send["args"]]
            until_ms, faults = now_ms() + send.get("within_ms", 0), len(self.faults)
            while True:
                if now_ms() > self.until_ms: raise ConnectionError("the case is not over")
                client.send(args)
                try:
                    for alternatives in send["replies"]: self.judge(client, alternatives, args)
                    if len(self.faults) == faults or now_ms() >= until_ms: break
                except Stop:
                    if now_ms() >= until_ms: raise
                del self.faults[faults:]
                time.sleep(self.times["retry_ms"] / 1000)

    def judge(self, client, alternatives, args, wait_ms=None):
        """Waits for what the first alternative that holds wants, if one does."""
        want = next((a["want"] for a in alternatives if self.server.holds(a, client.resp)), None)
        if want is None: return
        if want == "nothing": self.settle()
        if want == "blocked": got = self.first_or_blocked(client)
        else: got = client.next(0 if want == "nothing" else wait_ms)
        client.noted(args, got)  # the reply to HELLO is in the new protocol already
        name, pattern = form(want)
        # What went by besides the case's own sleeps may lack of a time to live; the clock adds a tick.
        self.matcher.resp, self.matcher.slack_ms = client.resp, max(0, now_ms() - self.started_ms) + 1
        if name == "reply": matched = self.matcher.match(pattern, got)
        else: matched = got.kind == ("closed" if want == "closed" else "silence")
        if matched == YES: return
        is_missing = got.kind in ERRORS and UNKNOWN.match(got.text()) and not UNKNOWN.search(json.dumps(want))
        if is_missing or not matched: raise Stop("missing" if is_missing else "fail", want, got)
        self.faults.append(("text", want, got))

    def first_or_blocked(self, client):
        """The first reply, or silence once CLIENT LIST says that the client is blocked."""
        until_ms = now_ms() + self.times["patience_ms"]
        while client.id is not None and "monitors" not in self.case and now_ms() < until_ms:
            if (got := client.next(0)).kind != "silence": return got
            listed = self.server.call("CLIENT", "LIST", "ID", str(client.id)).text()
            if re.search(r" flags=\w*b", listed): return client.next(0)
            if " flags=" not in listed: break
            time.sleep(0.001)
        return client.next(self.times["quiet_ms"])  # silent and not blocked: CLIENT REPLY OFF

    def settle(self):
        """Two round trips: whatever was on its way has come after them. A monitor would see them."""
        if "monitors" in self.case: time.sleep(self.times["quiet_ms"] / 1000)
        else: self.server.call_all([["PING"], ["PING"]])

    def judge_effects(self):
        """Nothing more has come, and what was left is as stated."""
        self.settle()
        for client in (self.clients[on] for on in self.clients if on not in self.case.get("monitors", [])):
            got = client.next(0)
            if got.kind not in ("silence", "closed") or client.unread: raise Stop("fail", "nothing more", got)
        if "state" not in self.case: return
        info, found, state = self.server.call("INFO", "keyspace"), set(), self.case["state"]
        for db in ["0"] if info.kind in ERRORS else re.findall(r"^db(\d+):", info.text(), re.M):
            self.server.call("SELECT", db)
            found |= {(int(db), key.bytes()) for key in self.server.call("KEYS", "*").elements()}
        others = found - {(db, self.matcher.filled(key)) for db, key in state["keys"]}
        if others: raise Stop("fail", "no other keys", others)
        for ask in state["asks"]: self.send(self.server.control, ask)

def main():
    parser = argparse.ArgumentParser(description="Does this server do what Redis does?")
    parser.add_argument("--server", required=True, help="a program that takes redis-server's arguments")
    parser.add_argument("--only", action="append", default=[], help="cases whose name begins so")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    parser.add_argument("--vectors", type=pathlib.Path, default=VECTORS, help="where the JSON is")
    options = parser.parse_args()
    files = {path.stem: json.loads(path.read_text("utf-8")) for path in options.vectors.glob("*.json")}
    server, counts = Server(files["runner"], options.server), collections.Counter()
    for note, case in [(note, case) for note in sorted(files) for case in files[note].get("cases", [])]:
        name = f"{note}/{case['id']}"
        for resp in (2, 3) if name.startswith(tuple(options.only or [""])) else ():
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

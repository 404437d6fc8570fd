#!/usr/bin/env python3
"""A conformance runner: only the JSON of the vectors, only the standard library.

    python3 conformance/runner.py --server redis-server
    python3 conformance/runner.py --address 127.0.0.1:6379 --only 05-strings --resp 3

`spec/vectors/json` holds the cases (`NN-note.json`), what to do around them (`runner.json`), and
what may stand where (`schema.json`). The verdicts are those of the runner in Rust, case by case.

    replies.py   is this reply the expected one?
    session.py   a server made ready for one case after another
    runner.py    Play: one case; main: which cases, on which server, and what to print

A case is a conversation. Its steps are `send` (a command and the replies that come at once),
`bytes` (sent as they are), `receive` (a reply that comes later) and `sleep`. A reply is a list of
alternatives; the first whose condition holds for this server and protocol decides. It wants a
reply that fits a pattern, or `blocked`, `nothing` or `closed`. What must be left afterwards is
`state`, the whole keyspace, and `events`. FORMAT.md, "Around a case", is what this file does.
Exit code: 0 all is well, 1 a case failed, 2 the runner could not go on.
"""
from __future__ import annotations

import argparse
import ipaddress
import json
import pathlib
import re
import socket
import sys
import time
from collections import Counter
from typing import Any, Optional

from replies import YES, Connection, Matcher, Reply, form, now_ms, raw, told
from session import HarnessError, Session

FORMAT = 1
VECTORS = pathlib.Path(__file__).resolve().parent.parent / "spec/vectors/json"
VERDICTS = ["pass", "text", "missing", "skip", "xfail", "fail"]  # of several the last counts
BATCH = 256  # how many repeated commands go out before their replies are read


class Fault(Exception):
    """The case stops here: what follows would only echo it."""


class Skip(Exception):
    """The case is not for this server after all."""


class Play:
    """One case in one protocol."""

    def __init__(self, session: Session, case: dict, resp: int):
        self.session, self.case, self.resp = session, case, resp
        self.matcher = Matcher(resp)
        self.clients: dict[str, Connection] = {}
        self.faults: list[tuple] = []  # (verdict, what was expected, what came)
        self.transcript: list[str] = []
        self.slept_ms = 0
        self.times = session.rules["times"]

    def run(self) -> tuple:
        """The verdict, and the reason if there is one."""
        if reason := self.session.reason_to_skip(self.case, self.resp):
            return "skip", reason
        self.session.fresh()
        try:
            self.play()
        except Fault:
            pass
        except Skip as skip:
            self.session.restore(self.case)
            return "skip", str(skip)
        except HarnessError as error:
            self.faults.append(("fail", "the server goes on", str(error)))
        try:
            self.session.restore(self.case)
            self.session.settle()
        except HarnessError as error:
            if not self.expects_the_end():
                self.faults.append(("fail", "the server goes on", str(error)))
        verdict = max([fault[0] for fault in self.faults], key=VERDICTS.index, default="pass")
        for xfail in self.case.get("xfail", []):
            if any(map(self.session.is_named, xfail["on"])):
                return {"fail": "xfail", "pass": "fail"}.get(verdict, verdict), xfail["reason"]
        return verdict, ""

    def play(self) -> None:
        for key, value in self.case.get("config", []):
            answer = self.session.call("CONFIG", "SET", key, value)
            if answer.is_error():
                raise Skip(f"config {json.dumps(key)} {json.dumps(value)}: {answer.text()}")
        listener = self.listen() if "events" in self.case else None
        self.started_ms = now_ms()
        self.open()
        for step, following in zip(self.case["steps"], self.case["steps"][1:] + [{}]):
            name, what = form(step)
            if now_ms() > self.started_ms + self.times["case_ms"]:
                raise HarnessError("the case is not over")
            if name == "send":
                self.send(what, later=following.get("receive", {}).get("on") == what["on"])
            elif name == "receive":
                self.receive(what)
            elif name == "bytes":
                self.clients[what["on"]].send_bytes(self.matcher.filled(what["bytes"]))
            else:
                time.sleep(what / 1000)
                self.slept_ms += what
        self.judge_effects(listener)

    def open(self) -> None:
        """Opens every connection before the first step, or a monitor would see the later ones."""
        for step in self.case["steps"]:
            if "sleep" in step or (name := form(step)[1]["on"]) in self.clients:
                continue
            self.clients[name] = self.session.connect()
            if name not in self.case.get("raw", []):
                self.clients[name].hello(self.resp)

    def send(self, send: dict, later: bool) -> None:
        client = self.clients[send["on"]]
        if not self.session.holds(send.get("when", {}), client.resp):
            return
        if not (repeat := send.get("repeat")):
            return self.send_once(send, later)
        values = range(repeat["from"], repeat["to"] + 1)
        for batch in (values[i:i + BATCH] for i in range(0, len(values), BATCH)):
            for value in batch:
                self.matcher.names[repeat["variable"]] = b"%d" % value
                if send["replies"]:
                    self.send_once(send, later)
                else:  # pipelined: of the replies only errors matter
                    client.send([self.matcher.filled(arg) for arg in send["args"]])
            for reply in [client.next() for _ in batch if not send["replies"]]:
                if not reply.came() or reply.is_error():
                    self.fault("no error", reply)

    def send_once(self, send: dict, later: bool) -> None:
        """Once, or for `within_ms` again and again until all is as expected."""
        args = [self.matcher.filled(arg) for arg in send["args"]]
        until_ms = now_ms() + send.get("within_ms", 0)
        while True:
            lines, faults = len(self.transcript), len(self.faults)
            self.transcript.append(f"{send['on']}> {told(args)}")
            self.clients[send["on"]].send(args)
            try:
                self.hear(send, args, later)
            except Fault:
                if now_ms() >= until_ms:
                    raise
            if now_ms() >= until_ms or len(self.faults) == faults:
                return
            del self.transcript[lines:], self.faults[faults:]
            time.sleep(self.times["retry_ms"] / 1000)

    def hear(self, send: dict, args: list, later: bool) -> None:
        client = self.clients[send["on"]]
        if not send["replies"] and not later:
            self.fault("a reply that somebody has recorded", client.next(self.times["quiet_ms"]))
        for i, alternatives in enumerate(send["replies"]):
            want = self.choose(alternatives, client)
            if want:
                self.judge(client, args, want, None)
            elif i == 0:  # nothing is said of this server or protocol, yet it answers
                client.next()

    def receive(self, receive: dict) -> None:
        client = self.clients[receive["on"]]
        want = self.choose(receive["reply"], client)
        if want:
            self.judge(client, [], want, receive.get("within_ms"))
        elif not receive["reply"]:
            self.fault("a reply that somebody has recorded", client.next(self.times["quiet_ms"]))

    def choose(self, alternatives: list, client: Connection) -> Any:
        return next((a["want"] for a in alternatives
                     if self.session.holds(a.get("when", {}), client.resp)), None)

    def judge(self, client: Connection, args: list, want: Any, wait_ms: Optional[int]) -> None:
        """Waits for what is wanted, and notes a fault if something else comes."""
        if want == "blocked":
            got = self.first_or_blocked(client)
        elif want == "nothing":
            self.settle()
            got = client.next(0)
        else:
            got = client.next(wait_ms)
        self.transcript.append(told(got))
        if want in ("blocked", "nothing", "closed"):
            matched = got.kind == ("closed" if want == "closed" else "silence")
        else:
            matched = got.came() and self.compare(client, args, want["reply"], got)
        if matched == YES:
            return
        if got.is_unknown_command() and not expects_unknown(want):
            self.fault(want, got, "missing")
        if not matched:
            self.fault(want, got)
        self.faults.append(("text", told(want), told(got)))

    def compare(self, client: Connection, args: list, pattern: Any, got: Reply) -> Any:
        client.noted(args, got)  # the reply to HELLO is in the new protocol already
        self.matcher.resp, self.matcher.slack_ms = client.resp, self.slack_ms()
        return self.matcher.match(pattern, got)

    def first_or_blocked(self, client: Connection) -> Reply:
        """The first reply, or silence once CLIENT LIST says that the client is blocked."""
        if client.id is None or self.is_monitored():
            return client.next(self.times["quiet_ms"])
        until_ms = now_ms() + self.times["patience_ms"]
        while True:
            reply = client.next(0)
            if reply.kind != "silence":
                return reply
            listed = self.session.call("CLIENT", "LIST", "ID", str(client.id)).text()
            flags = re.search(r"(?:^| )flags=(\S*)", listed)
            if flags and "b" in flags[1]:
                return client.next(0)
            if not flags or now_ms() >= until_ms:  # silent and not blocked: CLIENT REPLY OFF
                return client.next(self.times["quiet_ms"])
            time.sleep(0.001)

    def settle(self) -> None:
        """Waits until whatever was on its way has come."""
        if self.is_monitored():  # which would see the PINGs
            time.sleep(self.times["quiet_ms"] / 1000)
        else:
            self.session.settle()

    def is_monitored(self) -> bool:
        return any(client.monitors for client in self.clients.values())

    def slack_ms(self) -> int:
        """The time that went by besides the case's own sleeps; the server's clock adds a tick."""
        return max(0, now_ms() - self.started_ms - self.slept_ms) + 1

    def judge_effects(self, listener: Optional[Connection]) -> None:
        """Nothing more has come, and what was left is as stated."""
        state = self.case.get("state", "any")
        if self.expects_the_end():
            try:
                self.session.settle()
            except HarnessError:
                return
        self.settle()
        for name, client in self.clients.items():
            further = Reply("silence") if client.monitors else client.next(0)
            if further.kind not in ("silence", "closed") or client.unread and not client.monitors:
                self.fault(f"nothing more on {name}", further)
        if listener:
            self.judge_events(listener)
        if state == "blank":
            self.fault("a state that somebody has recorded", Reply("silence"))
        if state != "any":
            self.judge_state(state["keys"])

    def expects_the_end(self) -> bool:
        """Whether it may have stopped the server: a connection is closed, no keys are wanted."""
        steps = [form(step)[1] for step in self.case["steps"] if "sleep" not in step]
        replies = [r for step in steps for r in step.get("replies", []) + [step.get("reply", [])]]
        closes = any(a["want"] == "closed" for reply in replies for a in reply)
        return closes and self.case.get("state", "any") == "any"

    def listen(self) -> Connection:
        """A connection of its own that hears every keyspace event, from before the first step."""
        events = self.session.rules["events"]
        self.session.call(*events["configure"])
        listener = self.session.connect()
        listener.send([raw(word) for word in events["subscribe"]])
        if (answer := listener.next()).kind != "array":
            raise Skip(f"events cannot be subscribed to: {told(answer)}")
        return listener

    def judge_events(self, listener: Connection) -> None:
        got = []
        while (message := listener.next(0)).came():
            *_, channel, key = [b""] * 2 + [part.bytes() for part in message.elements()]
            where = re.fullmatch(rb"__keyevent@(\d+)__:(.*)", channel, re.DOTALL)
            if where:
                got.append((int(where[1]), where[2].decode(errors="replace"), key))
        want = [(event.get("db", 0), event["event"], raw(event["key"]))
                for event in self.case["events"]
                if self.session.holds(event.get("when", {}), self.matcher.resp)]
        if want != got:
            self.faults.append(("fail", f"events: {want}", str(got)))

    def judge_state(self, keys: list) -> None:
        """The first line that applies to a key decides; no other key may be there."""
        self.matcher.resp, found = self.session.control.resp, self.session.read_keyspace()
        self.matcher.slack_ms = self.slack_ms()
        judged = {}
        for line in keys:
            place = line.get("db", 0), self.matcher.filled(line["key"])
            if place not in judged and self.session.holds(line.get("when", {}), self.matcher.resp):
                judged[place] = self.fits(line, found.get(place))
                if not judged[place]:
                    self.faults.append(("fail", told({"state": line}), told(found.get(place))))
        for place in found.keys() - judged.keys():
            self.faults.append(("fail", f"no key {place}", told(found[place])))

    def fits(self, line: dict, found: Optional[tuple]) -> bool:
        """Whether a key is of the type, the time to live and the value that a line states."""
        if found is None:
            return False
        kind, value, ttl = found
        want_ttl, want = line.get("ttl"), line.get("value")
        if want_ttl and want_ttl["ttl"][1] == "s":
            want_ttl = {"ttl": [want_ttl["ttl"][0] * 1000, "ms"]}
        if want and form(want)[0] == "map":
            want = {"any-order": want}
        return (kind == line["type"]
                and self.matcher.match(want_ttl or {"int": -1}, ttl) == YES
                and (want is None or value is not None and self.matcher.match(want, value) == YES))

    def fault(self, want: Any, got: Reply, verdict: str = "fail") -> None:
        self.faults.append((verdict, told(want), told(got)))
        raise Fault


def expects_unknown(want: Any) -> bool:
    """Whether the answer of a server without the command may be the very thing that is wanted."""
    name, text = form(want.get("reply", "nil") if isinstance(want, dict) else "nil")
    return name == "kind" or (name == "error" and Reply("error", raw(text)).is_unknown_command())


def load(folder: pathlib.Path, only: list) -> tuple:
    """The rules, and (note, case) for each case whose name begins as asked for."""
    rules = json.loads((folder / "runner.json").read_text("utf-8"))
    notes = [json.loads(path.read_text("utf-8")) for path in sorted(folder.glob("*.json"))]
    notes = [note for note in notes if "cases" in note]
    if any(part["format"] != FORMAT for part in [rules, *notes]):
        raise HarnessError(f"this runner reads format {FORMAT} only")
    cases = [(note["note"], case) for note in notes for case in note["cases"]]
    return rules, [(note, case) for note, case in cases
                   if f"{note}/{case['id']}".startswith(tuple(only or [""]))]


def address(text: str, is_known: bool) -> tuple:
    host, _, port = text.rpartition(":")
    found = {info[4][0] for info in socket.getaddrinfo(host, port)}
    if not is_known and not all(ipaddress.ip_address(ip).is_loopback for ip in found):
        raise HarnessError(f"{host} is not this machine, and all in it would be deleted; "
                           "if that is meant: --i-know-this-flushes")
    return host, int(port)


def run(options: argparse.Namespace) -> int:
    rules, cases = load(options.vectors, options.only)
    reached = options.address and address(options.address, options.i_know_this_flushes)
    session = Session(rules, options.server, reached, options.name, options.redis_version)
    counts: Counter = Counter()
    for note, case in cases:
        for resp in options.resp:
            play, name = Play(session, case, resp), f"{note}/{case['id']}"
            verdict, reason = play.run()
            counts[verdict] += 1
            report(options.json, play, name, session.title, verdict, reason)
    totals = [f"{counts[verdict]} {verdict}" for verdict in VERDICTS if counts[verdict]]
    print(f"{session.title}: {sum(counts.values())} runs: {', '.join(totals)}", file=sys.stderr)
    return 1 if counts["fail"] else 0


def report(as_json: bool, play: Play, name: str, target: str, verdict: str, reason: str) -> None:
    if as_json:
        faults = [dict(zip(("verdict", "expected", "got"), fault)) for fault in play.faults]
        about = {field: play.case.get(field, []) for field in ("title", "claims", "file")}
        print(json.dumps({"case": {"case": name, **about, "resp": play.resp, "target": target,
                                   "verdict": verdict, "reason": reason, "faults": faults,
                                   "transcript": play.transcript}}))
        return
    print(f"{verdict:7} {name} RESP{play.resp}{reason and f' ({reason})'}")
    if verdict in ("text", "fail"):
        differences = [f"wanted {want}\n        got    {got}" for _, want, got in play.faults]
        for line in [play.case["title"], *play.transcript, *differences]:
            print("       ", line)


def main() -> int:
    parser = argparse.ArgumentParser(description="Does this server do what Redis does?")
    whom = parser.add_mutually_exclusive_group(required=True)
    whom.add_argument("--server", help="a program that takes redis-server's arguments")
    whom.add_argument("--address", help="host:port of a server that runs already")
    parser.add_argument("--name", default="", help="what reports and guards call it")
    parser.add_argument("--redis-version", default="", help="which Redis it follows")
    parser.add_argument("--resp", default=[2, 3], help="protocols: 2, 3 or 2,3",
                        type=lambda text: [int(resp) for resp in text.split(",")])
    parser.add_argument("--only", action="append", help="cases whose name begins so")
    parser.add_argument("--json", action="store_true", help="a JSON object a line")
    parser.add_argument("--vectors", type=pathlib.Path, default=VECTORS, help="where the JSON is")
    parser.add_argument("--i-know-this-flushes", action="store_true",
                        help="the address may be another machine's")
    try:
        return run(parser.parse_args())
    except (HarnessError, OSError, ValueError) as error:
        print(f"runner: {error}", file=sys.stderr)
        return 2


if __name__ == "__main__":
    sys.exit(main())

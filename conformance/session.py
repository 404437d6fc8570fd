"""Session: a server made ready for one case after another.

What is to be done around a case is data: `runner.json`, here `rules`. It says how a server is
started, which commands make it as good as new before each case, what to undo after it, how a key is
read whole. Its features, which the `needs` of a case name, are probed once.
"""
from __future__ import annotations

import atexit
import operator
import re
import shutil
import socket
import subprocess
import tempfile
import time
from typing import Any, Optional

from replies import Connection, Matcher, Reply, now_ms, raw

COMPARE = {"<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
           "=": operator.eq}
START_MS = 10_000


class HarnessError(Exception):
    """The runner cannot go on, and no case is to blame."""


class Session:
    """A server, and the runner's own connection to it."""

    def __init__(self, rules: dict, program: Optional[str], address: Optional[tuple], name: str,
                 claimed: str = ""):
        self.rules, self.program, self.address = rules, program, address
        self.times, self.process = rules["times"], None
        self.resp = 2  # of the runner's own connection
        atexit.register(self.stop)
        self.start()
        self.identify(name, claimed)
        own = {"sockets": True, "files": program is not None}
        self.features = {f["name"]: own.get(f["name"], False) for f in rules["features"]}
        for feature in rules["features"]:
            if "probe" in feature:
                self.features[feature["name"]] = self.shows(feature)
        self.resp = 3 if self.features["resp3"] else 2
        self.reconnect()
        self.note_baseline()

    def shows(self, feature: dict) -> bool:
        answer = self.call(*feature["probe"])
        if "shows" in feature:
            return bool(Matcher(self.control.resp).match(feature["shows"], answer))
        return not answer.is_error()

    def start(self) -> None:
        """Starts the server, if it is the runner's to start, and connects."""
        if self.program:
            with socket.create_server(("127.0.0.1", 0)) as free:
                self.address = free.getsockname()
            self.directory = tempfile.mkdtemp(prefix="conformance-")
            command = [self.program, "--port", str(self.address[1]), "--bind", "127.0.0.1",
                       "--dir", self.directory, "--logfile", "server.log", *self.rules["start"]]
            self.process = subprocess.Popen(command, stdin=subprocess.DEVNULL,
                                            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        until_ms = now_ms() + START_MS
        while now_ms() < until_ms and (self.process is None or self.process.poll() is None):
            try:
                return self.reconnect()
            except HarnessError:
                time.sleep(0.01)
        self.reconnect()

    def stop(self) -> None:
        if self.process:
            self.process.kill()
            self.process.wait()
            shutil.rmtree(self.directory, ignore_errors=True)

    def connect(self) -> Connection:
        try:
            return Connection(self.address, self.times["reply_ms"])
        except OSError as error:
            raise HarnessError(f"no connection to {self.address}: {error}") from None

    def reconnect(self) -> None:
        self.control = self.connect()
        self.control.hello(self.resp)

    def call(self, *args: Any) -> Reply:
        """A command on the runner's own connection."""
        words = [arg if isinstance(arg, bytes) else raw(arg) for arg in args]
        for _ in range(2):
            self.control.send(words)
            reply = self.control.next()
            if reply.kind != "closed":
                break
            self.reconnect()  # a case may have killed every client, this one too
        if not reply.came():
            raise HarnessError(f"{reply.kind} after {args}")
        return self.control.noted(words, reply)

    def identify(self, given: str, claimed: str) -> None:
        """By which names guards know the server, its own first."""
        lines = [line.partition(":") for line in self.call("INFO", "server").text().splitlines()]
        versions = {field: version(value) for field, _, value in lines}
        if claimed:
            versions["redis_version"] = version(claimed)
        if not versions.get("redis_version"):  # every case would be skipped, and nothing be wrong
            raise HarnessError("INFO names no redis_version: say which the server follows, "
                               "as in --redis-version 7.0.0")
        self.redis_version, self.names = versions["redis_version"], {}
        for kind in self.rules["identity"]:
            if versions.get(kind["field"]):
                self.names[kind["name"]] = versions[kind["field"]]
                if kind["only"]:
                    break
        name, own = next(iter(self.names.items()), ("unknown", (0, 0, 0)))
        self.names.setdefault(given or name, own)
        self.title = f"{given or name} {'.'.join(map(str, own))}"

    def holds(self, when: dict, resp: int) -> bool:
        """A condition: this protocol, and any of these guards."""
        guards = when.get("guards")
        return when.get("resp", resp) == resp and (not guards or any(map(self.is_named, guards)))

    def is_named(self, guard: dict) -> bool:
        """A guard: a name, and bounds that the version keeps."""
        own, bounds = self.names.get(guard["name"]), guard.get("bounds", [])
        return own is not None and all(COMPARE[how](own, version(bound)) for how, bound in bounds)

    def reason_to_skip(self, case: dict, resp: int) -> Optional[str]:
        if "since" in case and self.redis_version < version(case["since"]):
            return f"since {case['since']}"
        if "until" in case and self.redis_version >= version(case["until"]):
            return f"until {case['until']}"
        needs = ["nodes"] * ("nodes" in case) + case.get("needs", []) + ["resp3"] * (resp == 3)
        for need in needs:
            if need not in self.features:
                return f"needs {need}, which this runner does not know"
            if not self.features[need]:
                return f"needs {need}"
        return None

    def fresh(self) -> None:
        """As good as new: if the server does not answer, by starting it again."""
        try:
            if self.control.next(0).kind == "closed":
                self.reconnect()
            self.call_all(self.rules["fresh"])
        except HarnessError:
            self.stop()  # if it is somebody else's, they may bring it back
            self.start()
            self.call_all(self.rules["fresh"])
            self.config[b"port"] = self.read_config().get(b"port")  # it may have another now
            self.restore_config()

    def settle(self) -> None:
        """Two round trips: whatever the server had to send to others is on its way after them."""
        self.call("PING")
        self.call("PING")

    def call_all(self, commands: list) -> None:
        for command in commands:
            self.call(*command)

    def restore(self, case: dict) -> None:
        """Undoes what the commands of a case may have changed besides the data."""
        used = {raw(step["send"]["args"][0]).decode(errors="replace").upper()
                for step in case["steps"] if "send" in step}
        if "config" in case or "events" in case:
            used.add("CONFIG")
        for rule in self.rules["restore"]:
            if used & set(rule["after"]):
                undo = rule["undo"]
                if undo == "config":
                    self.restore_config()
                elif undo == "users":
                    self.restore_users()
                else:
                    self.call_all(undo["commands"])

    def note_baseline(self) -> None:
        self.config, self.default_user = self.read_config(), self.read_default_user()

    def read_config(self) -> dict:
        pairs = self.call("CONFIG", "GET", "*").pairs() or []
        return {key.bytes(): value.bytes() for key, value in pairs}

    def read_default_user(self) -> list:
        """The words of its line in ACL LIST."""
        lines = [line.bytes().split() for line in self.call("ACL", "LIST").elements()]
        return next((words for words in lines if words[:2] == [b"user", b"default"]), [])

    def restore_config(self) -> None:
        now = self.read_config()
        for key, value in self.config.items():
            if now.get(key) != value:
                self.call("CONFIG", "SET", key, value)

    def restore_users(self) -> None:
        for user in self.call("ACL", "USERS").elements():
            if user.bytes() != b"default":
                self.call("ACL", "DELUSER", user.bytes())
        if self.read_default_user() != self.default_user:
            self.call("ACL", "SETUSER", "default", "reset", *self.default_user[2:])
        self.call("ACL", "LOG", "RESET")

    def read_keyspace(self) -> dict:
        """Every key of every database: its type, its value if it can be read, and PTTL."""
        found, info = {}, self.call("INFO", "keyspace")
        databases = ["0"] if info.is_error() else re.findall(r"^db(\d+):", info.text(), re.M)
        for db in databases:
            self.call("SELECT", db)
            for key in [key.bytes() for key in self.call("KEYS", "*").elements()]:
                kind, ttl = self.call("TYPE", key).text(), self.call("PTTL", key)
                read = self.rules["read"].get(kind)
                value = read and self.call(*(key if word == "$key" else word for word in read))
                if kind != "none":
                    no_ttl = Reply("int", -1)
                    found[int(db), key] = (kind, value, ttl if ttl.kind == "int" else no_ttl)
            self.call("SELECT", "0")
        return found


def version(text: str) -> Optional[tuple]:
    """Three numbers; what is not given is 0."""
    if not re.fullmatch(r"\d+(\.\d+){0,2}", text.strip()):
        return None
    return tuple([*map(int, text.split(".")), 0, 0][:3])

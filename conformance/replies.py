"""Replies: reading them, and telling whether they are what a vector expects.

    Reply, parse    what a server says, with nothing lost: `+OK` is no bulk `OK`
    TYPES, FORMS    the language of patterns, a line for each form
    Matcher         compares a reply with a pattern, as RESP2 or RESP3 spells it
    Connection      one client, read reply by reply

A pattern is written for RESP3; what RESP2 must say follows from it: a map is a flat array, a set
an array in any order, a double a bulk string. In the JSON a pattern is an object of one field,
`{"bulk": "v"}` or `{"int-between": [1, 9]}`, or one of the words `nil` and `nil-array`; bytes are
text, or `{"hex": "ff00"}` where they are no UTF-8. Nothing here knows of cases: see runner.py.
"""
from __future__ import annotations

import copy
import json
import math
import re
import select
import socket
import time
from typing import Any, NamedTuple, Optional

DEPTH_MAX = 128  # levels of a nested reply: garbage must not exhaust the stack
GRACE_MS = 1000  # how much longer than asked a reply that keeps coming is read

# What a server says.

LINES = {"+": "simple", "-": "error", ",": "double", "(": "big", "_": "null"}
STRINGS = {"$": "bulk", "!": "bulk-error", "=": "verbatim"}
SEQUENCES = {"*": "array", "~": "set", ">": "push", "%": "map", "|": "attributes"}


class Reply(NamedTuple):
    """A reply by the name of its type, or `silence`, `closed` or `broken` if none came."""
    kind: str
    value: Any = None  # a map is a list like an array: key, value, key, value

    def came(self) -> bool:
        return self.kind not in ("silence", "closed", "broken")

    def bytes(self) -> bytes:
        """What a variable keeps of it, and a regular expression sees."""
        value = self.value[1] if self.kind == "verbatim" else self.value
        return b"%d" % value if self.kind == "int" else value if isinstance(value, bytes) else b""

    def text(self) -> str:
        return self.bytes().decode(errors="replace")

    def pairs(self) -> Optional[list]:
        """Those of a map, or of the flat array that stands for one in RESP2."""
        paired = self.kind in ("map", "array") and len(self.value) % 2 == 0
        return list(zip(self.value[::2], self.value[1::2])) if paired else None

    def elements(self) -> list:
        return self.value if self.kind in ("array", "set", "push") else []

    def is_error(self) -> bool:
        return self.kind in ("error", "bulk-error")

    def is_unknown_command(self) -> bool:
        return self.is_error() and bool(re.match("err unknown (sub)?command", self.text().lower()))


class Incomplete(Exception):
    """The rest of the reply has not come yet."""


class Broken(Exception):
    """These bytes are not RESP."""


def parse(data: bytearray, at: int = 0, depth: int = 1) -> tuple:
    """The reply that begins at a position, and the position behind it."""
    if depth > DEPTH_MAX:
        raise Broken(f"more than {DEPTH_MAX} levels")
    end = data.find(b"\r\n", at)
    if end < 0:
        raise Incomplete
    sign, line, at = chr(data[at]), bytes(data[at + 1:end]), end + 2
    if sign in LINES:
        return Reply(LINES[sign], line), at
    if sign == "#" and line in (b"t", b"f"):
        return Reply("bool", line == b"t"), at
    if sign in "$*" and line == b"-1":
        return Reply("null-bulk" if sign == "$" else "null-array"), at
    if not re.fullmatch(rb"[+-]?\d{1,19}", line):
        raise Broken(f"{sign}{line!r}")
    count = int(line)
    if sign == ":":
        return Reply("int", count), at
    if sign in STRINGS:
        end = at + count
        if len(data) < end + 2:
            raise Incomplete
        value = bytes(data[at:end])
        if count < 0 or data[end:end + 2] != b"\r\n" or (sign == "=" and value[3:4] != b":"):
            raise Broken(f"{sign}{line!r} before {value!r}")
        return Reply(STRINGS[sign], (value[:3], value[4:]) if sign == "=" else value), end + 2
    if sign not in SEQUENCES or count < 0:
        raise Broken(f"{sign}{line!r}")
    values = []
    for _ in range(2 * count if sign in "%|" else count):
        value, at = parse(data, at, depth + 1)
        values.append(value)
    if sign == "|":  # and the reply that these attributes precede
        reply, at = parse(data, at, depth + 1)
        return Reply("attributed", [Reply("map", values), reply]), at
    return Reply(SEQUENCES[sign], values), at


# What was expected.

NO, SPELLING, YES = False, 0.5, True  # SPELLING: the same meaning in other words or digits

# The type of reply that an exact pattern wants, in RESP2 and in RESP3.
TYPES = {
    "simple": ("simple", "simple"), "bulk": ("bulk", "bulk"), "error": ("error", "error"),
    "int": ("int", "int"), "int-variable": ("int", "int"), "array": ("array", "array"),
    "nil": ("null-bulk", "null"), "nil-array": ("null-array", "null"), "map": ("array", "map"),
    "set": ("array", "set"), "push": ("array", "push"), "double": ("bulk", "double"),
    "bool": ("int", "bool"), "big": ("bulk", "big"), "verbatim": ("bulk", "verbatim"),
    "bulk-error": ("none", "bulk-error"), "attributed": ("none", "attributed"),
}

# The forms of patterns: what each wants of the reply that was got. `m` is the Matcher.
FORMS = {
    # Exact patterns; that the type is right is known.
    "simple": lambda m, want, got: got.value == m.filled(want),
    "bulk": lambda m, want, got: got.value == m.filled(want),
    "error": lambda m, want, got: same_error(m.filled(want), got.value),
    "bulk-error": lambda m, want, got: same_error(m.filled(want), got.value),
    "int": lambda m, want, got: got.value == want,
    "int-variable": lambda m, want, got: got.bytes() == m.names.get(want),
    "nil": lambda m, want, got: YES,
    "nil-array": lambda m, want, got: YES,
    "array": lambda m, want, got: m.in_order(want, got.value),
    "push": lambda m, want, got: m.in_order(want, got.value),
    "map": lambda m, want, got: m.in_order(sum(want, []), got.value),
    "set": lambda m, want, got: m.unordered(want, got.value),
    "double": lambda m, want, got: same_double(want.encode(), got.value),
    "bool": lambda m, want, got: got.value == want,  # in RESP2 an integer: True equals 1
    "big": lambda m, want, got: got.value == want.encode(),
    "verbatim": lambda m, want, got: got.bytes() == m.filled(want[1]) and (
        got.kind == "bulk" or got.value[0] == want[0].encode()),
    "attributed": lambda m, want, got: m.in_order([{"map": want[0]}, want[1]], got.value),
    # Predicates say how far a reply may vary.
    "kind": lambda m, want, got: m.is_of_kind(want[0], got) and all(
        re.fullmatch(expression.encode(), got.bytes(), re.DOTALL) for expression in want[1:]),
    "int-between": lambda m, want, got: got.kind == "int" and want[0] <= got.value <= want[1],
    "float-near": lambda m, want, got: got.kind in ("double", "bulk", "simple") and (
        abs(number(got.value) - want[0]) <= want[1]),
    "ttl": lambda m, want, got: got.kind == "int" and m.is_left(want[0], want[1], got.value),
    "length": lambda m, want, got: size(got) == want,
    "pick": lambda m, want, got: got.kind in ("array", "set") and m.picked(got.value, **want),
    "one-of": lambda m, want, got: max([m.match(p, got) for p in want], default=NO),
    "any-order": lambda m, want, got: m.loose(want, got, more=False),
    "contains": lambda m, want, got: m.loose(want, got, more=True),
    "as": lambda m, want, got: m.bind(want[1], m.match(want[0], got), got),
}


class Matcher:
    """Compares replies with patterns as one protocol spells them."""

    def __init__(self, resp: int):
        self.resp, self.slack_ms = resp, 0  # the time that went by unplanned
        self.names: dict[str, bytes] = {}  # bound by `as` and by `repeat`

    def filled(self, text: Any) -> bytes:
        """Bytes with each `$name` or `${name}` that is bound replaced."""
        return re.sub(rb"\$(?:\{(\w+)\}|(\w+))",
                      lambda m: self.names.get((m[1] or m[2]).decode(), m[0]), raw(text))

    def match(self, pattern: Any, got: Reply) -> Any:
        name, want = form(pattern)
        if got.kind not in [kinds[self.resp - 2] for kinds in TYPES.values()]:
            return NO  # not a type of this protocol
        if name == "attributed" and self.resp == 2:  # which has no attributes
            return self.match(want[1], got)
        if name in TYPES and got.kind != TYPES[name][self.resp - 2]:
            return NO
        return FORMS[name](self, want, got) or NO

    def in_order(self, want: list, got: list) -> Any:
        same_size = len(want) == len(got)
        return min(map(self.match, want, got), default=YES) if same_size else NO

    def unordered(self, want: list, got: list, more: bool = False) -> Any:
        """Each takes the element that fits it best, exact patterns first."""
        if len(want) > len(got) or (len(want) < len(got) and not more):
            return NO
        worst, left = YES, list(got)
        for pattern in sorted(want, key=lambda pattern: not is_exact(pattern)):
            tries = [self.copy().match(pattern, element) for element in left]
            best = max(tries, default=NO)
            worst = min(worst, best and self.match(pattern, left.pop(tries.index(best))))
        return worst

    def copy(self) -> Matcher:
        other = copy.copy(self)
        other.names = dict(self.names)
        return other

    def loose(self, pattern: Any, got: Reply, more: bool) -> Any:
        name, want = form(pattern)
        if got.kind != TYPES[name][self.resp - 2] or (name == "map" and got.pairs() is None):
            return NO
        if name == "map":  # its pairs in any order
            pairs = [Reply("array", pair) for pair in got.pairs()]
            return self.unordered([{"array": pair} for pair in want], pairs, more)
        return self.unordered(want, got.value, more)

    def is_of_kind(self, kind: str, got: Reply) -> bool:
        if kind == "any":
            return True
        if kind == "error":
            return got.is_error()
        if kind == "text":
            return got.kind in ("simple", "bulk", "verbatim")
        return got.kind == TYPES[kind][self.resp - 2]

    def is_left(self, value: int, unit: str, got: int) -> bool:
        """Of a time to live; a part of its unit may cost a whole one."""
        slack = -(-self.slack_ms // 1000) if unit == "s" else self.slack_ms
        return value - slack <= got <= value

    def picked(self, got: list, count: int, distinct: bool, of: list) -> Any:
        if len(got) != count or (distinct and any(e in got[:i] for i, e in enumerate(got))):
            return NO
        return min([self.match({"one-of": of}, element) for element in got], default=YES)

    def bind(self, name: str, matched: Any, got: Reply) -> Any:
        if matched:
            self.names[name] = got.bytes()
        return matched


def form(pattern: Any) -> tuple:
    """`"nil"` as ("nil", None), `{"int": 1}` as ("int", 1)."""
    return (pattern, None) if isinstance(pattern, str) else next(iter(pattern.items()))


def raw(text: Any) -> bytes:
    """Bytes are text in the JSON, or hexadecimal digits where they are no UTF-8."""
    return bytes.fromhex(text["hex"]) if isinstance(text, dict) else text.encode()


def is_exact(pattern: Any) -> bool:
    name, want = form(pattern)
    parts = sum(want, []) if name == "map" else want if name in SEQUENCES.values() else []
    return name in TYPES and name != "attributed" and all(map(is_exact, parts))


def same_error(want: bytes, got: bytes) -> Any:
    """The first word is the code and decides; alone it fits any text."""
    code, got_code = want.split(b" ")[0], got.split(b" ")[0]
    return want == got or want == code == got_code or (code == got_code and SPELLING)


def same_double(want: bytes, got: bytes) -> Any:
    return want == got or (number(want) == number(got) and SPELLING)


def number(text: bytes) -> float:
    shape = rb"[+-]?(inf|infinity|nan|(\d+\.?\d*|\.\d+)(e[+-]?\d+)?)"
    return float(text) if re.fullmatch(shape, text.lower()) else math.nan


def size(got: Reply) -> int:
    """Bytes of a string, elements, or pairs; of anything else there is none."""
    if got.kind in ("array", "set", "push"):
        return len(got.value)
    if got.kind == "map":
        return len(got.value) // 2
    return len(got.bytes()) if got.kind in ("simple", "bulk", "verbatim") else -1


def told(value: Any) -> str:
    """For people: a text as it is, anything else as JSON, a reply as the pattern that fits it."""
    def plain(value: Any) -> Any:
        if isinstance(value, Reply):
            return value.kind if value.value is None else {value.kind: plain(value.value)}
        if isinstance(value, (list, tuple)):
            return [plain(part) for part in value]
        return value.decode(errors="backslashreplace") if isinstance(value, bytes) else value
    return value if isinstance(value, str) else json.dumps(plain(value))


# A connection.

class Connection:
    """One client, read reply by reply."""

    def __init__(self, address: tuple, timeout_ms: int):
        self.socket = socket.create_connection(address, timeout_ms / 1000)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.timeout_ms, self.unread = timeout_ms, bytearray()
        self.resp, self.id, self.monitors = 2, None, False

    def send(self, args: list) -> None:
        self.monitors |= args[0].lower() == b"monitor"
        words = [b"$%d\r\n%b\r\n" % (len(arg), arg) for arg in args]
        self.send_bytes(b"*%d\r\n%b" % (len(args), b"".join(words)))

    def send_bytes(self, data: bytes) -> None:
        try:
            self.socket.sendall(data)
        except OSError:
            pass  # that it is closed will show when a reply is read

    def next(self, wait_ms: Optional[int] = None) -> Reply:
        """The next reply, waiting for it at most so long (0: not at all)."""
        wait_ms = self.timeout_ms if wait_ms is None else wait_ms
        until_ms = now_ms() + wait_ms
        while True:
            try:
                reply, end = parse(self.unread)
                del self.unread[:end]
                return reply
            except Broken as error:
                return Reply("broken", str(error))
            except Incomplete:
                left_ms = until_ms - now_ms()
            if left_ms < -GRACE_MS:
                return Reply("broken", "a reply without an end")
            if not select.select([self.socket], [], [], max(0, left_ms) / 1000)[0]:
                half = wait_ms > 0 and self.unread
                return Reply("broken", "half a reply, then nothing") if half else Reply("silence")
            try:
                piece = self.socket.recv(1 << 18)
            except ConnectionError:
                piece = b""
            if not piece:
                return Reply("broken", "closed amid a reply") if self.unread else Reply("closed")
            self.unread += piece

    def hello(self, resp: int) -> None:
        """Opens the conversation. A server without HELLO, or one that wants a password, refuses."""
        args = [b"HELLO", b"%d" % resp]
        self.send(args)
        reply = self.noted(args, self.next())
        ids = [value.value for key, value in reply.pairs() or [] if key.bytes() == b"id"]
        self.id = ids[0] if ids else None

    def noted(self, args: list, reply: Reply) -> Reply:
        """HELLO and RESET change what is spoken, from their reply on."""
        name, version = [arg.upper() for arg in (args + [b"", b""])[:2]]
        if name == b"HELLO" and version in (b"2", b"3") and reply.pairs() is not None:
            self.resp = int(version)
        if name == b"RESET" and reply.came() and not reply.is_error():
            self.resp, self.monitors = 2, False
        return reply


def now_ms() -> int:
    return int(time.monotonic() * 1000)

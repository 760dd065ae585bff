"""Writes the golden frames beside it: `python -m protocol.vectors.generate`. They change with the wire alone.

client.json   what a client sends: {name, socket, kind, message, hex, json}
server.json   what the server sends, likewise
deltas.json   {name, old, new, patch, hex}; `patch` None: nothing changed
bad.json      frames the server refuses: {name, socket, subprotocol, hex or text, error, ref, number, close}
tables.json   kinds with their fields, error codes, close codes with their actions
"""

import json
from pathlib import Path
from random import Random
from typing import Any, get_args

import msgspec

from protocol.codec import LOBBY_KINDS, MATCH_KINDS, MsgpackCodec, to_json
from protocol.delta import diff
from protocol.errors import CLOSES, ERRORS
from protocol.messages import (
    JSON,
    MAX_FRAME,
    MAX_MOVE,
    MAX_SAFE,
    MSGPACK,
    Abort,
    Draw,
    Error,
    Frame,
    Hello,
    Keyframe,
    LobbyHello,
    LobbyReply,
    LobbyRequest,
    LobbyWelcome,
    MatchFound,
    MatchReply,
    MatchRequest,
    Message,
    Move,
    Next,
    Notice,
    Ping,
    PlayBot,
    Pong,
    Presence,
    Recorded,
    Refused,
    Rematch,
    Reply,
    Resign,
    Resync,
    Seen,
    Welcome,
)
from protocol.vectors import chat, invite, party, people, queues, rooms

FOLDER = Path(__file__).parent
pack = msgspec.msgpack.encode


def _move(number: int, move: Any) -> Move:
    return Move(number, msgspec.Raw(pack(move)))


CLIENT: dict[str, Message] = {
    "hello": Hello(1, 123456789),
    "hello with the largest session": Hello(1, MAX_SAFE, 1764000000000, 41, "token:of:resume"),
    "move": _move(1, {"column": 3}),
    "move of many types": _move(
        200, {"a": [-1, -33, 65536, 2**40, 0.5, True, False, None], "b": {"ü": "日本"}}
    ),
    "move that is a list": _move(70000, [1, 2]),
    "resign": Resign(3),
    "draw offer": Draw(4, "offer"),
    "draw decline": Draw(5, "decline"),
    "abort": Abort(1),
    "rematch": Rematch(9, True),
    "rematch taken back": Rematch(10, False),
    "seen": Seen(300),
    "resync": Resync(7, 1764000000000, 299),
    "ping": Ping(0),
    "ping with a large ref": Ping(4294967296),
    "lobby hello": LobbyHello(1),
    **queues.CLIENT,
    "play bot": PlayBot(4, "connect-four", "standard", 2, 0),
    "play bot on many seats": PlayBot(5, "arena", "ffa", 1, 4),
    **rooms.CLIENT,
    **people.CLIENT,
    **party.CLIENT,
    **chat.CLIENT,
    **invite.CLIENT,
}

VIEW: dict[str, Any] = {
    "phase": "running",
    "turn": 0,
    "seats": [{"status": "here", "until": None}, {"status": "dropped", "until": 61500}],
    "clocks": {"left": [180000, 178250], "running": 0, "since": 1750},
    "draw": None,
    "rematch": [],
    "result": None,
    "game": {"board": [[1], [], [], [2], [], [], []], "turn": 0},
}
EPOCH = 1764000000000

SERVER: dict[str, Message] = {
    "welcome to a seat": Welcome(
        1,
        "m8Qv2kLx7RtYw3Zb",
        0,
        123456789,
        0,
        "connect-four",
        "standard",
        1,
        {"kind": "turns", "clock": {"seconds": 180, "increment": 2}},
        [
            {"player": "p1a2b3c4d5e6f7g8", "name": "Ada", "team": 0, "bot": None, "rating": 1500},
            {"player": None, "name": "Bot 1", "team": 1, "bot": 1, "rating": None},
        ],
        False,
        "token:of:resume",
    ),
    "welcome to a spectator": Welcome(
        2, "m2", None, MAX_SAFE, 0, "arena", "ffa", 3, {"kind": "ticks", "rate": 20}, [], True, "t"
    ),
    "keyframe": Keyframe(EPOCH, 12, 1750, [3, 2], VIEW),
    "keyframe with missed events, rewound": Keyframe(
        EPOCH + 1,
        9,
        1500,
        [2, 2],
        {**VIEW, "game": None},
        [[8, "seat.dropped", {"seat": 1, "why": "gone"}]],
        True,
    ),
    "frame": Frame(13, 250, 1, [130, 1, [1, [8, [2, 3]]]]),
    "frame that changes nothing": Frame(14, 50, 0),
    "frame with events": Frame(15, 50, 4, [1, "finished"], [["scored", {"seat": 1}], ["match.ended", None]]),
    "frame with events alone": Frame(16, 50, 0, None, [["scored", {"seat": 1}]]),
    "frame of eight seats": Frame(301, 50, 0b01_10_00_11_01_01_01_01),
    "frame after a newer session came": Frame(17, 300, [1, 3]),
    "frame that follows one further back": Frame(20, 150, 0, [1, "finished"], [], 16),
    "frame of a new epoch": Frame(21, 50, 0, None, [], 0, EPOCH + 1),
    "refused": Refused(4, "illegal-move", "That column is full."),
    "error": Error(7, "malformed", ERRORS["malformed"]),
    "error to wait after": Error(None, "too-many", ERRORS["too-many"], 0.25),
    "error of a numbered message": Error(None, "move-too-large", ERRORS["move-too-large"], None, 7),
    "pong": Pong(7, 2100),
    "recorded": Recorded("m8Qv2kLx7RtYw3Zb", [[1500, 1516], [1500, 1484]]),
    "recorded unrated": Recorded("m8Qv2kLx7RtYw3Zb", [None, None]),
    "next": Next("m9", 1, "secret", "/ws/match/m9/"),
    "lobby welcome": LobbyWelcome(
        1,
        {"id": "p1a2b3c4d5e6f7g8", "name": "Ada", "guest": True},
        None,
        [
            {
                "name": "connect-four",
                "title": "Connect Four",
                "modes": [{"name": "standard", "seats": [2, 2], "teams": False, "rated": True}],
                "bots": 2,
            }
        ],
    ),
    "lobby welcome with a match to return to": LobbyWelcome(
        1,
        {"id": "p1", "name": "Ada", "guest": False},
        {"match": "m8", "game": "arena", "mode": "ffa", "seat": 3},
        [],
    ),
    "lobby welcome with what queues ask": LobbyWelcome(
        1,
        {"id": "p1", "name": "Ada", "guest": False},
        None,
        [{"name": "arena", "title": "Arena", "modes": [queues.MODE], "bots": 0}],
        {"eu": "https://eu.example.org", "us": ""},
    ),
    "reply": Reply(4),
    "reply with data": Reply(5, {"code": "K7QX2M"}),
    "presence": Presence(1, 2, [["p1", "Ada", "online"], ["p2", "Bob", "match"]], [], True),
    "presence changed": Presence(2, 1, [], ["p2"], False),
    **queues.SERVER,
    "match found, a seat that was left": MatchFound("m9", "arena", "ffa", 2, "s", "/ws/match/m9/", True),
    "match found": MatchFound("m8", "connect-four", "standard", 1, "secret", "/n/node-1/ws/match/m8/"),
    **rooms.SERVER,
    "notice": Notice("room-gone", "The room is gone."),
    **people.SERVER,
    **party.SERVER,
    **chat.SERVER,
    **invite.SERVER,
}

DELTAS: dict[str, tuple[Any, Any]] = {
    "nothing": ({"a": 1}, {"a": 1}),
    "a number": (1, 2),
    "an int is no float": ([1], [1.5]),
    "false is not zero": ([0], [False]),
    "field by position": ({"phase": "open", "turn": None}, {"phase": "running", "turn": None}),
    "inside by position": ({"a": 0, "b": {"c": [1, 2, 3], "d": 7}}, {"a": 0, "b": {"c": [1, 9, 3], "d": 7}}),
    "list grows": ([1, 2], [1, 2, 3, 4]),
    "list is cut": ([1, 2, 3, 4, "a longer one"], [1, 5]),
    "list is emptied": ([1, 2, "a longer one", "and one more"], []),
    "key is added": ({"a": "the first", "b": 2}, {"a": "the first", "b": 2, "c": 3}),
    "key is deleted": ({"a": "first", "b": "second", "c": "third"}, {"a": "first", "c": "third"}),
    "key is renamed": ({"old": "short", "kept": "a longer value"}, {"kept": "a longer value", "new": 1}),
    "inside by key": (
        {"a": ["one", "two", "three", "four"], "b": 1},
        {"a": ["one", "two", "three", 4], "b": 1, "c": 2},
    ),
    "keys like positions": (
        {"b": "unchanged", "1": "left", "0": "x"},
        {"b": "unchanged", "1": "left", "0": "y"},
    ),
    "order of keys": ({"a": 1, "b": 2}, {"b": 2, "a": 1}),
    "whole value": ([1, 2, 3], {"a": 1}),
    "smaller as a whole": ([0.5] * 9, [1, 2, 3, 4, 5, 6, 7, 8, 9]),
    "a number falls": ({"x": 70000}, {"x": 69840}),
    "a number falls far": ({"x": 70000}, {"x": 5}),
    "further than numbers are exact": ([MAX_SAFE, 0], [-MAX_SAFE, 0]),
    "numbers that are floats": ({"x": 0.5, "y": 2, "z": 2.5}, {"x": 0.75, "y": 2.5, "z": 3}),
    "a number becomes a list": ([1, 2], [[3], 2]),
    "a number becomes nothing": ({"a": 1, "b": "x"}, {"a": None, "b": "x"}),
    "a list becomes a map": ({"a": [1], "b": "x"}, {"a": {"c": 1}, "b": "x"}),
    "a map becomes a list": ({"a": {"c": 1}, "b": "x"}, {"a": [[1]], "b": "x"}),
    "nothing becomes a list": ([None, "x"], [[1, 2], "x"]),
    "far down a list": (list(range(100, 160)), [*range(100, 112), 7, *range(113, 150), 8, *range(151, 160)]),
    "in many places of a list": (["a"] * 40, ["a", "b"] * 20),
    "eight runners": (
        {"runners": [{"x": 160 * n, "y": 9000 - n, "out": False} for n in range(8)], "ends": 90000},
        {"runners": [{"x": 161 * n, "y": 8840 - n, "out": n == 7} for n in range(8)], "ends": 90000},
    ),
    "a move in connect four": (
        VIEW,
        {**VIEW, "turn": 1, "game": {"board": [[1], [], [], [2, 1], [], [], []], "turn": 1}},
    ),
}


def _plain(random: Random, depth: int) -> Any:
    kind = random.randrange(8 if depth else 5)
    if kind == 0:
        return random.choice([None, True, False])
    if kind == 1:
        return random.randrange(-200, 70000)
    if kind == 2:
        return random.choice(["", "x", "été", "a somewhat longer string, over 31 bytes"])
    if kind == 3:
        return random.randrange(-4, 4) + 0.5
    if kind == 4:
        return random.randrange(10)
    if kind < 7:
        return [_plain(random, depth - 1) for _ in range(random.randrange(6))]
    keys = random.sample(["a", "b", "c", "d", "0", "7"], random.randrange(5))
    return {key: _plain(random, depth - 1) for key in keys}


def _changed(random: Random, value: Any) -> Any:
    if isinstance(value, list) and value and random.random() < 0.9:
        at = random.randrange(len(value))
        return [*value[:at], _changed(random, value[at]), *value[at + random.randrange(1, 3) :]]
    if isinstance(value, dict) and value and random.random() < 0.9:
        key = random.choice(list(value))
        return {**value, key: _changed(random, value[key])} if random.random() < 0.8 else value | {"new": 1}
    return _plain(random, 2)


def _generated(count: int) -> dict[str, tuple[Any, Any]]:
    random = Random(20)  # noqa: S311
    pairs: dict[str, tuple[Any, Any]] = {}
    for index in range(count):
        old = _plain(random, 4)
        pairs[f"generated {index}"] = (old, _changed(random, _changed(random, old)))
    return pairs


def _nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def _padded(size: int) -> bytes:
    """A text in so many bytes, more than it needs."""
    return b"\xdb" + (size - 5).to_bytes(4, "big") + b"x" * (size - 5)


BAD: list[tuple[str, str, bytes | str, str]] = [
    ("empty", "match", b"", "malformed"),
    ("not an array", "match", pack({"kind": 1}), "malformed"),
    ("an empty array", "match", pack([]), "malformed"),
    ("kind is text", "match", pack(["Hello", 1]), "malformed"),
    ("unknown kind", "match", pack([63, 1]), "unknown-kind"),
    ("a server's kind", "match", pack([34, 1, 2]), "unknown-kind"),
    ("a lobby message on a match socket", "match", pack([65, 1, "arena", "ffa"]), "unknown-kind"),
    ("a match message on the lobby socket", "lobby", pack([2, 1, {}]), "unknown-kind"),
    ("a field too few", "match", pack([1, 1]), "malformed"),
    ("a field too many", "match", pack([9, 1, 2]), "malformed"),
    ("a wrong type", "match", pack([9, "1"]), "malformed"),
    ("a bool for a number", "match", pack([9, True]), "malformed"),
    ("a float for a number", "match", pack([9, 1.5]), "malformed"),
    ("session 0", "match", pack([1, 1, 0]), "malformed"),
    ("session beyond 2^53", "match", pack([1, 1, 2**53]), "malformed"),
    ("number 0", "match", pack([3, 0]), "malformed"),
    ("a negative number", "match", pack([3, -1]), "malformed"),
    ("an unknown draw action", "match", pack([4, 1, "accept"]), "malformed"),
    ("cut off", "match", pack([2, 1, {"column": 3}])[:-1], "malformed"),
    ("bytes after the end", "match", pack([9, 1]) + b"\xc0", "malformed"),
    ("the byte that msgpack never uses", "match", b"\x93\x02\x01\xc1", "malformed"),
    ("text that is not UTF-8", "match", b"\x93\x02\x01\xa1\xff", "malformed"),
    ("a length that is not there", "match", b"\x93\x02\x01\xdd\xff\xff\xff\xff", "malformed"),
    ("an integer beyond 2^53", "match", pack([2, 1, {"n": 2**53}]), "malformed"),
    ("an integer below -2^53", "match", pack([2, 1, [-(2**53)]]), "malformed"),
    ("NaN", "match", pack([2, 1, {"x": float("nan")}]), "malformed"),
    ("infinity", "match", pack([2, 1, float("inf")]), "malformed"),
    ("binary inside a move", "match", pack([2, 1, {"b": b"1"}]), "malformed"),
    ("an extension inside a move", "match", b"\x93\x02\x01\xd4\x05\x00", "malformed"),
    ("a timestamp inside a move", "match", b"\x93\x02\x01\xd6\xff\x00\x00\x00\x00", "malformed"),
    ("a key that is no text", "match", pack([2, 1, {1: 1}]), "malformed"),
    ("17 lists deep", "match", pack([2, 1, _nested(17)]), "too-deep"),
    ("1000 lists deep", "match", b"\x93\x02\x01" + b"\x91" * 1000 + b"\xc0", "too-deep"),
    ("a move over 1 KiB", "match", pack([2, 1, "x" * (MAX_MOVE - 2)]), "move-too-large"),
    ("a move over 1 KiB by its padding", "match", b"\x93\x02\x01" + _padded(MAX_MOVE + 1), "move-too-large"),
    ("over 16 KiB", "match", pack([2, 1, "x" * MAX_FRAME]), "too-large"),
    ("a game's name too long", "lobby", pack([65, 1, "x" * 65, "m"]), "malformed"),
    ("text on a binary socket", "match", "[9,1]", "wrong-encoding"),
]

BAD_JSON: list[tuple[str, str, bytes | str, str]] = [
    ("empty text", "match", "", "malformed"),
    ("no JSON", "match", "hello", "malformed"),
    ("a JSON object", "match", '{"kind":1}', "malformed"),
    ("unknown kind in JSON", "match", "[63,1]", "unknown-kind"),
    ("a field too many in JSON", "match", "[9,1,2]", "malformed"),
    ("cut off JSON", "match", "[9,1", "malformed"),
    ("text after the end", "match", "[9,1]]", "malformed"),
    ("NaN in JSON", "match", "[2,1,NaN]", "malformed"),
    ("a float out of range", "match", "[2,1,1e999]", "malformed"),
    ("an integer beyond 2^53 in JSON", "match", "[2,1,9007199254740992]", "malformed"),
    ("17 lists deep in JSON", "match", "[2,1," + "[" * 17 + "]" * 17 + "]", "too-deep"),
    ("5000 lists deep in JSON", "match", "[2,1," + "[" * 5000 + "]" * 5000 + "]", "too-deep"),
    ("a move over 1 KiB in JSON", "match", '[2,1,"' + "x" * (MAX_MOVE - 2) + '"]', "move-too-large"),
    ("over 16 KiB of JSON", "match", '[2,1,"' + "x" * MAX_FRAME + '"]', "too-large"),
    ("over 16 KiB in UTF-8 alone", "match", '[2,1,"' + "ü" * (MAX_FRAME // 2) + '"]', "too-large"),
    ("bytes on a text socket", "match", pack([9, 1]), "wrong-encoding"),
]


REFS = {
    "a field too few": 1,
    "a field too many": 1,
    "session 0": 1,
    "session beyond 2^53": 1,
    "bytes after the end": 1,
    "a game's name too long": 1,
    "a field too many in JSON": 1,
    "text after the end": 1,
}
"""The ref of the error where the frame is a request that has a readable one."""

NUMBERS = {
    "an unknown draw action": 1,
    "cut off": 1,
    "the byte that msgpack never uses": 1,
    "text that is not UTF-8": 1,
    "a length that is not there": 1,
    "an integer beyond 2^53": 1,
    "an integer below -2^53": 1,
    "NaN": 1,
    "infinity": 1,
    "binary inside a move": 1,
    "an extension inside a move": 1,
    "a timestamp inside a move": 1,
    "a key that is no text": 1,
    "17 lists deep": 1,
    "1000 lists deep": 1,
    "a move over 1 KiB": 1,
    "a move over 1 KiB by its padding": 1,
    "NaN in JSON": 1,
    "a float out of range": 1,
    "an integer beyond 2^53 in JSON": 1,
    "17 lists deep in JSON": 1,
    "5000 lists deep in JSON": 1,
    "a move over 1 KiB in JSON": 1,
}
"""The number of the error, likewise of a numbered message."""


def files() -> dict[str, Any]:
    """The contents of every file, by name."""
    return {
        "client.json": [_vector(name, message) for name, message in CLIENT.items()],
        "server.json": [_vector(name, message) for name, message in SERVER.items()],
        "deltas.json": [_delta(name, *pair) for name, pair in (DELTAS | _generated(150)).items()],
        "bad.json": [_bad(MSGPACK, *case) for case in BAD] + [_bad(JSON, *case) for case in BAD_JSON],
        "tables.json": {
            "kinds": {
                kind.__name__: [kind.__struct_config__.tag, *kind.__struct_fields__]
                for union in (MatchRequest, MatchReply, LobbyRequest, LobbyReply)
                for kind in get_args(union)
            },
            "errors": list(ERRORS),
            "closes": {str(code): close.action for code, close in CLOSES.items()},
        },
    }


def text(content: Any) -> str:
    """One row a line, so that a change of the wire reads as one in a diff."""
    if isinstance(content, list):
        return "[\n" + ",\n".join(json.dumps(row, ensure_ascii=False) for row in content) + "\n]\n"
    return json.dumps(content, indent=1, ensure_ascii=False) + "\n"


def _vector(name: str, message: Message) -> dict[str, Any]:
    frame = MsgpackCodec().encode(message)
    kind = message.__struct_config__.tag
    return {
        "name": name,
        "socket": _socket(kind),
        "kind": type(message).__name__,
        "message": msgspec.msgpack.decode(frame),
        "hex": frame.hex(),
        "json": to_json(frame),
    }


def _socket(kind: Any) -> str:
    match = kind in MATCH_KINDS or kind in {k.__struct_config__.tag for k in get_args(MatchReply)}
    lobby = kind in LOBBY_KINDS or kind in {k.__struct_config__.tag for k in get_args(LobbyReply)}
    return "both" if match and lobby else "match" if match else "lobby"


def _delta(name: str, old: Any, new: Any) -> dict[str, Any]:
    patch = diff(old, new)
    return {
        "name": name,
        "old": old,
        "new": new,
        "patch": patch,
        "hex": None if patch is None else pack(patch).hex(),
    }


def _bad(subprotocol: str, name: str, socket: str, frame: bytes | str, error: str) -> dict[str, Any]:
    raw = {"hex": frame.hex()} if isinstance(frame, bytes) else {"text": frame}
    close = 4012 if error == "too-large" else None
    told = {"error": error, "ref": REFS.get(name), "number": NUMBERS.get(name), "close": close}
    return {"name": name, "socket": socket, "subprotocol": subprotocol, **raw, **told}


if __name__ == "__main__":
    for file, content in files().items():
        (FOLDER / file).write_text(text(content), encoding="utf-8")

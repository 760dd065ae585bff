"""A log's records as plain values, for people and for JSON.

    {"kind": "header"}
    {"kind": "step", "seq", "time", "committed", "inputs": [{"kind": "moved", "seat", "at", …, "move": {…}}]}
    {"kind": "snapshot", "seq", "time", "hash"}

Kinds of inputs are the names in `matches/engine/inputs.py` in lower case. A move that is no msgpack stands
there as the hex of its bytes. An input that the rules refused has `"refused": {"code", "text"}`; that is not
in the log itself but comes of running it again.
"""

from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from matches.engine.inputs import Input
from matches.engine.record import Fenced, Header, Snapshotted, Stepped, decode_record
from matches.engine.state import Refusal

Refusals = Mapping[tuple[int, int, int, int], Refusal]
"""What the rules refused, by (seq, seat, session, number); the last two are 0 for a computer player."""


def plain(records: Iterable[bytes], refused: Refusals | None = None) -> list[dict[str, Any]]:
    """The records in order; one that cannot be read is `{"kind": "unreadable", "bytes": hex}`."""
    return [_plain(data, refused or {}) for data in records]


def plain_move(move: bytes) -> Any:
    """The game's move as its client sent it."""
    try:
        return msgspec.to_builtins(msgspec.msgpack.decode(move), str_keys=True, enc_hook=str)
    except (msgspec.MsgspecError, TypeError, ValueError, RecursionError):
        return move.hex()


def _plain(data: bytes, refused: Refusals) -> dict[str, Any]:
    try:
        record = decode_record(data)
    except msgspec.MsgspecError:
        return {"kind": "unreadable", "bytes": data.hex()}
    match record:
        case Header():
            return {"kind": "header"}
        case Snapshotted(seq=seq, time=time, hash=hash):
            return {"kind": "snapshot", "seq": seq, "time": time, "hash": hash}
        case Fenced(time=time, node=node):
            return {"kind": "takeover", "time": time, "node": node}
        case Stepped(seq=seq, time=time, committed=committed, inputs=inputs):
            said = [_input(i, seq, refused) for i in inputs]
            return {"kind": "step", "seq": seq, "time": time, "committed": committed, "inputs": said}


def _input(said: Input, seq: int, refused: Refusals) -> dict[str, Any]:
    fields = msgspec.structs.asdict(said)
    if "move" in fields:
        fields["move"] = plain_move(fields["move"])
    who = (seq, fields.get("seat", -1), fields.get("session", 0), fields.get("number", 0))
    if who in refused and ("move" in fields or "number" in fields):
        fields["refused"] = {"code": refused[who].code, "text": refused[who].text}
    return {"kind": type(said).__name__.lower(), **fields}

"""A match's log as lines for people."""

from typing import Any

import msgspec

from matches import records, replays
from matches.engine.match import Step
from matches.models import Replay

MOST_LINES = 1000
"""Lines of one timeline; the rest is in the replay."""

MOST_RERUN = 500
"""Records up to which the match is run again to tell refusals and events too."""

WORDS = {
    "join": "sat down",
    "drop": "connection lost",
    "moved": "move",
    "botmoved": "move",
    "resigned": "resigned",
    "drawsaid": "draw",
    "abortasked": "asked to abort",
    "rematchsaid": "rematch",
    "ended": "ended by the server",
}


class Line(msgspec.Struct, frozen=True):
    """`time` is match time as m:ss.mmm. `name` is the seat's, empty for the match itself."""

    seq: int
    time: str
    seat: int | None
    name: str
    what: str
    detail: str
    refused: str = ""
    event: bool = False


def lines(kept: Replay) -> tuple[list[Line], int]:
    """The first `MOST_LINES` lines in order, and how many more there are. Raises `ValueError` for damage."""
    names = [seat.name for seat in replays.unpack_setup(kept.setup).seats]
    steps = _steps(kept) if kept.count <= MOST_RERUN else {}
    told: list[Line] = []
    for record in records.plain(replays.unpack(kept.records)):
        if record["kind"] != "step":
            continue
        seq = record["seq"]
        step = steps.get(seq)
        told += [_line(seq, said, names, step) for said in record["inputs"]]
        for name, data in step.events if step is not None else []:
            told.append(Line(seq, clock(record["time"]), None, "", name, _short(data), event=True))
    return told[:MOST_LINES], max(0, len(told) - MOST_LINES)


def clock(ms: int) -> str:
    """Match time as m:ss.mmm."""
    return f"{ms // 60_000}:{ms // 1000 % 60:02}.{ms % 1000:03}"


def _steps(kept: Replay) -> dict[int, Step]:
    try:
        return {step.seq: step for step in replays.steps(kept)}
    except replays.CANNOT:
        return {}


def _line(seq: int, said: dict[str, Any], names: list[str], step: Step | None) -> Line:
    seat = said.get("seat")
    who = (said.get("seat"), said.get("session"), said.get("number"))
    refused = (
        next((r.text for r in step.refusals if (r.seat, r.session, r.number) == who), "") if step else ""
    )
    detail = {k: v for k, v in said.items() if k in ("move", "action", "wanted", "reason")}
    return Line(
        seq,
        clock(said["at"]),
        seat,
        names[seat] if seat is not None and 0 <= seat < len(names) else "",
        WORDS.get(said["kind"], said["kind"]),
        _short(next(iter(detail.values()))) if detail else "",
        refused,
    )


def _short(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, dict) and all(isinstance(v, int | str | float | None) for v in value.values()):
        return ", ".join(f"{k} {v}" for k, v in value.items())
    text = value if isinstance(value, str) else msgspec.json.encode(value, enc_hook=str).decode()
    return text if len(text) <= 200 else text[:199] + "…"

"""The whole table: every workload at the sizes of docs/performance.md, with its peers. About an hour."""

from typing import Any

import msgspec

from arcade.bench import capacity, workloads
from arcade.bench.rounds import Say

TABLE: tuple[tuple[str, dict[str, Any]], ...] = (
    ("arena", {"sizes": (320,), "peers": ("colyseus",)}),
    ("growth", {"workload": "arena", "sizes": (320, 80, 1280)}),
    ("floor", {"workload": "arena", "sizes": (320,), "peers": ("picows",)}),
    ("channels", {"workload": "arena", "sizes": (80,), "peers": ("channels",)}),
    ("moves", {"sizes": (50, 500)}),
    ("fanout", {"sizes": (1, 100, 1000), "peers": ("picows", "colyseus")}),
    ("idle", {"sizes": (1000, 5000), "peers": ("colyseus", "picows")}),
    ("watching", {"workload": "idle", "sizes": (1000,), "idle": "watch"}),
    ("lobby-sockets", {"workload": "idle", "sizes": (1000,), "idle": "lobby"}),
    ("nodes", {"sizes": (320,)}),
    ("lobby", {"sizes": (20,)}),
)


class Options(msgspec.Struct, frozen=True):
    """Of all workloads."""

    rounds: int = 5
    warm: float | None = None
    seconds: float | None = None
    durability: str = "log"
    appendfsync: str = "always"


async def run(options: Options, say: Say) -> dict[str, Any]:
    """One object: the report of each part under its name, `capacity` last."""
    given = msgspec.to_builtins(options)
    parts: dict[str, Any] = {}
    for name, more in TABLE:
        say(f"--- {name}")
        parts[name] = await workloads.run(workloads.Options(**{"workload": name, **given, **more}), say)
    say("--- capacity")
    search = capacity.Options(
        peers=("colyseus", "picows"), durability=options.durability, appendfsync=options.appendfsync
    )
    parts["capacity"] = await capacity.run(search, say)
    return {"bench": "all", "parts": parts, "empty": any(part.get("empty") for part in parts.values())}


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    out = []
    for name, part in told["parts"].items():
        shown = capacity.table(part) if name == "capacity" else workloads.table(part)
        out.append(f"=== {name}\n{shown}")
    return "\n".join(out)

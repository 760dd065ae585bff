"""`manage.py bench WORKLOAD`: what a player costs, measured from outside."""

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Callable, Coroutine
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SECONDS_MOST = 60.0
"""An arena match ends after 90."""
NAMES = (
    *("arena", "moves", "fanout", "idle", "nodes", "lobby", "pair", "presence", "capacity", "durability"),
    *("matchmaker", "rooms", "all"),
)


async def _ended_in_order(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """SIGTERM, as Ctrl-C, ends what was started; the default would leave it running."""
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


def _list(text: str) -> tuple[str, ...]:
    return tuple(part for part in text.split(",") if part)


class Command(BaseCommand):
    """Exit code 1: it could not be measured, or no round of some cell counts."""

    help = "Server CPU and latency, with the server alone on one core; or matchmaking, simulated."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "workload", choices=NAMES, help="what to measure; all: the whole table with peers"
        )
        parser.add_argument("--json", action="store_true", help="print one object")
        parser.add_argument(
            "--rounds", type=int, help="how often each is measured (default: 5; durability: 3)"
        )
        parser.add_argument(
            "--clients", default="", metavar="N[,N…]",
            help="arena, nodes: clients; moves: matches; fanout: spectators; idle, presence: sockets; "
            "lobby: players at a time; rooms: rooms in the list; capacity: clients of the first try",
        )  # fmt: skip
        parser.add_argument(
            "--peer", default="", metavar="NAME[,NAME…]", help="colyseus, channels, picows: in the same run"
        )
        parser.add_argument("--seconds", type=float, help="of each window (default: 10; idle 3, lobby 15)")
        parser.add_argument("--warm", type=float, help="seconds of play before it (default: 3)")
        parser.add_argument("--durability", default="log", choices=["log", "none"])
        parser.add_argument("--appendfsync", default="always", choices=["always", "everysec", "no"])
        parser.add_argument(
            "--idle", default="seat", choices=["seat", "watch", "lobby"], help="idle: what kind"
        )
        parser.add_argument("--most", type=int, help="capacity: clients beyond which it is not looked")
        parser.add_argument("--rooms", type=int, default=16, help="durability: arena matches of eight")
        parser.add_argument(
            "--pairs", type=int, default=200, help="durability: matches of connect four; pair: one by one"
        )
        parser.add_argument(
            "--cells",
            default="",
            metavar="MODE@RATE[,…]",
            help="matchmaker: e.g. 1v1@10,5v5@100 (default: all)",
        )
        parser.add_argument("--seeds", type=int, default=5, help="matchmaker: streams of tickets")
        parser.add_argument(
            "--write-docs", action="store_true", help="matchmaker: renew docs/matchmaking.md and its plots"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        client = str(settings.BASE_DIR / "protocol" / "clients" / "python" / "src")
        if client not in sys.path:
            sys.path.insert(0, client)
        self._check(options)
        say = self.stderr.write if options["json"] else self.stdout.write
        work, table = self._work(options, lambda line: say(line))
        try:
            told = asyncio.run(_ended_in_order(work))
        except asyncio.CancelledError:
            sys.exit(143)
        except (RuntimeError, OSError, TimeoutError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(json.dumps(told) if options["json"] else "\n" + table(told))
        if options["write_docs"]:
            from arcade.bench.matchmaker import page

            for path in page.write(told, settings.BASE_DIR / "docs"):
                say(f"{path} is written.")
        if told.get("empty"):
            self.stderr.write(
                "No round of some cell counts: is the machine busy? Fewer clients make it less."
            )
            sys.exit(1)

    def _check(self, options: dict[str, Any]) -> None:
        from arcade.bench import peers
        from arcade.bench.workloads import WORKLOADS

        if options["workload"] == "matchmaker":
            return self._check_matchmaker(options)
        if options["cells"] or options["write_docs"]:
            raise CommandError("--cells and --write-docs are matchmaker's.")
        seconds, warm = options["seconds"], options["warm"]
        if (seconds is not None and not 0 < seconds <= SECONDS_MOST) or (warm is not None and warm < 0):
            raise CommandError(f"--seconds is above 0 and at most {SECONDS_MOST:g}, --warm is 0 or more.")
        if min(options["rounds"] or 1, options["rooms"], options["pairs"]) < 1 or options["rounds"] == 0:
            raise CommandError("--rounds, --rooms and --pairs are 1 or more.")
        if not all(part.isdecimal() and int(part) for part in _list(options["clients"])):
            raise CommandError("--clients is a number from 1, or several with commas.")
        name = options["workload"]
        if name == "all" and (lacking := peers.missing("colyseus")):
            raise CommandError(f"{lacking} `make bench` does so by itself.")
        known = (
            WORKLOADS["arena" if name == "capacity" else name].peers
            if name in (*WORKLOADS, "capacity")
            else ()
        )
        for peer in _list(options["peer"]):
            if peer not in known:
                raise CommandError(f"{name} has {'the peers ' + ', '.join(known) if known else 'no peers'}.")
            if lacking := peers.missing(peer):
                raise CommandError(lacking)

    def _check_matchmaker(self, options: dict[str, Any]) -> None:
        from arcade.bench.matchmaker import cells
        from arcade.bench.matchmaker.ours import OURS

        try:
            cells.parsed(options["cells"])
        except ValueError as error:
            raise CommandError(f"--cells: {error}.") from error
        if options["seeds"] < 1 or (options["seconds"] is not None and options["seconds"] <= 0):
            raise CommandError("--seeds is 1 or more, --seconds above 0.")
        peers = [name for name in cells.POLICIES if name != OURS]
        if unknown := [name for name in _list(options["peer"]) if name not in peers]:
            raise CommandError(f"{unknown[0]}: matchmaker has the peers {', '.join(peers)}.")
        if options["write_docs"] and (options["cells"] or options["peer"]):
            raise CommandError("--write-docs wants all cells and all peers.")

    def _work(
        self, options: dict[str, Any], say: Callable[[str], Any]
    ) -> tuple[Coroutine[Any, Any, dict[str, Any]], Callable[[dict[str, Any]], str]]:
        """What to run, and how to show what it tells."""
        from arcade.bench import capacity, durability, listing, whole, workloads
        from arcade.bench.matchmaker import cells, report

        given = {name: value for name, value in options.items() if value is not None}
        sizes = tuple(int(part) for part in _list(options["clients"]))
        given |= {"sizes": sizes, "peers": _list(options["peer"])}

        def of(kind: type[Any], **more: Any) -> Any:
            names = kind.__struct_fields__
            return kind(**{name: given[name] for name in names if name in given} | more)

        match options["workload"]:
            case "matchmaker":
                chosen = {"cells": cells.parsed(options["cells"])}
                return cells.run(of(cells.Options, **chosen), say), report.table
            case "rooms":
                return listing.run(sizes, options["rounds"] or 5, say), listing.shown
            case "durability":
                return durability.run(of(durability.Options), say), durability.table
            case "pair":
                from arcade.bench import pair

                return pair.run(of(pair.Options), say), pair.table
            case "capacity":
                start = {"start": sizes[0]} if sizes else {}
                return capacity.run(of(capacity.Options, **start), say), capacity.table
            case "all":
                return whole.run(of(whole.Options), say), whole.table
        return workloads.run(of(workloads.Options), say), workloads.table

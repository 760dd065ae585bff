"""`manage.py chaos`: kill nodes under play, and have it judged from outside that nothing was lost."""

import asyncio
import json
import secrets
import sys
from argparse import ArgumentParser, BooleanOptionalAction
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arcade.chaos.times import ENDS

SHOWN = 25
"""Violations told on the screen; the folder has what is needed for the others."""


class Command(BaseCommand):
    """Exit code 0: no promise was broken."""

    help = "Kill nodes, stop them, restart Redis under play, and check from outside that no move was lost."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--play", default="matches", choices=["matches", "lobby"],
            help="what is played meanwhile: matches, or parties that queue for five against five",
        )  # fmt: skip
        parser.add_argument("--guests", type=int, default=44, help="lobby: how many players (default: 44)")
        parser.add_argument("--kills", type=int, default=0, help="end after so many (default: by time)")
        parser.add_argument(
            "--seconds", type=float, default=0, help="how long (default: 120, with --kills 8 each)"
        )
        parser.add_argument("--nodes", type=int, default=3, help="how many nodes (default: 3)")
        parser.add_argument("--matches", type=int, default=12, help="about so many at once (default: 12)")
        parser.add_argument("--seed", default="", help="of the schedule and the players' dice")
        parser.add_argument(
            "--nemesis", default="",
            help="what strikes, with commas; none: nothing (default: kill; lobby: matchmaker,commands)",
        )  # fmt: skip
        parser.add_argument(
            "--supervised", action=BooleanOptionalAction, default=False, help="nodes under `serve`"
        )
        parser.add_argument("--appendfsync", default="always", choices=["always", "everysec", "no"])
        parser.add_argument("--store", default="", help="the server program in place of the embedded Valkey")
        parser.add_argument("--fault", default="", help="a test-only fault that the checker must catch")
        parser.add_argument("--postgres", action="store_true", help="a PostgreSQL of its own, not SQLite")
        parser.add_argument(
            "--cut", type=float, default=0, help="seconds each redis-cut lasts (default: 1 to 5)"
        )
        parser.add_argument(
            "--pause", type=float, default=0, help="seconds between two blows (default: 0.6 to 2)"
        )
        parser.add_argument(
            "--players", default="", help="matches by kind, as in slow=80,fast=10,duel=5,ffa=5, not --matches"
        )
        parser.add_argument("--json", action="store_true", help="print one object")
        parser.add_argument("--keep", default="", help="a folder for the histories, kept in any case")

    def handle(self, *args: Any, **options: Any) -> None:
        client = str(settings.BASE_DIR / "protocol" / "clients" / "python" / "src")
        if client not in sys.path:
            sys.path.insert(0, client)
        from arcade.chaos.faults import FAULTS
        from arcade.chaos.lobby import run as lobby
        from arcade.chaos.mind import PACES
        from arcade.chaos.options import PAUSE, Options
        from arcade.chaos.processes import until_told
        from arcade.chaos.report import Report
        from arcade.chaos.run import STRIKES, run

        in_lobby = options["play"] == "lobby"
        strikes = lobby.STRIKES if in_lobby else STRIKES
        options["nemesis"] = options["nemesis"] or ("matchmaker,commands" if in_lobby else "kill")
        kinds = tuple(k for k in options["nemesis"].split(",") if k and k != "none")
        unknown = set(kinds) - set(strikes)
        if unknown:
            raise CommandError(f"There is no {', '.join(unknown)}; there are {', '.join(strikes)}.")
        if options["fault"] and options["fault"] not in FAULTS:
            raise CommandError(f"There is no fault {options['fault']!r}; there are {', '.join(FAULTS)}.")
        if in_lobby and (options["fault"] or options["guests"] < 10):
            raise CommandError("--play lobby takes no --fault, and ten players at least.")
        if options["nodes"] < 2 and kinds:
            raise CommandError("At least two nodes: one has to go on.")
        keep = Path(options["keep"])
        if options["keep"] and keep.exists() and not (keep.is_dir() and not any(keep.iterdir())):
            raise CommandError(f"{keep} is not empty: a run would go on from what an earlier one left.")
        wanted = Options(
            seed=options["seed"] or secrets.token_hex(4),
            kills=options["kills"],
            seconds=options["seconds"] or _seconds(options["kills"], kinds),
            nodes=options["nodes"],
            matches=options["matches"],
            nemesis=kinds,
            supervised=options["supervised"],
            appendfsync=options["appendfsync"],
            fault=options["fault"],
            keep=options["keep"],
            binary=options["store"],
            postgres=options["postgres"],
            cut=(options["cut"], options["cut"]) if options["cut"] else (1.0, 5.0),
            pause=(options["pause"], options["pause"]) if options["pause"] else PAUSE,
            players=_players(options["players"], list(PACES)),
            guests=options["guests"],
        )
        say = self.stderr.write if options["json"] else self.stdout.write
        play = lobby.play if in_lobby else None
        try:
            report: Report = asyncio.run(until_told(run(wanted, lambda line: say(line), play)))
        except asyncio.CancelledError:
            raise CommandError("Ended early; so are all that it had started.", returncode=130) from None
        if options["json"]:
            self.stdout.write(json.dumps(report.numbers))
        else:
            self._table(report.numbers)
        for violation in report.violations[:SHOWN]:
            self.stderr.write(f"{violation.kind:15} {violation.match:26} {violation.text[:300]}")
        for failure in report.failures:
            self.stderr.write(failure)
        if not report.passed:
            self.stderr.write(f"Failed. Seed {wanted.seed}; the histories are in {report.folder}")
            sys.exit(1)

    def _table(self, numbers: dict[str, Any]) -> None:
        for name, value in numbers.items():
            if isinstance(value, dict):
                value = "  ".join(f"{k} {_short(v)}" for k, v in value.items() if v is not None)
            self.stdout.write(f"{name:24} {_short(value)}")


def _seconds(kills: int, kinds: tuple[str, ...]) -> float:
    """Time enough for so many kills, where other blows fall in between."""
    return (
        60 + 8 * kills * len(kinds) / max(1, sum(kind in (*ENDS, "matchmaker", "commands") for kind in kinds))
        if kills
        else 120
    )


def _players(text: str, kinds: list[str]) -> dict[str, int]:
    """`slow=80,fast=10` as a dict. Raises CommandError that names the kinds there are."""
    found: dict[str, int] = {}
    for part in filter(None, text.split(",")):
        kind, _, count = part.partition("=")
        if kind not in kinds or not count.isdecimal():
            raise CommandError(f"--players takes kind=matches with commas; the kinds are {', '.join(kinds)}.")
        found[kind] = int(count)
    return found


def _short(value: Any) -> str:
    return json.dumps(value) if isinstance(value, dict | list) else str(value)

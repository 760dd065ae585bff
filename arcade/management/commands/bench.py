"""`manage.py bench WORKLOAD`: what a player costs, measured from outside."""

import asyncio
import json
import signal
import sys
from argparse import ArgumentParser
from collections.abc import Coroutine
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

SECONDS_MOST = 60.0
"""An arena match ends after 90."""


async def _ended_in_order(work: Coroutine[Any, Any, dict[str, Any]]) -> dict[str, Any]:
    """SIGTERM, as Ctrl-C, ends what was started; the default would leave it running."""
    task = asyncio.create_task(work)
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, task.cancel)
    return await task


class Command(BaseCommand):
    """Exit code 1: it could not be measured, or no round of some cell counts."""

    help = "Server CPU and latency: the server alone on one core, real clients on another."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("workload", choices=["durability"], help="durability: with the log and without")
        parser.add_argument("--rounds", type=int, default=3, help="how often each is measured (default: 3)")
        parser.add_argument("--seconds", type=float, default=8, help="of each window (default: 8)")
        parser.add_argument("--warm", type=float, default=2, help="seconds of play before it (default: 2)")
        parser.add_argument("--rooms", type=int, default=16, help="arena matches of eight (default: 16)")
        parser.add_argument("--pairs", type=int, default=200, help="matches of connect four (default: 200)")
        parser.add_argument("--appendfsync", default="always", choices=["always", "everysec", "no"])
        parser.add_argument("--json", action="store_true", help="print one object")

    def handle(self, *args: Any, **options: Any) -> None:
        client = str(settings.BASE_DIR / "protocol" / "clients" / "python" / "src")
        if client not in sys.path:
            sys.path.insert(0, client)
        from arcade.bench import durability

        if not 0 < options["seconds"] <= SECONDS_MOST or options["warm"] < 0:
            raise CommandError(f"--seconds is above 0 and at most {SECONDS_MOST:g}, --warm is 0 or more.")
        if min(options["rounds"], options["rooms"], options["pairs"]) < 1:
            raise CommandError("--rounds, --rooms and --pairs are 1 or more.")
        names = durability.Options.__struct_fields__
        wanted = durability.Options(**{n: options[n] for n in names if n in options})
        say = self.stderr.write if options["json"] else self.stdout.write
        try:
            told = asyncio.run(_ended_in_order(durability.run(wanted, lambda line: say(line))))
        except asyncio.CancelledError:
            sys.exit(143)
        except (RuntimeError, OSError, TimeoutError) as error:
            raise CommandError(f"{type(error).__name__}: {error}") from error
        self.stdout.write(json.dumps(told) if options["json"] else "\n" + durability.table(told))
        cells = [told["workloads"][w][d] for w in wanted.workloads for d in durability.SETTINGS]
        if not all(cell["rounds"] for cell in cells):
            self.stderr.write(
                "No round of some cell counts: is the machine busy? --rooms and --pairs make it less."
            )
            sys.exit(1)

"""Shows the queues: who waits, how long the last matched have waited, which node leads."""

import json
import time
from argparse import ArgumentParser
from typing import Any

import msgspec
from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from lobby.queue_figures import PERCENTILES, Figures, figures


class Command(BaseCommand):
    help = "Show the queues: tickets and players that wait, and percentiles of the waits of the last matched."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--json", action="store_true", help="a list of objects")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            found = figures(time.time())
        except (RedisError, OSError) as error:
            raise CommandError(f"Redis does not answer: {error}") from error
        if options["json"]:
            self.stdout.write(json.dumps(msgspec.to_builtins(found, str_keys=True)))
            return
        head = ["queue", "tickets", "players", "oldest s", *(f"p{each} s" for each in PERCENTILES), "leader"]
        self.stdout.write(_line(head))
        for each in found:
            self.stdout.write(_line(_row(each)))


def _row(of: Figures) -> list[str]:
    waits = [f"{of.waits[each]:.1f}" if of.waits else "-" for each in PERCENTILES]
    return [of.queue, str(of.tickets), str(of.players), f"{of.oldest:.1f}", *waits, of.leader or "-"]


def _line(cells: list[str]) -> str:
    return f"{cells[0]:<32}" + "".join(f"{cell:>10}" for cell in cells[1:-1]) + f"  {cells[-1]}"

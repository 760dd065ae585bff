"""`manage.py broadcast "text"`: a notice to everybody in the lobby, on all nodes, and to who comes later."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from lobby import broadcast
from lobby.models import Broadcast


class Command(BaseCommand):
    """Exit code 0: every node was told."""

    help = "Tell everybody who is in the lobby, on all nodes, and who comes later."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="what to tell, at most 300 characters")
        parser.add_argument(
            "--hours", type=int, choices=range(1, 14 * 24 + 1), metavar="N", default=Broadcast.HOURS,
            help=f"how long it is kept for those who come later, 1 to {14 * 24} (%(default)s)",
        )  # fmt: skip

    def handle(self, *args: Any, text: str, hours: int, **options: Any) -> None:
        try:
            broadcast.send(text, getpass.getuser(), hours)
        except ValueError as error:
            raise CommandError(str(error)) from None
        except (RedisError, OSError) as error:
            raise CommandError(f"Nobody was told: {error}") from None
        self.stdout.write("Told everybody in the lobby.")

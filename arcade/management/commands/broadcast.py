"""`manage.py broadcast "text"`: a notice to everybody who is in the lobby, on all nodes."""

import getpass
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from redis.exceptions import RedisError

from lobby import broadcast


class Command(BaseCommand):
    """Exit code 0: every node was told."""

    help = "Tell everybody who is in the lobby, on all nodes."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("text", help="what to tell, at most 300 characters")

    def handle(self, *args: Any, text: str, **options: Any) -> None:
        try:
            broadcast.send(text, getpass.getuser())
        except ValueError as error:
            raise CommandError(str(error)) from None
        except (RedisError, OSError) as error:
            raise CommandError(f"Nobody was told: {error}") from None
        self.stdout.write("Told everybody in the lobby.")

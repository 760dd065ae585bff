"""`manage.py bot GAME`: computer players that join as real clients, for demos and load."""

import asyncio
import sys
import time
from argparse import ArgumentParser
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from matches.engine import registry
from matches.engine.declared import seats_of
from matches.engine.game import Game

if TYPE_CHECKING:
    from arcade.management.computer_players import ComputerPlayer, Tally


class Command(BaseCommand):
    """Exit code 0: every match finished and its result is recorded."""

    help = "Computer players that sign in as guests, queue for GAME and play one another."
    requires_system_checks = []  # a client needs no key of the server

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("game", help="the name of a game, such as connect-four")
        parser.add_argument("--mode", default="", help="a mode of the game (default: its first)")
        parser.add_argument("--count", type=int, default=2, help="how many players (default: 2)")
        parser.add_argument("--matches", type=int, default=1, help="how many matches in all (default: 1)")
        parser.add_argument("--url", default="http://127.0.0.1:8000", help="address of the server")
        parser.add_argument("--level", type=int, default=1, help="strength, from 1 (default: 1)")
        parser.add_argument(
            "--timeout", type=float, default=300, help="give up after so many seconds without a match's end"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        client = str(settings.BASE_DIR / "protocol" / "clients" / "python" / "src")
        if client not in sys.path:
            sys.path.append(client)
        game, mode = self._game(options)
        begun = time.monotonic()
        tally = asyncio.run(self._run(game, mode, options))
        lost = sorted(tally.unrecorded)
        if lost:
            tally.fail(f"no news that these were recorded: {', '.join(lost)}")
        seconds = time.monotonic() - begun
        self.stdout.write(f"{len(tally.ended)} matches in {seconds:.1f} s, {len(tally.failures)} failures")
        if tally.failures:
            raise CommandError("\n".join(tally.failures[:20]))

    def _game(self, options: dict[str, Any]) -> tuple[Game[Any, Any], str]:
        try:
            game = registry.get(options["game"])
        except KeyError:
            names = ", ".join(known.name for known in registry.all())
            raise CommandError(f"There is no game {options['game']!r}; there are {names}.") from None
        mode = options["mode"] or next(iter(game.modes))
        if mode not in game.modes:
            raise CommandError(f"{game.name} has no mode {mode!r}; it has {', '.join(game.modes)}.")
        if not 1 <= options["level"] <= game.bots:
            raise CommandError(f"{game.name} has computer players of {game.bots} levels.")
        least = seats_of(game, game.modes[mode]).low
        if options["count"] < least:
            raise CommandError(
                f"A match of {game.name} {mode} needs at least {least} players: --count {least}."
            )
        return game, mode

    async def _run(self, game: Game[Any, Any], mode: str, options: dict[str, Any]) -> "Tally":
        from arcade.management.computer_players import ComputerPlayer, Tally

        tally = Tally(options["matches"], lambda line: self.stdout.write(line))
        players = [
            ComputerPlayer(options["url"], f"Bot {number + 1}", game, mode, options["level"], tally)
            for number in range(options["count"])
        ]
        await play(players, tally, options["timeout"])
        return tally


async def play(players: "list[ComputerPlayer]", tally: "Tally", timeout: float) -> None:
    """Until everybody has left: enough matches were played, or nothing ended for `timeout` seconds."""
    running = {asyncio.create_task(player.run()) for player in players}
    try:
        while running:
            seen = len(tally.ended)
            done, running = await asyncio.wait(running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
            if not done and len(tally.ended) == seen:
                tally.fail(f"no match ended for {timeout:g} s")
                return
    finally:
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)
        if len(tally.ended) < tally.wanted:
            tally.fail(f"{len(tally.ended)} of {tally.wanted} matches ended")

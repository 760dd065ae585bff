"""Computer players of hosted matches: asked off the loop, answered by an input like any move."""

import secrets
from collections.abc import Callable
from functools import partial

from arcade.infra.log import get_logger
from matches.engine import inputs as inp
from matches.host.bots import BotPool
from matches.host.hosted import Hosted, Stage

log = get_logger(__name__)

STRIKES = 3
"""Answers a computer player may fail to give in a row on its turn before its seat is given up."""


class Thinking:
    """Asks each seat once per confirmed step in which it is due; `put` hands an input to a match."""

    def __init__(
        self, bots: BotPool, at: Callable[[Hosted], int], put: Callable[[Hosted, inp.Input], None]
    ) -> None:
        self._bots = bots
        self._at = at
        self._put = put

    def ask(self, hosted: Hosted) -> None:
        """Let the computer players that are due think. GameFault where the rules' view fails."""
        if hosted.stage is not Stage.LIVE:
            return
        for seat in hosted.match.bots_due():
            if seat in hosted.thinking:
                continue
            hosted.thinking.add(seat)
            self._bots.think(
                hosted.setup.game,
                seat,
                hosted.setup.seats[seat].bot or 1,
                hosted.match.bot_view(seat),
                secrets.randbits(48),
                partial(self._answer, hosted, seat),
            )

    def _answer(self, hosted: Hosted, seat: int, move: bytes | None) -> None:
        hosted.thinking.discard(seat)
        if hosted.stage is not Stage.LIVE:
            return
        if move is not None:
            hosted.strikes.pop(seat, None)
            self._put(hosted, inp.BotMoved(seat, self._at(hosted), move))
            return
        if hosted.match.rate or seat not in hosted.match.bots_due():
            return
        hosted.strikes[seat] = hosted.strikes.get(seat, 0) + 1
        if hosted.strikes[seat] >= STRIKES:
            log.error("bot.silent", match=hosted.id, game=hosted.setup.game, seat=seat)
            self._put(hosted, inp.BotGone(seat, self._at(hosted)))
        else:
            self.ask(hosted)

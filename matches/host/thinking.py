"""Computer players of hosted matches: asked off the loop, answered by an input like any move."""

import asyncio
import secrets
from collections.abc import Callable
from functools import partial

from arcade.infra.log import get_logger
from matches.engine import inputs as inp
from matches.host.bots import PAUSE, BotPool, Unasked
from matches.host.hosted import Hosted, Stage

log = get_logger(__name__)

STRIKES = 3
"""Times in a row that a computer player of a turn game may give no move, or one that the rules refuse,
before its seat is given up."""


class Thinking:
    """Asks each seat once per confirmed step in which it is due; `put` hands an input to a match.

    `anew` asks from outside of a step: `ask`, and whatever the caller guards it with.
    """

    def __init__(
        self,
        bots: BotPool,
        at: Callable[[Hosted], int],
        put: Callable[[Hosted, inp.Input], None],
        anew: Callable[[Hosted], None] | None = None,
    ) -> None:
        self._bots = bots
        self._at = at
        self._put = put
        self._anew = anew or self.ask

    def ask(self, hosted: Hosted) -> None:
        """Let the computer players that are due think; a record under way will ask when it is confirmed.

        GameFault where the rules' view fails.
        """
        if hosted.stage is not Stage.LIVE or hosted.busy:
            return
        self._settle(hosted)
        for seat in hosted.match.bots_due():
            if seat in hosted.thinking or seat in hosted.moving:
                continue
            if hosted.strikes.get(seat, 0) >= STRIKES:
                self._give_up(hosted, seat)
                continue
            must = hosted.match.turn() == seat
            view = hosted.match.bot_view(seat)
            hosted.thinking.add(seat)
            self._bots.think(
                hosted.setup.game,
                seat,
                hosted.setup.seats[seat].bot or 1,
                view,
                secrets.randbits(48),
                partial(self._answer, hosted, seat, must),
            )

    def refused(self, hosted: Hosted, seat: int) -> None:
        """The rules refused this computer player's move in a confirmed step; before the next `ask`."""
        if hosted.moving.pop(seat, None) is not None and not hosted.match.rate:
            self._strike(hosted, seat)

    def _answer(self, hosted: Hosted, seat: int, must: bool, move: bytes | Unasked | None) -> None:
        """`must`: the match waits for this seat alone. In tick games a missing move is none."""
        if isinstance(move, Unasked) and not hosted.match.rate:
            asyncio.get_running_loop().call_later(PAUSE, self._after_pause, hosted, seat)
            return
        hosted.thinking.discard(seat)
        if hosted.stage is not Stage.LIVE:
            return
        if isinstance(move, bytes):
            self._say(hosted, seat, inp.BotMoved(seat, self._at(hosted), move))
        elif must:
            self._strike(hosted, seat)
            self._anew(hosted)

    def _after_pause(self, hosted: Hosted, seat: int) -> None:
        hosted.thinking.discard(seat)
        self._anew(hosted)

    def _strike(self, hosted: Hosted, seat: int) -> None:
        hosted.strikes[seat] = hosted.strikes.get(seat, 0) + 1

    def _give_up(self, hosted: Hosted, seat: int) -> None:
        log.error("bot.given_up", match=hosted.id, game=hosted.setup.game, seat=seat)
        self._say(hosted, seat, inp.BotGone(seat, self._at(hosted)))

    def _say(self, hosted: Hosted, seat: int, said: inp.Input) -> None:
        """Into the next step; until that one is confirmed the seat is not asked again."""
        hosted.moving[seat] = (hosted.epoch, hosted.match.seq + 1)
        self._put(hosted, said)

    def _settle(self, hosted: Hosted) -> None:
        """Moves of confirmed steps that nobody refused were applied; a rewound log has forgotten the rest."""
        for seat, (epoch, seq) in list(hosted.moving.items()):
            if epoch == hosted.epoch and seq > hosted.match.seq:
                continue
            del hosted.moving[seat]
            if epoch == hosted.epoch:
                hosted.strikes.pop(seat, None)

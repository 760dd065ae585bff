"""What a queue is declared by."""

import math
from typing import Literal

import msgspec


class Window(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How far apart two ratings may be: `start` points, widening by `growth` a second up to `limit`; after
    `optional` seconds anyone will do (None: never)."""

    start: float = 300.0
    growth: float = 150.0
    limit: float = math.inf
    optional: float | None = 8.0

    def width(self, waited: float) -> float:
        if self.optional is not None and waited >= self.optional:
            return math.inf
        return min(self.limit, self.start + self.growth * max(0.0, waited))

    def wait(self, gap: float) -> float:
        """Seconds until the window is as wide as this; infinite where it never is."""
        if gap <= self.start and gap <= self.limit:
            return 0.0
        grown = (gap - self.start) / self.growth if self.growth and gap <= self.limit else math.inf
        return grown if self.optional is None else min(grown, self.optional)


class Equal(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="equal"):
    """All of a match have the same value; `optional`: seconds after which a ticket no longer asks for it.

    `choices`: the values there are, none declared: any. Who names none has the `default`; where there are
    choices and no default he has to name one.
    """

    name: str
    optional: float | None = None
    choices: tuple[str, ...] = ()
    default: str = ""


class Common(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="common"):
    """The values are sets, and one element is in all of a match: it is the match's.

    Who names none has the `default`, and without one all `choices`.
    """

    name: str
    optional: float | None = None
    choices: tuple[str, ...] = ()
    default: tuple[str, ...] = ()


class Difference(msgspec.Struct, frozen=True, forbid_unknown_fields=True, tag="difference"):
    """The values are numbers, `low` to `high`, and any two of a match are within both their windows."""

    name: str
    window: Window
    low: float = -math.inf
    high: float = math.inf
    default: float = 0.0


class Region(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A match is played in a region in which everyone's latency is below a ceiling: `ceiling` ms, widening by
    `growth` a second up to `limit`. Who has measured none fits everywhere."""

    names: tuple[str, ...]
    ceiling: float = 80.0
    growth: float = 4.0
    limit: float = 250.0

    def wait(self, latency: float) -> float:
        """Seconds until a region this far away will do."""
        return Window(self.ceiling, self.growth, self.limit, None).wait(latency)


class Shrink(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A match with fewer than all its seats begins once its oldest ticket has waited `after` seconds; `step`:
    seconds for each further seat that stays free (0: any number from then on)."""

    after: float = 5.0
    step: float = 0.0

    def wait(self, missing: int) -> float:
        return self.after + self.step * (missing - 1) if missing else 0.0


class Parties(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`most`: members of the largest party (0: a whole team, or one; without teams a party's members are in
    one match, each for himself). `gap`: points of the window that each seat's difference between the largest
    parties of two teams counts like, so that a party first meets a party."""

    most: int = 0
    gap: float = 0.0


class QueueRules(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How one queue matches: `low` to `high` seats, `team_size` 0 for everyone for themselves.

    `roles`: seats of each role in a team. `accept`: seconds in which all must accept, 0 for no such step.
    `backfill`: whether players are sent to leavers' seats before new matches are made of those who wait, or
    of who is left then, or never. `repeats`: rated duels of one pair a day, 0 for any number; what they play
    beyond is not rated, so nobody gains by playing one friend all day, and two who are alone in a queue can
    go on.
    """

    game: str
    mode: str
    low: int
    high: int
    team_size: int = 0
    rated: bool = True
    window: Window = Window()
    rules: tuple[Equal | Common | Difference, ...] = ()
    region: Region | None = None
    roles: dict[str, int] = {}
    parties: Parties = Parties()
    shrink: Shrink = Shrink()
    accept: float = 0.0
    repeats: int = 10
    backfill: Literal["first", "last", "never"] = "first"

    @property
    def largest(self) -> int:
        """Members of the largest party that may come."""
        return min(self.parties.most or self.team_size or 1, self.team_size or self.high)

    @property
    def refills(self) -> bool:
        """Whether leavers' seats are filled from this queue: of a running match no values, region and roles
        are known, so a queue that asks for any makes new matches only."""
        return self.backfill != "never" and not (self.rules or self.region or self.roles)

    def sizes(self) -> list[int]:
        """The numbers of seats a match may have, largest first."""
        team = self.team_size
        return [
            size
            for size in range(self.high, self.low - 1, -1)
            if not team or (size % team == 0 and size > team)
        ]

"""A wish to play: one player's, or that of a party as one."""

import msgspec

from lobby.rules.matching.strength import SETTLED, mu_of

Value = str | float | tuple[str, ...]


class Member(msgspec.Struct, array_like=True, frozen=True):
    """A player of a ticket. `mu` and `sigma` follow from the rating where they are None; `roles` are those
    the player would play, none named is any."""

    player: str
    rating: float = 1500.0
    mu: float | None = None
    sigma: float | None = None
    roles: tuple[str, ...] = ()

    @property
    def strength(self) -> tuple[float, float]:
        """(mu, sigma)"""
        mu = mu_of(self.rating) if self.mu is None else self.mu
        return mu, SETTLED if self.sigma is None else self.sigma


class Ticket(msgspec.Struct, array_like=True, frozen=True):
    """`since`: when the waiting began (s). `latencies`: ms by region, as the player's own machine measured
    them; of a party, the worst. `values`: what the queue's rules ask for. `blocks`: players whom a member
    never plays with. `priority`: higher is chosen first among those who fit."""

    id: str
    members: tuple[Member, ...]
    since: float = 0.0
    latencies: dict[str, float] = {}
    values: dict[str, Value] = {}
    blocks: frozenset[str] = frozenset()
    priority: int = 0

    @property
    def size(self) -> int:
        return len(self.members)

    @property
    def rating(self) -> float:
        """The mean of the members' ratings."""
        return sum(member.rating for member in self.members) / len(self.members)

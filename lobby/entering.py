"""How players come to a ticket: what they ask for, how strong they are, and whom they are not to meet."""

from collections.abc import Awaitable, Sequence
from typing import Any, Protocol

from lobby import catalog
from lobby.records import Strength
from lobby.relations import Relations
from lobby.rules import queue_events as events
from lobby.rules import wishes
from lobby.rules.wishes import Unfit, Wish
from protocol.errors import ProtocolError


class World(Protocol):
    """What is asked of the lobby."""

    relations: Relations

    def clock(self) -> float: ...
    def strength(self, player: str, game: str, mode: str, /) -> Awaitable[Strength]: ...


def wish(raw: dict[str, Any], game: str, mode: str) -> Wish:
    """What a client asks of this queue. Raises ProtocolError `bad-wish`, `…-unknown`."""
    rules = catalog.rules_of(game, mode)
    try:
        return wishes.read(raw, rules)
    except Unfit as unfit:
        raise ProtocolError("bad-wish", str(unfit)) from None


async def ticket(
    world: World,
    id: str,
    party: str,
    members: Sequence[tuple[str, str]],
    asked: Sequence[Wish],
    queue: tuple[str, str],
) -> events.Ticket:
    """The ticket of these (player, name), each with what he asks for. Raises ProtocolError `bad-wish`."""
    rules = catalog.rules_of(*queue)
    try:
        each = [wishes.checked(one, rules) for one in asked]
        latencies, values = wishes.together(each, rules)
    except Unfit as unfit:
        raise ProtocolError("bad-wish", str(unfit)) from None
    seekers = []
    for (player, name), one in zip(members, each, strict=True):
        strength = await world.strength(player, *queue)
        seekers.append(events.Seeker(player, name, strength.rating, roles=one.roles, sigma=strength.sigma))
    apart = [await world.relations.blocks_of(player) for player, _ in members]
    blocks = frozenset[str]().union(*apart).difference(player for player, _ in members)
    return events.Ticket(id, seekers, world.clock(), party, blocks=blocks, values=values, latencies=latencies)


def same(waiting: events.Ticket, asked: Wish) -> bool:
    """Whether a player's ticket says what he asks for now; a line is never measured the same twice."""
    return waiting.values == asked.values and waiting.members[0].roles == asked.roles

"""Coming to a match, and leaving it before it starts."""

from typing import Any

import pytest

from arcade.security.tickets import Ticket, aissue
from matches.host.node import Node
from matches.models import Match
from protocol import messages as wire
from tests.support.sockets import Socket, people, take_seat
from tests.support.waiting import auntil

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("both_ways")]

RESIGN = 3
MATCH = Ticket("ann", "Ann", "match", "b" * 16, 0)
LOBBY = Ticket("ann", "Ann", "lobby")


async def refusal(match: str, ticket: Ticket | None) -> tuple[str, int]:
    """The error and the close code of a handshake."""
    socket = Socket(match, f"ticket={await aissue(ticket)}" if ticket is not None else "")
    assert await socket.open(), "told and closed, as there is no extension to deny with"
    told: list[Any] = await socket.until(wire.Error)
    return told[2], await socket.until_closed()


@pytest.mark.parametrize("ticket", [MATCH, LOBBY], ids=["of another match", "of the lobby"])
@pytest.mark.parametrize("match", ["abc", "a" * 16, "A" * 16, "a" * 300, "a.b"])
async def test_where_no_match_is_every_ticket_is_told_so(node: Node, match: str, ticket: Ticket) -> None:
    assert await refusal(match, ticket) == ("match-unknown", 4007)


async def test_without_a_ticket_an_impossible_id_is_told_at_once(node: Node) -> None:
    assert await refusal("abc", None) == ("match-unknown", 4007)


@pytest.mark.parametrize("ticket", [MATCH, LOBBY], ids=["of another match", "of the lobby"])
async def test_where_a_match_is_the_ticket_is_to_blame(node: Node, ticket: Ticket) -> None:
    match = await node.create("connect-four", "standard", people(2))
    assert await refusal(match, ticket) == ("ticket-purpose", 4003)


async def test_who_resigns_before_the_start_ends_the_match(node: Node) -> None:
    match = await node.create("connect-four", "standard", people(2))
    one = await take_seat(match, 0, "player0")
    await one.hello()
    await one.act(RESIGN)
    frame = await one.until(wire.Frame, acks=[1, 0])
    assert frame[7] == [["match.ended", {"places": None, "scores": None, "reason": "aborted"}]]
    row: Match = await auntil(lambda: Match.objects.filter(pk=match).afirst())
    assert (row.outcome, row.reason) == ("aborted", "aborted")

"""Matches and seats for the load, without a lobby: made as a node that leaves would hand them over."""

import asyncio
import secrets
from typing import Any, NamedTuple

from arcade.infra import keys
from arcade.infra.clock import now_ms
from arcade.infra.redis import aredis
from arcade.security import tickets
from matches import directory
from matches.engine import registry
from matches.engine.record import encode_header
from matches.engine.setup import Seat, Setup
from matches.host.deaths import Freed, encode
from matches.ids import new_id

FORMER = "bench"
"""The node that these matches come from."""
TAKEN_SECONDS = 20.0


class Chair(NamedTuple):
    """A seat, and the ticket for it."""

    match: str
    seat: int
    ticket: str


async def hand_over(game: str, mode: str, durability: str, seats: int, count: int) -> list[str]:
    """So many matches that the running nodes have taken; their ids. TimeoutError where they do not."""
    matches = [await _make(game, mode, durability, seats) for _ in range(count)]
    client: Any = aredis()
    await client.publish(keys.news(), encode(Freed(FORMER, matches)))
    async with asyncio.timeout(TAKEN_SECONDS):
        for match in matches:
            while not await client.hget(keys.match_meta(match), "node"):
                await asyncio.sleep(0.02)
    return matches


async def _make(game: str, mode: str, durability: str, seats: int) -> str:
    rules = registry.get(game)
    people = [Seat(secrets.token_hex(8), f"Player {n + 1}", n) for n in range(seats)]
    now = now_ms()
    setup = Setup(new_id(), game, mode, rules.version, people, secrets.token_bytes(32), False, now)
    live = directory.Live(
        setup.match, FORMER, 0, game, mode, rules.version, [p.player for p in people], False, now, "open",
        durability,
    )  # fmt: skip
    live = await directory.create(live, encode_header(setup), secrets.token_hex(8))
    await directory.release(live)
    return setup.match


async def chairs(matches: list[str]) -> list[Chair]:
    """All seats of these matches, with tickets that are good for half a minute."""
    found = []
    for match in matches:
        live = await directory.get(match)
        if live is None:
            raise RuntimeError(f"{match} is gone")
        for seat, player in enumerate(live.players):
            ticket = tickets.Ticket(player or "", f"Player {seat + 1}", "match", match, seat)
            found.append(Chair(match, seat, await tickets.aissue(ticket)))
    return found


async def ports(matches: list[str], known: list[int]) -> dict[str, int]:
    """At which of these ports each match is hosted; with one port, there."""
    if len(known) == 1:
        return dict.fromkeys(matches, known[0])
    client: Any = aredis()
    addresses = await client.hgetall(keys.nodes())
    found = {}
    for match in matches:
        address = addresses[await client.hget(keys.match_meta(match), "node")].decode()
        found[match] = next(port for port in known if address.rstrip("/").endswith(f":{port}"))
    return found


async def stools(match: str, count: int) -> list[Chair]:
    """Tickets for so many spectators of a match."""
    people = [
        tickets.Ticket(secrets.token_hex(8), f"Watcher {n}", "watch", match, None) for n in range(count)
    ]
    return [Chair(match, -1, await tickets.aissue(ticket)) for ticket in people]


async def lobby_tickets(count: int) -> list[str]:
    """Tickets for the lobby's socket, each of another player."""
    people = [tickets.Ticket(secrets.token_hex(8), f"Player {n}", "lobby", None, None) for n in range(count)]
    return [await tickets.aissue(ticket) for ticket in people]

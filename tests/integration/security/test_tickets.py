"""Socket tickets on a real Valkey."""

import asyncio

import pytest
from pytest_django.fixtures import Settings

from arcade.infra import keys, redis
from arcade.infra.redis import aredis
from arcade.security import tickets
from arcade.security.tickets import Ticket
from protocol.errors import ProtocolError

LOBBY = Ticket("ann", "Ann", "lobby")
MATCH = Ticket("ann", "Ann", "match", "m1", 0)

pytestmark = pytest.mark.usefixtures("clean_redis")


async def test_a_ticket_lets_in_once() -> None:
    secret = await tickets.aissue(MATCH)
    assert len(secret) == 32
    assert await tickets.aredeem(secret, "match", "m1") == MATCH
    with pytest.raises(ProtocolError, match="ticket-unknown") as caught:
        await tickets.aredeem(secret, "match", "m1")
    assert caught.value.close == 4003


async def test_of_two_at_once_one_gets_in() -> None:
    secret = await asyncio.to_thread(tickets.issue, LOBBY)
    got = await asyncio.gather(*[tickets.aredeem(secret, "lobby") for _ in range(8)], return_exceptions=True)
    assert sum(isinstance(g, Ticket) for g in got) == 1


async def test_the_secret_is_not_in_redis_and_the_ticket_ends_after_30_s() -> None:
    secret = await tickets.aissue(LOBBY)
    (key,) = await aredis().keys("*ticket*")
    assert secret.encode() not in key
    assert secret.encode() not in await aredis().get(key)
    assert 0 < await aredis().ttl(key) <= 30


async def test_a_stale_ticket_is_unknown() -> None:
    secret = await tickets.aissue(LOBBY)
    (key,) = await aredis().keys("*ticket*")
    await aredis().pexpire(key, 0)
    with pytest.raises(ProtocolError, match="ticket-unknown"):
        await tickets.aredeem(secret, "lobby")


@pytest.mark.parametrize(
    ("ticket", "socket", "match"),
    [
        (LOBBY, "match", "m1"),
        (MATCH, "lobby", None),
        (MATCH, "match", "m2"),
        (Ticket("ann", "Ann", "watch", "m1"), "match", "m2"),
    ],
)
async def test_another_purpose_is_refused_and_uses_it_up(
    ticket: Ticket, socket: str, match: str | None
) -> None:
    secret = await tickets.aissue(ticket)
    with pytest.raises(ProtocolError, match="ticket-purpose"):
        await tickets.aredeem(secret, socket, match)  # type: ignore[arg-type]
    assert await aredis().keys(keys.ticket("*")) == []


async def test_watching_is_for_the_match_socket() -> None:
    ticket = Ticket("ann", "Ann", "watch", "m1")
    assert await tickets.aredeem(await tickets.aissue(ticket), "match", "m1") == ticket


@pytest.mark.parametrize(
    ("secret", "code"), [("", "ticket-missing"), (None, "ticket-missing"), ("x" * 99, "ticket-unknown")]
)
async def test_no_secret_no_entry(secret: str | None, code: str) -> None:
    with pytest.raises(ProtocolError, match=code):
        await tickets.aredeem(secret, "lobby")


async def test_without_redis_nobody_gets_in(settings: Settings) -> None:
    await redis.close()
    settings.REDIS_URL = "redis://127.0.0.1:1/0"
    with pytest.raises(ProtocolError, match="busy"):
        await tickets.aredeem("x" * 32, "lobby")

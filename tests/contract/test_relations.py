"""What all relations do: in the database, and in memory."""

import asyncio
from collections.abc import AsyncIterator

import pytest

from lobby.database import ask
from lobby.relations import Known, Relations
from lobby.relations_database import DatabaseRelations
from lobby.relations_memory import MemoryRelations
from lobby.rules import relation as rules
from lobby.rules.relation import Event
from matches.models import Player
from protocol.errors import ProtocolError

pytestmark = pytest.mark.django_db(transaction=True)
NAMES = {player: player.title() for player in ("ann", "bob", "cid", "dan")}


@pytest.fixture(params=["memory", "database"])
async def relations(request: pytest.FixtureRequest) -> AsyncIterator[Relations]:
    """Ann, Bob, Cid and Dan, who are nothing to each other."""
    if request.param == "memory":
        yield MemoryRelations(lambda: 1000.0, NAMES)
        return
    await ask(lambda: Player.objects.bulk_create([Player(id=p, name=n) for p, n in NAMES.items()]))
    yield DatabaseRelations(lambda: 1000.0)


async def refused(relations: Relations, player: str, other: str, event: Event) -> str:
    with pytest.raises(ProtocolError) as error:
        await relations.change(player, other, event)
    return error.value.code


async def test_from_a_request_to_friends_and_back(relations: Relations) -> None:
    assert await relations.change("bob", "ann", Event.ASKED)
    assert not await relations.change("bob", "ann", Event.ASKED)
    assert await relations.of("ann") == [Known("bob", "Bob", "asks")]
    assert await relations.of("bob") == [Known("ann", "Ann", "asked")]
    assert await refused(relations, "bob", "ann", Event.ACCEPTED) == "no-request"
    assert await relations.change("ann", "bob", Event.ACCEPTED)
    assert await relations.of("ann") == [Known("bob", "Bob", "friend")]
    assert await relations.of("bob") == [Known("ann", "Ann", "friend")]
    assert await relations.change("bob", "ann", Event.REMOVED)
    assert not await relations.change("ann", "bob", Event.REMOVED)
    assert await relations.of("ann") == await relations.of("bob") == []


async def test_both_asking_at_once_makes_friends(relations: Relations) -> None:
    asks = [relations.change("ann", "bob", Event.ASKED), relations.change("bob", "ann", Event.ASKED)]
    assert await asyncio.gather(*asks) == [True, True]
    assert await relations.of("ann") == [Known("bob", "Bob", "friend")]


async def test_a_decline_is_kept_in_mind(relations: Relations) -> None:
    await relations.change("ann", "bob", Event.ASKED)
    await relations.change("bob", "ann", Event.DECLINED)
    assert await relations.of("ann") == await relations.of("bob") == []
    with pytest.raises(ProtocolError) as error:
        await relations.change("ann", "bob", Event.ASKED)
    assert (error.value.code, error.value.retry_after) == ("declined", rules.QUIET)
    assert await relations.change("bob", "ann", Event.ASKED)


async def test_a_block_ends_a_friendship_and_is_hard(relations: Relations) -> None:
    await relations.change("ann", "bob", Event.ASKED)
    await relations.change("bob", "ann", Event.ASKED)
    assert await relations.change("bob", "ann", Event.BLOCKED)
    assert await relations.of("bob") == [Known("ann", "Ann", "blocked")]
    assert await relations.of("ann") == [Known("bob", "Bob", "", hidden=True)]
    assert await refused(relations, "ann", "bob", Event.ASKED) == "player-unknown"
    assert await refused(relations, "bob", "ann", Event.ASKED) == "blocked"
    assert await relations.change("ann", "bob", Event.BLOCKED)
    assert await relations.change("bob", "ann", Event.UNBLOCKED)
    assert await relations.of("bob") == [Known("ann", "Ann", "", hidden=True)]


async def test_who_is_blocked(relations: Relations) -> None:
    await relations.change("dan", "bob", Event.BLOCKED)
    await relations.change("ann", "dan", Event.BLOCKED)
    await relations.change("ann", "bob", Event.ASKED)
    assert await relations.blocked("bob", "dan")
    assert await relations.blocked("dan", "bob")
    assert not await relations.blocked("ann", "bob")
    assert not await relations.blocked("ann", "cid")
    assert await relations.blocked_by(["dan", "cid", "bob", "ann"]) == {("bob", "dan"), ("ann", "dan")}
    assert await relations.blocked_by(["bob", "dan"]) == {("bob", "dan")}
    assert await relations.blocked_by(["ann"]) == await relations.blocked_by([]) == frozenset()
    assert await relations.blocks_of("dan") == {"bob"}
    assert await relations.blocks_of("bob") == frozenset()


async def test_nobody_is_anything_to_himself_or_to_nobody(relations: Relations) -> None:
    for event in Event:
        assert await refused(relations, "ann", "ann", event) == "forbidden"
        assert await refused(relations, "ann", "nobody", event) == "player-unknown"
    assert await relations.of("ann") == []


async def test_the_latest_changed_come_first(relations: Relations) -> None:
    for other in ("dan", "bob", "cid"):
        await relations.change(other, "ann", Event.ASKED)
    await relations.change("dan", "ann", Event.REMOVED)
    await relations.change("dan", "ann", Event.ASKED)
    assert [known.id for known in await relations.of("ann")] == ["dan", "cid", "bob"]


async def test_caps(relations: Relations, monkeypatch: pytest.MonkeyPatch) -> None:
    for cap in ("FRIENDS", "ASKING", "ASKED", "BLOCKS"):
        monkeypatch.setattr(rules, cap, 1)
    await relations.change("ann", "bob", Event.ASKED)
    assert await refused(relations, "ann", "cid", Event.ASKED) == "too-many-friends"
    assert await refused(relations, "cid", "bob", Event.ASKED) == "too-many-friends"
    await relations.change("bob", "ann", Event.ACCEPTED)
    await relations.change("cid", "ann", Event.ASKED)
    assert await refused(relations, "ann", "cid", Event.ACCEPTED) == "too-many-friends"
    await relations.change("ann", "dan", Event.BLOCKED)
    assert await refused(relations, "ann", "bob", Event.BLOCKED) == "too-many-blocks"
    assert await relations.of("bob") == [Known("ann", "Ann", "friend")]


async def test_with_a_friend_too_many_nobody_is_asked_at_once(
    relations: Relations, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two at once are counted one after the other."""
    monkeypatch.setattr(rules, "FRIENDS", 1)
    for other in ("bob", "cid", "dan"):
        await relations.change(other, "ann", Event.ASKED)
    answers = [relations.change("ann", other, Event.ACCEPTED) for other in ("bob", "cid", "dan")]
    done = await asyncio.gather(*answers, return_exceptions=True)
    assert sum(answer is True for answer in done) == 1
    assert sum(known.what == "friend" for known in await relations.of("ann")) == 1

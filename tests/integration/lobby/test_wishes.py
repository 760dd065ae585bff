"""What players ask of a queue's matches, through sockets."""

from typing import Any

import pytest

from lobby.records import Strength
from lobby.rules.matching import Common, Equal, QueueRules, Region, Window
from protocol import messages as wire
from tests.support.lobby import GAME, MODE, Socket, World

ANY = Window(9999.0)


def declare(monkeypatch: pytest.MonkeyPatch, **fields: Any) -> None:
    wanted = QueueRules(GAME, MODE, **{"low": 2, "high": 2, "window": ANY, **fields})
    monkeypatch.setattr("lobby.catalog.rules_of", lambda *_: wanted)


async def ask(socket: Socket, **wish: Any) -> Any:
    return await socket.request(wire.Enqueue, GAME, MODE, wish)


async def pairs(world: World, *sockets: Socket) -> list[set[str | None]]:
    for socket in sockets:
        await socket.until(wire.MatchFound)
    return [{seat.player for seat in setup.seats} for setup in world.matches.made.values()]


async def test_equal_values_meet(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, rules=(Equal("map", choices=("north", "south"), default="north"),))
    ann, bob, cid = [await world.player(name) for name in ("ann", "bob", "cid")]
    assert isinstance(await ask(ann, values={"map": "south"}), wire.Reply)
    assert isinstance(await ask(bob), wire.Reply)
    assert world.matches.made == {}
    assert isinstance(await ask(cid, values={"map": "south"}), wire.Reply)
    assert await pairs(world, ann, cid) == [{"ann", "cid"}]


async def test_who_says_another_wish_keeps_the_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, rules=(Common("language", choices=("de", "en")),))
    ann, bob = await world.player("ann"), await world.player("bob")
    await ask(ann, values={"language": ["de"]})
    first = await ann.until(wire.Queue, game=GAME)
    await ask(bob, values={"language": ["en"]})
    assert world.matches.made == {}
    assert isinstance(await ask(ann, values={"language": ["en", "de"]}), wire.Reply)
    assert await pairs(world, ann, bob) == [{"ann", "bob"}]
    assert first.place == 1


async def test_a_renewed_ticket_waits_since_it_first_came(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch, rules=(Equal("map"),))
    ann, bob = await world.player("ann"), await world.player("bob")
    await ask(ann, values={"map": "a"})
    await ask(bob, values={"map": "b"})
    await ask(ann, values={"map": "c"})
    told = await world.lobbies[0].matchmaker.where("ann")
    assert (told.place, told.waiting) == (1, 2)


async def test_only_who_is_near_one_region_meets_there(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, region=Region(("eu", "us"), ceiling=60.0, growth=0.0, limit=60.0))
    ann, bob, cid = [await world.player(name) for name in ("ann", "bob", "cid")]
    await ask(ann, latencies={"eu": 20, "us": 110})
    await ask(bob, latencies={"eu": 115, "us": 25})
    assert world.matches.made == {}
    await ask(cid, latencies={"eu": 55, "us": 140})
    assert await pairs(world, ann, cid) == [{"ann", "cid"}]
    refused = await ask(await world.player("dan"), latencies={"eu": 61})
    assert (refused.code, "within 60 ms" in refused.text) == ("bad-wish", True)


async def test_what_does_not_fit_is_refused_and_nobody_waits(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    declare(monkeypatch)
    ann = await world.player("ann")
    for wish in ({"roles": ["tank"]}, {"values": {"x": 1}}, {"latencies": {"eu": 1}}, {"pings": 1}):
        refused = await ask(ann, **wish)
        assert (refused.code, len(refused.text) > 10) == ("bad-wish", True)
    assert await world.lobbies[0].places.get("ann") is None
    assert (await ann.request(wire.Dequeue)).code == "not-queued"


async def test_each_team_has_its_roles(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four tanks wait; only the healers make a match of two of them."""
    declare(monkeypatch, low=4, high=4, team_size=2, roles={"healer": 1, "tank": 1})
    tanks = [await world.player(f"tank{n}") for n in range(4)]
    for tank in tanks:
        await ask(tank, roles=["tank"])
    assert world.matches.made == {}
    healers = [await world.player(f"healer{n}") for n in range(2)]
    for healer in healers:
        await ask(healer, roles=["healer"])
    await pairs(world, *healers)
    (setup,) = world.matches.made.values()
    teams = [{(s.player or "")[:4] for s in setup.seats if s.team == team} for team in (0, 1)]
    assert teams == [{"tank", "heal"}] * 2


async def test_who_is_asked_is_told_the_role(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    declare(monkeypatch, low=4, high=4, team_size=2, roles={"healer": 1, "tank": 1}, accept=30.0)
    sockets = {name: await world.player(name) for name in ("tank1", "tank2", "healer1", "any")}
    for name, socket in sockets.items():
        await ask(socket, roles=[] if name == "any" else [name[:-1]])
    told = {}
    for name, socket in sockets.items():
        while (queue := await socket.until(wire.Queue)).asked is None:
            continue
        told[name] = queue.asked["role"]
    assert told == {"tank1": "tank", "tank2": "tank", "healer1": "healer", "any": "healer"}


async def test_a_ticket_knows_how_uncertain_a_rating_is(world: World) -> None:
    ann = await world.player("ann")
    world.lobbies[0]._strength = uncertain
    await ask(ann)
    place = await world.lobbies[0].places.get("ann")
    assert place is not None
    look = await world.lobbies[0].matchmaker.queues.look((GAME, MODE), place.ticket)
    assert look is not None
    (member,) = look.ticket.wish().members
    assert (member.rating, member.strength[1]) == (1700.0, 8.0)


async def uncertain(player: str, game: str, mode: str) -> Strength:
    return Strength(1700, 8.0)


async def party(ann: Socket, bob: Socket) -> None:
    await ann.request(wire.PartyCreate, GAME, MODE)
    await bob.request(wire.PartyAsk, "ann")
    await ann.until(wire.Party, asks=[{"player": "bob", "name": "Bob"}])
    await ann.request(wire.PartyAnswer, "bob", True)


async def test_members_of_a_party_have_wishes_of_their_own(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    roles = {"healer": 1, "tank": 1}
    region = Region(("eu", "us"))
    declare(monkeypatch, low=4, high=4, team_size=2, roles=roles, region=region)
    ann, bob, cid, dan = [await world.player(name) for name in ("ann", "bob", "cid", "dan")]
    await party(ann, bob)
    assert (await bob.request(wire.PartyReady, True, {"roles": ["wizard"]})).code == "bad-wish"
    near = {"roles": ["tank"], "latencies": {"eu": 20, "us": 70}}
    await bob.request(wire.PartyReady, True, near)
    refused = await ann.request(wire.PartyQueue, {"roles": ["tank"]})
    assert (refused.code, "roles" in refused.text) == ("bad-wish", True)
    assert isinstance(
        await ann.request(wire.PartyQueue, {"roles": ["healer"], "latencies": {"eu": 50}}), wire.Reply
    )
    assert (await bob.until(wire.Queue, game=GAME)).party == 2
    await ask(cid, roles=["tank"])
    await ask(dan, roles=["healer"])
    for socket in (ann, bob, cid, dan):
        await socket.until(wire.MatchFound)
    (setup,) = world.matches.made.values()
    teams = {seat.player: seat.team for seat in setup.seats}
    assert teams["ann"] == teams["bob"] != teams["cid"] == teams["dan"]


async def test_another_mode_forgets_what_was_asked_of_the_first(world: World) -> None:
    ann, bob = await world.player("ann"), await world.player("bob")
    await ann.request(wire.PartyCreate, "arena", "teams")
    await bob.request(wire.PartyAsk, "ann")
    await ann.until(wire.Party, asks=[{"player": "bob", "name": "Bob"}])
    await ann.request(wire.PartyAnswer, "bob", True)
    assert (await bob.request(wire.PartyReady, True, {"roles": ["tank"]})).code == "bad-wish"
    assert isinstance(await bob.request(wire.PartyReady, True), wire.Reply)


async def test_the_welcome_says_what_each_queue_asks(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("django.conf.settings.ARCADE_REGIONS", {"eu": ""})
    declare(monkeypatch, region=Region(("eu",)), rules=(Equal("map", choices=("a", "b")),), accept=5.0)
    welcome = (await world.player("ann")).welcome
    assert welcome.regions == {"eu": ""}
    game = next(game for game in welcome.games if game["name"] == GAME)
    assert game["modes"][0]["queue"] == {
        "accept": 5.0,
        "regions": ["eu"],
        "roles": {},
        "values": [{"name": "map", "kind": "equal", "choices": ["a", "b"], "default": "", "needed": True}],
    }

"""Whatever comes and goes: nobody is lost, parted, blocked or matched beyond a window."""

import itertools
import math
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lobby.rules.matching import (
    Common,
    Difference,
    Equal,
    Group,
    Matcher,
    Member,
    Parties,
    QueueRules,
    Region,
    Shrink,
    Ticket,
    Window,
)

REGIONS = ("eu", "us")
ROLES = ("tank", "healer")
DIFFERENCE = Difference("level", Window(5, 2, 20, None))
RULES = {
    "duel": QueueRules("g", "m", 2, 2, window=Window(30, 20, 400, None)),
    "optional": QueueRules("g", "m", 2, 2, window=Window(30, 20, 100, 9.0)),
    "teams": QueueRules("g", "m", 6, 6, 3, window=Window(60, 40, optional=None)),
    "even": QueueRules("g", "m", 4, 4, 2, window=Window(60, 40), parties=Parties(gap=80)),
    "melee": QueueRules("g", "m", 2, 6, window=Window(60, 40, 300, None), shrink=Shrink(4, 2)),
    "gathering": QueueRules("g", "m", 3, 6, window=Window(90, 40), parties=Parties(most=3), shrink=Shrink(3)),
    "region": QueueRules("g", "m", 2, 2, window=Window(90, 40), region=Region(REGIONS, 60, 5, 90)),
    "values": QueueRules(
        "g", "m", 4, 4, 2, window=Window(90, 40), rules=(Equal("build"), Common("maps", 6.0), DIFFERENCE)
    ),
    "roles": QueueRules("g", "m", 4, 4, 2, window=Window(90, 60), roles={"tank": 1, "healer": 1}),
}


@st.composite
def tickets(draw: st.DrawFn, number: int, rules: QueueRules) -> Ticket:
    members = tuple(
        Member(
            f"p{number}.{k}",
            float(draw(st.integers(1200, 1800))),
            roles=tuple(draw(st.sets(st.sampled_from(ROLES)))) if rules.roles else (),
        )
        for k in range(draw(st.integers(1, rules.largest)))
    )
    blocks = draw(st.sets(st.integers(0, 30), max_size=3))
    return Ticket(
        f"t{number}",
        members,
        latencies={name: float(draw(st.integers(20, 110))) for name in REGIONS} if rules.region else {},
        values={
            "build": draw(st.sampled_from("ab")),
            "maps": tuple(sorted(draw(st.sets(st.sampled_from("xyz"), min_size=1)))),
            "level": float(draw(st.integers(0, 20))),
        },
        blocks=frozenset(f"p{n}.0" for n in blocks if n != number),
        priority=draw(st.integers(0, 1)),
    )


@st.composite
def days(draw: st.DrawFn, rules: QueueRules) -> list[tuple[float, str, Ticket]]:
    """What happens: (when, `add`, `back` with an old waiting time, or `remove`; whose)."""
    now, events, there = 0.0, [], []
    for number in range(draw(st.integers(2, 30))):
        now += draw(st.sampled_from([0.0, 0.1, 1.0, 5.0]))
        since = draw(st.sampled_from([now, max(0.0, now - 3)]))
        ticket = draw(tickets(number, rules))
        ticket = Ticket(
            ticket.id, ticket.members, since, ticket.latencies, ticket.values, ticket.blocks, ticket.priority
        )
        there.append(ticket)
        events.append((now, "add", ticket))
        if draw(st.integers(0, 5)) == 0:
            events.append((now, "remove", draw(st.sampled_from(there))))
    return events


def live(rules: QueueRules, events: list[tuple[float, str, Ticket]]) -> list[tuple[float, Group]]:
    """Run them; everything that waits at the end is waited for a minute."""
    matcher = Matcher(rules)
    found: list[tuple[float, Group]] = []
    added: Counter[str] = Counter()
    for when, what, ticket in [*events, (events[-1][0] + 60, "end", events[0][2])]:
        while matcher.due() < when:
            at = matcher.due()
            found.extend((at, group) for group in matcher.take(at))
        if what == "add":
            matcher.add(ticket, when)
            added[ticket.id] += 1
        elif what == "remove":
            added[ticket.id] -= matcher.remove(ticket.id)
        found.extend((when, group) for group in matcher.take(when))
    out = Counter(t.id for _, group in found for t in group.tickets)
    assert all(count == 1 for count in out.values())
    assert added == out + Counter({id: 1 for id in added if id in matcher})
    assert len(matcher) == sum((added - out).values())
    return found


@pytest.mark.parametrize("name", RULES)
@given(data=st.data())
def test_every_group_keeps_the_rules(name: str, data: st.DataObject) -> None:
    rules = RULES[name]
    for now, group in live(rules, data.draw(days(rules))):
        players = [m.player for t in group.tickets for m in t.members]
        assert sorted(seat.player for seat in group.seats) == sorted(players)
        assert len(set(players)) == len(players)
        assert len(players) in rules.sizes()
        _check_teams(rules, group)
        _check_pairs(rules, group, now)
        if len(players) < rules.high:
            oldest = min(t.since for t in group.tickets)
            assert now - oldest >= rules.shrink.wait(rules.high - len(players)) - 1e-5
        if rules.region:
            assert all(
                rules.region.wait(t.latencies[group.region]) <= now - t.since + 1e-5 for t in group.tickets
            )
        if rules.rules:
            assert len({t.values["build"] for t in group.tickets}) == 1
            if "maps" in group.common:
                assert all(group.common["maps"] in str(t.values["maps"]) for t in group.tickets)
            else:
                assert all(now - t.since >= 6.0 - 1e-5 for t in group.tickets)


def _check_teams(rules: QueueRules, group: Group) -> None:
    by_ticket: dict[str, set[int]] = {}
    for seat in group.seats:
        by_ticket.setdefault(seat.ticket, set()).add(seat.team)
    assert all(len(teams) == 1 for teams in by_ticket.values()) or not rules.team_size
    sizes = Counter(seat.team for seat in group.seats)
    assert set(sizes.values()) == {rules.team_size or 1}
    assert len(sizes) > 1
    wishes = {m.player: m.roles for t in group.tickets for m in t.members}
    for team in sizes:
        roles = Counter(seat.role for seat in group.seats if seat.team == team)
        assert not rules.roles or roles == Counter(rules.roles)
    assert all(not wishes[s.player] or s.role in wishes[s.player] for s in group.seats if rules.roles)


def _check_pairs(rules: QueueRules, group: Group, now: float) -> None:
    for a, b in itertools.permutations(group.tickets, 2):
        assert a.blocks.isdisjoint(m.player for m in b.members)
        assert abs(a.rating - b.rating) <= rules.window.width(now - a.since + 1e-5)
        if rules.rules:
            gap = abs(float(str(a.values["level"])) - float(str(b.values["level"])))
            assert gap <= DIFFERENCE.window.width(now - a.since + 1e-5)


@given(data=st.data())
def test_the_same_day_ends_the_same(data: st.DataObject) -> None:
    rules = RULES["teams"]
    events = data.draw(days(rules))
    assert live(rules, events) == live(rules, events)


@given(data=st.data())
def test_a_pair_that_fits_never_waits(data: st.DataObject) -> None:
    """Against a matcher that looks at every pair, all the time."""
    rules = RULES["duel"]
    matcher, waiting = Matcher(rules), {}
    for when, what, ticket in data.draw(days(rules)):
        if what == "add":
            matcher.add(ticket, when)
            waiting[ticket.id] = ticket
        elif matcher.remove(ticket.id):
            del waiting[ticket.id]
        for group in matcher.take(when):
            for one in group.tickets:
                del waiting[one.id]
        for a, b in itertools.combinations(waiting.values(), 2):
            blocked = not a.blocks.isdisjoint(m.player for m in b.members)
            blocked |= not b.blocks.isdisjoint(m.player for m in a.members)
            gap, waited = abs(a.rating - b.rating), when - max(a.since, b.since)
            assert blocked or gap > rules.window.width(waited - 1e-5)
    assert matcher.due() == math.inf or matcher.due() >= when

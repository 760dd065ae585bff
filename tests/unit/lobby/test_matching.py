"""Each rule of a queue, and what is preferred among what fits."""

import math

import pytest
from openskill.models import PlackettLuce

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
from lobby.rules.matching.recipes import recipes
from lobby.rules.matching.strength import win_chances
from lobby.rules.matching.teams import assign, split

ANYONE = Window(start=math.inf)
DUEL = QueueRules("g", "duel", 2, 2, window=Window(100, 50, 300, None))


def one(id: str, rating: float = 1500, since: float = 0.0, **more: object) -> Ticket:
    return party(id, [rating], since, **more)


def party(id: str, ratings: list[float], since: float = 0.0, **more: object) -> Ticket:
    members = tuple(Member(f"{id}.{n}", rating) for n, rating in enumerate(ratings))
    return Ticket(id, members, since, **more)  # type: ignore[arg-type]


def taken(matcher: Matcher, now: float) -> list[str]:
    return ["+".join(sorted(t.id for t in group.tickets)) for group in matcher.take(now)]


def pool(rules: QueueRules, *tickets: Ticket, now: float = 0.0) -> Matcher:
    matcher = Matcher(rules)
    for ticket in tickets:
        matcher.add(ticket, now)
    return matcher


def test_a_pair_is_found_at_the_moment_the_narrower_window_is_wide_enough() -> None:
    matcher = pool(DUEL, one("a", 1500, 0.0))
    assert (taken(matcher, 5.0), matcher.due()) == ([], math.inf)
    matcher.add(one("b", 1700, 5.0), 5.0)
    assert taken(matcher, 5.0) == []
    assert matcher.due() == 7.0
    assert taken(matcher, 7.0) == ["a+b"]
    assert len(matcher) == 0


def test_beyond_the_limit_nobody_fits_until_the_window_is_optional() -> None:
    far = one("a", 1000), one("b", 1301)
    assert taken(pool(DUEL, *far), 1000.0) == []
    optional = QueueRules("g", "m", 2, 2, window=Window(100, 50, 300, 12.0))
    matcher = pool(optional, *far)
    assert taken(matcher, 11.9) == []
    assert taken(matcher, 12.0) == ["a+b"]


def test_the_closest_is_taken_and_not_the_first() -> None:
    matcher = pool(DUEL, one("a", 1450), one("b", 1600, 0.1), one("c", 1520, 0.2))
    assert taken(matcher, 0.2) == ["a+c"]


def test_who_goes_in_between_is_in_no_match_and_told_once() -> None:
    matcher = pool(DUEL, one("a"), one("b", 1700))
    matcher.take(0.0)
    assert matcher.remove("a")
    assert not matcher.remove("a")
    assert taken(matcher, 100.0) == []
    with pytest.raises(ValueError, match="b"):
        matcher.add(one("b"), 100.0)


def test_who_comes_back_with_his_waiting_time_is_found_by_those_there() -> None:
    matcher = pool(DUEL, one("b", 1700, 4.0), now=4.0)
    assert taken(matcher, 4.0) == []
    matcher.add(one("a", 1500, 0.0), 5.0)
    assert taken(matcher, 5.0) == []
    assert matcher.due() == 6.0
    assert taken(matcher, 6.0) == ["a+b"]


def test_players_who_block_each_other_never_meet() -> None:
    teams = QueueRules("g", "m", 4, 4, 2, window=ANYONE)
    blocking = one("a", blocks=frozenset({"d.0"}))
    assert taken(pool(DUEL, blocking, one("d")), 9.0) == []
    assert taken(pool(DUEL, one("d"), blocking), 9.0) == []
    matcher = pool(teams, blocking, one("b"), one("c"), one("d"), one("e"))
    assert taken(matcher, 9.0) == ["a+b+c+e"]


def test_equal_values_meet_and_others_when_both_no_longer_ask() -> None:
    rules = QueueRules("g", "m", 2, 2, window=ANYONE, rules=(Equal("build", optional=8.0),))
    matcher = pool(rules, one("a", values={"build": "1"}), one("b", values={"build": "2"}))
    assert taken(matcher, 7.9) == []
    assert taken(matcher, 8.0) == ["a+b"]
    same = pool(rules, one("a", values={"build": "1"}), one("b", values={"build": "1"}))
    (group,) = same.take(0.0)
    assert group.common == {"build": "1"}


def test_sets_meet_in_an_element_common_to_all() -> None:
    rules = QueueRules("g", "m", 3, 3, window=ANYONE, rules=(Common("maps"),))
    maps = {"a": ("x", "y"), "b": ("y", "z"), "c": ("x", "z"), "d": ("y",)}
    tickets = [one(id, values={"maps": of}) for id, of in maps.items()]
    assert pool(rules, *tickets[:3]).take(9.0) == []
    (group,) = pool(rules, *tickets).take(9.0)
    assert (sorted(t.id for t in group.tickets), group.common) == (["a", "b", "d"], {"maps": "y"})


def test_a_difference_has_a_window_of_its_own() -> None:
    rules = QueueRules("g", "m", 2, 2, window=ANYONE, rules=(Difference("level", Window(2, 1, 6, None)),))
    matcher = pool(rules, one("a", values={"level": 1.0}), one("b", values={"level": 5.0}))
    assert taken(matcher, 0.0) == []
    assert matcher.due() == 2.0
    assert taken(matcher, 2.0) == ["a+b"]
    far = pool(rules, one("a", values={"level": 1.0}), one("b", values={"level": 9.0}))
    assert taken(far, 100.0) == []


def test_a_match_is_played_where_all_are_near_enough_and_the_ceiling_widens() -> None:
    rules = QueueRules("g", "m", 2, 2, window=ANYONE, region=Region(("eu", "us"), 80, 10, 120))
    matcher = pool(
        rules, one("a", latencies={"eu": 20, "us": 100}), one("b", latencies={"eu": 130, "us": 30})
    )
    assert taken(matcher, 1.9) == []
    (group,) = matcher.take(2.0)
    assert group.region == "us"
    far = pool(rules, one("a", latencies={"eu": 20, "us": 121}), one("b", latencies={"eu": 130, "us": 30}))
    assert taken(far, 100.0) == []


def test_a_smaller_match_begins_when_its_oldest_has_been_patient() -> None:
    rules = QueueRules("g", "m", 2, 4, window=ANYONE, shrink=Shrink(5, 5))
    assert taken(pool(rules, *(one(id) for id in "abcd")), 0.0) == ["a+b+c+d"]
    matcher = pool(rules, *(one(id) for id in "abc"))
    assert taken(matcher, 4.9) == []
    assert taken(matcher, 5.0) == ["a+b+c"]
    assert taken(pool(rules, *(one(id) for id in "abc"), now=7.0), 7.0) == ["a+b+c"]
    two = pool(rules, one("a"))
    two.add(one("b", 1500, 9.0), 9.0)
    assert taken(two, 9.0) == []
    assert two.due() == 10.0
    assert taken(two, 10.0) == ["a+b"]


def test_a_smaller_match_has_the_patient_one_in_it() -> None:
    """Five seats are more than four, but would leave out the only one who has waited long enough."""
    rules = QueueRules("g", "m", 3, 6, window=ANYONE, parties=Parties(most=3), shrink=Shrink(3))
    matcher = pool(rules, party("patient", [1500] * 2), party("three", [1500] * 3, 2.0), now=2.0)
    matcher.add(party("two", [1500] * 2, 2.5), 2.5)
    assert taken(matcher, 2.9) == []
    assert taken(matcher, 3.0) == ["patient+two"]


def test_those_who_fit_in_no_match_with_a_ticket_hide_nobody_behind_them() -> None:
    rules = QueueRules("g", "m", 5, 5, window=ANYONE, parties=Parties(most=3))
    blocks = frozenset({"two.0"})
    threes = [party(id, [1500] * 3, blocks=blocks) for id in "abc"]
    matcher = pool(rules, *threes, party("two", [1510] * 2, 1.0), now=1.0)
    assert taken(matcher, 1.0) == []
    matcher.add(party("last", [1490] * 3, 2.0), 2.0)
    assert taken(matcher, 2.0) == ["last+two"]


def test_every_team_has_its_roles() -> None:
    rules = QueueRules("g", "m", 4, 4, 2, window=ANYONE, roles={"tank": 1, "healer": 1})
    roles = [("tank",), ("tank",), ("tank", "healer"), ("tank",), ()]
    tickets = [Ticket(f"t{n}", (Member(f"p{n}", roles=r),), float(n)) for n, r in enumerate(roles)]
    assert pool(rules, *tickets[:4], now=4.0).take(9.0) == []
    (group,) = pool(rules, *tickets, now=4.0).take(9.0)
    given = sorted((seat.team, seat.role) for seat in group.seats)
    assert given == [(0, "healer"), (0, "tank"), (1, "healer"), (1, "tank")]
    assert {t.id for t in group.tickets} == {"t0", "t1", "t2", "t4"}


def test_the_first_by_priority_is_chosen_among_those_who_fit() -> None:
    rules = QueueRules("g", "m", 3, 3, window=ANYONE)
    matcher = pool(rules, one("a"), one("b"), one("c", priority=1), now=0.0)
    assert taken(matcher, 0.0) == ["a+b+c"]
    last = QueueRules("g", "m", 4, 4, 2, window=ANYONE)
    matcher = pool(last, *(one(id) for id in "abc"))
    matcher.add(one("d", priority=1), 0.0)
    matcher.add(party("e", [1500, 1500]), 0.0)
    (group,) = matcher.take(0.0)
    assert "d" in {t.id for t in group.tickets}


def test_a_party_first_meets_a_party() -> None:
    rules = QueueRules("g", "m", 4, 4, 2, window=Window(10, 10, optional=None), parties=Parties(gap=50))
    matcher = pool(rules, party("a", [1500, 1500]), one("b"), one("c"))
    assert taken(matcher, 0.0) == []
    assert matcher.due() == 4.0
    matcher.add(party("d", [1500, 1500], 3.0), 3.0)
    assert taken(matcher, 3.0) == ["a+d"]
    assert taken(pool(rules, party("a", [1500, 1500]), one("b"), one("c")), 4.0) == ["a+b+c"]


def test_a_party_larger_than_the_queue_takes_is_refused() -> None:
    melee = QueueRules("g", "m", 4, 4, window=ANYONE, parties=Parties(most=2))
    (group,) = pool(melee, party("a", [1500, 1500]), one("b"), one("c")).take(0.0)
    assert sorted(seat.team for seat in group.seats) == [0, 1, 2, 3]
    for rules in (DUEL, QueueRules("g", "m", 6, 6, 3, parties=Parties(most=1))):
        with pytest.raises(ValueError, match="a"):
            pool(rules, party("a", [1500, 1500]))


def test_teams_are_as_even_as_parties_whole_allow() -> None:
    tickets = [party("ab", [1900, 1700]), one("c", 1500), one("d", 1400), party("ef", [1600, 1600])]
    teams = split(tickets, 3)
    assert teams is not None
    assert sorted(sorted(t.id for t in team) for team in teams) == [["ab", "d"], ["c", "ef"]]
    assert split([party("ab", [1, 2]), party("cd", [1, 2]), party("ef", [1, 2])], 3) is None


def test_a_role_is_given_that_the_member_would_play() -> None:
    members = [Member("a"), Member("b", roles=("tank",)), Member("c", roles=("tank", "healer"))]
    assert assign(members, {"tank": 1, "healer": 1, "any": 1}) == ["any", "tank", "healer"]
    assert assign(members[1:], {"tank": 2}) == ["tank", "tank"]
    assert assign(members[1:2] * 2, {"tank": 1, "healer": 1}) is None


def test_the_sizes_that_fill_two_teams() -> None:
    assert recipes(4, 2, 2) == ((0, (0, 2)), (0, (4, 0)), (1, (2, 1)))
    assert recipes(3, 0, 1) == ((0, (3,)),)
    assert len(recipes(10, 5, 5)) == 25


@pytest.mark.parametrize("teams", [[[25.0, 30.0], [20.0, 31.0]], [[25.0], [30.0], [28.0]]])
def test_the_chances_are_those_of_openskill(teams: list[list[float]]) -> None:
    model = PlackettLuce()
    strengths = [[(mu, 3.0 + n) for n, mu in enumerate(team)] for team in teams]
    known = model.predict_win([[model.rating(mu=mu, sigma=s) for mu, s in team] for team in strengths])
    assert win_chances(strengths) == pytest.approx(known)


def test_a_group_tells_its_chance_and_its_distance() -> None:
    (group,) = pool(DUEL, one("a", 1500), one("b", 1590)).take(0.0)
    assert isinstance(group, Group)
    assert group.spread == 90
    assert [m.player for team in group.teams for m in team] == [s.player for s in group.seats]
    assert (group.chance < 0.5) == (group.seats[0].player == "a.0")

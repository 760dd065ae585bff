"""What a queue takes of a wish, and what a party's ticket is made of."""

import math
from typing import Any

import pytest

from lobby.rules.matching import Common, Difference, Equal, QueueRules, Region, Window
from lobby.rules.matching.declaring import problems
from lobby.rules.wishes import Unfit, Wish, read, together

RULES = QueueRules(
    "arena",
    "teams",
    4,
    4,
    2,
    rules=(
        Equal("map", choices=("north", "south"), default="north"),
        Common("language", choices=("de", "en", "fr")),
        Difference("speed", Window(1.0), low=0, high=10, default=5),
    ),
    region=Region(("eu", "us"), ceiling=50.0, limit=150.0),
    roles={"healer": 1, "tank": 1},
)


def test_who_says_nothing_has_the_defaults() -> None:
    wish = read({}, RULES)
    assert wish == Wish({}, {"map": "north", "language": ("de", "en", "fr"), "speed": 5.0}, ())


def test_a_wish_is_kept_as_it_was_said() -> None:
    said = {
        "latencies": {"eu": 20, "us": 90.5},
        "values": {"map": "south", "language": ["en", "de", "en"], "speed": 7},
        "roles": ["tank", "tank"],
    }
    wish = read(said, RULES)
    assert wish.latencies == {"eu": 20.0, "us": 90.5}
    assert wish.values == {"map": "south", "language": ("en", "de"), "speed": 7.0}
    assert wish.roles == ("tank",)


@pytest.mark.parametrize(
    ("raw", "says"),
    [
        ({"ping": {}}, "ping"),
        ({"latencies": {"eu": "near"}}, "latencies"),
        ({"latencies": {"mars": 10}}, "eu, us"),
        ({"latencies": {"eu": -1}}, "0 to 10000"),
        ({"latencies": {"eu": 10_001}}, "0 to 10000"),
        ({"latencies": {"eu": math.nan}}, "0 to 10000"),
        ({"values": {"colour": "red"}}, "map, language, speed"),
        ({"values": {"map": "west"}}, "north, south"),
        ({"values": {"map": ["north"]}}, "one text"),
        ({"values": {"map": 3}}, "one text"),
        ({"values": {"map": None}}, "values"),
        ({"values": {"language": "de"}}, "list"),
        ({"values": {"language": []}}, "1 to 16"),
        ({"values": {"language": ["de"] * 17}}, "1 to 16"),
        ({"values": {"language": ["de", "xx"]}}, "de, en, fr"),
        ({"values": {"speed": "fast"}}, "number"),
        ({"values": {"speed": 11}}, "0 to 10"),
        ({"values": {"speed": math.inf}}, "number"),
        ({"roles": ["wizard"]}, "healer, tank"),
        ({"roles": "tank"}, "roles"),
    ],
)
def test_what_does_not_fit_is_refused_with_a_word_of_help(raw: dict[str, Any], says: str) -> None:
    with pytest.raises(Unfit, match=says):
        read(raw, RULES)


def test_a_plain_queue_knows_no_regions_values_or_roles() -> None:
    plain = QueueRules("arena", "duel", 2, 2)
    for raw in ({"latencies": {"eu": 1}}, {"values": {"map": "x"}}, {"roles": ["tank"]}):
        with pytest.raises(Unfit, match="it has none"):
            read(raw, plain)


def test_a_value_of_choices_without_a_default_is_to_be_said() -> None:
    rules = QueueRules("arena", "duel", 2, 2, rules=(Equal("map", choices=("north", "south")),))
    with pytest.raises(Unfit, match="north, south"):
        read({}, rules)


def test_a_party_is_as_far_as_its_farthest_and_has_what_all_have() -> None:
    one = read({"latencies": {"eu": 20, "us": 90}, "values": {"language": ["de", "en"], "speed": 4}}, RULES)
    two = read({"latencies": {"eu": 40}, "values": {"language": ["en", "fr"], "speed": 6}}, RULES)
    none = read({}, RULES)
    latencies, values = together([one, two], RULES)
    assert latencies == {"eu": 40.0}
    assert values == {"map": "north", "language": ("en",), "speed": 5.0}
    assert together([one, none], RULES)[0] == {"eu": 20.0, "us": 90.0}


@pytest.mark.parametrize(
    ("first", "second", "says"),
    [
        ({"latencies": {"eu": 20}}, {"latencies": {"us": 20}}, "150 ms"),
        ({"values": {"map": "north"}}, {"values": {"map": "south"}}, "same map"),
        ({"values": {"language": ["de"]}}, {"values": {"language": ["en"]}}, "language in common"),
        ({"roles": ["tank"]}, {"roles": ["tank"]}, "roles"),
    ],
)
def test_a_party_that_does_not_go_together_is_told_why(
    first: dict[str, Any], second: dict[str, Any], says: str
) -> None:
    with pytest.raises(Unfit, match=says):
        together([read(first, RULES), read(second, RULES)], RULES)


def test_who_could_never_be_met_is_told() -> None:
    with pytest.raises(Unfit, match="within 150 ms"):
        together([read({"latencies": {"eu": 151, "us": 900}}, RULES)], RULES)


def test_a_region_out_of_reach_is_left_out() -> None:
    assert together([read({"latencies": {"eu": 30, "us": 900}}, RULES)], RULES)[0] == {"eu": 30.0}


def test_choices_that_are_too_many_together_are_refused() -> None:
    rules = QueueRules("arena", "duel", 2, 2, rules=(Common("a"), Common("b")))
    many = [str(n) for n in range(16)]
    with pytest.raises(Unfit, match="too many"):
        together([read({"values": {"a": many, "b": many[:5]}}, rules)], rules)
    assert together([read({"values": {"a": many, "b": many[:4]}}, rules)], rules)[1]["b"] == (
        "0",
        "1",
        "2",
        "3",
    )


@pytest.mark.parametrize(
    ("fields", "says"),
    [
        ({"roles": {"tank": 1}}, "team of 2"),
        ({"roles": {"tank": 2}, "team_size": 0}, "only teams"),
        ({"region": Region(("mars",))}, "ARCADE_REGIONS"),
        ({"region": Region(())}, "names"),
        ({"region": Region(("eu",), ceiling=300.0)}, "ceiling"),
        ({"rules": (Equal("map"), Common("map"))}, "name of its own"),
        ({"rules": (Equal("map", choices=("a",), default="b"),)}, "among the choices"),
        ({"rules": (Common("map", choices=("a",), default=("a", "b")),)}, "among the choices"),
        ({"rules": (Difference("speed", Window(), low=1.0),)}, "from low to high"),
        ({"rules": (Difference("speed", Window(start=-1.0)),)}, "below 0"),
        ({"rules": (Equal(""),)}, "1 to 64"),
        ({"window": Window(growth=-1.0)}, "below 0"),
        ({"accept": 500.0}, "120"),
        ({"repeats": -1}, "repeats"),
        ({"low": 5}, "seats"),
    ],
)
def test_a_queue_that_cannot_be_says_what_is_wrong(fields: dict[str, Any], says: str) -> None:
    plain = {"low": 4, "high": 4, "team_size": 2, **fields}
    (fault,) = problems(QueueRules("arena", "teams", **plain), ["eu", "us"])
    assert says in fault


def test_a_queue_with_everything_is_no_fault() -> None:
    assert problems(RULES, ["eu", "us"]) == []

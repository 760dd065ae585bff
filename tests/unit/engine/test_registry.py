"""Declarations: what is refused says where and what to do."""

import dataclasses
import datetime
import decimal
import uuid
from typing import Any, ClassVar, NamedTuple, TypedDict

import msgspec
import pytest

from matches.engine import registry
from matches.engine.errors import DeclarationError
from matches.engine.game import FischerClock, Game, Mode, Result, Seats, Table, Ticks, Turns
from matches.engine.registry import register


class Move(msgspec.Struct):
    n: int


class Pair(NamedTuple):
    x: int


class Typed(TypedDict):
    x: int


@dataclasses.dataclass
class Data:
    x: int


class Nested(msgspec.Struct):
    inside: dict[str, list[set[int]]]


class Dicty(msgspec.Struct, dict=True):
    x: int


class Plain:
    pass


def declare(state: type[msgspec.Struct], **attributes: Any) -> None:
    class Sample(Game[state, Move]):  # type: ignore[valid-type]
        name = "sample"

        def setup(self, table: Table) -> Any: ...
        def play(self, state: Any, seat: int, move: Any, table: Table) -> None: ...
        def result(self, state: Any, table: Table) -> Result | None: ...

    for name, value in attributes.items():
        setattr(Sample, name, value)
    try:
        register(Sample)
    finally:
        registry._games.pop("sample", None)


@pytest.mark.parametrize(
    ("kind", "says"),
    [
        (set[int], "sorted list"),
        (frozenset[str], "sorted tuple"),
        (Any, "name the type"),
        (object, "plain types"),
        (list, "name the type"),
        (dict, "neither str nor int"),
        (bytes, "str or a list of int"),
        (bytearray, "list of int"),
        (decimal.Decimal, "smallest unit"),
        (datetime.datetime, "match time"),
        (datetime.timedelta, "ms"),
        (uuid.UUID, "str or an int"),
        (msgspec.Raw, "name the type"),
        (Pair, "msgspec.Struct"),
        (Typed, "msgspec.Struct"),
        (Data, "msgspec.Struct"),
        (Plain, "msgspec.Struct"),
        (Dicty, "dict=True"),
        (Nested, r"inside\[\]\[\] is a set"),
        (tuple[int, set[int]], r"\[1\] is a set"),
        (int | None | set[int], "is a set"),
        (dict[tuple[int, int], int], "list of structs"),
        (complex, "plain types"),
    ],
)
def test_what_would_make_a_replay_differ_is_refused(kind: Any, says: str) -> None:
    state = msgspec.defstruct("State", [("field", kind)])
    with pytest.raises(DeclarationError, match=says) as error:
        declare(state)
    assert "Sample: State.field" in str(error.value)


def test_an_untyped_field_is_refused() -> None:
    class State(msgspec.Struct):
        board: list[int]
        turn = 0

    with pytest.raises(DeclarationError, match=r"State\.turn is untyped"):
        declare(State)


def test_plain_types_are_taken() -> None:
    class State(msgspec.Struct):
        limit: ClassVar[int] = 3
        a: int
        b: dict[int, list[tuple[str, float]]]
        c: "Nestable | None" = None

        def helper(self) -> int:
            return self.a

    declare(State)


class Nestable(msgspec.Struct):
    more: "list[Nestable]" = []


class Fine(msgspec.Struct):
    a: int


@pytest.mark.parametrize(
    ("attributes", "says"),
    [
        ({"name": "Connect Four"}, "connect-four"),
        ({"name": "connect-four"}, "already"),
        ({"version": 0}, "count 1, 2, 3"),
        ({"modes": {}}, "at least"),
        ({"modes": {"Big": Mode()}}, "small letters"),
        ({"modes": {"a": Mode(team_size=2)}}, "teams of 2"),
        ({"modes": {"a": Mode(seats=Seats(17))}}, "1 to 16"),
        ({"seats": Seats(3, 2)}, "low before high"),
        ({"pace": Ticks(0)}, "1 to 60"),
        ({"pace": Turns(FischerClock(0))}, "above 0"),
        ({"grace": -1.0}, "seconds"),
        ({"durability": "disk"}, "durability is 'disk'; give 'log'"),
        ({"modes": {"a": Mode(durability="disk")}}, "mode 'a': durability is 'disk'"),  # type: ignore[arg-type]
        ({"bots": 1}, r"has no bot\(\)"),
    ],
)
def test_a_declaration_that_makes_no_sense_is_refused(attributes: dict[str, Any], says: str) -> None:
    with pytest.raises(DeclarationError, match=says):
        declare(Fine, **attributes)


def test_types_are_read_from_the_parameters() -> None:
    class Untyped(Game):  # type: ignore[type-arg]
        name = "untyped"

    with pytest.raises(DeclarationError, match=r"Game\[State, Move\]"):
        register(Untyped)


def test_games_are_found_in_every_app() -> None:
    names = [game.name for game in registry.all()]
    assert {"arena", "connect-four", "high-card"} <= set(names)
    assert names == sorted(names)
    with pytest.raises(KeyError):
        registry.get("chess")


def test_schemas_name_what_a_client_sends_and_sees() -> None:
    schemas = registry.schema(registry.get("high-card"))
    assert schemas["move"]["$defs"]["Move"]["properties"]["index"] == {"type": "integer"}
    assert "hand" in schemas["view"]["$defs"]["Seen"]["properties"]
    assert registry.schema(registry.get("connect-four"))["view"] == schemas_of_state("connect-four")


def schemas_of_state(name: str) -> Any:
    return registry.schema(registry.get(name))["state"]

"""The code made of a declaration patches as the generic code does: any types, any values, declared or not."""

import itertools
from typing import Any, Literal, Optional

import msgspec
import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from matches.engine.testing import anything
from protocol.delta import SAME, apply, diff, operand
from protocol.typed import Plain, Typed, plain
from tests.property.protocol.values import leaves


class Point(msgspec.Struct):
    x: int
    y: float


class Pair(msgspec.Struct, array_like=True):
    a: int
    b: str | None


class Odd(msgspec.Struct, omit_defaults=True):
    a: int = 0


class Renamed(msgspec.Struct, rename={"a": "0"}):
    a: int
    b: int


class Node(msgspec.Struct):
    name: str
    inside: list["Node"]


class Chain(msgspec.Struct):
    name: str
    next: Optional["Chain"] = None


scalars = st.sampled_from(
    [int, int, bool, float, str, None, int | None, int | str | float, Literal["a", "b"]]
)
leaf_types = st.one_of(
    scalars, st.sampled_from([Point, Pair, Odd, Renamed, Point | None, dict[str, int], dict[int, Point]])
)


def structs(inside: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """New struct types, with up to 20 fields."""
    return st.builds(
        lambda fields, array: msgspec.defstruct(
            "Made", [(f"f{at}", kind) for at, kind in enumerate(fields)], array_like=array
        ),
        st.one_of(st.lists(inside, min_size=1, max_size=5), st.lists(scalars, min_size=6, max_size=20)),
        st.booleans(),
    )


types = st.recursive(
    leaf_types,
    lambda inside: st.one_of(
        structs(inside),
        inside.map(lambda kind: list[kind]),  # type: ignore[valid-type]
        inside.map(lambda kind: tuple[kind, ...]),
        inside.map(lambda kind: Optional[kind]),  # noqa: UP045 - of None too
    ),
    max_leaves=8,
)


def values(draw: st.DrawFn, kind: Any) -> Any:
    """A value of this type."""
    return msgspec.convert(anything(kind, lambda n: draw(st.integers(0, n - 1))), kind)


def spoilt(draw: st.DrawFn, value: Any) -> Any:
    """The same with something undeclared in it, or something else in its place."""
    if isinstance(value, msgspec.Struct) and draw(st.booleans()):
        name = draw(st.sampled_from(value.__struct_fields__))
        setattr(value, name, spoilt(draw, getattr(value, name)))
        return value
    return draw(st.one_of(leaves, st.lists(leaves, max_size=3), st.builds(Point, leaves, leaves)))


@st.composite
def cases(draw: st.DrawFn) -> tuple[Any, Any, Any]:
    """A type, and two values of it; at times not quite."""
    kind = draw(types)
    old, new = values(draw, kind), values(draw, kind)
    if draw(st.integers(0, 5)) == 0:
        new = spoilt(draw, new)
    return kind, old, new


def wire(value: Any) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(value))


@settings(phases=[Phase.generate], max_examples=150)  # to shrink types takes minutes
@given(cases())
def test_typed_is_generic(case: tuple[Any, Any, Any]) -> None:
    kind, old, new = case
    typed = Typed(kind)
    before, after = (wire(plain(value)) for value in (old, new))
    images = typed.image(old), typed.image(new)
    assert [wire(typed.tree(image)) for image in images] == [before, after]
    change, generic = typed.change(*images), operand(before, after)
    if SAME in (change, generic):
        assert change is generic
        return
    assert msgspec.msgpack.encode(change) == msgspec.msgpack.encode(generic)
    assert msgspec.msgpack.encode(apply([before], wire([1, change]))) == msgspec.msgpack.encode([after])


@pytest.mark.parametrize("fields", [1, 7, 8, 9, 16, 17, 40])
def test_whichever_fields_change(fields: int) -> None:
    kind = msgspec.defstruct("Wide", [(f"f{at}", int) for at in range(fields)])
    typed, old = Typed(kind), [0] * fields
    for first in range(fields):
        for last in range(first, fields):
            new = [int(at in (first, last)) for at in range(fields)]
            change = typed.change(typed.image(kind(*old)), typed.image(kind(*new)))
            assert change == operand(plain(kind(*old)), plain(kind(*new)))
            assert apply(plain(kind(*old)), change) == plain(kind(*new))


def test_a_value_that_is_no_longer_as_declared_changes_no_more_than_that() -> None:
    kind = msgspec.defstruct("Made", [("a", list[int]), ("b", tuple[int, ...])])
    typed = Typed(kind)
    assert typed.change(typed.image(kind([], (1, 2))), typed.image(kind(None, (1, 3)))) == [3, None, [2, 1]]


def test_declared_values_take_the_fast_way() -> None:
    typed = Typed(Node)
    image = typed.image(Node("a", [Node("b", [])]))
    assert image == ("a", [("b", [])])
    assert type(typed.image(Node("a", [Point(1, 2)]))) is Plain  # type: ignore[list-item]
    assert Typed(Chain).image(Chain("a", Chain("b"))) == ("a", ("b", None))


@pytest.mark.parametrize(
    ("kind", "some"),
    [
        (Point, [Point(1, 0.0), Point(1, -0.0), Point(300, 2.0)]),
        (Pair, [Pair(1, None), Pair(1, "b"), Pair(300, "b")]),
        (list[int], [[], [1], [1, 300], [2, 300, 4]]),
        (list[float], [[0.0], [-0.0]]),
        (list[Point], [[], [Point(1, 2.0)], [Point(1, 2.5), Point(1, 2.0)]]),
        (Chain, [Chain("a"), Chain("b", Chain("c")), Chain("b", Chain("d", Chain("e")))]),
    ],
    ids=str,
)
def test_what_may_be_none_comes_and_goes(kind: Any, some: list[Any]) -> None:
    for old, new in itertools.product([None, *some], repeat=2):
        for typed, before, after in (
            (Typed(kind | None), old, new),
            (Typed(list[kind | None]), [old, new], [new, new]),
        ):
            change = typed.change(typed.image(before), typed.image(after))
            assert change == operand(plain(before), plain(after))


def test_items_that_were_none_are_weighed_against_the_whole_list() -> None:
    typed, old, new = Typed(list[list[list[int]] | None]), [None, []], [[[]]]
    assert typed.change(typed.image(old), typed.image(new)) == operand(old, new) == [[new]]


def test_an_image_stays_as_it_was() -> None:
    typed, node = Typed(Node), Node("a", [Node("b", [])])
    image, before = typed.image(node), plain(node)
    node.inside[0].name = "c"
    node.inside.append(Node("d", []))
    assert typed.tree(image) == before
    assert diff(before, plain(node)) == typed.change(image, typed.image(node))


@pytest.mark.parametrize("kind", [Point, Pair, Node])
@pytest.mark.parametrize(("before", "after"), [(1, 1), (9, 9), (40, 40), (30, 20), (7, 30), (20, 37), (3, 0)])
def test_whichever_items_change(kind: type[Any], before: int, after: int) -> None:
    typed = Typed(list[kind])
    blank = {Point: Point(1, 2.0), Pair: Pair(1, None), Node: Node("a", [])}[kind]
    other = {Point: Point(300, 2.5), Pair: Pair(7, "b"), Node: Node("b", [])}[kind]
    old = [blank] * before
    for first in range(max(1, min(before, after))):
        for last in range(first, min(before, after), 3):
            new = [other if at in (first, last) else blank for at in range(after)]
            change = typed.change(typed.image(old), typed.image(new))
            assert change == operand(plain(old), plain(new))
            assert wire(apply([plain(old)], [1, change])) == [plain(new)]


@pytest.mark.parametrize("stranger", [None, 3, [1, 2.0], Pair(1, "b"), Odd(1)])
def test_a_stranger_among_the_items_is_seen(stranger: Any) -> None:
    typed = Typed(list[Point])
    old, new = [Point(1, 2.0)], [Point(1, 2.0), stranger]
    assert type(typed.image(new)) is Plain
    assert typed.change(typed.image(old), typed.image(new)) == operand(plain(old), plain(new))

"""A patch of any two values makes the one of the other, to the bit and in the order of keys."""

import contextlib
import copy
from typing import Any

import msgspec
from hypothesis import given
from hypothesis import strategies as st

from protocol.delta import apply, diff

leaves = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**53) + 1, 2**53 - 1),
    st.sampled_from([0, 1, -1, 0.0, -0.0, 1.0, "", "0"]),
    st.floats(allow_nan=False, allow_infinity=False),
    st.text(max_size=8),
)
keys = st.one_of(st.sampled_from(["a", "b", "c", "d", "0", "1", "10"]), st.text(max_size=4))
values = st.recursive(
    leaves,
    lambda inside: st.one_of(st.lists(inside, max_size=6), st.dictionaries(keys, inside, max_size=6)),
    max_leaves=30,
)


@st.composite
def changed(draw: st.DrawFn, value: Any) -> Any:
    """A value a few steps away, as a game's would be."""
    if isinstance(value, list) and value:
        value = list(value)
        at = draw(st.integers(0, len(value) - 1))
        what = draw(st.sampled_from(["inside", "insert", "delete", "append", "cut"]))
        if what == "inside":
            value[at] = draw(changed(value[at]))
        elif what == "insert":
            value.insert(at, draw(leaves))
        elif what == "append":
            value.append(draw(values))
        else:
            del value[at : at + 1 if what == "delete" else None]
        return value
    if isinstance(value, dict) and value:
        items = list(value.items())
        at = draw(st.integers(0, len(items) - 1))
        what = draw(st.sampled_from(["inside", "insert", "delete", "shuffle"]))
        if what == "inside":
            items[at] = (items[at][0], draw(changed(items[at][1])))
        elif what == "insert":
            items.insert(at, (draw(keys), draw(values)))
        elif what == "delete":
            del items[at]
        else:
            items = draw(st.permutations(items))
        return dict(items)
    return draw(values)


@st.composite
def pairs(draw: st.DrawFn) -> tuple[Any, Any]:
    old = draw(values)
    new = old
    for _ in range(draw(st.integers(0, 4))):
        new = draw(changed(new))
    return old, new


@given(st.one_of(pairs(), st.tuples(values, values)))
def test_patch_makes_the_new_value(pair: tuple[Any, Any]) -> None:
    old, new = pair
    before = copy.deepcopy(old)
    patch = diff(old, new)
    encoded = msgspec.msgpack.encode
    if patch is None:
        assert encoded(old) == encoded(new)
        return
    assert patch
    assert encoded(apply(old, msgspec.msgpack.decode(encoded(patch)))) == encoded(new)
    assert encoded(old) == encoded(before)
    assert len(encoded(patch)) <= len(encoded(new)) + 16 + len(encoded(new)) // 4


@given(values)
def test_the_same_value_needs_no_patch(value: Any) -> None:
    assert diff(value, copy.deepcopy(value)) is None


operators = st.one_of(st.integers(-4, 9), keys, st.none(), st.lists(keys, max_size=2), leaves)
patches = st.recursive(
    st.lists(st.one_of(operators, keys, values), max_size=4),
    lambda inside: st.lists(st.one_of(operators, inside), max_size=6),
    max_leaves=6,
)


@given(values, st.one_of(patches, values))
def test_a_foreign_patch_raises_value_error_alone(old: Any, patch: Any) -> None:
    if isinstance(patch, list) and patch:
        with contextlib.suppress(ValueError):
            apply(old, patch)

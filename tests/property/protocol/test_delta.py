"""A patch of any two values makes the one of the other, to the bit and in the order of keys."""

import contextlib
import copy
from typing import Any

import msgspec
from arcade_client import delta as client
from hypothesis import example, given
from hypothesis import strategies as st

from protocol.delta import SAME, _size, apply, by_position, diff, operand
from tests.property.protocol.values import keys, leaves, near_lists, pairs, values


@given(pairs)
@example(([True, False], [3, 3]))
@example(([1, 1.5], [True, False]))
def test_patch_makes_the_new_value(pair: tuple[Any, Any]) -> None:
    old, new = pair
    before = copy.deepcopy(old)
    patch = diff(old, new)
    encoded = msgspec.msgpack.encode
    if patch is None:
        assert encoded(old) == encoded(new)
        return
    assert patch
    for theirs in (apply, client.apply):
        assert encoded(theirs(old, msgspec.msgpack.decode(encoded(patch)))) == encoded(new)
    assert encoded(old) == encoded(before)
    assert len(encoded(patch)) <= len(encoded(new)) + 16 + len(encoded(new)) // 4


@given(values)
def test_the_same_value_needs_no_patch(value: Any) -> None:
    assert diff(value, copy.deepcopy(value)) is None


@given(pairs)
@example(([500, 501], [500, 501, 502]))
@example(([500, 501, 502], [500, 501]))
@example(([500.5] * 9, [500.5] * 12))
@example(([-5000, 500], [-5000, 499]))
def test_what_is_the_same_object_is_as_what_is_equal(pair: tuple[Any, Any]) -> None:
    old, new = pair
    encoded = msgspec.msgpack.encode
    assert encoded(diff(old, new)) == encoded(diff(old, msgspec.msgpack.decode(encoded(new))))


def by_each(old: list[Any], new: list[Any]) -> Any:
    """The patch of two lists as its definition says it, each position by itself."""
    kept = min(len(old), len(new))
    changes = [(at, by) for at in range(kept) if (by := operand(old[at], new[at])) is not SAME]
    flat = changes and all(type(old[at]) not in (list, dict) for at, _ in changes)
    changes += [(at, new[at]) for at in range(kept, len(new))]
    cut = [None, len(new)] if len(old) > len(new) else []
    patch = by_position(cut, changes) if changes else cut
    return [[new]] if flat and 2 + _size(new) < _size(patch) else patch or None


@given(near_lists)
@example(([0] * 9, [3000] * 9))
@example(([0, 0], [3000, 100]))
@example(([1.5, 2.5, 3.5], [1, 2, 3]))
@example(([-70000, *[300] * 9], [1, *[300] * 9]))
def test_a_list_is_patched_as_defined(pair: tuple[list[Any], list[Any]]) -> None:
    encoded = msgspec.msgpack.encode
    assert encoded(diff(*pair)) == encoded(by_each(*pair))


operators = st.one_of(st.integers(-4, 99), keys, st.none(), st.lists(keys, max_size=2), leaves)
patches = st.recursive(
    st.lists(st.one_of(operators, keys, values), max_size=4),
    lambda inside: st.lists(st.one_of(operators, inside), max_size=6),
    max_leaves=6,
)


@given(values, st.one_of(patches, values))
def test_a_foreign_patch_raises_value_error_alone(old: Any, patch: Any) -> None:
    if isinstance(patch, list):
        for theirs in (apply, client.apply):
            with contextlib.suppress(ValueError):
                theirs(old, patch)

"""Positional deltas over plain values: None, bool, int, float, str, list, and dict with string keys.

A patch is a non-empty array that changes one value; `protocol/README.md` is its specification.

    anything        [[value]]                  the value as a whole
    list            mask, operand…             bit i of the mask: element i is changed, by the next operand
                    -(p + 1), mask, operand…   the same, counted from element p
                    null, n                    cut to n elements; stands first
    map, same keys  as a list                  over its values, in the order in which the old map has them
    map, otherwise  "key", operand             change a key's value; a new key comes last
                    null, "key"                delete a key

What an operand means depends on what it changes: to a number it is added, of a list or map an array is the
patch, and where a number becomes something that is not the sum, the operand is `[value]`. All else is the
new value. Positions are not used in a map with a key that looks like an array index: JavaScript would
reorder it. A map whose keys are not strings has no place on the wire; it is replaced as a whole.
`typed.py` makes the same patches of declared types, faster.
"""

import math
from collections.abc import Iterable
from operator import is_
from typing import Any, Final

Patch = list[Any]

SAME: Final = object()
"""In place of an operand: nothing to change."""

MOST: Final = 2**53 - 1
NEAR: Final = 8
"""Positions that a first mask reaches without a start; in a longer list others begin with theirs."""
WIDTH: Final = 16
"""Positions of one mask."""


def diff(old: Any, new: Any) -> Patch | None:
    """What turns `old` into `new`; None where they are the same (`1`, `1.0` and `True` are not)."""
    if type(new) in _CONTAINERS and _alike(old, new):
        return inside(old, new)
    return None if operand(old, new) is SAME else [[new]]


def apply(old: Any, patch: Patch) -> Any:
    """The value that `patch` makes of `old`. Changes neither; the parts it left alone are shared.

    Raises `ValueError` where the patch does not fit.
    """
    try:
        return _apply(old, patch)
    except (IndexError, KeyError, TypeError, StopIteration) as error:
        raise ValueError(f"the patch does not fit: {error!r}") from None


# --- making patches -------------------------------------------------------------------------------------


def operand(old: Any, new: Any) -> Any:
    """What makes `new` of `old` at its place in a patch; SAME where it is that already."""
    kind = type(new)
    if type(old) is not kind and not _alike(old, new):
        if type(old) in _NUMBERS:
            return [new] if kind in _NUMBERS or kind in _LISTS else new
        return [[new]] if type(old) in _CONTAINERS and kind in _LISTS else new
    if kind is int:
        return summand(new - old, new) if new != old else SAME
    if kind in _CONTAINERS:
        patch = inside(old, new)
        return SAME if patch is None else patch
    if kind is float:
        same = (old == new and math.copysign(1, old) == math.copysign(1, new)) or (old != old and new != new)
        return SAME if same else [new]
    return SAME if old == new else new


def _alike(old: Any, new: Any) -> bool:
    """On the wire a tuple is a list."""
    return type(old) is type(new) or (type(old) in _LISTS and type(new) in _LISTS)


def summand(by: int, new: int) -> Any:
    """The operand that makes `new` by adding `by`, or says `new` where that is shorter or not exact."""
    if -32768 <= by < 65536 or (-MOST <= by <= MOST and _size(by) <= 1 + _size(new)):
        return by
    return [new]


def inside(old: Any, new: Any) -> Patch | None:
    """The patch of two lists or two maps; None where they are the same."""
    if type(new) is dict:
        keys = list(old)
        if keys != list(new) or any(map(_is_index, keys)):
            return _by_key(old, new, keys)
        changes = [
            (position, change)
            for position, (before, after) in enumerate(zip(old.values(), new.values(), strict=True))
            if before is not after and (change := operand(before, after)) is not SAME
        ]
        return by_position([], changes) if changes else None
    length, grown = len(old), len(new)
    if all(map(is_, old, new)):
        if grown > length:
            return by_position([], [*enumerate(new[length:], length)])
        return [None, grown] if grown < length else None
    changes = []
    flat = True
    for position, (before, after) in enumerate(zip(old, new, strict=False)):
        if before is after:
            continue
        if type(before) is int is type(after):
            by = after - before
            if by:
                changes.append((position, by if -32768 <= by < 65536 else summand(by, after)))
        elif (change := operand(before, after)) is not SAME:
            changes.append((position, change))
            flat = flat and type(before) not in _CONTAINERS
    flat = flat and bool(changes)
    if grown > length:
        changes += enumerate(new[length:], length)
    cut = [None, grown] if grown < length else []
    if not changes:
        return cut or None
    patch = by_position(cut, changes)
    return shorter(patch, new) if flat else patch


def by_position(patch: Patch, changes: list[tuple[int, Any]]) -> Patch:
    """The patch, with masks and operands for these (position, operand), of which there is at least one."""
    at, start = -1, 0
    for position, change in changes:
        if at < 0 and position < NEAR:
            at = len(patch)
            patch.append(0)
        elif at < 0 or position - start >= WIDTH:
            start, at = position, len(patch) + 1
            patch += (-position - 1, 0)
        patch[at] |= 1 << (position - start)
        patch.append(change)
    return patch


def shorter(patch: Patch, new: Any) -> Patch:
    """The patch, or the value as a whole where that has fewer bytes."""
    size = _size(patch)
    return [[new]] if 3 + len(new) < size and 2 + _size(new) < size else patch


def _by_key(old: dict[str, Any], new: dict[str, Any], keys: list[str]) -> Patch | None:
    if not all(type(key) is str for key in (*keys, *new)):
        return [[new]]
    patch: Patch = []
    kept = _kept(keys, list(new))
    for key in keys:
        if key not in kept:
            patch += (None, key)
    for key, value in new.items():
        change = operand(old[key], value) if key in kept else value
        if change is not SAME:
            patch += (key, change)
    return shorter(patch, new) if patch else None


def _kept(old: list[str], new: list[str]) -> set[str]:
    """The keys that stay where they are: the longest head of `new` that `old` has in this order."""
    at = {key: position for position, key in enumerate(old)}
    last = -1
    kept = set()
    for key in new:
        position = at.get(key, -1)
        if position <= last:
            break
        kept.add(key)
        last = position
    return kept


def _is_index(key: Any) -> bool:
    return type(key) is not str or key.isdecimal()


def _size(value: Any) -> int:
    """About how many bytes of msgpack."""
    kind = type(value)
    if kind is int:
        if -32 <= value < 128:
            return 1
        if -32768 <= value < 65536:
            return 2 if -128 <= value < 256 else 3
        return 5 if abs(value) < 1 << 31 else 9
    if kind is str:
        return 1 + len(value) if len(value) < 32 else 3 + len(value)
    if kind is float:
        return 9
    if kind in _LISTS:
        return (1 if len(value) < 16 else 3) + _sizes(value)
    if kind is dict:
        return (1 if len(value) < 16 else 3) + _sizes(value) + _sizes(value.values())
    return 1


def _sizes(values: Iterable[Any]) -> int:
    """Of all together. Most are small numbers."""
    size = 0
    for value in values:
        size += 1 if type(value) is int and -32 <= value < 128 else _size(value)
    return size


# --- applying patches -----------------------------------------------------------------------------------


def _apply(old: Any, patch: Patch) -> Any:
    if type(patch[0]) is list:
        ((value,),) = patch
        return value
    if type(old) is list:
        return _positions(list(old), patch)
    if type(old) is not dict:
        raise TypeError("only lists and maps are patched inside")
    if type(patch[0]) is int:
        return dict(zip(old, _positions(list(old.values()), patch, grow=False), strict=True))
    new, rest = dict(old), iter(patch)
    for key in rest:
        change = next(rest)
        if key is None:
            del new[change]
        elif type(key) is not str:
            raise TypeError("a key is text")
        else:
            new[key] = _changed(new[key], change) if key in new else change
    return new


def _positions(items: list[Any], patch: Patch, *, grow: bool = True) -> list[Any]:
    rest, start = iter(patch), 0
    for mask in rest:
        if mask is None and grow:
            count = next(rest)
            if not 0 <= count <= len(items):
                raise IndexError("cut beyond the end")
            del items[count:]
        elif type(mask) is not int:
            raise TypeError("a mask is an integer")
        elif mask < 0:
            start = -mask - 1
        else:
            for position in range(start, start + mask.bit_length()):
                if mask >> (position - start) & 1:
                    change = next(rest)
                    if position == len(items) and grow:
                        items.append(change)
                    else:
                        items[position] = _changed(items[position], change)
    return items


def _changed(old: Any, change: Any) -> Any:
    if type(old) in _NUMBERS:
        if type(change) in _NUMBERS:
            return old + change
        if type(change) is list:
            (value,) = change
            return value
    elif type(change) is list and type(old) in _CONTAINERS:
        return _apply(old, change)
    return change


_NUMBERS: Final = (int, float)
_LISTS: Final = (list, tuple)
_CONTAINERS: Final = (list, dict, tuple)

"""Positional deltas over plain values: None, bool, int, float, str, list, and dict with string keys.

A patch is a flat, non-empty array of operations; `protocol/README.md` is its specification.

    list            2p, value        set element p (p = length: append)
                    2p + 1, patch    patch inside element p
                    -(n + 1)         cut to n elements; stands first, has no operand
    map, same keys  2p, value        set the p-th key's value, in the order in which the old map has them
                    2p + 1, patch    patch inside the p-th key's value
    map, otherwise  "key", value     set a key; a new one comes last
                    ["key"], patch   patch inside a key's value
                    null, "key"      delete a key
    anything        [], value        the value as a whole; the only operation of its patch

Positions are not used in a map with a key that looks like an array index: JavaScript would reorder it. A
map whose keys are not strings has no place on the wire; it is replaced as a whole.
"""

import math
from typing import Any

Patch = list[Any]


def diff(old: Any, new: Any) -> Patch | None:
    """What turns `old` into `new`; None where they are the same (`1`, `1.0` and `True` are not)."""
    kind = type(new)
    if type(old) is kind and (kind is dict or kind is list):
        patch = _diff_map(old, new) if kind is dict else _diff_list(old, new)
        if patch is None:
            return None
        if 2 + _size(new, patch.size) < patch.size:
            return [[], new]
        return patch.operations
    return None if _same(old, new) else [[], new]


def apply(old: Any, patch: Patch) -> Any:
    """The value that `patch` makes of `old`. Changes neither; the parts it left alone are shared.

    Raises `ValueError` where the patch does not fit.
    """
    if len(patch) == 2 and patch[0] == [] and type(patch[0]) is list:
        return patch[1]
    try:
        if type(old) is list:
            return _apply_list(old, patch)
        if type(old) is dict:
            return _apply_map(old, patch)
    except (IndexError, KeyError, TypeError) as error:
        raise ValueError(f"the patch does not fit: {error!r}") from None
    raise ValueError("the patch does not fit: not a container")


class _Patch:
    """Operations with their approximate bytes in msgpack."""

    __slots__ = ("operations", "size")

    def __init__(self) -> None:
        self.operations: Patch = []
        self.size = 1

    def put(self, operator: Any, bytes_: int, value: Any) -> None:
        self.operations += (operator, value)
        self.size += bytes_ + _size(value)

    def change(self, position: int, old: Any, new: Any) -> None:
        """By position: nothing, a set, or a patch inside, whichever is smallest."""
        kind = type(new)
        if type(old) is kind and (kind is dict or kind is list):
            inside = _diff_map(old, new) if kind is dict else _diff_list(old, new)
            if inside is None:
                return
            if _size(new, inside.size) >= inside.size:
                self.operations += (2 * position + 1, inside.operations)
                self.size += _int_size(2 * position) + inside.size
                return
        elif _same(old, new):
            return
        self.put(2 * position, _int_size(2 * position), new)

    def change_key(self, key: str, old: Any, new: Any) -> None:
        """The same by key."""
        kind = type(new)
        if type(old) is kind and (kind is dict or kind is list):
            inside = _diff_map(old, new) if kind is dict else _diff_list(old, new)
            if inside is None:
                return
            if _size(new, inside.size) >= inside.size:
                self.operations += ([key], inside.operations)
                self.size += 2 + len(key) + inside.size
                return
        elif _same(old, new):
            return
        self.put(key, 1 + len(key), new)


def _diff_list(old: list[Any], new: list[Any]) -> _Patch | None:
    patch = _Patch()
    length = len(new)
    if len(old) > length:
        patch.operations.append(-length - 1)
        patch.size += _int_size(length)
    for position, (before, after) in enumerate(zip(old, new, strict=False)):
        if before is not after:
            patch.change(position, before, after)
    for position in range(len(old), length):
        patch.put(2 * position, _int_size(2 * position), new[position])
    return patch if patch.operations else None


def _diff_map(old: dict[str, Any], new: dict[str, Any]) -> _Patch | None:
    patch = _Patch()
    keys = list(old)
    if keys == list(new) and not any(map(_is_index, keys)):
        for position, key in enumerate(keys):
            if old[key] is not new[key]:
                patch.change(position, old[key], new[key])
        return patch if patch.operations else None
    if not all(type(key) is str for key in (*keys, *new)):
        patch.operations, patch.size = [[], new], 1 << 60
        return patch
    kept = _kept(keys, list(new))
    for key in keys:
        if key not in kept:
            patch.put(None, 1, key)
    for key, value in new.items():
        if key in kept:
            patch.change_key(key, old[key], value)
        else:
            patch.put(key, 1 + len(key), value)
    return patch if patch.operations else None


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


def _apply_list(old: list[Any], patch: Patch) -> list[Any]:
    new = list(old)
    operations = iter(patch)
    for operator in operations:
        if type(operator) is not int:
            raise TypeError("a list is patched by positions")
        if operator < 0:
            if -operator - 1 > len(new):
                raise IndexError("cut beyond the end")
            del new[-operator - 1 :]
            continue
        position = operator >> 1
        operand = _operand(operations)
        if operator & 1:
            new[position] = apply(new[position], operand)
        elif position == len(new):
            new.append(operand)
        else:
            new[position] = operand
    return new


def _apply_map(old: dict[str, Any], patch: Patch) -> dict[str, Any]:
    new = dict(old)
    keys = list(old) if type(patch[0]) is int else []
    operations = iter(patch)
    for operator in operations:
        operand = _operand(operations)
        if type(operator) is int and operator >= 0:
            key = keys[operator >> 1]
            new[key] = apply(new[key], operand) if operator & 1 else operand
        elif type(operator) is str:
            new[operator] = operand
        elif type(operator) is list:
            (key,) = operator
            new[key] = apply(new[key], operand)
        elif operator is None:
            del new[operand]
        else:
            raise TypeError("no such operation")
    return new


def _operand(operations: Any) -> Any:
    for operand in operations:
        return operand
    raise IndexError("an operand is missing")


def _same(old: Any, new: Any) -> bool:
    """Equality of two values that are not both lists or both maps, to the bit."""
    if type(old) is not type(new):
        return False
    if type(new) is float:
        return (old == new and math.copysign(1, old) == math.copysign(1, new)) or (old != old and new != new)
    return bool(old == new)


def _is_index(key: Any) -> bool:
    return type(key) is not str or key.isdecimal()


def _int_size(value: int) -> int:
    return 1 if -32 <= value < 128 else 2 if -128 <= value < 256 else 3 if -32768 <= value < 65536 else 5


def _size(value: Any, limit: int = 1 << 60) -> int:
    """About how many bytes of msgpack; counting stops once it is over `limit`."""
    kind = type(value)
    if kind is int:
        return _int_size(value)
    if kind is str:
        return 1 + len(value) if len(value) < 32 else 3 + len(value)
    if kind is float:
        return 9
    if kind is list:
        size = 1
        for item in value:
            size += _size(item, limit)
            if size > limit:
                break
        return size
    if kind is dict:
        size = 1
        for key, item in value.items():
            size += _size(key) + _size(item, limit)
            if size > limit:
                break
        return size
    return 1

"""Patches of views; the specification is in protocol/README.md, section "Deltas"."""

from collections.abc import Iterator
from typing import Any


def apply(old: Any, patch: list[Any]) -> Any:
    """The value that `patch` makes of `old`. Changes neither. Raises ValueError where it does not fit."""
    try:
        return _apply(old, patch)
    except (IndexError, KeyError, TypeError, StopIteration) as error:
        raise ValueError(f"the patch does not fit: {error!r}") from None


def _apply(old: Any, patch: list[Any]) -> Any:
    if len(patch) == 2 and patch[0] == []:
        return patch[1]
    if isinstance(old, list):
        return _list(list(old), iter(patch))
    if isinstance(old, dict):
        return _map(dict(old), iter(patch), list(old))
    raise TypeError("only lists and maps are patched inside")


def _list(items: list[Any], rest: Iterator[Any]) -> list[Any]:
    for operator in rest:
        if operator < 0:
            count = -operator - 1
            if count > len(items):
                raise IndexError("cut beyond the end")
            del items[count:]
            continue
        position, inside = divmod(operator, 2)
        operand = next(rest)
        if inside:
            items[position] = _apply(items[position], operand)
        elif position == len(items):
            items.append(operand)
        else:
            items[position] = operand
    return items


def _map(items: dict[str, Any], rest: Iterator[Any], keys: list[str]) -> dict[str, Any]:
    for operator in rest:
        operand = next(rest)
        if operator is None:
            del items[operand]
        elif isinstance(operator, str):
            items[operator] = operand
        elif isinstance(operator, list):
            items[operator[0]] = _apply(items[operator[0]], operand)
        else:
            position, inside = divmod(operator, 2)
            if position < 0:
                raise IndexError("a map is not cut")
            key = keys[position]
            items[key] = _apply(items[key], operand) if inside else operand
    return items

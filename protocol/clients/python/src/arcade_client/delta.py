"""Patches of views; the specification is in protocol/README.md, section "Deltas"."""

from typing import Any


def apply(old: Any, patch: list[Any]) -> Any:
    """The value that `patch` makes of `old`. Changes neither. Raises ValueError where it does not fit."""
    try:
        return _apply(old, patch)
    except (IndexError, KeyError, TypeError, StopIteration) as error:
        raise ValueError(f"the patch does not fit: {error!r}") from None


def _apply(old: Any, patch: list[Any]) -> Any:
    if isinstance(patch[0], list):
        ((whole,),) = patch
        return whole
    if isinstance(old, list):
        return _places(list(old), patch, growing=True)
    if not isinstance(old, dict):
        raise TypeError("only lists and maps are patched inside")
    if isinstance(patch[0], int):
        return dict(zip(old, _places(list(old.values()), patch, growing=False), strict=True))
    items = dict(old)
    for key, operand in zip(patch[::2], patch[1::2], strict=True):
        if key is None:
            del items[operand]
        elif isinstance(key, str):
            items[key] = _change(items[key], operand) if key in items else operand
        else:
            raise TypeError("a key is text")
    return items


def _places(items: list[Any], patch: list[Any], *, growing: bool) -> list[Any]:
    rest, place = iter(patch), 0
    for mask in rest:
        if mask is None and growing:
            count = next(rest)
            if not 0 <= count <= len(items):
                raise IndexError("cut beyond the end")
            del items[count:]
        elif mask < 0:
            place = -mask - 1
        else:
            at = place
            while mask:
                if mask & 1:
                    operand = next(rest)
                    if at == len(items) and growing:
                        items.append(operand)
                    else:
                        items[at] = _change(items[at], operand)
                mask >>= 1
                at += 1
    return items


def _change(old: Any, operand: Any) -> Any:
    if isinstance(old, int | float) and not isinstance(old, bool):
        if isinstance(operand, int | float) and not isinstance(operand, bool):
            return old + operand
        if isinstance(operand, list):
            (value,) = operand
            return value
    elif isinstance(old, list | dict) and isinstance(operand, list):
        return _apply(old, operand)
    return operand

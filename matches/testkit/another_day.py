"""The rules' modules as they would run at another time: what they read of clocks is days later.

Only modules of the game's own package are touched, and only while the block runs.
"""

import datetime
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any, ClassVar

SHIFT = datetime.timedelta(days=401, hours=5, minutes=43, seconds=21, microseconds=123_457)
_SECONDS = SHIFT.total_seconds()


class _DateTime(datetime.datetime):
    @classmethod
    def now(cls, tz: datetime.tzinfo | None = None) -> Any:
        return datetime.datetime.now(tz) + SHIFT

    @classmethod
    def utcnow(cls) -> Any:
        return datetime.datetime.now(datetime.UTC).replace(tzinfo=None) + SHIFT

    @classmethod
    def today(cls) -> Any:
        return datetime.datetime.now() + SHIFT  # noqa: DTZ005  as the rules would have it


class _Date(datetime.date):
    @classmethod
    def today(cls) -> Any:
        return datetime.date.today() + SHIFT  # noqa: DTZ011  as the rules would have it


def _later(clock: Callable[[], Any], by: float) -> Callable[[], Any]:
    return lambda: clock() + by


def _told(read: Callable[..., Any]) -> Callable[..., Any]:
    return lambda *at: read(*(at or (time.time() + _SECONDS,)))


class _Substitutes:
    """By the identity of what a module may hold."""

    names: ClassVar[dict[str, Any]] = {
        **{name: _later(getattr(time, name), _SECONDS) for name in ("time", "monotonic", "perf_counter")},
        **{
            name: _later(getattr(time, name), int(_SECONDS * 1e9))
            for name in ("time_ns", "monotonic_ns", "perf_counter_ns")
        },
        **{name: _told(getattr(time, name)) for name in ("localtime", "gmtime")},
    }

    def __init__(self) -> None:
        self._by_id = {id(getattr(time, name)): other for name, other in self.names.items()}
        self._by_id |= {id(datetime.datetime): _DateTime, id(datetime.date): _Date}
        self._by_id |= {
            id(time): _like(time, self.names),
            id(datetime): _like(datetime, {"datetime": _DateTime, "date": _Date}),
        }

    def of(self, value: Any) -> Any:
        return self._by_id.get(id(value))


def _like(module: ModuleType, changed: dict[str, Any]) -> ModuleType:
    other = ModuleType(module.__name__)
    vars(other).update(vars(module) | changed)
    return other


@contextmanager
def another_day(module: str) -> Iterator[None]:
    """In this module and those of its package, every clock is days ahead."""
    package = module.rpartition(".")[0] or module
    substitutes = _Substitutes()
    undo: list[tuple[dict[str, Any], str, Any]] = []
    for name, each in list(sys.modules.items()):
        if name in (module, package) or name.startswith(package + "."):
            for key, value in list(vars(each).items()):
                if (other := substitutes.of(value)) is not None:
                    undo.append((vars(each), key, value))
                    vars(each)[key] = other
    try:
        yield
    finally:
        for names, key, value in undo:
            names[key] = value

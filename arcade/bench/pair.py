"""`manage.py bench pair`: how soon two who fit hear of their match, with nothing else to do for the server.

One waits already; measured is from the other's request until both have the match in hand, each by a lobby
socket of his own: both at one node, or each at another.
"""

import asyncio
import os
import random
from itertools import count
from typing import Any

import msgspec
from arcade_client import Arcade, LobbyConnection

from arcade.bench import machine
from arcade.bench.figures import machine as about
from arcade.bench.rounds import Bench, Say, bench
from arcade.bench.sample import latency
from arcade.bench.server import serving

GAME, MODE = "connect-four", "standard"
WHERE = {"one": 1, "two": 2}
"""How many nodes."""
SETTLE = (0.1, 0.6)
"""Seconds between the two: at any moment of what the server does by the clock."""
HEARS_SECONDS = 15.0
WARM = 5
"""Pairs before those that count."""


class Options(msgspec.Struct, frozen=True):
    """`pairs`: one after another, in each setting."""

    pairs: int = 200
    appendfsync: str = "always"


class Told(msgspec.Struct, frozen=True):
    """Seconds from the second one's request until the first, and until the second, had the match."""

    first: float
    second: float


async def run(options: Options, say: Say) -> dict[str, Any]:
    """Everything started here is ended here."""
    settings: dict[str, Any] = {}
    async with bench(options.appendfsync) as running:
        machine.pin(os.getpid(), running.cores[1])
        for name, nodes in WHERE.items():
            settings[name] = await _setting(options, running, nodes)
            say(_line(name, settings[name]))
    return {
        "bench": "pair",
        "machine": about(running.cores),
        "options": msgspec.to_builtins(options),
        "settings": settings,
        "empty": not all(setting["pairs"] for setting in settings.values()),
    }


async def _setting(options: Options, running: Bench, nodes: int) -> dict[str, Any]:
    async with serving(running.folder, running.cores[0], running.appendfsync, nodes) as server:
        urls = [f"http://127.0.0.1:{port}" for port in server.ports]
        dice, names, told, unheard = random.Random(nodes), count(1), list[Told](), 0  # noqa: S311
        for number in range(WARM + options.pairs):
            order = urls if number % 2 else urls[::-1]
            pair = await _pair(order[0], order[-1], dice, names)
            if number >= WARM and pair is not None:
                told.append(pair)
            elif number >= WARM:
                unheard += 1
    return figures(told, unheard)


async def _pair(here: str, there: str, dice: random.Random, names: "count[int]") -> Told | None:
    """Two strangers; None where one does not hear in time."""
    one, two = Arcade(here), Arcade(there)
    await one.guest(f"player {next(names)}")
    await two.guest(f"player {next(names)}")
    async with await one.lobby() as waiting, await two.lobby() as coming:
        await waiting.enqueue(GAME, MODE)
        await asyncio.sleep(dice.uniform(*SETTLE))
        begun = asyncio.get_running_loop().time()
        heard = [asyncio.create_task(_found(each)) for each in (waiting, coming)]
        try:
            await coming.enqueue(GAME, MODE)
            first, second = await asyncio.gather(*heard)
        except TimeoutError:
            return None
        finally:
            for task in heard:
                task.cancel()
    return Told(first - begun, second - begun)


async def _found(lobby: LobbyConnection) -> float:
    await lobby.match_found(HEARS_SECONDS)
    return asyncio.get_running_loop().time()


def figures(told: list[Told], unheard: int) -> dict[str, Any]:
    """Of one setting: `both_ms` until both have heard. `unheard`: pairs of whom one did not."""

    def shown(seconds: list[float]) -> Any:
        return msgspec.to_builtins(latency(seconds)) if seconds else {}

    return {
        "pairs": len(told),
        "unheard": unheard,
        "both_ms": shown([max(each.first, each.second) for each in told]),
        "waiting_ms": shown([each.first for each in told]),
        "coming_ms": shown([each.second for each in told]),
    }


def _line(name: str, setting: dict[str, Any]) -> str:
    both = setting["both_ms"]
    text = f"p50 {both['p50']:.1f}, p99 {both['p99']:.1f}, most {both['most']:.1f} ms" if both else "nothing"
    return f"{name} node{'s' if name != 'one' else ''}: {setting['pairs']} pairs, {text}"


def table(told: dict[str, Any]) -> str:
    """The report for people."""
    return "\n".join(_line(name, setting) for name, setting in told["settings"].items())

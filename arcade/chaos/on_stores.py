"""What may happen to Redis, to the way there, and to the database."""

import asyncio
import signal
import sqlite3
from contextlib import closing

from redis.exceptions import RedisError

from arcade.chaos.database import Postgres
from arcade.chaos.nemesis import Nemesis, Strike
from arcade.chaos.nodes import signal_node
from arcade.chaos.processes import in_thread

DOWN = (0.1, 2.0)
"""Seconds in all of these."""
FULL = (1.0, 5.0)
SLOW_FOR, SLOW_BY = (3.0, 8.0), (0.02, 0.15)
TAIL = (0.05, 0.8)
DATABASE_DOWN = (1.0, 8.0)


async def redis_kill(nemesis: Nemesis) -> None:
    """`kill -9` of Redis, and a start over its data."""
    await _ends(nemesis, "redis-kill", signal.SIGKILL)


async def redis_restart(nemesis: Nemesis) -> None:
    """An orderly restart."""
    await _ends(nemesis, "redis-restart", signal.SIGTERM)


async def _ends(nemesis: Nemesis, kind: str, number: signal.Signals) -> None:
    store = nemesis.stage.store
    async with nemesis.away(kind):
        try:
            await in_thread(store.end, number)
            await asyncio.sleep(nemesis.dice.uniform(*DOWN))
        finally:
            await store.start()


async def redis_tail(nemesis: Nemesis) -> None:
    """Redis comes back without what it had confirmed last; sometimes the busiest node dies with it."""
    store = nemesis.stage.store
    async with nemesis.away("redis-tail"):
        victims = (await nemesis.victims())[:1] if nemesis.dice.random() < 0.5 else []
        size = store.written()
        await asyncio.sleep(nemesis.dice.uniform(*TAIL))
        for node, matches in victims:
            nemesis.note("tail-kill", node, matches)
            signal_node(node, signal.SIGKILL)
        try:
            await store.kill()
            store.forget_after(size)
        finally:
            await store.start()
    for node, _ in victims:
        await nemesis.nodes.replace(node)


async def redis_full(nemesis: Nemesis) -> None:
    """No memory left: every write is refused, `PEXPIRE` is not."""
    async with nemesis.away("redis-full"):
        try:
            await _patiently(nemesis, "maxmemory", "1")
            await asyncio.sleep(nemesis.dice.uniform(*FULL))
        finally:
            await _patiently(nemesis, "maxmemory", "0")


async def _patiently(nemesis: Nemesis, name: str, value: str) -> None:
    for tries in range(50):
        try:
            await nemesis.redis.config_set(name, value)
            return
        except RedisError:
            if tries == 49:
                raise
            await asyncio.sleep(0.1)


async def redis_cut(nemesis: Nemesis) -> None:
    """The nodes lose Redis, in one of three ways: ended and refused, frozen, or replies swallowed."""
    proxy = nemesis.stage.proxy
    if proxy is None:
        return
    way = nemesis.dice.choice(["refuse", "freeze", "swallow"])
    async with nemesis.away("redis-cut"):
        try:
            if way == "freeze":
                proxy.frozen = True
            elif way == "swallow":
                proxy.swallow = True
            else:
                proxy.refusing = True
                proxy.cut()
            await asyncio.sleep(nemesis.dice.uniform(*nemesis.cut))
        finally:
            proxy.refusing = proxy.swallow = proxy.frozen = False
            if way == "swallow":
                proxy.cut()  # what was swallowed is gone for good


async def redis_slow(nemesis: Nemesis) -> None:
    """A long way to Redis: tens of milliseconds in each direction, for some seconds."""
    proxy = nemesis.stage.proxy
    if proxy is None:
        return
    async with nemesis.slow("redis-slow"):
        try:
            proxy.delay = nemesis.dice.uniform(*SLOW_BY)
            await asyncio.sleep(nemesis.dice.uniform(*SLOW_FOR))
        finally:
            proxy.delay = 0.0


async def database(nemesis: Nemesis) -> None:
    """PostgreSQL is killed and comes back later; SQLite is locked by somebody for as long."""
    async with nemesis.strike("database"):
        if nemesis.stage.database is None:
            await _locked(nemesis)
        else:
            await _killed(nemesis, nemesis.stage.database)


async def _killed(nemesis: Nemesis, postgres: Postgres) -> None:
    try:
        await in_thread(postgres.kill)
        await asyncio.sleep(nemesis.dice.uniform(*DATABASE_DOWN))
    finally:
        await in_thread(postgres.start)


async def _locked(nemesis: Nemesis) -> None:
    with closing(sqlite3.connect(nemesis.stage.sqlite, timeout=20, check_same_thread=False)) as connection:
        await in_thread(connection.execute, "BEGIN EXCLUSIVE")
        await asyncio.sleep(nemesis.dice.uniform(*DATABASE_DOWN))
        connection.rollback()


BLOWS: dict[str, Strike] = {
    "redis-kill": redis_kill, "redis-restart": redis_restart, "redis-tail": redis_tail,
    "redis-full": redis_full, "redis-cut": redis_cut, "redis-slow": redis_slow, "database": database,
}  # fmt: skip
BY_PROXY = ("redis-cut", "redis-slow")
LOSING = ("redis-tail",)
"""After these a client may be told that acknowledged steps are gone."""

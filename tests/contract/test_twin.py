"""The twin of Redis is no fantasy: the same operations have the same results on a real Valkey."""

import asyncio
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import redis.asyncio
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from redis.exceptions import ConnectionError as Lost
from redis.exceptions import ResponseError

from arcade.infra.pipe import Pipe
from matches import directory
from matches.engine.record import Fenced, decode_record, encode_record
from matches.host import claim
from matches.host.append import Verdict, judge
from tests.support.twin.client import Client
from tests.support.twin.loop import VirtualLoop
from tests.support.twin.pipe import Pipe as TwinPipe
from tests.support.twin.store import Store
from tests.support.twin.wire import Wire
from tests.support.valkey import Valkey

Operation = Callable[[Any], Any]

NAMES = st.sampled_from(["k1", "k2"])
WORDS = st.sampled_from(["a", "b", "17", ""])
IDS = st.builds("{}-{}".format, st.integers(0, 3), st.integers(0, 2))
BOUNDS = st.one_of(
    st.sampled_from(["-", "+"]), IDS, IDS.filter(lambda entry: entry != "0-0").map("({}".format)
)
FAR = 10**15  # an epoch above any clock
NOW = re.compile(rb"\b1[6-9]\d{11}\b")  # the clock, Unix ms


def operation(
    name: str, *args: st.SearchStrategy[Any], **named: st.SearchStrategy[Any]
) -> st.SearchStrategy[Any]:
    return st.tuples(st.just(name), st.tuples(*args), st.fixed_dictionaries(named))


def command(*args: Any) -> st.SearchStrategy[Any]:
    strategies = [arg if isinstance(arg, st.SearchStrategy) else st.just(arg) for arg in args]
    return operation("execute_command", *strategies)


PLAIN = st.one_of(
    operation("set", NAMES, WORDS, nx=st.booleans(), px=st.just(100_000)),
    operation("get", NAMES),
    operation("delete", NAMES, NAMES),
    operation("exists", NAMES),
    operation("expire", NAMES, st.sampled_from([1000, 0])),
    operation("persist", NAMES),
    operation("pexpire", NAMES, st.sampled_from([1_000_000, 0])),
    operation("hset", NAMES, WORDS, WORDS),
    operation("hset", NAMES, mapping=st.dictionaries(WORDS, WORDS, min_size=1)),
    operation("hget", NAMES, WORDS),
    operation("hgetall", NAMES),
    operation("hexists", NAMES, WORDS),
    operation("hdel", NAMES, WORDS, WORDS),
    operation("sadd", NAMES, WORDS, WORDS),
    operation("srem", NAMES, WORDS),
    operation("smembers", NAMES),
    operation("zadd", NAMES, st.dictionaries(WORDS, st.integers(0, 3), min_size=1)),
    operation("zrem", NAMES, WORDS),
    operation("zrange", NAMES, st.just(0), st.just(-1)),
    command("XADD", NAMES, "NOMKSTREAM", IDS, "r", WORDS),
    command("XADD", NAMES, IDS, "r", WORDS),
    operation("xrange", NAMES, BOUNDS, BOUNDS, count=st.sampled_from([None, 1, 2])),
    operation("xrevrange", NAMES, BOUNDS, BOUNDS, count=st.sampled_from([None, 1, 2])),
)

NODES = st.sampled_from(["a", "b", ""])
EPOCHS = st.sampled_from([0, FAR, FAR + 1, FAR + 2])
FORCED = b"\x97\x02forced"
RECORD = encode_record(1, 500, None, [], f"{FAR}-0", wall=1000)


def script(text: str, *args: Any) -> st.SearchStrategy[Any]:
    strategies = [arg if isinstance(arg, st.SearchStrategy) else st.just(arg) for arg in args]
    return operation("eval", st.just(text), st.just(2), st.just("log"), st.just("meta"), *strategies)


SCRIPTS = st.one_of(
    script(claim.CLAIM, NODES, EPOCHS, NODES, st.sampled_from([0, 1500]), st.integers(0, 1), 3),
    script(
        directory.REWIND,
        NODES,
        EPOCHS,
        st.sampled_from(["", f"{FAR}-0", f"{FAR + 1}-0"]),
        FORCED,
        st.sampled_from(["", b"header"]),
        st.sampled_from([0, FAR + 7]),
        "node",
        NODES,
    ),
    script(directory.CREATE, st.sampled_from(["t1", "t2"]), RECORD, "node", "a"),
    script(directory.UNDO, st.sampled_from(["t1", "t2"])),
    operation(
        "eval", st.just(directory.PHASE), st.just(1), st.just("meta"), EPOCHS, st.just("deaths"), st.just(0)
    ),
    script(directory.FORGET, EPOCHS),
    operation("delete", st.just("log")),
    command("XADD", "log", f"{FAR}-0", "r", RECORD),
    command("XADD", "log", "NOMKSTREAM", st.sampled_from([f"{FAR}-1", f"{FAR + 1}-1"]), "r", RECORD),
    operation("hset", st.just("meta"), mapping=st.fixed_dictionaries({"node": NODES, "epoch": EPOCHS})),
    operation("hgetall", st.just("meta")),
    operation("xrange", st.just("log")),
)


def plain(reply: Any) -> Any:
    """What is compared: of errors their kind, of clocks nothing."""
    if isinstance(reply, ResponseError):
        return str(reply).split(" ")[0:6] if "XADD" in str(reply) else "an error"
    if isinstance(reply, set) or type(reply).__name__ == "dict_keys":
        return sorted(reply)
    if isinstance(reply, list):
        return [plain(item) for item in reply]
    if isinstance(reply, tuple):
        return tuple(plain(item) for item in reply)
    if isinstance(reply, dict):
        return {name: plain(value) for name, value in reply.items()}
    if (
        isinstance(reply, bytes)
        and reply[:1] == b"\x95"
        and isinstance(record := decode_record(reply), Fenced)
    ):
        return (record.time, plain(record.prev.encode()), record.node, len(reply))
    if isinstance(reply, bytes):
        return NOW.sub(b"now", reply)
    if isinstance(reply, int) and NOW.match(b"%d" % reply):
        return "now"
    return reply


@pytest.fixture(scope="module")
def real() -> Iterator[Valkey]:
    with Valkey() as valkey:
        yield valkey


async def answers(client: Any, operations: list[Any]) -> list[Any]:
    replies: list[Any] = []
    for name, args, named in operations:
        try:
            replies.append(plain(await getattr(client, name)(*args, **named)))
        except ResponseError as error:
            replies.append(plain(error))
    return replies


def of_real(valkey: Valkey, operations: list[Any]) -> list[Any]:
    async def run() -> list[Any]:
        async with redis.asyncio.Redis.from_url(valkey.url) as client:
            await client.flushall()
            return await answers(client, operations)

    return asyncio.run(run())


def of_twin(operations: list[Any]) -> list[Any]:
    store = Store(lambda: 1_700_000_000_000)
    loop = VirtualLoop(lambda: 0.0)
    wire = Wire(store, lambda _, do: loop.call_soon(do) and None)
    done = loop.create_task(answers(Client(wire, "a", retry=False), operations))
    loop.run_due()
    loop.end()
    return done.result()


every = settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])


@settings(every, max_examples=80)
@given(operations=st.lists(PLAIN, max_size=25))
def test_commands_answer_alike(real: Valkey, operations: list[Any]) -> None:
    assert of_twin(operations) == of_real(real, operations)


@settings(every, max_examples=120)
@given(operations=st.lists(SCRIPTS, max_size=15))
def test_scripts_answer_alike(real: Valkey, operations: list[Any]) -> None:
    begun = [
        ("hset", ("meta",), {"mapping": {"node": "a", "epoch": FAR}}),
        ("execute_command", ("XADD", "log", f"{FAR}-0", "r", RECORD), {}),
    ]
    everything = [*begun, *operations, ("hgetall", ("meta",), {}), ("xrange", ("log",), {})]
    assert of_twin(everything) == of_real(real, everything)


async def test_without_memory_the_same_is_refused(real: Valkey) -> None:
    operations = [
        ("execute_command", ("XADD", "log", "NOMKSTREAM", f"{FAR}-1", "r", b"x"), {}),
        ("set", ("k", "v"), {}),
        ("pexpire", ("meta", 1_000_000), {}),
        ("eval", (claim.CLAIM, 2, "log", "meta", "a", FAR, "b", 0, 1, 3), {}),
        ("hgetall", ("meta",), {}),
        ("delete", ("log",), {}),
    ]
    begun: list[Any] = [
        ("hset", ("meta",), {"mapping": {"node": "a", "epoch": FAR}}),
        ("execute_command", ("XADD", "log", f"{FAR}-0", "r", RECORD), {}),
    ]
    async with redis.asyncio.Redis.from_url(real.url) as client:
        await client.flushall()
        await answers(client, begun)
        await client.config_set("maxmemory", 1)
        try:
            expected = await answers(client, operations)
        finally:
            await client.config_set("maxmemory", 0)
    store = Store(lambda: 1_700_000_000_000)
    twin = Client(
        Wire(store, lambda _, do: asyncio.get_running_loop().call_soon(do) and None), "a", retry=False
    )
    await answers(twin, begun)
    store.full = True
    assert await answers(twin, operations) == expected


async def test_a_store_that_came_back_while_nobody_looked(settings: Any) -> None:
    """A pool may open a new connection without a word, and the twin's does; the log's must stay lost."""
    with Valkey(tcp=True, appendonly=True) as valkey:
        settings.REDIS_URL = valkey.url
        wire = Wire(Store(lambda: 0), lambda _, do: asyncio.get_running_loop().call_soon(do) and None)
        lost: list[Any] = []
        real, twin = await Pipe.open(lost.append), TwinPipe(wire, "a", lost.append)
        for pipe, restart in ((real, lambda: (valkey.kill(), valkey.start())), (twin, wire.down)):
            assert await pipe.ask([("SET", "k", "v")]) == [b"OK"]
            await asyncio.to_thread(restart)  # the loop sees the connection's end meanwhile
            wire.up = True
            for _ in range(2):
                with pytest.raises(Lost):
                    await pipe.ask([("GET", "k")])
            pipe.close()
            assert lost.pop() is pipe
            assert not lost


async def test_the_log_is_answered_alike(clean_redis: str, settings: Any) -> None:
    """Batches in their order, each command's error in its place."""
    settings.REDIS_URL = clean_redis
    wire = Wire(Store(lambda: 0), lambda _, do: asyncio.get_running_loop().call_soon(do) and None)
    told = []
    for pipe in (await Pipe.open(lambda _: None), TwinPipe(wire, "a", lambda _: None)):
        replies: list[Any] = []
        pipe.send([("XADD", "a", "5-1", b"r", b"\x00\xff")], replies.append)
        pipe.send([("XADD", "a", "NOMKSTREAM", "5-1", b"r", b"")], replies.append)
        pipe.send([("XADD", "b", "NOMKSTREAM", "5-1", b"r", b"")], replies.append)
        top = await pipe.ask([("XREVRANGE", "a", "+", "-", "COUNT", 1), ("XREVRANGE", "b", "+", "-")])
        (refused,) = replies[1]
        assert isinstance(refused, ResponseError)
        assert judge(refused) is Verdict.FENCED
        told.append((replies[0], replies[2], top))
        pipe.close()
        last: list[Any] = []
        pipe.send([("PING",)], last.append)
        assert last == [None]
    assert told[0] == told[1] == ([b"5-1"], [None], [[[b"5-1", [b"r", b"\x00\xff"]]], []])

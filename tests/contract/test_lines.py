"""What every keeper of lines does."""

import asyncio
import itertools
import time

import pytest

from lobby.lines import Due, Lines, Written
from lobby.lines_memory import MemoryLines
from lobby.lines_redis import RedisLines
from tests.support.waiting import auntil

HERE = "room/ABC"


@pytest.fixture(params=["memory", "redis"])
async def lines(request: pytest.FixtureRequest) -> Lines:
    if request.param == "memory":
        return MemoryLines(time.time)
    request.getfixturevalue("clean_redis")
    return RedisLines()


async def say(lines: Lines, text: str, receipt: str = "", most: int = 10, seconds: float = 60) -> Written:
    return await lines.write(HERE, text.encode(), receipt or text, most, seconds, [])


async def test_a_line_has_the_time_for_a_number_or_one_more_than_the_last(lines: Lines) -> None:
    before = int(time.time() * 1000) - 1000
    told = [await say(lines, str(n)) for n in range(30)]
    assert before < told[0].seq < told[-1].seq < before + 60_000
    assert all(late.before == early.seq < late.seq for early, late in itertools.pairwise(told))
    assert told[0].before == 0
    other = await lines.write("room/DEF", b"else", "r", 10, 60, [])
    assert await lines.last([HERE, "room/none", "room/DEF"]) == [told[-1].seq, 0, other.seq]
    assert await lines.last([]) == []


async def test_what_is_after_and_what_is_before(lines: Lines) -> None:
    seqs = [(await say(lines, str(n))).seq for n in range(6)]
    all_of_them = [(seq, b"%d" % n) for n, seq in enumerate(seqs)]
    assert await lines.after(HERE, seqs[3], 10) == all_of_them[4:]
    assert await lines.after(HERE, 0, 2) == all_of_them[4:]
    assert await lines.after(HERE, seqs[5], 10) == []
    assert await lines.before(HERE, seqs[2], 10) == all_of_them[:2]
    assert await lines.before(HERE, seqs[4], 2) == all_of_them[2:4]
    assert await lines.before(HERE, seqs[0], 10) == await lines.before(HERE, 0, 10) == []
    assert await lines.after("room/none", 0, 10) == []


async def test_the_same_receipt_is_the_same_line(lines: Lines) -> None:
    first = await say(lines, "one", "r1")
    again = await say(lines, "one", "r1")
    assert again == Written(first.seq, again=True)
    assert (await say(lines, "one", "r2")).seq > first.seq
    assert len(await lines.after(HERE, 0, 10)) == 2


async def test_of_one_receipt_sent_many_times_at_once_one_line_comes(lines: Lines) -> None:
    told = await asyncio.gather(*[say(lines, "one", "r1") for _ in range(10)])
    assert len({written.seq for written in told}) == 1
    assert sum(not written.again for written in told) == 1


async def test_the_last_lines_are_kept(lines: Lines) -> None:
    for n in range(8):
        await say(lines, str(n), most=3)
    assert [line for _, line in await lines.after(HERE, 0, 10)] == [b"5", b"6", b"7"]


async def test_a_channel_that_has_run_out_begins_again_above_all_it_had(lines: Lines) -> None:
    for n in range(3):
        last = await say(lines, str(n), seconds=0.2)

    async def gone() -> bool:
        return await lines.after(HERE, 0, 10) == []

    await auntil(gone, 5)
    assert (await say(lines, "new")).seq > last.seq


async def test_a_rate_is_kept_and_says_how_long_to_wait(lines: Lines) -> None:
    slow = [Due("ann", 60, 2)]
    for n in range(2):
        assert (await lines.write(HERE, b"x", f"r{n}", 10, 60, slow)).seq
    held = await lines.write(HERE, b"x", "r2", 10, 60, slow)
    assert held.seq == 0
    assert 55 < held.wait <= 60
    assert (await lines.write(HERE, b"x", "r1", 10, 60, slow)).again, "what was written is not judged again"
    assert (await lines.write(HERE, b"x", "r3", 10, 60, [Due("bob", 60, 2)])).seq
    assert (await lines.write("room/DEF", b"x", "r4", 10, 60, slow)).seq
    assert len(await lines.after(HERE, 0, 10)) == 3


async def test_where_one_of_two_rates_forbids_it_neither_is_used_up(lines: Lines) -> None:
    assert (await lines.write(HERE, b"x", "r0", 10, 60, [Due("all", 60, 1)])).seq
    both = [Due("ann", 60, 1), Due("all", 60, 1)]
    assert not (await lines.write(HERE, b"x", "r1", 10, 60, both)).seq
    assert (await lines.write(HERE, b"x", "r1", 10, 60, both[:1])).seq


async def test_a_rate_gives_room_again(lines: Lines) -> None:
    quick = [Due("ann", 0.05, 1)]
    assert (await lines.write(HERE, b"x", "r0", 10, 60, quick)).seq

    async def again() -> bool:
        return bool((await lines.write(HERE, b"x", "r1", 10, 60, quick)).seq)

    await auntil(again, 5)

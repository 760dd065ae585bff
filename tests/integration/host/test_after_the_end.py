"""Between the last frame of a match and its result in the database."""

import threading
from typing import Any

import pytest

from matches import directory
from matches.host import finish
from protocol import messages as wire
from tests.support.sockets import running_node, sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)

RESIGN = 3


async def test_a_match_that_is_over_binds_nobody(clean_redis: str, monkeypatch: pytest.MonkeyPatch) -> None:
    may_write, write = threading.Event(), finish._write

    def late(finished: Any) -> Any:
        assert may_write.wait(30)
        return write(finished)

    monkeypatch.setattr(finish, "_write", late)
    async with running_node() as node:
        match, (one, two) = await sit_down(node, "connect-four")
        live = await directory.running("player0")
        assert live is not None
        assert live.match == match
        try:
            await one.act(RESIGN)
            for player in ("player0", "player1"):

                async def free(player: str = player) -> bool:
                    return await directory.running(player) is None

                await auntil(free)
            assert node.host.matches[match].recorded is None
        finally:
            may_write.set()
        await two.until(wire.Recorded)

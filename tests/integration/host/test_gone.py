"""A client that is gone before its server says so."""

import pytest
from autobahn.exception import Disconnected

from matches.host.node import Node
from tests.support.sockets import sit_down
from tests.support.waiting import auntil

pytestmark = pytest.mark.django_db(transaction=True)
MOVE = 2


@pytest.mark.parametrize("gone", [OSError("reset"), Disconnected("closed")])
async def test_writing_to_it_is_no_failure(
    node: Node, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch, gone: Exception
) -> None:
    match, (one, _) = await sit_down(node, "connect-four")

    def lost(item: object) -> None:
        raise gone

    monkeypatch.setattr(one.app.output_queue, "_put", lost)
    await one.act(MOVE, {"column": 0})
    await one.app.wait(5)
    await auntil(lambda: 0 not in node.host.matches[match].fanout.seats)
    assert 1 in node.host.matches[match].fanout.seats
    assert "match_socket.failed" not in caplog.text

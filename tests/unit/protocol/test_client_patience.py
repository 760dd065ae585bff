"""An honest client plays on while the server stands still, and is not taken for a flood."""

import pytest
from arcade_client import MatchSession
from arcade_client.core import MAX_PENDING
from arcade_client.kinds import Message

from arcade.security.budgets import Budgets
from protocol import messages as wire
from protocol.errors import ProtocolError
from tests.unit.protocol.test_client_core import joined, keyframe, said

MOVES_A_SECOND = 20


class Server:
    """Takes the budgets, and answers as the match socket does; it acknowledges nothing."""

    def __init__(self, session: MatchSession) -> None:
        self._session = session
        self._budgets = Budgets()
        self.refusals = 0
        self.closes: list[float] = []
        """When it would have sent the client away (s)."""

    def receive(self, messages: list[Message], now: float) -> None:
        errors = [refused for message in messages if (refused := self._take(message, now))]
        self.refusals += len(errors)
        self.closes += [now for error in errors if error.close is not None]
        for error in errors:
            told = {"ref": None, "code": error.code, "text": "", "retry_after": error.retry_after}
            self._session.receive({"kind": "Error", **told}, now)

    def _take(self, message: Message, now: float) -> ProtocolError | None:
        try:
            self._budgets.take(getattr(wire, message["kind"]), now)
        except ProtocolError as error:
            return error
        return None


@pytest.mark.parametrize("new_owners", [(), (3.0, 3.2, 3.4), (20.0, 20.5, 25.0)], ids=str)
def test_who_plays_on_through_an_outage_is_not_sent_away(new_owners: tuple[float, ...]) -> None:
    session = joined(pace="ticks")
    server = Server(session)
    epochs = list(new_owners)
    for tick in range(60 * MOVES_A_SECOND):
        now = tick / MOVES_A_SECOND
        if epochs and now >= epochs[0]:
            epochs.pop(0)
            session.receive(keyframe(1, epoch=2 + len(new_owners) - len(epochs)), now)
        if len(session.pending) < MAX_PENDING:
            session.move({})
        server.receive(session.outgoing(now), now)
    assert len(session.pending) == MAX_PENDING
    assert (server.closes, server.refusals) == ([], 0)


def test_what_has_a_small_budget_is_not_said_too_often_either() -> None:
    session = joined()
    server = Server(session)
    for _ in range(8):
        session.draw()
    for quarter in range(90 * 4):
        server.receive(session.outgoing(quarter / 4), quarter / 4)
    assert server.closes == []


def test_a_refusal_for_the_budget_brings_nothing_forward() -> None:
    session = joined()
    session.move({})
    assert said(session, 0) == [1]
    told = {"ref": None, "code": "too-many", "text": "", "retry_after": 0.025}
    session.receive({"kind": "Error", **told}, 0.1)
    assert said(session, 0.9) == []
    assert said(session, 1) == [1]


def test_it_is_said_again_ever_less_often_until_there_is_a_new_owner() -> None:
    session = joined()
    session.move({})
    times = [quarter / 4 for quarter in range(60) if said(session, quarter / 4)]
    assert times == [0, 1, 3, 7, 11]
    session.receive(keyframe(1, epoch=2), 14.6)
    times = [quarter / 4 for quarter in range(59, 80) if said(session, quarter / 4)]
    assert times == [14.75, 15.75, 17.75]

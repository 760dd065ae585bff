"""What the Python client does with lines: each is told once, what is missing is asked for."""

from typing import Any

from arcade_client import LobbySession
from arcade_client.areas import Chat
from arcade_client.areas.chat import ChannelLeft, Line, Said
from arcade_client.happenings import LobbyHappening


def told(session: LobbySession, after: int, upto: int, *seqs: int, channel: str = "room/A") -> list[Any]:
    """The numbers that are told as new."""
    lines = [[seq, seq, "p1", "Ada", str(seq)] for seq in seqs]
    message = {"kind": "ChatLines", "channel": channel, "after": after, "upto": upto, "lines": lines}
    happened: list[LobbyHappening] = session.receive({**message, "more": False}, 0.0)
    assert all(isinstance(said, Said) for said in happened)
    return [line.seq for said in happened if isinstance(said, Said) for line in said.lines]


def asked(session: LobbySession) -> list[tuple[str, int]]:
    return [(m["channel"], m["after"]) for m in session.outgoing(0.0) if m["kind"] == "ChatJoin"]


def test_a_line_is_told_once_however_batches_overlap() -> None:
    session = LobbySession()
    assert told(session, 0, 5, 3, 5) == [3, 5]
    assert told(session, 3, 8, 5, 8) == [8]
    assert told(session, 8, 9, 9) == [9]
    assert told(session, 0, 9, 3, 5, 8, 9) == []
    assert session.area(Chat).held == {"room/A": 9}


def test_a_gap_is_asked_for_once_and_filled() -> None:
    session = LobbySession()
    told(session, 0, 5, 5)
    session.outgoing(0.0)
    assert told(session, 7, 8, 8) == []
    assert told(session, 8, 9, 9) == []
    assert asked(session) == [("room/A", 5)]
    assert told(session, 5, 9, 7, 8, 9) == [7, 8, 9]
    assert told(session, 12, 13, 13) == []
    assert asked(session) == [("room/A", 9)]


def test_lines_that_are_not_told_leave_no_gap() -> None:
    session = LobbySession()
    told(session, 0, 5, 5)
    assert told(session, 5, 9) == []
    assert told(session, 9, 10, 10) == [10]
    assert asked(session) == []


def test_a_new_socket_joins_again_behind_the_hello() -> None:
    session = LobbySession()
    told(session, 0, 5, 5)
    told(session, 3, 4, 4, channel="direct/p2")
    session.receive({"kind": "ChatLeft", "channel": "direct/p2", "code": "no-channel"}, 0.0)
    session.closed()
    session.opened(1.0)
    out = session.outgoing(1.0)
    assert [(m["kind"], m.get("channel"), m.get("after")) for m in out] == [
        ("LobbyHello", None, None),
        ("ChatJoin", "room/A", 5),
    ]
    assert len({m["ref"] for m in out}) == 2


def test_who_is_out_of_a_channel_is_told() -> None:
    session = LobbySession()
    left = session.receive({"kind": "ChatLeft", "channel": "room/A", "code": "left"}, 0.0)
    assert left == [ChannelLeft("room/A", "left")]
    assert Line(1, 2, "p", "N", "t").text == "t"

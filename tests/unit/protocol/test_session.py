"""The server's side of a socket: order, budgets and answers."""

import msgspec
import pytest

from protocol.codec import CODECS, peek
from protocol.errors import ProtocolError
from protocol.messages import JSON, MAX_SAFE, MSGPACK, Enqueue, Hello, Move, Ping, Request, Seen
from protocol.session import ServerSession

pack = msgspec.msgpack.encode


def session(taken: list[type[Request]] | None = None) -> ServerSession:
    return ServerSession(CODECS[MSGPACK], "match", (taken if taken is not None else []).append)


def test_hello_comes_first_and_once() -> None:
    match = session()
    with pytest.raises(ProtocolError, match="hello-first"):
        match.receive(pack(Seen(3)))
    assert match.receive(pack(Ping(5))) == Ping(5)
    assert match.receive(pack(Hello(1, 2))) == Hello(1, 2)
    with pytest.raises(ProtocolError) as caught:
        match.receive(pack(Hello(7, 2)))
    assert caught.value.code == "hello-twice"
    assert match.error(caught.value).ref == 7


def test_seen_only_grows() -> None:
    match = session()
    match.receive(pack(Hello(1, 2)))
    match.receive(pack(Seen(30)))
    match.receive(pack(Seen(20)))
    assert match.seen == 30


def test_the_budget_is_taken_before_anything_is_decoded() -> None:
    taken: list[type[Request]] = []
    match = session(taken)
    with pytest.raises(ProtocolError, match="malformed"):
        match.receive(b"\x93\x02\xc1\xc1")
    assert taken == [Move]

    def empty(kind: type[Request]) -> None:
        raise ProtocolError("too-many", retry_after=0.5)

    greedy = ServerSession(CODECS[MSGPACK], "match", empty)
    with pytest.raises(ProtocolError) as caught:
        greedy.receive(b"\x93\x02\xc1\xc1")
    answer = greedy.error(caught.value)
    assert (answer.ref, answer.code, answer.retry_after) == (None, "too-many", 0.5)


@pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])
def test_a_request_over_its_budget_is_answered_by_its_ref(subprotocol: str) -> None:
    def empty(kind: type[Request]) -> None:
        raise ProtocolError("too-many", retry_after=0.5)

    codec = CODECS[subprotocol]
    greedy = ServerSession(codec, "lobby", empty)
    with pytest.raises(ProtocolError, match="too-many") as caught:
        greedy.receive(codec.encode(Enqueue(70_000, "arena", "ffa")))
    assert greedy.error(caught.value).ref == 70_000


def test_a_request_that_cannot_be_read_is_answered_by_its_ref() -> None:
    match = session()
    with pytest.raises(ProtocolError, match="malformed") as caught:
        match.receive(pack([8, 12, "no epoch", 1]))
    assert match.error(caught.value).ref == 12


@pytest.mark.parametrize("subprotocol", [MSGPACK, JSON])
def test_a_numbered_message_is_answered_by_its_number(subprotocol: str) -> None:
    codec = CODECS[subprotocol]
    match = ServerSession(codec, "match", lambda kind: None)
    match.receive(codec.encode(Hello(1, 2)))
    big = codec.transcode(pack([2, 70_000, "x" * 2000]))
    with pytest.raises(ProtocolError, match="move-too-large") as caught:
        match.receive(big)
    answer = match.error(caught.value)
    assert (answer.ref, answer.number) == (None, 70_000)
    match.receive(codec.encode(Ping(5)))
    assert match.error(caught.value).number is None


def test_an_unknown_kind_takes_no_budget() -> None:
    taken: list[type[Request]] = []
    with pytest.raises(ProtocolError, match="unknown-kind"):
        session(taken).receive(pack([63]))
    assert taken == []


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"\x92\x09\x01", 9),
        (b"\xdc\x00\x02\x09\x01", 9),
        (b"\xdd\x00\x00\x00\x02\xcd\x00\x09\x01", 9),
        (b"\x92\xcc\xff", 255),
        (b"\x90", None),
        (b"\x92", None),
        (b"", None),
        (b"\xc0", None),
        ("[9,1]", 9),
        ("\n[ 64 , 1]", 64),
        ("[-1]", None),
        ("[1.5]", None),
        ("{}", None),
    ],
)
def test_peek_kind(data: bytes | str, kind: int | None) -> None:
    assert peek(data, isinstance(data, bytes))[0] == kind
    assert peek(data, isinstance(data, str))[0] is None


@pytest.mark.parametrize(
    ("data", "ref"),
    [
        (b"\x92\x09\x01", 1),
        (b"\x92\xcc\x09\xcd\x01\x00", 256),
        (b"\xdc\x00\x02\x09\xce\x00\x01\x00\x00", 65536),
        (pack([9, MAX_SAFE]), MAX_SAFE),
        (pack([9, MAX_SAFE + 1]), None),
        (pack([9, -1]), None),
        (pack([9, -1000]), None),
        (pack([9, "1"]), None),
        (pack([9, 1.0]), None),
        (b"\x92\x09\xcd\x01", None),
        (b"\x92\x09", None),
        (b"\x91\x09", None),
        (b"", None),
        ("[9,17]", 17),
        (' [ 65 , 2 , "arena"', 2),
        ("[9,9007199254740992]", None),
        ("[9,-1]", None),
        ("[9,1.5]", None),
        ("[9]", None),
    ],
)
def test_peek_ref(data: bytes | str, ref: int | None) -> None:
    assert peek(data, isinstance(data, bytes))[1] == ref
    assert peek(data, isinstance(data, str))[1] is None


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"column":3.0}', {"column": 3}),
        ("[1e2,-0.0,2.50,1]", [100, 0, 2.5, 1]),
        ("[9007199254740991.0,1e300]", [MAX_SAFE, 1e300]),
    ],
)
def test_whole_numbers_of_a_json_move_are_integers(text: str, value: object) -> None:
    move = CODECS[JSON].decode_match(f"[2,1,{text}]")
    assert isinstance(move, Move)
    got = msgspec.msgpack.decode(move.move)
    assert repr(got) == repr(value)

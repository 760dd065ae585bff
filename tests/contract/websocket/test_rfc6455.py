"""Every case in one segment, byte by byte, and after a message: under stock uvicorn and under ours."""

from collections.abc import Callable

import pytest

from tests.contract.websocket.cases import CASES, Case
from tests.support.raw import TEXT, Frame, Raw, close, frame

SLOW = 600
"""Longer cases are not sent byte by byte."""


def run(case: Case, raw: Raw, send: Callable[[bytes], None], way: str) -> None:
    code = case.stock if way == "stock" and case.stock != -1 else case.code
    send(case.sent)
    if case.at_once and way != "direct":
        frames, ended = raw.until_closed()
        assert ended == code
        assert frames in ([], [Frame(*echo) for echo in case.echoed])
        return
    for opcode, payload in case.echoed:
        assert raw.next() == Frame(opcode, payload)
    if code is None and case.code is not None:
        return  # stock lets it pass, or waits for more
    if code is None:
        raw.send(close(1000, b"done"))
        assert raw.next() == Frame(8, b"\x03\xe8done")
        assert raw.ended()
    else:
        assert raw.until_closed() == ([], code)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_in_one_segment(case: Case, raw: Callable[[], Raw], way: str) -> None:
    line = raw()
    run(case, line, line.send, way)


@pytest.mark.parametrize("case", [c for c in CASES if len(c.sent) < SLOW], ids=lambda case: case.name)
def test_byte_by_byte(case: Case, raw: Callable[[], Raw], way: str) -> None:
    """What comes after the server's close may find the connection gone."""
    line = raw()

    def send(data: bytes) -> None:
        try:
            line.send_slowly(data)
        except ConnectionError:
            assert case.code is not None

    run(case, line, send, way)


@pytest.mark.parametrize("case", [c for c in CASES if len(c.sent) < SLOW], ids=lambda case: case.name)
def test_after_a_message(case: Case, raw: Callable[[], Raw], way: str) -> None:
    line = raw()
    line.send(frame(TEXT, b"first"))
    assert line.next() == Frame(TEXT, b"first")
    run(case, line, line.send, way)


def test_a_second_close_harms_nobody(raw: Callable[[], Raw]) -> None:
    """picows calls it an error before the first one is answered."""
    line = raw()
    line.send(close() + close())
    assert line.until_closed() in [([], 1000), ([], 1002)]

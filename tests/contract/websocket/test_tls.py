"""Our sockets over TLS of the server's own."""

import ssl
from pathlib import Path
from typing import Any

import pytest

from tests.support import certificate
from tests.support.asgi import OURS, Served, echo
from tests.support.raw import BINARY, TEXT, Frame, Raw, close, frame
from tests.support.taken import Taken
from tests.support.waiting import until


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's."""
    folder: Path = tmp_path_factory.mktemp("tls")
    return certificate.make(folder), ssl.create_default_context(cafile=str(folder / "cert.pem"))


def test_messages_and_the_end(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    schemes: list[str] = []

    async def tell(scope: dict[str, Any], receive: Any, send: Any) -> None:
        schemes.append(scope["scheme"])
        await echo(scope, receive, send)

    with Served(OURS, contexts[0]) as ours:
        ours.apps["/tell"] = tell
        for path in ("/tell", "/direct"):
            with Raw(ours.port, contexts[1]).open(path) as raw:
                for size in (0, 1, 8192, 8193, 65536):
                    raw.send(frame(BINARY, b"x" * size))
                    assert raw.next() == Frame(BINARY, b"x" * size)
                raw.send(close(4000))
                assert raw.next() == Frame(8, b"\x0f\xa0")
        until(lambda: ours.connections == 0)
    assert schemes == ["wss"]


def test_a_client_that_does_not_read(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    taken = Taken()
    with Served(OURS, contexts[0]) as ours:
        ours.apps["/taken"] = taken
        with Raw(ours.port, contexts[1], receive_buffer=4096).open("/taken") as raw:
            raw.send(frame(TEXT, b"x"))
            until(lambda: taken.got)
            count = ours.call(lambda: taken.fill(200))
            assert count < 200, "the client's silence goes unnoticed"
            for n in range(count):
                assert raw.next() == Frame(BINARY, b"%06d" % n * 200)
            until(lambda: taken.writable)
            ours.call(lambda: taken.line.send(b"now"))
            assert raw.next() == Frame(BINARY, b"now")
    assert taken.ends

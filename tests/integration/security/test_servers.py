"""What a refused handshake looks like from outside, under each server."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgpack
import pytest
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from protocol.messages import MSGPACK
from tests.support.servers import Kind, Server, migrate

KINDS: list[Kind] = ["uvicorn", "daphne", "hypercorn", "serve"]
BUDGET = 12


@pytest.fixture(scope="module", params=KINDS)
def server(request: pytest.FixtureRequest, redis_url: str, tmp_path_factory: Any) -> Iterator[Server]:
    path: Path = tmp_path_factory.mktemp("refusals") / "db.sqlite3"
    limit = {"ARCADE_HANDSHAKES_PER_MINUTE": str(BUDGET)}
    server = Server(request.param, redis_url=redis_url, database_url=f"sqlite:///{path}", **limit)
    migrate(server.env)
    with server:
        yield server


def knock(
    server: Server, query: str = "ticket=guess", origin: str | None = None, path: str = "/ws/lobby/"
) -> tuple[int, str, dict[str, str]]:
    """(HTTP status or close code, error code, headers) of a handshake that is refused.

    daphne drops the connection as soon as it has written the close; where the client's own close meets the
    reset, its library forgets what it had read, so such a knock says nothing and is done again.
    """
    for _ in range(2):
        try:
            return _knock(server, query, origin, path)
        except ConnectionClosedError as closed:
            if server.kind != "daphne" or not isinstance(closed.__cause__, ConnectionResetError):
                raise
    return _knock(server, query, origin, path)


def _knock(server: Server, query: str, origin: str | None, path: str) -> tuple[int, str, dict[str, str]]:
    url, names = f"{server.ws}{path}?{query}", [Subprotocol(MSGPACK)]
    try:
        with connect(url, origin=origin, subprotocols=names, proxy=None) as socket:  # type: ignore[arg-type]
            error = msgpack.unpackb(socket.recv(5))  # type: ignore[arg-type]
            with pytest.raises(ConnectionClosed) as closed:
                socket.recv(5)
            assert closed.value.rcvd is not None
            return closed.value.rcvd.code, error[2], {}
    except InvalidStatus as refused:
        answer = refused.response
        code = (
            json.loads(answer.body)["code"]
            if answer.headers.get("content-type") == "application/json"
            else ""
        )
        return answer.status_code, code, {k.lower(): v for k, v in answer.headers.raw_items()}


def test_refusals(server: Server, clean_redis: str) -> None:
    denies = server.kind != "daphne"
    own = server.http
    assert knock(server)[:2] == ((401, "ticket-unknown") if denies else (4003, "ticket-unknown"))
    assert knock(server, "")[:2] == ((401, "ticket-missing") if denies else (4003, "ticket-missing"))
    assert knock(server, origin=own)[:2] == (4003, "ticket-unknown")
    assert knock(server, origin="https://evil.example")[:2] == (403, "origin" if denies else "")
    for path in ("/ws/lobby", "/ws/match/m1", "/nothing/"):
        assert knock(server, path=path)[:2] == ((404 if denies else 4007), "path-unknown")
    assert knock(server, path="/ws/match/m1/")[:2] == ((404 if denies else 4007), "match-unknown")
    assert knock(server, path="/ws/lobby", origin=own)[:2] == (4007, "path-unknown")
    for _ in range(2 * BUDGET + 1):
        status, code, headers = knock(server)
    assert code == "too-many-handshakes"
    if denies:
        assert status == 429
        assert 1 <= int(headers["retry-after"]) <= 60
    else:
        assert status == 4009
    assert knock(server, origin=own)[:2] == (4009, "too-many-handshakes")

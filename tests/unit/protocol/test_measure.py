"""The Python client measures how far away the regions are."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
from arcade_client.measure import TIMES, measure


class Near(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    connections = 0
    asked: list[str] = []

    def setup(self) -> None:
        type(self).connections += 1
        super().setup()

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(204 if self.path == "/ping" else 404)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def near() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Near)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_latencies_are_measured_on_one_connection_and_who_is_not_there_is_left_out(near: str) -> None:
    Near.connections, Near.asked = 0, []
    found = await measure({"here": "", "odd": f"{near}/odd", "gone": "http://127.0.0.1:9"}, near)
    assert list(found) == ["here"]
    assert 0 <= found["here"] < 2000
    assert Near.asked.count("/ping") == TIMES + 1
    assert Near.connections == 2

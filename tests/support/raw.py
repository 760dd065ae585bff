"""A WebSocket client of bytes: it may break every rule, and shows what came as it came."""

import base64
import os
import socket
import ssl
import struct
from types import TracebackType
from typing import NamedTuple, Self

CONT, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10


class Frame(NamedTuple):
    """A frame that came."""

    opcode: int
    payload: bytes
    fin: bool = True


def frame(
    opcode: int,
    payload: bytes = b"",
    *,
    fin: bool = True,
    rsv: int = 0,
    mask: bytes | None = b"\x01\x82\x43\xc4",
    length: bytes | None = None,
) -> bytes:
    """A frame; `length` are the bytes of its length field (without the mask bit) where they are to be odd."""
    size = len(payload)
    if length is None:
        if size < 126:
            length = bytes([size])
        elif size < 65536:
            length = struct.pack("!BH", 126, size)
        else:
            length = struct.pack("!BQ", 127, size)
    head = bytes([fin << 7 | rsv << 4 | opcode, length[0] | (0x80 if mask else 0)]) + length[1:]
    if mask is None:
        return head + payload
    pattern = (mask * (size // 4 + 1))[:size]
    masked = int.from_bytes(payload, "big") ^ int.from_bytes(pattern, "big")
    return head + mask + masked.to_bytes(size, "big")


def close(code: int | None = 1000, reason: bytes = b"") -> bytes:
    return frame(CLOSE, b"" if code is None else code.to_bytes(2, "big") + reason)


def request(path: str = "/", *more: str, leave_out: str = "") -> bytes:
    """The handshake's bytes; `more` are header lines, `leave_out` the beginning of one that is missing."""
    key = base64.b64encode(os.urandom(16)).decode()
    lines = [
        "Host: test",
        "Upgrade: websocket",
        "Connection: keep-alive, Upgrade",
        f"Sec-WebSocket-Key: {key}",
        "Sec-WebSocket-Version: 13",
        *more,
    ]
    kept = [line for line in lines if not leave_out or not line.lower().startswith(leave_out.lower())]
    return "\r\n".join([f"GET {path} HTTP/1.1", *kept, "", ""]).encode("latin-1")


class Raw:
    """One connection. `open` says the handshake; without it the bytes are the test's own."""

    def __init__(
        self, port: int, tls: ssl.SSLContext | None = None, receive_buffer: int = 0, seconds: float = 10
    ) -> None:
        line = socket.socket()
        line.settimeout(seconds)
        if receive_buffer:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
        line.connect(("127.0.0.1", port))
        self.line = line if tls is None else tls.wrap_socket(line, server_hostname="localhost")
        self.line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._got = b""

    def open(self, path: str = "/", *more: str) -> Self:
        self.send(request(path, *more))
        status, _, _ = self.head()
        assert status == 101, status
        return self

    def send(self, *data: bytes) -> None:
        self.line.sendall(b"".join(data))

    def send_slowly(self, data: bytes) -> None:
        """One byte in a segment."""
        for n in range(len(data)):
            self.line.sendall(data[n : n + 1])

    def head(self) -> tuple[int, dict[str, str], bytes]:
        """Status and headers of the answer, and its body where it is a denial."""
        head = self._until(b"\r\n\r\n").decode("latin-1")
        first, *lines = head.split("\r\n")
        headers = {k.lower(): v.strip() for k, _, v in (line.partition(":") for line in lines)}
        status = int(first.split()[1])
        body = self._exactly(int(headers.get("content-length", "0"))) if status != 101 else b""
        return status, headers, body or b""

    def next(self) -> Frame | None:
        """The next frame; None where the server has ended the connection."""
        head = self._exactly(2)
        if head is None:
            return None
        size = head[1]
        assert size < 128, "a server does not mask"
        if size > 125:
            more = self._exactly(2 if size == 126 else 8)
            assert more is not None
            size = int.from_bytes(more, "big")
        payload = self._exactly(size)
        assert payload is not None
        return Frame(head[0] & 0x0F, payload, head[0] >> 7 == 1)

    def until_closed(self) -> tuple[list[Frame], int | None]:
        """What still comes, and the code of the server's close (1005: without one; None: no close frame).

        The close is answered, so that the server need not wait; then the connection has to end.
        """
        frames = []
        while (got := self.next()) is not None:
            if got.opcode == CLOSE:
                code = int.from_bytes(got.payload[:2], "big") if got.payload else 1005
                try:
                    self.send(close(None if code == 1005 else code))
                    assert self.next() is None
                except ConnectionError:
                    pass
                return frames, code
            frames.append(got)
        return frames, None

    def ended(self) -> bool:
        """True when the connection ends with no byte more."""
        return self._exactly(1) is None

    def _until(self, end: bytes) -> bytes:
        while end not in self._got:
            data = self.line.recv(65536)
            assert data, "the connection ended"
            self._got += data
        found, _, self._got = self._got.partition(end)
        return found

    def _exactly(self, size: int) -> bytes | None:
        while len(self._got) < size:
            try:
                data = self.line.recv(65536)
            except ConnectionError:
                data = b""
            if not data:
                return None
            self._got += data
        found, self._got = self._got[:size], self._got[size:]
        return found

    def drop(self) -> None:
        """Cut the line without a word."""
        self.line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.line.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.line.close()

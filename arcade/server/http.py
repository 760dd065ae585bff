"""The HTTP of a WebSocket's handshake: what a request must have, and the bytes of each answer. No I/O."""

import binascii
from base64 import b64decode, b64encode
from collections.abc import Iterable, Sequence
from hashlib import sha1
from http import HTTPStatus
from typing import NamedTuple

Headers = Sequence[tuple[bytes, bytes]]
MAGIC = b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
MAX_HEAD = 64 * 1024


class Refused(Exception):
    """No handshake: `status`, `text`, and `headers` of the answer."""

    def __init__(self, status: int, text: str, *headers: tuple[bytes, bytes]) -> None:
        super().__init__(text)
        self.status, self.text, self.headers = status, text, headers


class Request(NamedTuple):
    """A handshake. `headers` by name in small letters, as they came; `key` is the client's."""

    target: bytes
    headers: list[tuple[bytes, bytes]]
    subprotocols: list[str]
    key: bytes


def parse(head: bytes) -> Request:
    """The request whose head this is, without its empty line. Raises Refused."""
    first, *lines = head.split(b"\r\n")
    parts = first.split(b" ")
    if len(parts) != 3 or not parts[1].isascii() or not parts[1]:
        raise Refused(400, "The request line cannot be read.")
    method, target, version = parts
    if version != b"HTTP/1.1":
        raise Refused(505, "A WebSocket begins with HTTP/1.1.")
    headers = []
    for line in lines:
        name, colon, value = line.partition(b":")
        if not colon or not name or name != name.strip():
            raise Refused(400, "A header cannot be read.")
        headers.append((name.lower(), value.strip(b" \t")))
    if method != b"GET":
        raise Refused(405, "A WebSocket begins with GET.", (b"allow", b"GET"))
    if b"upgrade" not in tokens(headers, b"connection") or tokens(headers, b"upgrade") != [b"websocket"]:
        raise Refused(426, "This is a WebSocket's address.", (b"upgrade", b"websocket"))
    if [value for name, value in headers if name == b"sec-websocket-version"] != [b"13"]:
        raise Refused(426, "Speak version 13 of WebSocket.", (b"sec-websocket-version", b"13"))
    keys = [value for name, value in headers if name == b"sec-websocket-key"]
    if len(keys) != 1 or not _is_key(keys[0]):
        raise Refused(400, "Sec-WebSocket-Key is 16 bytes in base64.")
    offered = tokens(headers, b"sec-websocket-protocol", lower=False)
    return Request(target, headers, [name.decode("latin-1") for name in offered], keys[0])


def tokens(headers: Headers, wanted: bytes, *, lower: bool = True) -> list[bytes]:
    """The elements of a header that is a list, over all its lines."""
    values = b",".join(value for name, value in headers if name == wanted)
    return [item.strip() for item in (values.lower() if lower else values).split(b",") if item.strip()]


def _is_key(key: bytes) -> bool:
    try:
        return len(b64decode(key, validate=True)) == 16
    except binascii.Error:
        return False


def switching(key: bytes, subprotocol: str | None, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    """The answer that accepts a handshake."""
    accept = b64encode(sha1(key + MAGIC, usedforsecurity=False).digest())
    lines = [(b"Upgrade", b"websocket"), (b"Connection", b"Upgrade"), (b"Sec-WebSocket-Accept", accept)]
    if subprotocol:
        lines.append((b"Sec-WebSocket-Protocol", subprotocol.encode("latin-1")))
    return _head(101, [*lines, *headers])


def answer(status: int, headers: Iterable[tuple[bytes, bytes]], body: bytes) -> bytes:
    """The answer that denies a handshake; the connection ends with it. RuntimeError for a bad status."""
    if not 200 <= status < 600:
        raise RuntimeError(f"{status} is no status with which to deny a handshake.")
    given = [(name.lower(), value) for name, value in headers]
    names = {name for name, _ in given}
    lines = [
        line for line in given if line[0] not in (b"connection", b"transfer-encoding", b"content-length")
    ]
    if b"content-type" not in names:
        lines.append((b"content-type", b"text/plain; charset=utf-8"))
    lines += [(b"content-length", b"%d" % len(body)), (b"connection", b"close")]
    return _head(status, lines) + body


def _head(status: int, headers: Iterable[tuple[bytes, bytes]]) -> bytes:
    try:
        phrase = HTTPStatus(status).phrase
    except ValueError:
        phrase = ""
    lines = [f"HTTP/1.1 {status} {phrase}".encode()]
    for name, value in headers:
        line = name + b": " + value
        if b"\r" in line or b"\n" in line or b"\0" in line:
            raise RuntimeError(f"A header of the application has a line break: {name!r}.")
        lines.append(line)
    return b"\r\n".join(lines) + b"\r\n\r\n"

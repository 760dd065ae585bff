"""Bytes of frames that we write ourselves, and what a close frame may say (RFC 6455, 5.2 and 7.4). No I/O."""

import struct

CONTINUATION, TEXT, BINARY, CLOSE, PING, PONG = 0, 1, 2, 8, 9, 10

NO_STATUS = 1005
CUT = 1006
"""Codes that are told but never sent: a close frame without a code, a line that was cut."""

MAX_REASON = 123

_last: tuple[bytes, int, bytes] = (b"", BINARY, b"")


class BadClose(Exception):
    """A close frame that may not be sent; `code` is the one with which to end the connection."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


def framed(opcode: int, payload: bytes) -> bytes:
    """One whole frame as a server writes it. The last one is kept, as a fan-out asks for it many times."""
    global _last
    if _last[0] is payload and _last[1] == opcode:
        return _last[2]
    size = len(payload)
    if size < 126:
        head = struct.pack("!BB", 0x80 | opcode, size)
    elif size < 65536:
        head = struct.pack("!BBH", 0x80 | opcode, 126, size)
    else:
        head = struct.pack("!BBQ", 0x80 | opcode, 127, size)
    frame = head + payload
    _last = (payload, opcode, frame)
    return frame


def may_be_sent(code: int) -> bool:
    """True for a code that a close frame may have."""
    return 3000 <= code < 5000 or (1000 <= code < 1015 and code not in (1004, NO_STATUS, CUT))


def close_of(payload: bytes) -> tuple[int, str]:
    """Code and reason of a close frame; (1005, "") of an empty one. Raises BadClose."""
    if not payload:
        return NO_STATUS, ""
    code = int.from_bytes(payload[:2], "big")
    if len(payload) == 1 or not may_be_sent(code):
        raise BadClose(1002, "bad close code")
    try:
        return code, payload[2:].decode()
    except UnicodeDecodeError:
        raise BadClose(1007, "the close reason is no UTF-8") from None


def close_payload(code: int, reason: str) -> bytes:
    """Of a close frame; a reason that is too long is cut between two characters.

    RuntimeError for a code that may not be sent.
    """
    if not may_be_sent(code):
        raise RuntimeError(f"{code} is no code with which to close a WebSocket.")
    text = reason.encode()[:MAX_REASON].decode(errors="ignore").encode()
    return code.to_bytes(2, "big") + text

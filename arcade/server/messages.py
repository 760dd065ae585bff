"""The messages of a connection, out of its frames (RFC 6455, 5.4 to 5.6), without extensions."""

from picows import WSFrame, WSTransport  # cimported where compiled

from arcade.server.connection import CLOSE_SECONDS, CLOSING, OPEN, OVER, Connection
from arcade.server.frames import (
    BINARY,
    CLOSE,
    CONTINUATION,
    NO_STATUS,
    PING,
    PONG,
    TEXT,
    BadClose,
    close_of,
)


class Messages(Connection):
    """A connection whose sink gets whole messages that keep to the rules."""

    __slots__ = ()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        self._heard = True
        opcode: int = frame.msg_type  # type: ignore[assignment]
        if (
            opcode == BINARY
            and self._state == OPEN
            and frame.fin
            and self._parts is None
            and not (frame.rsv1 or frame.rsv2 or frame.rsv3)
        ):
            self._sink(frame.get_payload_as_bytes())
        elif self._state != OVER:
            self._uncommon(opcode, frame)

    def _uncommon(self, opcode: int, frame: WSFrame) -> None:
        if frame.rsv1 or frame.rsv2 or frame.rsv3:
            self._fail(1002, "reserved bits are set")
        elif opcode == CLOSE:
            self._closed_by_client(frame.get_payload_as_bytes())
        elif self._state == CLOSING or opcode == PONG:
            pass
        elif opcode == PING:
            self._pong = frame.get_payload_as_bytes()
            if not self.blocked:  # who does not read gets the last pong alone, later
                self._send_pong()
        elif (self._parts is None) is (opcode == CONTINUATION):
            self._fail(1002, "a fragment is out of place")
        elif opcode == TEXT and frame.fin:
            try:
                self._sink(frame.get_payload_as_utf8_text())
            except UnicodeDecodeError:
                self._fail(1007, "the text is no UTF-8")
        else:
            self._fragment(opcode, frame)

    def _fragment(self, opcode: int, frame: WSFrame) -> None:
        if self._parts is None:
            self._parts, self._text = bytearray(), opcode == TEXT
        self._parts += frame.get_payload_as_bytes()
        if len(self._parts) > self._max:
            self._fail(1009, "the message is too large")
        elif frame.fin:
            whole, self._parts = bytes(self._parts), None
            try:
                message = whole.decode() if self._text else whole
            except UnicodeDecodeError:
                self._fail(1007, "the text is no UTF-8")
            else:
                self._sink(message)

    def _closed_by_client(self, payload: bytes) -> None:
        try:
            code, reason = close_of(payload)
        except BadClose as error:
            self._fail(error.code, str(error))
            return
        if self._state == OPEN:
            if code == NO_STATUS:
                self._write(CLOSE, b"")
            else:
                self._send_close(code, reason)
        self._leave_open(OVER)
        self._tell_end(code, reason)
        self._close_line(CLOSE_SECONDS)

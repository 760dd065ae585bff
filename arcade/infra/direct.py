"""A shorter way between a socket's consumer and the server under it, where that server is our own.

`scope["extensions"]["arcade.direct"]` holds a `Direct`. A consumer that has accepted the socket may give it a
sink; from then on each message is a plain call, without event, queue or task, and so is each message sent.
The application may then return, and all that it held with it: the socket lives on until a side closes it.
Without the extension the same consumer works by plain ASGI.
"""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

EXTENSION = "arcade.direct"

BINARY = 2
"""The opcode of a binary message."""
SMALL = 8192
"""Bytes of a message that `Direct.write` takes."""

Sink = Callable[[bytes | str], None]
Ended = Callable[[int, str], None]
"""The close code and reason: the client's, the server's, or 1006 for a line that was cut."""


class Direct(Protocol):
    """One accepted socket. To be used on its loop's thread only."""

    blocked: bool
    """The client does not take what was sent. What is sent all the same is kept in memory, unbounded."""

    write: Callable[[int, bytes], None] | None
    """`write(BINARY, payload)` is the shortest way for a message of up to SMALL bytes. None while the socket
    is blocked, and where it is closed: look at it anew for each message, and fall back on `send`."""

    def take(self, sink: Sink, ended: Ended, writable: Callable[[], None]) -> None:
        """From now on `sink` gets each message; those that came before are handed over first, in order.

        `ended` is called once; until then another sink may be given. `writable` is called when the socket is
        blocked no longer. RuntimeError where the socket is not accepted.
        """

    def when_writable(self, writable: Callable[[], None]) -> None:
        """The same of one that is read by plain ASGI and written to by `send`, once it is accepted."""

    def send(self, payload: bytes | str) -> None:
        """Send one message, binary or text; nothing where the socket is closed."""

    def close(self, code: int, reason: str = "") -> None:
        """Send a close, and end the line when the client has answered. RuntimeError for a bad code."""

    def pause(self) -> None:
        """Stop reading; what was read already still comes."""

    def resume(self) -> None:
        """Read on."""

    @property
    def unsent(self) -> int:
        """Bytes in this process that the kernel has not taken."""

    def limit(self, kept: int, unsent: int) -> None:
        """Bounds of what the kernel holds for a slow client: bytes in all, and bytes not yet on their way."""


def direct(scope: Mapping[str, Any]) -> Direct | None:
    """What the server of this scope offers."""
    found: Direct | None = (scope.get("extensions") or {}).get(EXTENSION)
    return found

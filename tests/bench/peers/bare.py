"""A bare picows server, the floor: `python bare.py PORT RATE BYTES`. Sockets of one path are a room.

It reads what comes and throws it away, and writes the same bytes to every socket RATE times a second.
"""

import asyncio
import sys
from collections.abc import Iterator

import uvloop
from picows import (
    WSFrame,
    WSListener,
    WSMsgType,
    WSTransport,
    WSUpgradeRequest,
    ws_create_server,
)

PHASES = 4


class Member(WSListener):
    """One socket of a room."""

    def __init__(self, room: "set[WSTransport]") -> None:
        self.room = room

    def on_ws_connected(self, transport: WSTransport) -> None:
        self.room.add(transport)
        transport.send(WSMsgType.BINARY, b"\x00")

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self.room.discard(transport)

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type is WSMsgType.BINARY:
            frame.get_payload_as_bytes()
        elif frame.msg_type is WSMsgType.CLOSE:
            transport.send_close(frame.get_close_code())
            transport.disconnect()


def phases(rooms: dict[bytes, set[WSTransport]]) -> Iterator[list[set[WSTransport]]]:
    while True:
        every = list(rooms.values())
        for phase in range(PHASES):
            yield every[phase::PHASES]


async def main(port: int, rate: int, size: int) -> None:
    rooms: dict[bytes, set[WSTransport]] = {}

    def listener(request: WSUpgradeRequest) -> Member:
        return Member(rooms.setdefault(request.path, set()))

    await ws_create_server(listener, "127.0.0.1", port, enable_auto_ping=False)
    loop, payload = asyncio.get_running_loop(), bytes(size)
    if not rate:
        await loop.create_future()
    due = loop.time()
    for rooms_now in phases(rooms):
        for room in rooms_now:
            for transport in room:
                transport.send(WSMsgType.BINARY, payload)
        due = max(due + 1 / rate / PHASES, loop.time() - 1 / rate)  # what was missed is not made up for
        await asyncio.sleep(max(0.0, due - loop.time()))


if __name__ == "__main__":
    uvloop.run(main(*(int(argument) for argument in sys.argv[1:4])))

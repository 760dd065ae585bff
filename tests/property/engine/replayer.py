"""Replays logs for another process: frames on stdin and stdout, four bytes of length and msgpack.

In: the setup and the records; out: the state's hash after each step.
"""

import sys

import msgspec

import arcade.chaos.games  # noqa: F401
import matches.games  # noqa: F401
import tests.testgames.games  # noqa: F401
from matches.engine import registry
from matches.engine.replay import replay
from matches.engine.setup import Setup


class Log(msgspec.Struct):
    setup: Setup
    records: list[bytes]


def main() -> None:
    while head := sys.stdin.buffer.read(4):
        log = msgspec.msgpack.decode(sys.stdin.buffer.read(int.from_bytes(head, "big")), type=Log)
        game = registry.get(log.setup.game)
        hashes = [match.hash() for match, _ in replay(game, log.setup, log.records)]
        data = msgspec.msgpack.encode(hashes)
        sys.stdout.buffer.write(len(data).to_bytes(4, "big") + data)
        sys.stdout.buffer.flush()


if __name__ == "__main__":
    main()

"""The process in which computer players think: `python -m matches.host.bot_worker MEGABYTES MODULE…`.

It may have so much memory of its own, if the system can hold it to that; a thought that wants more fails. It
imports the modules that declare the games, then answers requests in their order. Frames on stdin and
stdout are four bytes of length, big-endian, and msgpack: in come lists of `Thought`, out goes an `Answer`
for each, after a first one with id 0 that says it is ready. It ends when stdin does, even in mid-thought.
"""

import contextlib
import importlib
import os
import queue
import resource
import signal
import struct
import sys
import threading
from typing import BinaryIO

import msgspec

from matches.engine import registry
from matches.engine.declared import declared
from matches.engine.random import SeededRandom

LENGTH = struct.Struct(">I")
MOST_WAITING = 256


class Thought(msgspec.Struct, array_like=True, frozen=True):
    """A request: what `Game.view` gave the seat, as msgpack, and a seed of at most 256 bits."""

    id: int
    game: str
    seat: int
    level: int
    view: bytes
    seed: bytes


class Answer(msgspec.Struct, array_like=True, frozen=True):
    """The move as msgpack, None: no move. `error`: what went wrong, for the log."""

    id: int
    move: bytes | None = None
    error: str | None = None


def answer(thought: Thought) -> Answer:
    """Let the game's computer player think; whatever it raises becomes the answer's error."""
    try:
        game = registry.get(thought.game)
        kinds = declared(type(game))
        random = SeededRandom(thought.seed)
        move = game.bot(kinds.views.decode(thought.view), thought.seat, random, thought.level)
        if move is None:
            return Answer(thought.id)
        if not isinstance(move, kinds.move_type):
            return Answer(thought.id, error=f"bot() gave {type(move).__name__}")
        return Answer(thought.id, msgspec.msgpack.encode(move))
    except Exception as error:
        return Answer(thought.id, error=f"{type(error).__name__}: {error}"[:500])


def load(modules: list[str]) -> None:
    """Import the games; with Django's apps set up where a module cannot do without."""
    for module in modules:
        try:
            importlib.import_module(module)
        except Exception:
            import django

            django.setup()
            importlib.import_module(module)


def listen(source: BinaryIO, thoughts: "queue.Queue[Thought]") -> None:
    """Read requests until the parent is gone; then the process ends at once, whatever it is thinking."""
    decoder = msgspec.msgpack.Decoder(list[Thought])
    with contextlib.suppress(Exception):
        while head := source.read(LENGTH.size):
            for thought in decoder.decode(source.read(LENGTH.unpack(head)[0])):
                thoughts.put(thought)
    os._exit(0)


def limit_memory(megabytes: int) -> None:
    """Let allocations beyond it fail. Linux counts all private writable memory, macOS hardly any."""
    most = megabytes << 20
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard != resource.RLIM_INFINITY:
        most = min(most, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (most, most))


def main(megabytes: int, modules: list[str]) -> None:
    limit_memory(megabytes)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the parent, whose end is ours
    out = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a game prints must not get between the frames
    thoughts: queue.Queue[Thought] = queue.Queue(MOST_WAITING)
    threading.Thread(target=listen, args=(sys.stdin.buffer, thoughts), daemon=True).start()
    load(modules)
    said = Answer(0)
    while True:
        data = msgspec.msgpack.encode(said)
        out.write(LENGTH.pack(len(data)) + data)
        out.flush()
        said = answer(thoughts.get())


if __name__ == "__main__":
    main(int(sys.argv[1]), sys.argv[2:])

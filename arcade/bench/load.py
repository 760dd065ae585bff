"""The load generator, a process of its own: `python -m arcade.bench.load '{"game": …}'` prints a sample."""

import os
import sys

import django
import msgspec
import uvloop

from arcade.bench import machine
from arcade.bench.sample import Load


def main() -> None:
    load = msgspec.json.decode(sys.argv[1], type=Load)
    machine.pin(os.getpid(), load.core)
    django.setup()
    from arcade.bench.playing import run

    print(msgspec.json.encode(uvloop.run(run(load))).decode())  # noqa: T201


if __name__ == "__main__":
    main()

"""The load generator, a process of its own: `python -m arcade.bench.generate JOB` prints an outcome."""

import logging
import os
import sys

import django
import msgspec
import uvloop

from arcade.bench import machine
from arcade.bench.job import Job


def main() -> None:
    job = msgspec.json.decode(sys.argv[1], type=Job)
    machine.pin(os.getpid(), job.core)
    django.setup()
    logging.getLogger("picows").setLevel(logging.WARNING)  # it tells of every connection
    from arcade.bench.crowd import run

    print(msgspec.json.encode(uvloop.run(run(job))).decode())  # noqa: T201


if __name__ == "__main__":
    main()

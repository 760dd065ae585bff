"""Which TCP ports are free, and free ones for servers that a test, a benchmark or a chaos run starts."""

import random
import socket

FIRST, LAST = 15_000, 32_000
"""Below the range that systems take for outgoing connections: one of those may come at any time."""


def free_port(row: int = 1) -> int:
    """A loopback port on which nobody listens just now, nor on the next of `row` in a row. RuntimeError."""
    for _ in range(200):
        first = random.randrange(FIRST, LAST - row)  # noqa: S311
        if all(port_is_free(first + n) for n in range(row)):
            return first
    raise RuntimeError(f"no {row} free ports in a row between {FIRST} and {LAST}")


def port_is_free(port: int, host: str = "127.0.0.1") -> bool:
    """True if a server could listen there."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as s:
        s.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            s.bind((host, port))
        except OSError:
            return False
    return True

"""Tells of dead nodes on a thread of its own: while Redis is away that takes seconds."""

import queue
import threading
from collections.abc import Callable
from contextlib import suppress
from typing import NamedTuple

from arcade.infra.log import get_logger

log = get_logger(__name__)

MOST = 64
"""Deaths that wait to be told; beyond it one is left to the lease, which runs out by itself."""
LAST_SECONDS = 2.0
"""At the end, for what is still to be told."""


class Death(NamedTuple):
    """The end of a node's process. `suspect`: the match whose rules ended it, or empty."""

    node: str
    status: int
    suspect: str


class Teller:
    """`on_death(node, suspect)` is called for each, one after the other; what it raises is logged."""

    def __init__(self, on_death: Callable[[str, str], None]) -> None:
        self._on_death = on_death
        self._untold: queue.Queue[Death | None] = queue.Queue(MOST)
        self._thread = threading.Thread(target=self._run, name="deaths", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def put(self, death: Death) -> None:
        """Tell of it; returns at once."""
        try:
            self._untold.put_nowait(death)
        except queue.Full:
            log.warning("node.death_not_told", node=death.node, error="too many wait")

    def end(self) -> None:
        """Return when all is told, or after `LAST_SECONDS`."""
        with suppress(queue.Full):
            self._untold.put_nowait(None)
        self._thread.join(LAST_SECONDS)

    def _run(self) -> None:
        while (death := self._untold.get()) is not None:
            try:
                self._on_death(death.node, death.suspect)
            except Exception as error:
                log.warning("node.death_not_told", node=death.node, error=repr(error))

"""Message budgets: one token bucket per message type and connection, in memory."""

from protocol.errors import ProtocolError
from protocol.messages import Request

BREACHES = 20
"""So many refusals that are not forgiven yet end the connection."""

FORGIVEN = 2.0
"""Seconds until one refusal is forgiven; nothing that is served in between makes up for it."""


class Budgets:
    """The buckets of one connection; at most one per message type, made on first use.

    `breaches`: refusals that are not forgiven yet.
    """

    __slots__ = ("_buckets", "_since", "breaches")

    def __init__(self) -> None:
        self._buckets: dict[type[Request], tuple[float, float]] = {}
        self._since = 0.0
        self.breaches = 0

    def take(self, message: type[Request], now: float) -> None:
        """Spend one token at `now` (seconds, monotonic).

        Raises ProtocolError `too-many` with `retry_after` in seconds; the 20th that is not forgiven has
        `close=4004`.
        """
        budget = message.budget
        tokens, last = self._buckets.get(message, (float(budget.burst), now))
        tokens = min(float(budget.burst), tokens + max(0.0, now - last) * budget.rate)
        if tokens >= 1:
            self._buckets[message] = (tokens - 1, now)
            return
        self._buckets[message] = (tokens, now)
        self._forgive(now)
        self.breaches += 1
        close = 4004 if self.breaches >= BREACHES else None
        retry_after = round((1 - tokens) / budget.rate, 3)
        raise ProtocolError("too-many", retry_after=retry_after, close=close)

    def _forgive(self, now: float) -> None:
        """Forget one refusal for every `FORGIVEN` seconds since the first that is left."""
        forgiven = min(self.breaches, int((now - self._since) / FORGIVEN))
        self.breaches -= forgiven
        self._since = self._since + forgiven * FORGIVEN if self.breaches else now

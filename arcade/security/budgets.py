"""Message budgets: one token bucket per message type and connection, in memory."""

from protocol.errors import ProtocolError
from protocol.messages import Request

BREACHES = 20
"""So many refusals in a row end the connection."""


class Budgets:
    """The buckets of one connection; at most one per message type, made on first use."""

    __slots__ = ("_buckets", "breaches")

    def __init__(self) -> None:
        self._buckets: dict[type[Request], tuple[float, float]] = {}
        self.breaches = 0

    def take(self, message: type[Request], now: float) -> None:
        """Spend one token at `now` (seconds, monotonic).

        Raises ProtocolError `too-many` with `retry_after` in seconds; the 20th in a row has `close=4004`.
        """
        budget = message.budget
        tokens, last = self._buckets.get(message, (float(budget.burst), now))
        tokens = min(float(budget.burst), tokens + max(0.0, now - last) * budget.rate)
        if tokens >= 1:
            self._buckets[message] = (tokens - 1, now)
            self.breaches = 0
            return
        self._buckets[message] = (tokens, now)
        self.breach(retry_after=round((1 - tokens) / budget.rate, 3))

    def breach(self, retry_after: float | None = None) -> None:
        """Count one refusal and raise it."""
        self.breaches += 1
        close = 4004 if self.breaches >= BREACHES else None
        raise ProtocolError("too-many", retry_after=retry_after, close=close)

"""Message budgets: one token bucket per message type and connection, in memory."""

from protocol.errors import ProtocolError
from protocol.messages import Budget, Request

BREACHES = 20
"""So many refusals that are not forgiven yet end the connection."""

FORGIVEN = 2.0
"""Seconds until one refusal is forgiven; nothing that is served in between makes up for it."""


class Bucket:
    """Of one message type: `tokens` as of `last` (seconds, monotonic), `rate` more a second up to `burst`."""

    __slots__ = ("burst", "last", "rate", "tokens")

    def __init__(self, budget: Budget) -> None:
        self.rate = budget.rate
        self.tokens = self.burst = float(budget.burst)
        self.last = 0.0


class Budgets:
    """The buckets of one connection; at most one per message type, made on first use.

    `breaches`: refusals that are not forgiven yet.
    """

    __slots__ = ("_buckets", "_since", "breaches")

    def __init__(self) -> None:
        self._buckets: dict[type[Request], Bucket] = {}
        self._since = 0.0
        self.breaches = 0

    def take(self, message: type[Request], now: float) -> None:
        """Spend one token at `now` (seconds, monotonic).

        Raises ProtocolError `too-many` with `retry_after` in seconds; the 20th that is not forgiven has
        `close=4004`.
        """
        bucket = self.bucket(message)
        bucket.tokens = min(bucket.burst, bucket.tokens + max(0.0, now - bucket.last) * bucket.rate)
        bucket.last = now
        if bucket.tokens >= 1:
            bucket.tokens -= 1
            return
        self._forgive(now)
        self.breaches += 1
        close = 4004 if self.breaches >= BREACHES else None
        retry_after = round((1 - bucket.tokens) / bucket.rate, 3)
        raise ProtocolError("too-many", retry_after=retry_after, close=close)

    def bucket(self, message: type[Request]) -> Bucket:
        """The one of this type, for who does what `take` does in place."""
        bucket = self._buckets.get(message)
        if bucket is None:
            bucket = self._buckets[message] = Bucket(message.budget)
        return bucket

    def _forgive(self, now: float) -> None:
        """Forget one refusal for every `FORGIVEN` seconds since the first that is left."""
        forgiven = min(self.breaches, int((now - self._since) / FORGIVEN))
        self.breaches -= forgiven
        self._since = self._since + forgiven * FORGIVEN if self.breaches else now

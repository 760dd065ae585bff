"""Lines in this process's memory: for tests, and to say plainly what the other implementation must do."""

from collections.abc import Callable, Sequence

from lobby.lines import RECEIPT_SECONDS, Due, Kept, Written


class MemoryLines:
    """`clock` gives Unix seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._channels: dict[str, tuple[list[Kept], float]] = {}
        self._receipts: dict[tuple[str, str], tuple[int, float]] = {}
        self._rates: dict[tuple[str, str], float] = {}

    async def write(
        self, channel: str, line: bytes, receipt: str, most: int, seconds: float, rates: Sequence[Due]
    ) -> Written:
        now = self._clock()
        had, until = self._receipts.get((channel, receipt), (0, 0.0))
        if until > now:
            return Written(had, again=True)
        begins = [max(now, self._rates.get((channel, rate.name), 0.0)) for rate in rates]
        wait = max(
            (
                begin - now - (rate.burst - 1) * rate.seconds
                for begin, rate in zip(begins, rates, strict=True)
            ),
            default=0.0,
        )
        if wait > 1e-9:
            return Written(0, wait)
        for begin, rate in zip(begins, rates, strict=True):
            self._rates[channel, rate.name] = begin + rate.seconds
        kept = self._lines(channel)
        before = kept[-1][0] if kept else 0
        seq = max(before + 1, int(now * 1000))
        self._channels[channel] = ([*kept, (seq, line)][-most:], now + seconds)
        self._receipts[channel, receipt] = (seq, now + RECEIPT_SECONDS)
        return Written(seq, before=before)

    async def after(self, channel: str, seq: int, most: int) -> list[Kept]:
        return [kept for kept in self._lines(channel) if kept[0] > seq][-most:]

    async def before(self, channel: str, seq: int, most: int) -> list[Kept]:
        return [kept for kept in self._lines(channel) if kept[0] < seq][-most:]

    async def last(self, channels: Sequence[str]) -> list[int]:
        return [lines[-1][0] if (lines := self._lines(channel)) else 0 for channel in channels]

    def _lines(self, channel: str) -> list[Kept]:
        lines, until = self._channels.get(channel, ([], 0.0))
        return lines if until > self._clock() else []

"""Ways to break what keeps a match alive. Each must be caught by the machine."""

import inspect
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import Any
from unittest import mock

from arcade.chaos import faults
from arcade.infra.pipe import Pipe
from matches import directory
from matches.directory import Live
from matches.host import claim, host, log, takeover
from matches.host.append import Append, Outcome, Verdict
from matches.host.fanout import Fanout
from matches.host.hosted import Hosted
from matches.host.ownership import Ownership

Patch = Any


def _without(text: str, part: str, instead: str) -> str:
    assert part in text, f"not there any more: {part}"
    return text.replace(part, instead)


def _rewritten(module: Any, name: str, *changes: tuple[str, str]) -> Patch:
    """A function of a module with parts of its source replaced."""
    source = inspect.getsource(getattr(module, name))
    for part, instead in changes:
        source = _without(source, part, instead)
    space: dict[str, Any] = {}
    exec(source, vars(module), space)
    return mock.patch.object(module, name, space[name])


def fenced_is_ignored() -> list[Patch]:
    real = host.Host._settled

    def settled(self: host.Host, hosted: Hosted, outcome: Outcome) -> None:
        real(self, hosted, Outcome.CONFIRMED if outcome is Outcome.FENCED else outcome)

    async def reconcile(self: Ownership) -> None:
        return

    return [
        mock.patch.object(host.Host, "_settled", settled),
        mock.patch.object(Ownership, "reconcile", reconcile),
    ]


def lost_reply_counts_as_written() -> list[Patch]:
    real = log.judge
    judge = lambda reply: Verdict.DONE if real(reply) is Verdict.LOST else real(reply)  # noqa: E731
    return [mock.patch.object(log, "judge", judge)]


def lost_reply_is_sent_again_unseen() -> list[Patch]:
    async def look_up(self: log.LogWriter, pipe: Pipe, unsure: list[Append]) -> None:
        return

    return [mock.patch.object(log.LogWriter, "_look_up", look_up)]


def ghost_counts_as_fence() -> list[Patch]:
    """A refusal after a lost reply is believed, although the record itself may be what stands there."""
    return [_method(log.LogWriter, "_judged", log, ("verdict is Verdict.FENCED and entry.unsure", "False"))]


def _method(cls: Any, name: str, module: Any, *changes: tuple[str, str]) -> Patch:
    source = inspect.cleandoc("\n" + inspect.getsource(getattr(cls, name)))
    for part, instead in changes:
        source = _without(source, part, instead)
    space: dict[str, Any] = {}
    exec(source, vars(module), space)
    return mock.patch.object(cls, name, space[name])


def claim_without_fence() -> list[Patch]:
    (fence,) = [line for line in claim.CLAIM.splitlines() if "'XADD'" in line]
    return [mock.patch.object(claim, "CLAIM", claim.CLAIM.replace(fence, ""))]


def claim_without_comparing() -> list[Patch]:
    return [
        mock.patch.object(
            claim, "CLAIM", _without(claim.CLAIM, "if meta[1] ~= ARGV[1] or meta[2] ~= ARGV[2]", "if false")
        )
    ]


def read_before_fence() -> list[Patch]:
    real_claim, real_restore = claim.claim, claim.restore
    read: dict[str, claim.Restored] = {}

    async def claimed(live: Live, *args: Any, **named: Any) -> Any:
        read[live.match] = await real_restore(live, _Unwatched())  # type: ignore[arg-type]
        return await real_claim(live, *args, **named)

    async def restored(live: Live, *_: Any) -> claim.Restored:
        return read[live.match]

    return [mock.patch.object(takeover, "claim", claimed), mock.patch.object(takeover, "restore", restored)]


class _Unwatched:
    def on(self, _: str) -> "_Unwatched":
        return self

    def __enter__(self) -> None: ...
    def __exit__(self, *_: object) -> None: ...


def epoch_without_time() -> list[Patch]:
    """A new epoch is the top's plus one: the same again, once the top was lost."""
    return [
        mock.patch.object(
            claim,
            "CLAIM",
            _without(claim.CLAIM, "math.max(tonumber(last) + 1, now)", "tonumber(last) + 1"),
        ),
        mock.patch.object(
            directory,
            "REWIND",
            _without(
                directory.REWIND,
                "math.max(last, mine, tonumber(ARGV[6]), now[1] * 1000 + math.floor(now[2] / 1000))",
                "last",
            ),
        ),
    ]


def restore_without_checks() -> list[Patch]:
    """Neither the predecessor nor the seq is looked at."""
    return [
        _rewritten(
            claim, "_replayed", ("record.prev != before", "False"), ("record.seq != match.seq + 1", "False")
        )
    ]


def restore_without_prev() -> list[Patch]:
    return [_rewritten(claim, "_replayed", ("record.prev != before", "False"))]


def no_look_after_adoption() -> list[Patch]:
    """The top is taken to be what the claim left, on whatever connection that was."""
    real = host.Host.enter

    def enter(self: host.Host, *args: Any) -> Hosted:
        hosted = real(self, *args)
        hosted.generation = self.writer.generation
        return hosted

    return [mock.patch.object(host.Host, "enter", enter)]


def rewind_forgets() -> list[Patch]:
    """An owner whose log lost its tail believes the log."""
    real = host.Host._settled

    def settled(self: host.Host, hosted: Hosted, outcome: Outcome) -> None:
        real(self, hosted, Outcome.FENCED if outcome is Outcome.REWOUND else outcome)

    return [mock.patch.object(host.Host, "_settled", settled)]


def nobody_is_told_of_losses() -> list[Patch]:
    return [mock.patch.object(Fanout, "kept", return_value=True)]


def _of_chaos(fault: Callable[[], None]) -> Callable[[], list[Patch]]:
    """A fault that the chaos runs know too."""

    def patches() -> list[Patch]:
        found: list[Patch] = []
        with mock.patch.object(faults, "_replace", lambda *args: found.append(mock.patch.object(*args))):
            fault()
        return found

    return patches


BREAKS: dict[str, Callable[[], list[Patch]]] = {
    fault.__name__: fault
    for fault in (
        fenced_is_ignored,
        lost_reply_counts_as_written,
        lost_reply_is_sent_again_unseen,
        ghost_counts_as_fence,
        claim_without_fence,
        claim_without_comparing,
        read_before_fence,
        epoch_without_time,
        restore_without_checks,
        restore_without_prev,
        no_look_after_adoption,
        rewind_forgets,
        nobody_is_told_of_losses,
    )
} | {
    name: _of_chaos(getattr(faults, name))
    for name in ("ack_early", "unfenced_snapshot", "dedupe_off", "snapshot_without_numbers")
}


@contextmanager
def broken(name: str) -> Iterator[None]:
    """Production code with this fault."""
    with ExitStack() as stack:
        for patch in BREAKS[name]():
            stack.enter_context(patch)
        yield


def apply(name: str) -> None:
    """For good."""
    for patch in BREAKS[name]():
        patch.start()

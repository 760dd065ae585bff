"""Judges a run in the lobby from its players' notes and the database. Pure functions; times in ms."""

from collections import defaultdict
from collections.abc import Iterable, Sequence

from arcade.chaos.lobby import notes as n
from arcade.chaos.lobby import parties, seats
from arcade.chaos.violation import Found, Violation

SLACK_MS = 2_500
"""By how much a wait that was told may be too short: it was told late, or rounded."""
STILL_MS = 300
"""Who has waited for so long longer than since his wish has not come by that wish."""
AWAY_MS = 4_000
"""Who was away for so long knows why he waits no more."""
KINDS = (
    *("vanished", "ghost", "place", "twice", "seats", "split", "phantom", "unheard", "unjust", "stuck"),
    *("disagree", "membership", "invite_twice", "unseen"),
)
"""Each is a count of violations. `vanished`: out of the queue with nothing told; `ghost`: still in it after
he was told that he is not; `place`: waiting time lost; `phantom`: told of a match that he does not sit in;
`unheard`: the other way round; `unjust`: put out for a match that he had accepted or was never asked for;
`stuck`: at the end something is still proposed or being made; `disagree`: members, or party and queue, see it
differently; `membership`: not in the party that he was let into; `unseen`: had no last look."""


def judge(stories: Sequence[n.Story], matches: Sequence[n.Sat], left: int = 0) -> list[Violation]:
    """All that went wrong. `left`: players whom the store has in the queue after all have left it."""
    sat = {match.match: match for match in matches}
    squads: defaultdict[int, list[n.Story]] = defaultdict(list)
    for story in stories:
        squads[story.squad].append(story)
    found: list[Violation] = []
    for story in stories:
        entries = windows(squads[story.squad])
        for rule in (_conserved, _places, _justly):
            found += [Violation(kind, story.name, text) for kind, text in rule(story, entries)]
        for kind, text in (*_told_once(story, entries), *_stuck(story), *seats.heard(story, sat)):
            found.append(Violation(kind, story.name, text))
        found += [Violation(kind, story.name, text) for kind, text in seats.whole(story, sat)]
    for match in matches:
        found += [Violation(kind, match.match, text) for kind, text in seats.seated(match)]
    found += [Violation(kind, player, text) for player, kind, text in seats.overlapping(matches)]
    found += [Violation(*each) for each in parties.judge(stories)]
    if left:
        found.append(Violation("stuck", "queue", f"{left} are in the queue after all have left it"))
    return found


# --- when somebody came into the queue ------------------------------------------------------------------


def windows(squad: Iterable[n.Story]) -> list[tuple[float, float]]:
    """From a wish to queue of any of them to its answer; without end where it is not known to have failed
    and was not answered."""
    found: list[tuple[float, float]] = []
    for story in squad:
        answered = [e for e in story.notes if isinstance(e, n.Answered) and e.what in ("enqueue", "queue")]
        found += [(one.asked, one.at) for one in answered if not one.code or one.code in n.UNKNOWN]
        done = {one.asked for one in answered}
        asked = [e for e in story.notes if isinstance(e, n.Asked) and e.what in ("enqueue", "queue")]
        found += [(one.at, float("inf")) for one in asked if one.at not in done]
    return sorted(found)


def _entered(entries: Sequence[tuple[float, float]], since: float, at: float) -> bool:
    """Whether somebody of the squad may have come into the queue again between the two."""
    return any(asked < at and answered > since for asked, answered in entries)


# --- the rules ------------------------------------------------------------------------------------------


def _conserved(story: n.Story, entries: Sequence[tuple[float, float]]) -> Found:
    """Who waits waits on until he has a match or is told why not."""
    since: float | None = None
    out = 0.0
    offline, away = None, False
    for note in story.notes:
        match note:
            case n.Offline(at):
                offline = at if offline is None else offline
            case n.Online(at):
                away = away or (offline is not None and at - offline > AWAY_MS)
                offline = None
            case n.Answered(at, "enqueue", _, "", asked):
                if since is not None and not away and _forgot(story, since, asked):
                    yield "vanished", f"in the queue since {since:.0f}, out by {asked:.0f}: nothing was told"
                since, away = at, False
            case n.Waits(at):
                if since is None and _entered(entries, out - 1, at):
                    since, away = at, False
            case n.Last(at, waits):
                if since is not None and waits is None and not away and not _reason(note):
                    yield "vanished", f"in the queue since {since:.0f}, not at the end: nothing was told"
                if waits is not None and since is None and not _entered(entries, out - 1, at):
                    yield "ghost", f"waits at the end, but was told that he is out at {out:.0f}"
                return
            case _:
                if _reason(note):
                    since, out = None, note.at


def _forgot(story: n.Story, since: float, asked: float) -> bool:
    """Whether the last that he was told by then is that he waits no more, or nothing since a new socket."""
    after = next((e for e in story.notes if isinstance(e, n.Waits) and e.at > asked), None)
    if after is not None and after.at - after.since * 1000 < asked - STILL_MS:
        return False  # he only asked before he was told that he waits still
    said = [e for e in story.notes if since < e.at <= asked and isinstance(e, n.Waits | n.Idle | n.Online)]
    return bool(said) and not isinstance(said[-1], n.Waits)


def _reason(note: n.Note) -> bool:
    """Whether it says why he does not wait any more."""
    match note:
        case n.Found() | n.Unqueued():
            return True
        case n.Answered(_, what, _, code):
            return what in ("dequeue", "decline", "stop", "leave") and (not code or code in n.UNKNOWN)
        case n.Partied(_, party, phase, _, _, reason):
            return not party or phase == "playing" or (phase == "open" and bool(reason))
        case n.Last(_, _, party, match):
            return bool(match) or (party is not None and bool(party.party) and _reason(party))
    return False


def _places(story: n.Story, entries: Sequence[tuple[float, float]]) -> Found:
    """The time waited is told since he came, never since later."""
    for note in story.notes:
        if not isinstance(note, n.Waits):
            continue
        came = note.at - note.since * 1000
        if not any(asked <= note.at and came <= answered + SLACK_MS for asked, answered in entries):
            yield "place", f"at {note.at:.0f} told to wait since {came:.0f}, but nobody queued then"


def _told_once(story: n.Story, entries: Sequence[tuple[float, float]]) -> Found:
    """One match for each time in the queue."""
    known: dict[str, float] = {}
    last = ("", 0.0)
    for note in story.notes:
        if isinstance(note, n.Found) and note.match != last[0]:
            if note.match in known:
                continue
            if last[0] and not _entered(entries, last[1], note.at):
                yield "twice", f"told of {last[0]} and of {note.match}, and queued once"
            last = note.match, note.at
            known[note.match] = note.at


def _justly(story: n.Story, entries: Sequence[tuple[float, float]]) -> Found:
    """Nobody is put out for what he did not do."""
    claim, accepted, refused = "", set[str](), False
    shown_at, offline = 0.0, float("-inf")
    for note in story.notes:
        match note:
            case n.Waits(at, _, _, shown) if shown:
                claim, shown_at = shown, at
            case n.Answered(_, "accept", arg, ""):
                accepted.add(arg)
            case n.Answered(at, "enqueue" | "queue", _, ""):
                claim, refused = "", False
            case n.Asked(_, "decline" | "dequeue" | "stop" | "leave" | "kick"):
                refused = True
            case n.Offline(at):
                offline = at
            case n.Unqueued(at, "missed", True):
                claim = "" if _entered(entries, shown_at, at) else claim
                if claim and claim in accepted:
                    yield "unjust", f"missed {claim} at {at:.0f}, which he had accepted"
                if not claim and offline < at - seats.HEARS_MS:
                    yield "unjust", f"missed a match at {at:.0f} that he was not asked for"
            case n.Unqueued(at, "declined", True) if not refused:
                yield "unjust", f"at {at:.0f} declined a match, but never did so"
            case _:
                pass


def _stuck(story: n.Story) -> Found:
    last = _last(story)
    if last is None:
        yield "unseen", "had no last look"
        return
    if last.waits is not None and last.waits.claim:
        yield "stuck", f"is still asked for {last.waits.claim}"
    if last.left not in ("", "not-queued"):
        yield "stuck", f"could not leave the queue: {last.left}"
    if last.match:
        yield "stuck", f"still in {last.match}"


def _last(story: n.Story) -> n.Last | None:
    return next((note for note in reversed(story.notes) if isinstance(note, n.Last)), None)

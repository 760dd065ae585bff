"""What clients were told of results and ratings, against the database, and the database against itself."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise

from arcade.chaos import history as h
from arcade.chaos import rows as db
from arcade.chaos.played import Played
from arcade.chaos.violation import Found, Violation, named


def results(
    histories: Sequence[h.History], row: db.Match, participants: Sequence[db.Participant], played: Played
) -> Found:
    """One result: what the clients were shown is what is written."""
    places = [p.place for p in participants] if row.outcome == "finished" else None
    if played.phase in ("finished", "aborted") and (played.phase != row.outcome or played.places != places):
        yield (
            "double_results",
            f"the log ends {played.phase} {played.places}, written is {row.outcome} {places}",
        )
    change = [None if p.before is None else [p.before, p.after] for p in participants]
    for history in histories:
        for entry in history.entries:
            match entry:
                case h.Ended(_, _, _, phase, result):
                    shown = result["places"] if result else None
                    if phase != row.outcome or shown != places:
                        yield "double_results", f"{named(history)} saw {phase} {shown}, written is {places}"
                case h.Recorded(_, ratings):
                    if ratings != change:
                        yield "double_results", f"{named(history)} was told {ratings}, written is {change}"
                case _:
                    pass


def outcomes(rows: db.Rows) -> Iterator[Violation]:
    for row in rows.matches:
        if row.outcome != "finished":
            yield Violation("aborted", row.id, f"written as {row.outcome}: {row.reason}")


def chains(rows: db.Rows) -> Iterator[Violation]:
    """Each player's rating is the end of one unbroken chain of the matches that changed it."""
    matches = {row.id: row for row in rows.matches}
    links: dict[tuple[str, str, str, str], list[db.Participant]] = defaultdict(list)
    for p in rows.participants:
        row = matches.get(p.match)
        if row is None:
            yield Violation("double_results", p.match, "a participant of no match")
        elif p.version is not None and p.player is not None:
            links[p.player, row.game, row.mode, row.season].append(p)
    ends = {(r.player, r.game, r.mode, r.season): r for r in rows.ratings}
    for key in links.keys() | ends.keys():
        chain, last = sorted(links[key], key=lambda p: p.version or 0), ends.get(key)
        who = " ".join(key)
        where = chain[-1].match if chain else ""
        if last is None:
            yield Violation("double_results", where, f"{who}: no rating at the end of the chain")
            continue
        if [p.version for p in chain] != list(range(1, last.version + 1)) or last.matches != last.version:
            versions = [p.version for p in chain]
            text = f"{who}: versions {versions}, the rating is at {last.version} after {last.matches} matches"
            yield Violation("double_results", where, text)
        for before, after in pairwise(chain):
            if before.mu_after != after.mu_before:
                yield Violation("double_results", after.match, f"{who}: broken at version {after.version}")
        if chain and chain[-1].mu_after != last.mu:
            yield Violation("double_results", where, f"{who}: the rating is not that of the last match")

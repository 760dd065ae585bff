"""The rules about parties and invites, from the notes alone."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from arcade.chaos.lobby import notes as n

STAY_MS = 170_000
"""Who was away for so long may be out of his party."""

Told = tuple[str, str, str]
"""(kind, who, text)"""


def judge(stories: Sequence[n.Story]) -> Iterator[Told]:
    yield from _agree(stories)
    yield from _once(stories)
    for story in stories:
        yield from _kept(story, stories)


def _agree(stories: Sequence[n.Story]) -> Iterator[Told]:
    """At the end all members of a party are told the same of it, and the queue has it as the party does."""
    last = {s.player: note for s in stories for note in s.notes if isinstance(note, n.Last)}
    names = {s.player: s.name for s in stories}
    for player, note in last.items():
        party = note.party
        if party is None or not party.party:
            continue
        if player not in party.members:
            yield "disagree", names[player], f"is shown {party.party}, and is no member"
        for member in party.members:
            theirs = last[member].party if member in last else None
            if member in last and (theirs is None or _about(theirs) != _about(party)):
                yield "disagree", names[player], f"{names[member]} is told otherwise of {party.party}"
        waits, size = note.waits, len(party.members)
        if party.phase == "queued" and (waits is None or waits.party != size):
            yield "disagree", names[player], f"the party of {size} is queued, he is not so"
        if party.phase != "queued" and size > 1 and waits is not None:
            yield "disagree", names[player], f"waits, but his party is {party.phase}"
        if party.phase == "playing" and not note.match:
            yield "disagree", names[player], "the party plays, and no match is on"


def _about(party: n.Partied) -> tuple[str, str, str, frozenset[str]]:
    return party.party, party.phase, party.owner, frozenset(party.members)


def _once(stories: Sequence[n.Story]) -> Iterator[Told]:
    """What was acknowledged of an invite is one outcome, and its sender is told no other."""
    said: defaultdict[str, set[str]] = defaultdict(set)
    by: dict[str, str] = {}
    for story in stories:
        for note in story.notes:
            match note:
                case n.Answered(_, "invite accept" | "invite decline" | "invite cancel" as what, arg, ""):
                    id = arg.split()[0]
                    outcome = {"accept": "accepted", "decline": "declined"}.get(what.split()[1], "cancelled")
                    said[id].add(outcome)
                    by[id] = story.name
                case n.Decided(_, id, outcome):
                    said[id].add(outcome)
                    by.setdefault(id, story.name)
                case _:
                    pass
    for id, outcomes in said.items():
        if len(outcomes) > 1:
            yield "invite_twice", by[id], f"{id} is {' and '.join(sorted(outcomes))}"


def _kept(story: n.Story, stories: Sequence[n.Story]) -> Iterator[Told]:
    """Who was let into a party is in it at the end, unless he left, was put out, or was away for long."""
    kicks = [
        note.at
        for other in stories
        for note in other.notes
        if isinstance(note, n.Asked) and note.what == "kick" and note.arg == story.player
    ]
    party, sure, offline = "", 0.0, None
    doubt = False
    for note in story.notes:
        match note:
            case n.Answered(at, "create", arg, ""):
                party, sure, doubt = arg, at, False
            case n.Answered(at, "invite accept", arg, "") if " " in arg:
                party, sure, doubt = arg.split()[1], at, False
            case n.Asked(at, "leave" | "invite accept"):
                doubt = True
            case n.Answered(at, "leave", _, ""):
                party, sure, doubt = "", at, False
            case n.Partied(at, told):
                party, sure, doubt = told, at, False
            case n.Offline(at):
                offline = at if offline is None else offline
            case n.Online(at):
                doubt = doubt or (offline is not None and at - offline > STAY_MS)
                offline = None
            case n.Last(at, _, last):
                now = last.party if last is not None else ""
                if now != party and not doubt and not any(kick > sure - 1_000 for kick in kicks):
                    yield "membership", story.name, f"in {party or 'none'} at {sure:.0f}, at the end in {now}"
            case _:
                pass

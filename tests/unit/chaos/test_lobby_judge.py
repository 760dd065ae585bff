"""Each rule of the lobby's judge finds what it is there for, and nothing in a run in which all went well."""

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from arcade.chaos.lobby import notes as n
from arcade.chaos.lobby.judge import KINDS, judge

MATCH = "match-1"
DUO = ("p1", "p2")


class Evening:
    """Ten players, of whom the first two queue as a party; all of it may be spoilt."""

    def __init__(self) -> None:
        self.stories = [n.Story(f"p{k}", f"guest {k}", max(2, k), []) for k in range(1, 11)]
        self.sat = [n.Sat(MATCH, [(f"p{k}", (k - 1) // 5) for k in range(1, 11)], 5_000, 40_000)]
        self.left = 0
        for story in self.stories:
            party = story.player in DUO
            story.notes.append(n.Online(100, 1))
            if party:
                self._party(story)
            else:
                story.notes.append(n.Answered(1_000, "enqueue", "", "", 950))
            size = 2 if party else 1
            story.notes += [
                n.Waits(2_000, 1.0, size),
                n.Waits(3_000, 2.0, size, "claim"),
                n.Asked(3_500, "accept", "claim"),
                n.Answered(3_600, "accept", "claim", "", 3_500),
                n.Found(5_100, MATCH),
                n.Last(60_000, None, self._shown(60_000, "open") if party else n.Partied(60_000, "")),
            ]

    def _party(self, story: n.Story) -> None:
        if story.player == "p1":
            story.notes += [
                n.Answered(300, "create", "party", "", 250),
                n.Answered(400, "invite", "invite", "", 350),
                n.Decided(650, "invite", "accepted"),
                n.Answered(1_000, "queue", "", "", 950),
            ]
        else:
            story.notes += [n.Answered(600, "invite accept", "invite party", "", 500)]
        story.notes.append(self._shown(1_010, "queued"))

    @staticmethod
    def _shown(at: float, phase: str, **more: Any) -> n.Partied:
        return n.Partied(at, "party", phase, "p1", DUO, **more)

    def at(self, player: int, kind: type[n.Note]) -> int:
        return [isinstance(note, kind) for note in self.stories[player - 1].notes].index(True)

    def change(self, player: int, kind: type[n.Note], **changes: Any) -> None:
        notes, at = self.stories[player - 1].notes, self.at(player, kind)
        notes[at] = msgspec.structs.replace(notes[at], **changes)

    def forget(self, player: int, kind: type[n.Note]) -> None:
        del self.stories[player - 1].notes[self.at(player, kind)]

    def tell(self, player: int, *notes: n.Note) -> None:
        """More notes, at their time."""
        theirs = self.stories[player - 1].notes
        theirs += notes
        theirs.sort(key=lambda note: note.at)

    def seats(self, seats: list[tuple[str, int]]) -> None:
        self.sat[0] = msgspec.structs.replace(self.sat[0], seats=seats)

    def kinds(self) -> set[str]:
        return {violation.kind for violation in judge(self.stories, self.sat, self.left)}


def vanished(evening: Evening) -> None:
    """Out of the queue, and in no match."""
    evening.forget(7, n.Found)
    evening.seats([(p, t) if p != "p7" else ("px", t) for p, t in evening.sat[0].seats])


def vanished_between(evening: Evening) -> None:
    """He has to queue again, and nobody told him why."""
    evening.tell(7, n.Idle(3_900), n.Answered(4_500, "enqueue", "", "", 4_450))


def ghost(evening: Evening) -> None:
    """Told that he is out, and still in."""
    evening.change(7, n.Last, waits=n.Waits(60_000, 59.0, 1))


def place(evening: Evening) -> None:
    """Waiting time begins anew."""
    evening.tell(7, n.Waits(4_990, 0.0, 1))


def twice_told(evening: Evening) -> None:
    """Two matches, and queued once."""
    evening.sat.append(n.Sat("match-2", [(f"q{k}", k % 2) for k in range(9)] + [("p7", 1)], 50_000, 59_000))
    evening.tell(7, n.Found(50_100, "match-2"))


def twice_at_once(evening: Evening) -> None:
    """In the second match before the first is over."""
    evening.sat.append(n.Sat("match-2", [(f"q{k}", k % 2) for k in range(9)] + [("p7", 1)], 30_000, 59_000))
    evening.tell(
        7, n.Answered(29_000, "enqueue", "", "", 28_900), n.Waits(29_100, 0.1, 1), n.Found(30_100, "match-2")
    )


def seats(evening: Evening) -> None:
    """One of them has two seats."""
    evening.seats([*evening.sat[0].seats[:9], ("p9", 1)])
    evening.forget(10, n.Found)
    evening.tell(10, n.Unqueued(5_100, "away", True))


def teams(evening: Evening) -> None:
    """Six against four."""
    evening.seats([(f"p{k}", int(k > 6)) for k in range(1, 11)])


def split(evening: Evening) -> None:
    """A party's members are opponents."""
    evening.seats([(f"p{k}", k % 2) for k in range(1, 11)])


def phantom(evening: Evening) -> None:
    """Told of a match that is nowhere."""
    evening.change(7, n.Found, match="nowhere")
    evening.seats([(p, t) if p != "p7" else ("px", t) for p, t in evening.sat[0].seats])


def unheard(evening: Evening) -> None:
    """In a match, and never told."""
    evening.forget(7, n.Found)
    evening.tell(7, n.Unqueued(5_100, "away", True))


def unjust(evening: Evening) -> None:
    """Put out for not answering, though he had."""
    evening.tell(7, n.Unqueued(4_000, "missed", True))


def unasked(evening: Evening) -> None:
    """Put out for not answering what he was not asked."""
    evening.change(7, n.Waits, claim="")
    evening.forget(7, n.Asked)
    notes = evening.stories[6].notes
    notes[:] = [each for each in notes if not (isinstance(each, n.Waits) and each.claim)]
    notes[:] = [each for each in notes if not (isinstance(each, n.Answered) and each.what == "accept")]
    evening.tell(7, n.Unqueued(4_000, "missed", True))


def falsely_declined(evening: Evening) -> None:
    evening.tell(7, n.Unqueued(4_000, "declined", True))


def stuck(evening: Evening) -> None:
    """Still asked when all is over."""
    evening.tell(7, n.Answered(50_000, "enqueue", "", "", 49_900), n.Waits(50_100, 0.2, 1))
    evening.change(7, n.Last, waits=n.Waits(60_000, 10.1, 1, "claim-2"))


def kept_in(evening: Evening) -> None:
    """He cannot leave, as a match seems to be made for ever."""
    evening.change(7, n.Last, left="in-match")


def left_over(evening: Evening) -> None:
    evening.left = 1


def otherwise(evening: Evening) -> None:
    """Two members have different owners."""
    evening.change(2, n.Last, party=n.Partied(60_000, "party", "open", "p2", DUO))


def queued_apart(evening: Evening) -> None:
    """The party is queued, the queue does not have it."""
    for player in (1, 2):
        evening.change(player, n.Last, party=evening._shown(60_000, "queued"))


def queued_still(evening: Evening) -> None:
    """The queue has the party, which is not queued."""
    for player in (1, 2):
        evening.tell(player, n.Answered(50_000, "queue", "", "", 49_900), n.Waits(50_100, 0.2, 2))
        evening.change(player, n.Last, waits=n.Waits(60_000, 10.1, 2))


def thrown_out(evening: Evening) -> None:
    """Let in, and at the end in none."""
    evening.change(2, n.Last, party=n.Partied(60_000, ""))


def decided_twice(evening: Evening) -> None:
    evening.tell(1, n.Answered(640, "invite cancel", "invite", "", 630))


def told_otherwise(evening: Evening) -> None:
    evening.change(1, n.Decided, outcome="declined")


def unseen(evening: Evening) -> None:
    evening.forget(7, n.Last)


SPOILT: dict[Callable[[Evening], None], str] = {
    vanished: "vanished",
    vanished_between: "vanished",
    ghost: "ghost",
    place: "place",
    twice_told: "twice",
    twice_at_once: "twice",
    seats: "seats",
    teams: "seats",
    split: "split",
    phantom: "phantom",
    unheard: "unheard",
    unjust: "unjust",
    unasked: "unjust",
    falsely_declined: "unjust",
    stuck: "stuck",
    kept_in: "stuck",
    left_over: "stuck",
    otherwise: "disagree",
    queued_apart: "disagree",
    queued_still: "disagree",
    thrown_out: "membership",
    decided_twice: "invite_twice",
    told_otherwise: "invite_twice",
    unseen: "unseen",
}


def test_nothing_is_found_where_all_went_well() -> None:
    assert judge(Evening().stories, Evening().sat) == []


@pytest.mark.parametrize("spoil", SPOILT, ids=lambda spoil: spoil.__name__)
def test_what_is_wrong_is_found(spoil: Callable[[Evening], None]) -> None:
    evening = Evening()
    spoil(evening)
    assert SPOILT[spoil] in evening.kinds()


def test_every_kind_is_tried() -> None:
    assert set(SPOILT.values()) == set(KINDS)


@pytest.mark.parametrize(
    "note",
    [
        n.Unqueued(3_900, "missed", False),
        n.Answered(3_900, "dequeue", "", "", 3_850),
        n.Answered(3_900, "dequeue", "", "disconnected", 3_850),
    ],
)
def test_who_was_told_is_out(note: n.Note) -> None:
    evening = Evening()
    vanished(evening)
    evening.tell(7, note)
    assert evening.kinds() == set()


def test_who_was_away_knows_why_he_waits_no_more() -> None:
    evening = Evening()
    vanished(evening)
    evening.tell(7, n.Offline(3_900), n.Online(9_000, 2))
    assert evening.kinds() == set()


def test_who_asks_again_before_he_is_told_that_he_waits_still() -> None:
    evening = Evening()
    evening.tell(7, n.Online(3_700, 2), n.Answered(4_500, "enqueue", "", "", 3_800), n.Waits(4_600, 3.65, 1))
    assert evening.kinds() == set()


def test_who_was_let_in_again_may_queue_again() -> None:
    evening = Evening()
    evening.tell(7, n.Answered(45_000, "enqueue", "", "", 44_900), n.Waits(45_100, 0.1, 1))
    evening.change(7, n.Last, waits=n.Waits(60_000, 15.05, 1))
    assert evening.kinds() == set()

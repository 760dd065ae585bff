"""What chat keeps for a player: whom he talks to, how far he has read, whom he does not want to hear.

    event        allowed                             then
    Wrote        always                              the talk is first; beyond `TALKS` the last is forgotten;
                                                     nothing where it was first within the last `FRESH` ms
    Marked       always                              the mark goes up to it, never down
    Muted(on)    below `MUTED`, or if muted before   the player is muted once
    Muted(off)   always                              he is not

Each said again changes nothing. Channels are as they are kept.
"""

import msgspec

from lobby.rules.chat import Refused

TALKS = 40
"""Direct channels that are remembered."""
FRESH = 60_000
"""So that not every line of a lively talk costs a change of two documents."""
MARKS = 100
MUTED = 200


class Talk(msgspec.Struct, array_like=True, frozen=True):
    """A direct channel, the player at its other end, and when something was last said (Unix ms)."""

    channel: str
    player: str
    name: str
    at: int


class Talks(msgspec.Struct, frozen=True):
    """The document. `talks`: the latest first; `read`: channel to the number read last, by marking."""

    talks: list[Talk] = []
    read: dict[str, int] = {}
    muted: list[str] = []

    def unread_after(self, channel: str) -> int:
        """The number above which nothing was read."""
        return self.read.get(channel, 0)


class Wrote(msgspec.Struct, frozen=True):
    """Something was said in a direct channel, by either."""

    talk: Talk


class Marked(msgspec.Struct, frozen=True):
    channel: str
    seq: int


class Muted(msgspec.Struct, frozen=True):
    player: str
    muted: bool


Event = Wrote | Marked | Muted


def step(old: Talks, event: Event) -> Talks:
    """The document after an event. Raises Refused `too-many-muted`."""
    match event:
        case Wrote(talk):
            return _wrote(old, talk)
        case Marked(channel, seq):
            if seq <= old.unread_after(channel):
                return old
            rest = {name: read for name, read in old.read.items() if name != channel}
            kept = dict(list(rest.items())[-(MARKS - 1) :])
            return msgspec.structs.replace(old, read={**kept, channel: seq})
        case Muted(player, muted):
            rest_muted = [other for other in old.muted if other != player]
            if not muted or player in old.muted:
                return old if muted else msgspec.structs.replace(old, muted=rest_muted)
            if len(old.muted) >= MUTED:
                raise Refused("too-many-muted")
            return msgspec.structs.replace(old, muted=[*old.muted, player])


def _wrote(old: Talks, talk: Talk) -> Talks:
    before = next((kept for kept in old.talks if kept.channel == talk.channel), None)
    if before is not None and before.at >= talk.at:
        return old
    if before is not None and before is old.talks[0] and talk.at - before.at < FRESH:
        return old
    rest = [kept for kept in old.talks if kept.channel != talk.channel]
    return msgspec.structs.replace(old, talks=[talk, *rest][:TALKS])

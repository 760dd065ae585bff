"""What a gateway and a host say to one another: by a direct call on one node, by the bus between two."""

from collections.abc import Callable, Sequence

import msgspec

from protocol import messages as wire

NEW = 2**62


class Note(msgspec.Struct, array_like=True, frozen=True):
    """Base of all; each names the match it is about."""

    match: str


# --- gateway to host --------------------------------------------------------------------------------


class Attach(Note, frozen=True, tag=1):
    """A socket wants to see the match; `seat` None to watch. `epoch`, `seq`: the last frame it holds.

    `again`: an owner before has let it in already; this is the gateway's word, not a new hello.
    """

    node: str
    conn: int
    ref: int
    player: str
    seat: int | None
    session: int
    epoch: int
    seq: int
    again: bool = False

    @property
    def age(self) -> int:
        """Of two sockets of a seat the one with the higher is newer, with the same the later."""
        return self.epoch if self.again else NEW


class Detach(Note, frozen=True, tag=2):
    """The socket is gone."""

    node: str
    conn: int


Numbered = wire.Move | wire.Resign | wire.Draw | wire.Abort | wire.Rematch
"""What a seat says, each with its number."""


class Submit(Note, frozen=True, tag=3):
    """A numbered message, as msgpack bytes. On one node there is no note: it is a call.

    `seq`: the last frame written to the socket, from which on an answer with a keyframe tells the events.
    """

    node: str
    conn: int
    data: bytes
    seq: int | None = None


class Again(Note, frozen=True, tag=4):
    """The socket needs a keyframe: after a gap, or because its outbox was conflated."""

    node: str
    conn: int
    epoch: int
    seq: int


class Renew(Note, frozen=True, tag=5):
    """These sockets of a node are still there; what is not named is gone."""

    node: str
    conns: list[int]


class Take(Note, frozen=True, tag=6):
    """A player of the queue wants a leaver's seat; answered by `Took`. `claim` names the wish, which is said
    again until it is answered; after `deadline` (Redis time, ms) nobody fulfils it."""

    node: str
    claim: str
    seat: int
    player: str
    name: str
    rating: int | None
    deadline: int


class Adopt(Note, frozen=True, tag=7):
    """For a node whose players are to play it: host this match, which `node` made in this epoch and nobody
    hosts yet; answered by `Adopted`."""

    node: str
    epoch: int


# --- host to gateway --------------------------------------------------------------------------------


class Attached(Note, frozen=True, tag=16):
    """The socket sees the match from now on: its welcome, its keyframe, and whose view it shares."""

    conn: int
    epoch: int
    view: str
    seq: int
    welcome: bytes
    keyframe: bytes
    refused: list[bytes] = []
    """The refusals that its client may not know; they go before the keyframe that acknowledges them."""


class Direct(Note, frozen=True, tag=17):
    """For one socket. `keyframe` is the seq of the keyframe it is, else None; `refused` go before it.

    `epoch`: the owner's, 0 from a node that does not say.
    """

    conn: int
    data: bytes
    keyframe: int | None = None
    refused: list[bytes] = []
    epoch: int = 0


class Fan(Note, frozen=True, tag=18):
    """One frame for all sockets of a node that share a view.

    `refused`: (conn, message) that go before it, whose ack would else read as a success. `prev`: the seq of
    the frame before it, None from a node that does not say. `epoch`: the owner's, 0 likewise.
    """

    view: str
    seq: int
    data: bytes
    refused: list[tuple[int, bytes]] = []
    prev: int | None = None
    epoch: int = 0


Fanned = Callable[[str, str, int, bytes, Sequence[tuple[int, bytes]], int | None, int], None]
"""(match, view, seq, data, refused, prev, epoch): a `Fan` as the call it is on one node, `Gateway.fan`."""


class Cut(Note, frozen=True, tag=19):
    """Close one socket, or with conn 0 all sockets of the match, with this code.

    `epoch` 0, or the owner's: a socket that a newer owner has let in is not closed.
    """

    conn: int
    code: int
    epoch: int = 0


class Took(Note, frozen=True, tag=20):
    """The seat is his by the log, or (`seat` None) is not and will not be by this claim."""

    claim: str
    seat: int | None


class Adopted(Note, frozen=True, tag=21):
    """To who said `Adopt`: whether this node hosts the match."""

    done: bool


ToHost = Attach | Detach | Submit | Again | Renew | Take | Adopt
ToGateway = Attached | Direct | Fan | Cut | Took | Adopted

encode = msgspec.msgpack.Encoder().encode
_decoder: msgspec.msgpack.Decoder[ToHost | ToGateway] = msgspec.msgpack.Decoder(ToHost | ToGateway)
decode = _decoder.decode

"""Chat: which channels there are, what a line may say, and how much of it is kept.

A channel is `<kind>/<id>`. On the wire a direct one is named by the other player, `direct/<player>`; kept it
has both, in order, `direct/<a>.<b>`. All others are named and kept alike:

    direct   two players            party   its members        room   its members
    match    its players            watch   who watches it     game   whoever is signed in

Players and spectators of a match are apart: who has a seat is not in `watch`, who has none not in `match`.
Lines are numbered by channel, each above the last, and a number never comes back. Times are Unix seconds, in
a line Unix ms.
"""

import re
import unicodedata

import msgspec

MAX_CHARS = 300
MAX_BYTES = 1000
"""Of a line, in UTF-8."""
MAX_MARKS = 4
"""Combining marks on one character: enough for every script, too few to paint over the lines around."""
SEPARATORS = {"Zl", "Zp"}
JOINERS = {"\u200c", "\u200d"}
"""Without these some scripts and many emoji cannot be written; all other invisible characters are refused."""

_ID = re.compile(r"[A-Za-z0-9_-]{1,64}")
_DAY = 24 * 3600.0
NEVER = 2**53
"""Above the number of every line."""


class Refused(Exception):
    """An event that is not allowed; `code` is one of the wire's errors, `text` may say more."""

    def __init__(self, code: str, text: str | None = None) -> None:
        self.code = code
        self.text = text
        super().__init__(code)


class Rate(msgspec.Struct, frozen=True):
    """Lines: one each `seconds`, up to `burst` at once. Over all nodes and sockets."""

    seconds: float
    burst: int


class Kind(msgspec.Struct, frozen=True):
    """What holds for the channels of a kind: `lines` are kept, none longer than `seconds`.

    `each` is every player's rate, `all` that of everybody together. Sockets are told what is new at most
    each `period` seconds.
    """

    lines: int
    seconds: float
    each: Rate
    all: Rate
    period: float = 0.05


KINDS = {
    "direct": Kind(200, 30 * _DAY, Rate(1, 8), Rate(0.5, 16)),
    "party": Kind(100, _DAY, Rate(1, 8), Rate(0.1, 40)),
    "room": Kind(100, _DAY, Rate(1, 8), Rate(0.1, 40)),
    "match": Kind(100, _DAY / 4, Rate(1, 8), Rate(0.1, 40)),
    "watch": Kind(100, _DAY / 4, Rate(2, 4), Rate(0.1, 40), 0.25),
    "game": Kind(200, _DAY, Rate(3, 4), Rate(0.1, 40), 0.25),
}


class Channel(msgspec.Struct, frozen=True):
    """`name` is how it is kept; `id` the party's, room's, match's or game's, or the other player's."""

    kind: str
    id: str
    name: str

    @property
    def rules(self) -> Kind:
        return KINDS[self.kind]


class Line(msgspec.Struct, array_like=True, frozen=True):
    """What a player said: `at` is Unix ms, `name` what he was called then."""

    seq: int
    at: int
    player: str
    name: str
    text: str


def channel(player: str, named: str) -> Channel:
    """The channel that this player names so. Raises Refused `no-channel`, `forbidden`."""
    kind, _, ident = named.partition("/")
    if kind not in KINDS or not _ID.fullmatch(ident):
        raise Refused("no-channel")
    if kind != "direct":
        return Channel(kind, ident, named)
    if ident == player:
        raise Refused("forbidden", "This channel would be with yourself.")
    return Channel(kind, ident, f"direct/{'.'.join(sorted((player, ident)))}")


def clean(text: str) -> str:
    """The line as it is kept: composed (NFC), without space around. Raises Refused `bad-line`."""
    plain = unicodedata.normalize("NFC", text).strip()
    if not plain:
        raise Refused("bad-line", "There is nothing in this line.")
    size = len(plain.encode("utf-8", "surrogatepass"))
    if len(plain) > MAX_CHARS or size > MAX_BYTES:
        told = f"{len(plain)} characters in {size} bytes"
        raise Refused("bad-line", f"A line may have {MAX_CHARS} characters in {MAX_BYTES} bytes, not {told}.")
    marks = 0
    for sign in plain:
        category = unicodedata.category(sign)
        if (category[0] == "C" and category != "Cn" and sign not in JOINERS) or category in SEPARATORS:
            raise Refused("bad-line", "A line has no control characters and nothing invisible.")
        marks = marks + 1 if category in ("Mn", "Me") else 0
        if marks > MAX_MARKS:
            raise Refused("bad-line", "A line has no such heaps of marks on one character.")
    return plain


def fresh(lines: list[Line], kind: Kind, now: float) -> list[Line]:
    """Those that are not older than their kind keeps them."""
    oldest = (now - kind.seconds) * 1000
    return [line for line in lines if line.at > oldest]

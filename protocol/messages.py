"""Every message of the two sockets, as typed positional arrays.

A message is an array whose first element is its kind, a small integer. Kinds are distinct over both
sockets and both directions, so one number names one message everywhere: in logs, metrics and vectors.
The budget of a client's message stands beside it and is checked before anything is decoded.

An area of the lobby whose messages have a module of their own (on `protocol.base`) names them here: in an
import, so that they are `messages.…` everywhere, and in the two unions at the end.
"""

from typing import Any, ClassVar, Literal

import msgspec

from protocol.base import JSON as JSON
from protocol.base import MAX_FRAME as MAX_FRAME
from protocol.base import MAX_MOVE as MAX_MOVE
from protocol.base import MAX_SAFE as MAX_SAFE
from protocol.base import MSGPACK as MSGPACK
from protocol.base import SUBPROTOCOLS as SUBPROTOCOLS
from protocol.base import Budget as Budget
from protocol.base import Count as Count
from protocol.base import Message as Message
from protocol.base import Name as Name
from protocol.base import Number as Number
from protocol.base import Request as Request
from protocol.base import Token as Token
from protocol.chat import ChatHistory as ChatHistory
from protocol.chat import ChatJoin as ChatJoin
from protocol.chat import ChatLeave as ChatLeave
from protocol.chat import ChatLeft as ChatLeft
from protocol.chat import ChatLines as ChatLines
from protocol.chat import ChatList as ChatList
from protocol.chat import ChatMarked as ChatMarked
from protocol.chat import ChatMute as ChatMute
from protocol.chat import ChatMuted as ChatMuted
from protocol.chat import ChatRead as ChatRead
from protocol.chat import ChatReply as ChatReply
from protocol.chat import ChatReport as ChatReport
from protocol.chat import ChatRequest as ChatRequest
from protocol.chat import ChatSend as ChatSend
from protocol.chat import KeptNotices as KeptNotices
from protocol.chat import NoticesGone as NoticesGone
from protocol.chat import NoticesSeen as NoticesSeen
from protocol.invite import Invite as Invite
from protocol.invite import InviteAccept as InviteAccept
from protocol.invite import InviteCancel as InviteCancel
from protocol.invite import InviteDecline as InviteDecline
from protocol.invite import InviteOver as InviteOver
from protocol.invite import InviteRequest as InviteRequest
from protocol.invite import Invites as Invites
from protocol.invite import LinkLook as LinkLook
from protocol.invite import LinkMake as LinkMake
from protocol.invite import LinkRevoke as LinkRevoke
from protocol.invite import LinkTake as LinkTake
from protocol.party import Party as Party
from protocol.party import PartyAnswer as PartyAnswer
from protocol.party import PartyAsk as PartyAsk
from protocol.party import PartyChoose as PartyChoose
from protocol.party import PartyCreate as PartyCreate
from protocol.party import PartyKick as PartyKick
from protocol.party import PartyLeave as PartyLeave
from protocol.party import PartyPromote as PartyPromote
from protocol.party import PartyQueue as PartyQueue
from protocol.party import PartyReady as PartyReady
from protocol.party import PartyRequest as PartyRequest
from protocol.party import PartyStop as PartyStop
from protocol.people import Away as Away
from protocol.people import Block as Block
from protocol.people import FriendAnswer as FriendAnswer
from protocol.people import FriendAsk as FriendAsk
from protocol.people import FriendRemove as FriendRemove
from protocol.people import People as People
from protocol.people import PeopleRequest as PeopleRequest
from protocol.people import PlayerFind as PlayerFind
from protocol.people import PlayersMet as PlayersMet
from protocol.people import Unblock as Unblock
from protocol.queues import Dequeue as Dequeue
from protocol.queues import Enqueue as Enqueue
from protocol.queues import MatchAccept as MatchAccept
from protocol.queues import MatchDecline as MatchDecline
from protocol.queues import Queue as Queue
from protocol.queues import QueueRequest as QueueRequest
from protocol.queues import Unqueued as Unqueued
from protocol.rooms import Room as Room
from protocol.rooms import RoomBot as RoomBot
from protocol.rooms import RoomBrowse as RoomBrowse
from protocol.rooms import RoomChange as RoomChange
from protocol.rooms import RoomCreate as RoomCreate
from protocol.rooms import RoomDescribe as RoomDescribe
from protocol.rooms import RoomGive as RoomGive
from protocol.rooms import RoomJoin as RoomJoin
from protocol.rooms import RoomKick as RoomKick
from protocol.rooms import RoomLeave as RoomLeave
from protocol.rooms import RoomPardon as RoomPardon
from protocol.rooms import RoomReady as RoomReady
from protocol.rooms import RoomRequest as RoomRequest
from protocol.rooms import Rooms as Rooms
from protocol.rooms import RoomsClose as RoomsClose
from protocol.rooms import RoomSit as RoomSit
from protocol.rooms import RoomSwap as RoomSwap

# --- match socket, client to server -----------------------------------------------------------------


class Hello(Request, tag=1, frozen=True):
    """The first message of a match socket. `session` is minted by the client at page load (1..2^53-1).

    `epoch` and `seq` are the last frame the client holds (0, 0 when it holds none). `token` is the resume
    token of an earlier `Welcome`.
    """

    budget: ClassVar[Budget] = Budget(rate=1, burst=3)
    ref: Count
    session: Number
    epoch: Count = 0
    seq: Count = 0
    token: Token | None = None


class Move(Request, tag=2, frozen=True):
    """A move of the game. `number` counts 1, 2, 3… within the session over all numbered messages."""

    budget: ClassVar[Budget] = Budget(rate=40, burst=80)
    number: Number
    move: msgspec.Raw


class Resign(Request, tag=3, frozen=True):
    """Give up; in an open match as `Abort`. Numbered like a move."""

    number: Number


class Draw(Request, tag=4, frozen=True):
    """Offer a draw, accept the other side's by offering too, or decline it. Numbered like a move."""

    number: Number
    action: Literal["offer", "decline"]


class Abort(Request, tag=5, frozen=True):
    """End the match without a result, while no seat has moved yet twice. Numbered like a move."""

    number: Number


class Rematch(Request, tag=6, frozen=True):
    """After the end: want a rematch, or take the wish back. Numbered like a move."""

    number: Number
    wanted: bool


class Seen(Request, tag=7, frozen=True):
    """The last `seq` this client has applied; the server judges slowness by it. Sent at least each second."""

    seq: Count


class Resync(Request, tag=8, frozen=True):
    """Ask for a keyframe, after a gap. `epoch`, `seq`: the last frame the client holds."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=5)
    ref: Count
    epoch: Count
    seq: Count


class Ping(Request, tag=9, frozen=True):
    """Answered by `Pong` with the same ref. On either socket."""

    ref: Count


# --- match socket, server to client -----------------------------------------------------------------


class Welcome(Message, tag=32, frozen=True):
    """Answer to `Hello`; a `Keyframe` follows.

    `seat` is None for a spectator. `number` is the last number applied in this session. `seats` has, per
    seat, `{"player": id or None, "name": str, "team": int, "bot": level or None, "rating": int or None}`.
    `pace` is `{"kind": "turns", "clock": None or {"seconds": 180, "increment": 2}}` or
    `{"kind": "ticks", "rate": 20}`. `token` resumes this seat on any node.
    """

    ref: int
    match: str
    seat: int | None
    session: int
    number: int
    game: str
    mode: str
    version: int
    pace: dict[str, Any]
    seats: list[dict[str, Any]]
    rated: bool
    token: str


class Keyframe(Message, tag=33, frozen=True):
    """The whole view. Replaces whatever the client holds.

    `time` is match time in ms. `acks` has, per seat, the last number applied. `events` are those the
    client has missed, each `[seq, name, data]`. `rewound` marks that the server lost acknowledged steps.
    """

    epoch: int
    seq: int
    time: int
    acks: list[int]
    view: Any
    events: list[list[Any]] = []
    rewound: bool = False


class Frame(Message, tag=34, frozen=True):
    """One step, by what it changed of the frame or keyframe before, whose `seq` is `prev` (0: `seq - 1`).

    `passed` is match time in ms. `acks`: how many numbers of each seat were applied, two bits a seat, the
    lowest for seat 0; or, as a list, the last number of each. `delta` turns the view of `prev` into that of
    `seq` (None: unchanged). `events` are those of this step, each `[name, data]`. `epoch` 0: that of what
    came before. A client that does not hold `prev` asks `Resync`. Defaults at the end are not sent; see
    `frames.py`.
    """

    seq: int
    passed: int
    acks: int | list[int]
    delta: Any = None
    events: list[list[Any]] = []
    prev: int = 0
    epoch: int = 0


class Refused(Message, tag=35, frozen=True):
    """A numbered message was refused by the rules; its number is consumed."""

    number: int
    code: str
    text: str


class Error(Message, tag=36, frozen=True):
    """A message could not be served. `retry_after` in seconds, where waiting helps. On either socket.

    `number` is that of the numbered message it answers, which used none up.
    """

    ref: int | None
    code: str
    text: str
    retry_after: float | None = None
    number: int | None = None


class Pong(Message, tag=37, frozen=True):
    """`time`: match time in ms on a match socket, Unix time in ms on the lobby's."""

    ref: int
    time: int


class Recorded(Message, tag=38, frozen=True):
    """The result is in the database. `ratings`: per seat `[before, after]` or None where unrated."""

    match: str
    ratings: list[list[int] | None]


class Next(Message, tag=39, frozen=True):
    """A rematch was made: the new match, this player's seat in it, and the ticket of its handshake."""

    match: str
    seat: int
    ticket: str
    path: str


# --- lobby socket, client to server -----------------------------------------------------------------


class LobbyHello(Request, tag=64, frozen=True):
    """The first message of a lobby socket; answered by `LobbyWelcome`."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=3)
    ref: Count


class PlayBot(Request, tag=67, frozen=True):
    """Start an unrated match against the game's own computer player, `level` from 1."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count
    game: Name
    mode: Name
    level: Count = 1
    seats: Count = 0


# --- lobby socket, server to client -----------------------------------------------------------------


class LobbyWelcome(Message, tag=96, frozen=True):
    """Answer to `LobbyHello`. Presence, and `Queue` and `Room` where they apply, follow.

    `player`: `{"id", "name", "guest"}`. `match`: the running match to return to, as the fields of
    `MatchFound` without ticket: `{"match", "game", "mode", "seat"}`, or None. `games`: per game
    `{"name", "title", "modes": [mode], "bots": levels}`, a mode `{"name", "seats": [min, max], "teams",
    "rated", "party", "queue"}`. `queue`: what a wish may say, `{"accept", "regions", "roles", "values"}`.
    `regions`: where to measure the latency to each, by name.
    """

    ref: int
    player: dict[str, Any]
    match: dict[str, Any] | None
    games: list[dict[str, Any]]
    regions: dict[str, str] = {}


class Reply(Message, tag=97, frozen=True):
    """The request with this ref was done."""

    ref: int
    data: Any = None


class Presence(Message, tag=98, frozen=True):
    """Who is online. `full`: forget what you held. `here`: `[id, name, status]` new or changed; `gone`: ids.

    `status` is `away`, `online`, `room`, `queue` or `match`. `online` counts players, the list may be capped.
    """

    version: int
    online: int
    here: list[list[str]]
    gone: list[str]
    full: bool


class MatchFound(Message, tag=100, frozen=True):
    """A match is ready. Connect to `path` with `?ticket=` within 30 s.

    `backfill`: it is under way, and the seat is that of a player who left it.
    """

    match: str
    game: str
    mode: str
    seat: int
    ticket: str
    path: str
    backfill: bool = False


class Notice(Message, tag=102, frozen=True):
    """Something to tell the player."""

    code: str
    text: str


MatchRequest = Hello | Move | Resign | Draw | Abort | Rematch | Seen | Resync | Ping
MatchReply = Welcome | Keyframe | Frame | Refused | Error | Pong | Recorded | Next
LobbyRequest = (
    LobbyHello
    | QueueRequest
    | PlayBot
    | Ping
    | PeopleRequest
    | RoomRequest
    | PartyRequest
    | InviteRequest
    | ChatRequest
)
LobbyReply = (
    LobbyWelcome
    | Reply
    | Error
    | Pong
    | Presence
    | Queue
    | Unqueued
    | MatchFound
    | Room
    | Rooms
    | Notice
    | People
    | Party
    | ChatReply
    | Invites
    | InviteOver
)

"""Chat and notices, on the lobby socket. Channels are named `<kind>/<id>` (lobby/rules/chat.py)."""

from typing import Annotated, Any, ClassVar, Literal

import msgspec

from protocol.base import PLAIN, Budget, Count, Message, Name, Number, Request

ChannelName = Annotated[str, msgspec.Meta(max_length=80)]
Line = Annotated[str, msgspec.Meta(max_length=2000)]
Reason = Literal["insult", "spam", "cheating", "other"]

# --- client to server -------------------------------------------------------------------------------


class ChatSend(Request, tag=192, frozen=True):
    """Say something. `session` and `number` name the line: sent again it is not said again."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    channel: ChannelName
    session: Number
    number: Number
    text: Line


class ChatJoin(Request, tag=193, frozen=True):
    """Hear a channel: answered by `ChatLines` with what was said after `after` (0: lately), then `Reply`."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=30)
    ref: Count
    channel: ChannelName
    after: Count = 0


class ChatLeave(Request, tag=194, frozen=True):
    """Hear it no more. `ChatLeft` follows."""

    ref: Count
    channel: ChannelName


class ChatHistory(Request, tag=195, frozen=True):
    """What was said before the line `before` (0: the end); the reply's `data` is `{"lines", "more"}`."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    channel: ChannelName
    before: Count = 0


class ChatRead(Request, tag=196, frozen=True):
    """Everything up to this line was read. Told to the player's other sockets by `ChatMarked`."""

    ref: Count
    channel: ChannelName
    seq: Count


class ChatMute(Request, tag=197, frozen=True):
    """Hear this player no more in any channel, or again."""

    budget: ClassVar[Budget] = Budget(rate=1, burst=10)
    ref: Count
    player: Name
    muted: bool


class ChatReport(Request, tag=198, frozen=True):
    """Show a line and those around it to staff. `text`: what the player has to say about it."""

    budget: ClassVar[Budget] = Budget(rate=0.1, burst=5)
    ref: Count
    channel: ChannelName
    seq: Count
    reason: Reason
    text: Annotated[str, msgspec.Meta(max_length=500, pattern=PLAIN)] = ""


class ChatList(Request, tag=199, frozen=True):
    """With whom this player talks, and what is new there; in the reply's `data`."""

    budget: ClassVar[Budget] = Budget(rate=0.5, burst=5)
    ref: Count


class NoticesSeen(Request, tag=200, frozen=True):
    """These kept notices were seen: no device shows them again."""

    budget: ClassVar[Budget] = Budget(rate=2, burst=10)
    ref: Count
    ids: Annotated[list[Name], msgspec.Meta(max_length=50)]


# --- server to client -------------------------------------------------------------------------------


class ChatLines(Message, tag=176, frozen=True):
    """What was said in a channel after line `after` up to `upto`, each `[seq, at, player, name, text]`.

    `at` is Unix ms. Lines that this player does not hear are left out. `more`: there are earlier ones.
    """

    channel: str
    after: int
    upto: int
    lines: list[list[Any]]
    more: bool = False


class ChatMarked(Message, tag=177, frozen=True):
    """The player has read this channel up to this line, on one of his sockets."""

    channel: str
    seq: int


class ChatLeft(Message, tag=178, frozen=True):
    """This socket does not hear the channel: `left` as it asked, `no-channel` as it may not."""

    channel: str
    code: str


class ChatMuted(Message, tag=179, frozen=True):
    """The player has muted another on one of his sockets, or hears him again."""

    player: str
    muted: bool


class KeptNotices(Message, tag=184, frozen=True):
    """Notices that wait until `NoticesSeen`; each `{"id", "code", "text", "data", "at"}`, `at` in Unix s."""

    notices: list[dict[str, Any]]


class NoticesGone(Message, tag=185, frozen=True):
    """These were seen on another of the player's sockets."""

    ids: list[str]


ChatRequest = (
    ChatSend | ChatJoin | ChatLeave | ChatHistory | ChatRead | ChatMute | ChatReport | ChatList | NoticesSeen
)
ChatReply = ChatLines | ChatMarked | ChatLeft | ChatMuted | KeptNotices | NoticesGone

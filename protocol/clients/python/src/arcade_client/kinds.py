"""Every message: its kind on the wire and its fields in order. The same table as protocol/README.md."""

from typing import Any, Final

MSGPACK: Final = "arcade.v1.msgpack"
JSON: Final = "arcade.v1.json"
MAX_SAFE: Final = 2**53 - 1

Message = dict[str, Any]
"""A message by the names of its fields, with its name under `kind`."""

KINDS: Final[dict[str, tuple[int, tuple[str, ...]]]] = {
    "Hello": (1, ("ref", "session", "epoch", "seq", "token")),
    "Move": (2, ("number", "move")),
    "Resign": (3, ("number",)),
    "Draw": (4, ("number", "action")),
    "Abort": (5, ("number",)),
    "Rematch": (6, ("number", "wanted")),
    "Seen": (7, ("seq",)),
    "Resync": (8, ("ref", "epoch", "seq")),
    "Ping": (9, ("ref",)),
    "Welcome": (
        32,
        (
            *("ref", "match", "seat", "session", "number", "game", "mode", "version"),
            *("pace", "seats", "rated", "token"),
        ),
    ),
    "Keyframe": (33, ("epoch", "seq", "time", "acks", "view", "events", "rewound")),
    "Frame": (34, ("seq", "passed", "acks", "delta", "events", "prev", "epoch")),
    "Refused": (35, ("number", "code", "text")),
    "Error": (36, ("ref", "code", "text", "retry_after", "number")),
    "Pong": (37, ("ref", "time")),
    "Recorded": (38, ("match", "ratings")),
    "Next": (39, ("match", "seat", "ticket", "path")),
    "LobbyHello": (64, ("ref",)),
    "Enqueue": (65, ("ref", "game", "mode", "wish")),
    "Dequeue": (66, ("ref",)),
    "PlayBot": (67, ("ref", "game", "mode", "level", "seats")),
    "RoomCreate": (68, ("ref", "game", "mode", "seats", "options")),
    "RoomJoin": (69, ("ref", "code", "password", "watch")),
    "RoomReady": (70, ("ref", "ready")),
    "RoomLeave": (71, ("ref",)),
    "RoomBot": (72, ("ref", "level", "seat")),
    "RoomChange": (73, ("ref", "options")),
    "RoomSit": (74, ("ref", "seat", "team")),
    "RoomSwap": (75, ("ref", "seat")),
    "RoomKick": (76, ("ref", "player", "ban")),
    "RoomPardon": (77, ("ref", "player")),
    "RoomGive": (78, ("ref", "player")),
    "RoomDescribe": (79, ("ref", "scope", "values")),
    "RoomBrowse": (80, ("ref", "filter", "sort", "page", "size")),
    "RoomsClose": (81, ("ref",)),
    "FriendAsk": (148, ("ref", "player")),
    "FriendAnswer": (149, ("ref", "player", "accept")),
    "FriendRemove": (150, ("ref", "player")),
    "Block": (151, ("ref", "player")),
    "Unblock": (152, ("ref", "player")),
    "Away": (153, ("ref", "away")),
    "PlayerFind": (154, ("ref", "name")),
    "PlayersMet": (155, ("ref",)),
    "LobbyWelcome": (96, ("ref", "player", "match", "games", "regions")),
    "Reply": (97, ("ref", "data")),
    "Presence": (98, ("version", "online", "here", "gone", "full")),
    "Queue": (
        99,
        ("game", "mode", "since", "waiting", "bot", "place", "estimate", "party", "asked"),
    ),
    "MatchFound": (100, ("match", "game", "mode", "seat", "ticket", "path", "backfill")),
    "Room": (101, ("code", "game", "mode", "seats", "members", "link", "more")),
    "Rooms": (103, ("total", "codes", "rows", "full")),
    "Notice": (102, ("code", "text")),
    "People": (170, ("version", "here", "gone", "full")),
    "Unqueued": (108, ("game", "mode", "code", "mine")),
    "MatchAccept": (208, ("ref", "claim")),
    "MatchDecline": (209, ("ref", "claim")),
    "PartyCreate": (128, ("ref", "game", "mode")),
    "PartyAsk": (129, ("ref", "player")),
    "PartyAnswer": (130, ("ref", "player", "let")),
    "PartyLeave": (131, ("ref",)),
    "PartyKick": (132, ("ref", "player")),
    "PartyPromote": (133, ("ref", "player")),
    "PartyReady": (134, ("ref", "ready", "wish")),
    "PartyChoose": (135, ("ref", "game", "mode")),
    "PartyQueue": (136, ("ref", "wish")),
    "PartyStop": (137, ("ref",)),
    "Party": (160, ("party", "owner", "game", "mode", "size", "phase", "members", "asks", "reason", "code")),
    "ChatSend": (192, ("ref", "channel", "session", "number", "text")),
    "ChatJoin": (193, ("ref", "channel", "after")),
    "ChatLeave": (194, ("ref", "channel")),
    "ChatHistory": (195, ("ref", "channel", "before")),
    "ChatRead": (196, ("ref", "channel", "seq")),
    "ChatMute": (197, ("ref", "player", "muted")),
    "ChatReport": (198, ("ref", "channel", "seq", "reason", "text")),
    "ChatList": (199, ("ref",)),
    "NoticesSeen": (200, ("ref", "ids")),
    "ChatLines": (176, ("channel", "after", "upto", "lines", "more")),
    "ChatMarked": (177, ("channel", "seq")),
    "ChatLeft": (178, ("channel", "code")),
    "ChatMuted": (179, ("player", "muted")),
    "KeptNotices": (184, ("notices",)),
    "NoticesGone": (185, ("ids",)),
    "Invite": (140, ("ref", "to", "player", "what")),
    "InviteAccept": (141, ("ref", "id")),
    "InviteDecline": (142, ("ref", "id")),
    "InviteCancel": (143, ("ref", "id", "player")),
    "LinkMake": (144, ("ref", "to")),
    "LinkRevoke": (145, ("ref", "code")),
    "LinkTake": (146, ("ref", "code")),
    "LinkLook": (147, ("ref", "code")),
    "Invites": (166, ("invites", "sent")),
    "InviteOver": (167, ("id", "outcome", "player")),
}
DEFAULTS: Final[dict[str, Message]] = {
    "Frame": {"delta": None, "events": [], "prev": 0, "epoch": 0},
    "Error": {"number": None},
    "MatchFound": {"backfill": False},
    "LobbyWelcome": {"regions": {}},
    "Enqueue": {"wish": {}},
    "PartyReady": {"wish": {}},
    "PartyQueue": {"wish": {}},
}
"""Of fields at the end that the sender may leave out."""

NAMES: Final = {kind: name for name, (kind, _) in KINDS.items()}

RESUME: Final = "resume now"
LATER: Final = "resume later"
SIGN_IN: Final = "log in again"
LEAVE: Final = "go away"

CLOSES: Final[dict[int, str]] = {
    1000: LEAVE,
    1001: RESUME,
    1009: LEAVE,
    1011: RESUME,
    1012: RESUME,
    4000: RESUME,
    4001: RESUME,
    4002: LATER,
    4003: SIGN_IN,
    4004: LEAVE,
    4005: LEAVE,
    4006: LEAVE,
    4007: LEAVE,
    4008: LEAVE,
    4009: LATER,
    4010: LEAVE,
    4011: LEAVE,
    4012: LEAVE,
    4013: RESUME,
    4014: LEAVE,
}
"""What to do after each close code. A code that is not here means: resume now."""

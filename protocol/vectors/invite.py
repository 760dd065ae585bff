"""Golden messages of invites."""

from protocol.base import Message
from protocol.invite import (
    Invite,
    InviteAccept,
    InviteCancel,
    InviteDecline,
    InviteOver,
    Invites,
    LinkLook,
    LinkMake,
    LinkRevoke,
    LinkTake,
)

CLIENT: dict[str, Message] = {
    "invite to party": Invite(40, "party", "p2"),
    "invite to rematch": Invite(41, "rematch", "p2", "m8Qv2kLx7RtYw3Zb"),
    "invite to be friends": Invite(42, "friend", "p2"),
    "invite accept": InviteAccept(43, "i1"),
    "invite decline": InviteDecline(44, "i1"),
    "invite cancel": InviteCancel(45, "i1", "p2"),
    "link make": LinkMake(46, "room"),
    "link revoke": LinkRevoke(47, "code:of:link"),
    "link take": LinkTake(48, "code:of:link"),
    "link look": LinkLook(49, "code:of:link"),
}

SERVER: dict[str, Message] = {
    "invites": Invites(
        [
            {
                "id": "i1",
                "to": "party",
                "what": "gz3kq7m2x5ab4cde",
                "player": "p2",
                "name": "Bob",
                "game": "arena",
                "mode": "teams",
                "seconds": 599,
            }
        ],
        [
            {
                "id": "i2",
                "to": "room",
                "what": "K7QX2M",
                "player": "p3",
                "name": "Cid",
                "game": "arena",
                "mode": "ffa",
                "seconds": 30,
            }
        ],
    ),
    "no invites": Invites([]),
    "invite over": InviteOver("i2", "declined", "p3"),
}

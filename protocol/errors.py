"""All error codes and close codes, in one table each. A test compares them with the wire's page."""

import enum
from typing import NamedTuple

ERRORS: dict[str, str] = {
    # what came in
    "unknown-kind": "This kind of message does not exist here; see the list in the protocol's page.",
    "malformed": "The message could not be read; check its fields against the protocol's page.",
    "too-large": "A message may have 16 KiB; send less.",
    "move-too-large": "A move may have 1 KiB in MessagePack; send less.",
    "too-deep": "The message is nested too deeply; flatten it.",
    "wrong-encoding": "Send binary frames on arcade.v1.msgpack and text frames on arcade.v1.json.",
    "hello-first": "Say hello before anything else.",
    "hello-twice": "This connection has said hello already.",
    "too-many": "Too many of these; wait retry_after seconds.",
    # moves
    "not-your-turn": "It is another seat's turn; wait for the frame that gives it to you.",
    "illegal-move": "The rules do not allow this move.",
    "bad-move": "The move has not the shape this game declares; see its schema at /api/games/<game>.",
    "no-seat": "You watch this match; only a seat may do that.",
    "not-running": "The match has not begun yet; wait until its phase is running.",
    "match-finished": "The match is over; only a rematch can be offered.",
    "out-of-order": "A numbered message is missing before this one; resend from the last acknowledged.",
    "seat-gone": "This seat has left the match for good.",
    "no-offer": "There is no draw offer to decline.",
    "too-late-to-abort": "Moves have been made; resign instead.",
    "unfinished": "A rematch can be offered when the match is over.",
    # matches and tickets
    "match-unknown": "There is no live match with this id; its history is at /api/matches/<id>/.",
    "match-aborted": "The match was ended without a result.",
    "standstill": "The match stands still while its log cannot be written; wait.",
    "ticket-missing": "Connect with ?ticket= from POST /api/socket-ticket.",
    "ticket-unknown": "This ticket or token is unknown, used or too old; get a ticket, good for 30 s.",
    "ticket-purpose": "This ticket is for something else; get one for this socket.",
    "origin": "This page's origin may not connect; add it to ARCADE_ALLOWED_ORIGINS.",
    "subprotocol": "Offer the subprotocol arcade.v1.msgpack or arcade.v1.json.",
    "too-many-handshakes": "Too many connections were opened; wait retry_after seconds.",
    "too-many-sockets": "This player has too many sockets open; close one.",
    "sign-in": "Sign in first: POST /api/guest.",
    "forbidden": "This is not yours to do.",
    # lobby
    "game-unknown": "No such game; see GET /api/games/.",
    "mode-unknown": "This game has no such mode; see GET /api/games/.",
    "no-bot": "This game has no computer player of that level.",
    "not-queued": "You are not in a queue.",
    "not-proposed": "No such match is proposed to you any more.",
    "bad-wish": "This queue cannot take what you ask for; see its mode's `queue` in LobbyWelcome.",
    "penalty": "You did not take a match lately; this queue is open to you in retry_after seconds.",
    "in-match": "You are in a match; finish or resign it first.",
    "room-unknown": "No room has this code.",
    "room-full": "This room is full.",
    "no-room": "You are not in a room.",
    "not-owner": "Only the owner may do that.",
    "no-party": "You are not in a party.",
    "party-unknown": "There is no such party, or it is not open to you.",
    "party-full": "This party is full.",
    "party-too-large": "This mode has not room for so many of one party.",
    "in-party": "You are in a party; its owner takes all of you into a queue together.",
    "not-ready": "Not everybody in the party is here and ready.",
    "too-many-invites": "Too many of these wait for an answer already.",
    "already-there": "This player is there already.",
    "invite-over": "This is decided, taken back or too old.",
    "room-locked": "This room is locked; nobody can come in.",
    "room-banned": "The owner of this room does not let you in.",
    "room-friends": "This room is for friends of its owner.",
    "room-password": "This room needs its password; there was none, or it is wrong.",
    "seat-taken": "Somebody sits there; ask to swap, or take another seat.",
    "seat-unknown": "The room has no such seat or team.",
    "not-seated": "Take a seat first.",
    "not-member": "This player is not in your party or room.",
    "busy": "Too many things happen at once; try again.",
    "no-request": "This player has not asked to be your friend.",
    "declined": "This player has declined; wait retry_after seconds before you ask again.",
    "blocked": "You have blocked this player; unblock first.",
    "too-many-friends": "One of you has as many friends or requests as there may be; remove some first.",
    "too-many-blocks": "You have blocked as many players as may be; unblock some first.",
    "no-channel": "There is no such channel, or it is not open to you.",
    "too-many-channels": "Leave a channel before you join another.",
    "bad-line": "A line may have 300 characters in 1000 bytes, and no control characters.",
    "filtered": "These words are not wanted here; say it in others.",
    "line-gone": "This line is not kept any more.",
    "too-many-muted": "You have muted as many players as may be; hear one again first.",
    # addresses and HTTP
    "wrong-password": "No account has this name and password.",
    "csrf": "Send the csrftoken cookie's value as X-CSRFToken, or a bearer token in place of cookies.",
    "player-unknown": "No player has this id.",
    "path-unknown": "There is nothing at this address; see /api/docs.",
    "wrong-method": "This address takes another method; see the header Allow.",
    # ours
    "draining": "This server is about to restart; connect again.",
    "internal": "Something went wrong on our side; it has been logged.",
}

REFUSED = frozenset(
    {
        "not-your-turn",
        "illegal-move",
        "bad-move",
        "not-running",
        "match-finished",
        "seat-gone",
        "no-offer",
        "too-late-to-abort",
        "unfinished",
    }
)
"""What the rules say: a `Refused`, which uses the number up. All else is an `Error` or comes over HTTP."""


class Close(NamedTuple):
    """A close code: what it is called, what the client does, what the page says."""

    code: int
    name: str
    action: str
    text: str


class Action(enum.StrEnum):
    """What a client does after a close."""

    RESUME = "resume now"
    LATER = "resume later"
    SIGN_IN = "log in again"
    LEAVE = "go away"


CLOSES: dict[int, Close] = {
    c.code: c
    for c in (
        Close(1000, "normal", Action.LEAVE, "The client asked for it."),
        Close(1001, "going-away", Action.RESUME, "The server process ends, or the page was left."),
        Close(1009, "too-large", Action.LEAVE, "A frame was so large that the server did not read it."),
        Close(1011, "internal", Action.RESUME, "The server process had a fault."),
        Close(1012, "restart", Action.RESUME, "The server restarts."),
        Close(4000, "resume", Action.RESUME, "The connection must be made anew; nothing is lost."),
        Close(4001, "too-slow", Action.RESUME, "The client read too slowly; resume to catch up."),
        Close(4002, "deploy", Action.LATER, "A deploy is under way; resume after a second."),
        Close(4003, "ticket", Action.SIGN_IN, "The ticket was missing, unknown, used or stale; get another."),
        Close(4004, "abuse", Action.LEAVE, "Too many refused messages."),
        Close(4005, "replaced", Action.LEAVE, "A newer connection has this seat."),
        Close(4006, "hello-timeout", Action.LEAVE, "No hello within 10 s."),
        Close(4007, "match-unknown", Action.LEAVE, "No such live match, or no socket at this path."),
        Close(4008, "match-closed", Action.LEAVE, "The match is over and its socket is closed."),
        Close(
            4009,
            "too-many",
            Action.LATER,
            "Too many connections, or no store; wait before the next.",
        ),
        Close(4010, "origin", Action.LEAVE, "This origin may not connect."),
        Close(4011, "subprotocol", Action.LEAVE, "No known subprotocol was offered."),
        Close(4012, "oversized", Action.LEAVE, "A frame was over 16 KiB."),
        Close(4013, "failed", Action.RESUME, "Our fault; it has been logged."),
        Close(4014, "seat-taken", Action.LEAVE, "You had left, and another player has this seat now."),
    )
}


class ProtocolError(Exception):
    """The peer's fault: an error `code` of the table, and `close` where the connection must end."""

    def __init__(
        self,
        code: str,
        text: str | None = None,
        *,
        close: int | None = None,
        retry_after: float | None = None,
    ) -> None:
        self.code = code
        self.text = text or ERRORS[code]
        self.close = close
        self.retry_after = retry_after
        super().__init__(f"{code}: {self.text}")

"""Golden messages of parties."""

from protocol.base import Message
from protocol.party import (
    Party,
    PartyAnswer,
    PartyAsk,
    PartyChoose,
    PartyCreate,
    PartyKick,
    PartyLeave,
    PartyPromote,
    PartyQueue,
    PartyReady,
    PartyStop,
)

CLIENT: dict[str, Message] = {
    "party create": PartyCreate(20),
    "party create for a game": PartyCreate(21, "arena", "teams"),
    "party ask": PartyAsk(22, "p2"),
    "party let in": PartyAnswer(23, "p3", True),
    "party not let in": PartyAnswer(24, "p3", False),
    "party leave": PartyLeave(25),
    "party kick": PartyKick(26, "p2"),
    "party promote": PartyPromote(27, "p2"),
    "party ready": PartyReady(28, True),
    "party ready with a wish": PartyReady(32, True, {"roles": ["healer"]}),
    "party not ready": PartyReady(29, False),
    "party choose": PartyChoose(30, "arena", "teams"),
    "party queue": PartyQueue(31),
    "party queue with a wish": PartyQueue(33, {"latencies": {"eu": 30.25}, "roles": ["tank"]}),
    "party stop": PartyStop(32),
}

SERVER: dict[str, Message] = {
    "party": Party(
        "gz3kq7m2x5ab4cde",
        "p1",
        "arena",
        "teams",
        2,
        "queued",
        [
            {"player": "p1", "name": "Ada", "ready": False, "away": False},
            {"player": "p2", "name": "Bob", "ready": True, "away": True},
        ],
        [{"player": "p3", "name": "Cid"}],
    ),
    "party out of the queue": Party(
        "gz3kq7m2x5ab4cde",
        "p1",
        "arena",
        "teams",
        2,
        "open",
        [{"player": "p1", "name": "Ada", "ready": False, "away": False}],
        [],
        {"code": "away", "player": "p2", "name": "Bob"},
    ),
    "party left": Party(None, code="kicked"),
}

"""Golden messages of queues."""

from protocol.base import Message
from protocol.queues import Dequeue, Enqueue, MatchAccept, MatchDecline, Queue, Unqueued

CLIENT: dict[str, Message] = {
    "enqueue": Enqueue(2, "connect-four", "standard"),
    "enqueue with a wish": Enqueue(
        4,
        "arena",
        "teams",
        {
            "latencies": {"eu": 21.5, "us": 98.25},
            "values": {"language": ["de", "en"], "map": "north", "speed": 2.5},
            "roles": ["healer", "tank"],
        },
    ),
    "dequeue": Dequeue(3),
    "match accept": MatchAccept(33, "gz3kq7m2x5ab4cde@1764000000000"),
    "match decline": MatchDecline(34, "gz3kq7m2x5ab4cde@1764000000000"),
}

SERVER: dict[str, Message] = {
    "queue": Queue("arena", "ffa", 10.5, 3, True),
    "queue left": Queue(None),
    "queue with its place": Queue("arena", "duel", 4.0, 12, False, 5, 21.5, 1),
    "queue with a match proposed": Queue(
        "arena",
        "teams",
        31.5,
        9,
        False,
        1,
        40.0,
        2,
        {
            "claim": "gz3kq7m2x5ab4cde@1764000000000",
            "seconds": 7.5,
            "accepted": 3,
            "players": 4,
            "mine": False,
            "role": "healer",
        },
    ),
    "unqueued": Unqueued("arena", "teams", "declined", False),
    "unqueued by oneself": Unqueued("arena", "teams", "missed", True),
}

MODE = {
    "name": "teams",
    "seats": [4, 4],
    "teams": 2,
    "rated": True,
    "party": 2,
    "queue": {
        "accept": 10.5,
        "regions": ["eu", "us"],
        "roles": {"healer": 1, "tank": 1},
        "values": [
            {"name": "map", "kind": "equal", "choices": ["north", "south"], "default": "", "needed": True},
            {"name": "language", "kind": "common", "choices": ["de", "en"], "default": ["de", "en"]},
            {"name": "speed", "kind": "difference", "default": 1.5, "low": 0.5, "high": 9.5},
        ],
    },
}
"""A mode of `LobbyWelcome` whose queue asks for all there is."""

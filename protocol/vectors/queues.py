"""Golden messages of queues."""

from protocol.base import Message
from protocol.queues import Dequeue, Enqueue, MatchAccept, MatchDecline, Queue, Unqueued

CLIENT: dict[str, Message] = {
    "enqueue": Enqueue(2, "connect-four", "standard"),
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
        },
    ),
    "unqueued": Unqueued("arena", "teams", "declined", False),
    "unqueued by oneself": Unqueued("arena", "teams", "missed", True),
}

"""Golden frames of friends, blocks and who is away, for `generate`."""

from protocol import messages as wire

CLIENT: dict[str, wire.Message] = {
    "friend ask": wire.FriendAsk(2, "p2"),
    "friend accept": wire.FriendAnswer(3, "p2", True),
    "friend decline": wire.FriendAnswer(4, "p2", False),
    "friend remove": wire.FriendRemove(5, "p2"),
    "block": wire.Block(6, "p3"),
    "unblock": wire.Unblock(7, "p3"),
    "away": wire.Away(8, True),
    "here again": wire.Away(9, False),
    "player find": wire.PlayerFind(10, "été"),
    "players met": wire.PlayersMet(11),
}

SERVER: dict[str, wire.Message] = {
    "people": wire.People(
        1,
        [
            ["p2", "Bob", "friend", "match"],
            ["p3", "Cid", "blocked", ""],
            ["p4", "Дан", "asks", ""],
            ["p5", "Eve", "asked", ""],
        ],
        [],
        True,
    ),
    "people changed": wire.People(2, [["p2", "Bob", "friend", "offline"]], ["p5"], False),
}

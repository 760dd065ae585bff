"""Golden frames of chat and notices, for `generate`."""

from protocol import messages as wire

SEQ = 1764000000000

CLIENT: dict[str, wire.Message] = {
    "chat send": wire.ChatSend(2, "room/K7QX2M", 123456789, 1, "Good luck!"),
    "chat send in many scripts": wire.ChatSend(2, "game/arena", wire.MAX_SAFE, 2, "مرحبا, 你好, 👩‍👩‍👧"),
    "chat join": wire.ChatJoin(3, "direct/p2"),
    "chat join after a line": wire.ChatJoin(4, "match/m8", SEQ),
    "chat leave": wire.ChatLeave(5, "game/arena"),
    "chat history": wire.ChatHistory(6, "party/pa1"),
    "chat history before a line": wire.ChatHistory(7, "watch/m8", SEQ + 1),
    "chat read": wire.ChatRead(8, "direct/p2", SEQ + 2),
    "chat mute": wire.ChatMute(9, "p2", True),
    "chat hear again": wire.ChatMute(10, "p2", False),
    "chat report": wire.ChatReport(11, "game/arena", SEQ, "insult"),
    "chat report with words": wire.ChatReport(12, "game/arena", SEQ, "other", "Again and again."),
    "chat list": wire.ChatList(13),
    "notices seen": wire.NoticesSeen(14, ["n1", "n2"]),
}

SERVER: dict[str, wire.Message] = {
    "chat lines": wire.ChatLines("room/K7QX2M", SEQ, SEQ + 1, [[SEQ + 1, SEQ + 1, "p2", "Bob", "Hello."]]),
    "chat lines, the latest of many": wire.ChatLines(
        "game/arena", 0, SEQ, [[SEQ, SEQ, "p2", "Bob", "你好"]], True
    ),
    "chat lines that this player does not hear": wire.ChatLines("game/arena", SEQ, SEQ + 5, []),
    "chat marked": wire.ChatMarked("direct/p2", SEQ + 2),
    "chat left": wire.ChatLeft("room/K7QX2M", "no-channel"),
    "chat muted": wire.ChatMuted("p2", True),
    "kept notices": wire.KeptNotices(
        [
            {
                "id": "n1",
                "code": "season",
                "text": "A new season began.",
                "data": {"season": "2"},
                "at": 1764000000.5,
            }
        ]
    ),
    "notices gone": wire.NoticesGone(["n1"]),
}

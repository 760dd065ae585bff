"""RFC 6455 by its rules, after the chapters of the Autobahn suite. One case: what is sent, what has to come.

A case ends in one of two ways. `code` None: the connection is well; it is then closed by the client with
1000, which the server echoes. Else the server ends it with that code.
"""

from typing import NamedTuple

from tests.support.raw import BINARY, CONT, PING, PONG, TEXT, close, frame

MAX = 65536
"""The size cap of the servers under test."""


class Case(NamedTuple):
    """`stock`: the code with which stock uvicorn (websockets-sansio) ends it where it differs.

    It takes lengths in more bytes than they need, and no close amid the fragments of a message.
    """

    name: str
    sent: bytes
    echoed: list[tuple[int, bytes]]
    code: int | None = None
    stock: int | None = -1
    """-1: as `code`; None: not at all."""
    at_once: bool = False
    """The echo comes only where the application answers before the next frame is read: by a sink."""


def well(name: str, sent: bytes, *echoed: tuple[int, bytes]) -> Case:
    return Case(name, sent, list(echoed))


def ends(
    name: str,
    code: int,
    sent: bytes,
    *echoed: tuple[int, bytes],
    stock: int | None = -1,
    at_once: bool = False,
) -> Case:
    return Case(name, sent, list(echoed), code, stock, at_once)


def _framing() -> list[Case]:
    sizes = (0, 1, 125, 126, 127, 128, 65535, MAX)
    return [
        *(well(f"1.1 text of {n}", frame(TEXT, b"*" * n), (TEXT, b"*" * n)) for n in sizes),
        *(well(f"1.2 binary of {n}", frame(BINARY, b"\xfe" * n), (BINARY, b"\xfe" * n)) for n in sizes),
        well("1.3 three in one segment", b"".join(frame(TEXT, b"%d" % n) for n in range(3)),
             (TEXT, b"0"), (TEXT, b"1"), (TEXT, b"2")),
        well("1.4 a mask of zeros", frame(TEXT, b"plain", mask=b"\0\0\0\0"), (TEXT, b"plain")),
        ends("1.5 not masked", 1002, frame(TEXT, b"bare", mask=None)),
        ends("1.6 a ping not masked", 1002, frame(PING, b"bare", mask=None)),
        ends("1.7 a length of 7 bits in 16", 1002, frame(TEXT, b"x" * 5, length=b"\x7e\0\x05"), stock=None),
        ends("1.8 a length of 16 bits in 64", 1002,
             frame(TEXT, b"x" * 5, length=b"\x7f\0\0\0\0\0\0\0\x05"), stock=None),
        ends("1.9 a length with its top bit", 1002,
             frame(TEXT, length=b"\x7f\x80\0\0\0\0\0\0\0"), stock=1009),
    ]  # fmt: skip


def _pings() -> list[Case]:
    return [
        well("2.1 empty", frame(PING), (PONG, b"")),
        well("2.2 with text", frame(PING, b"Hello"), (PONG, b"Hello")),
        well("2.3 with bytes", frame(PING, b"\0\xff\xfe"), (PONG, b"\0\xff\xfe")),
        well("2.4 of 125", frame(PING, b"\xfe" * 125), (PONG, b"\xfe" * 125)),
        ends("2.5 of 126", 1002, frame(PING, b"\xfe" * 126)),
        well("2.7 a pong nobody asked for", frame(PONG, b"unasked")),
        well("2.8 a pong, then a ping", frame(PONG, b"x") + frame(PING, b"y"), (PONG, b"y")),
        ends("2.9 a pong of 126", 1002, frame(PONG, b"\xfe" * 126)),
        well("2.10 ten", b"".join(frame(PING, b"%d" % n) for n in range(10)),
             *((PONG, b"%d" % n) for n in range(10))),
        well("2.11 before a message", frame(PING, b"p") + frame(TEXT, b"t"), (PONG, b"p"), (TEXT, b"t")),
    ]  # fmt: skip


def _reserved_bits() -> list[Case]:
    return [
        *(ends(f"3.{bits} bits {bits:03b}", 1002, frame(TEXT, b"x", rsv=bits)) for bits in range(1, 8)),
        ends("3.8 of a binary message", 1002, frame(BINARY, b"x", rsv=4)),
        ends("3.9 of a ping", 1002, frame(PING, b"x", rsv=1)),
        ends("3.10 of a pong", 1002, frame(PONG, b"x", rsv=2)),
        ends("3.11 of a close", 1002, frame(8, b"\x03\xe8", rsv=4)),
        ends("3.12 of a continuation", 1002, frame(TEXT, b"x", fin=False) + frame(CONT, b"y", rsv=4)),
    ]


def _opcodes() -> list[Case]:
    return [
        *(ends(f"4.1 data opcode {n}", 1002, frame(n, b"x")) for n in range(3, 8)),
        *(ends(f"4.2 control opcode {n}", 1002, frame(n, b"x")) for n in range(11, 16)),
    ]


def _fragments() -> list[Case]:
    a, b, c = frame(TEXT, b"frag", fin=False), frame(CONT, b"ment", fin=False), frame(CONT, b"s")
    return [
        ends("5.1 a ping in fragments", 1002, frame(PING, b"x", fin=False) + frame(CONT, b"y")),
        ends("5.2 a pong in fragments", 1002, frame(PONG, b"x", fin=False) + frame(CONT, b"y")),
        well("5.3 text in three", a + b + c, (TEXT, b"fragments")),
        well("5.4 a ping between", a + frame(PING, b"p") + b + c, (PONG, b"p"), (TEXT, b"fragments")),
        ends("5.5 a fragment is no message", 1000, a + frame(PING, b"p") + close(), (PONG, b"p"), stock=1002),
        ends("5.6 a binary fragment is none", 1000,
             frame(BINARY, b"x", fin=False) + frame(PING) + close(), (PONG, b""), stock=1002),
        well("5.7 a pong between", a + frame(PONG, b"p") + c, (TEXT, b"frags")),
        well("5.8 empty fragments", frame(TEXT, fin=False) + frame(CONT, fin=False) + frame(CONT),
             (TEXT, b"")),
        well("5.9 a hundred", frame(BINARY, b"0", fin=False)
             + b"".join(frame(CONT, b"%d" % (n % 10), fin=False) for n in range(1, 99)) + frame(CONT, b"9"),
             (BINARY, b"0123456789" * 10)),
        ends("5.10 nothing to continue", 1002, frame(CONT, b"x")),
        ends("5.11 nothing to begin", 1002, frame(CONT, b"x", fin=False) + frame(TEXT, b"y")),
        ends("5.12 a continuation after the end", 1002, a + c + frame(CONT, b"x"), (TEXT, b"frags"),
             at_once=True),
        ends("5.13 a message within", 1002, a + frame(TEXT, b"x")),
        ends("5.14 a fragment within", 1002, a + frame(BINARY, b"x", fin=False)),
        well("5.15 two messages", a + c + a + c, (TEXT, b"frags"), (TEXT, b"frags")),
    ]  # fmt: skip


GOOD_TEXT = [
    text.encode()
    for text in (
        "Hello-µ@ßöäüàá",
        "κόσμε",
        "\0",
        "\x7f",
        "\x80",
        "߿",
        "ࠀ",
        "\uffff",
        "𐀀",
        "\U0010ffff",
        "🙂" * 50,
    )
]
BAD_TEXT = [
    b"\xff", b"\x80", b"\xbf", b"\xc0\x80", b"\xc1\xbf", b"\xe0\x80\xaf", b"\xed\xa0\x80", b"\xed\xbf\xbf",
    b"\xf0\x80\x80\xaf", b"\xf4\x90\x80\x80", b"\xf8\x88\x80\x80\x80", b"\xfc\x84\x80\x80\x80\x80", b"\xce",
    b"good\xce", b"\xf0\x9f\x99", b"\xce\xba\xed\xa0\x80edited",
]  # fmt: skip


def _text() -> list[Case]:
    smile = "🙂".encode()
    split = frame(TEXT, smile[:1], fin=False) + frame(CONT, smile[1:3], fin=False) + frame(CONT, smile[3:])
    return [
        *(well(f"6.1 good {n}", frame(TEXT, data), (TEXT, data)) for n, data in enumerate(GOOD_TEXT)),
        *(ends(f"6.2 bad {n}", 1007, frame(TEXT, data)) for n, data in enumerate(BAD_TEXT)),
        well("6.3 a character over three fragments", split, (TEXT, smile)),
        ends("6.4 bad in the second", 1007, frame(TEXT, b"good", fin=False) + frame(CONT, b"\xff")),
        ends("6.5 cut at the end", 1007, frame(TEXT, smile[:2], fin=False) + frame(CONT, b"")),
        well("6.6 binary may be anything", frame(BINARY, b"\xff\xc0\x80"), (BINARY, b"\xff\xc0\x80")),
        well("6.7 binary in fragments too", frame(BINARY, b"\xff", fin=False) + frame(CONT, b"\xfe"),
             (BINARY, b"\xff\xfe")),
    ]  # fmt: skip


GOOD_CODES = (1000, 1001, 1002, 1003, 1007, 1008, 1009, 1010, 1011, 1012, 1013, 1014, 3000, 3999, 4000, 4999)
BAD_CODES = (0, 999, 1004, 1005, 1006, 1015, 1016, 1100, 2000, 2999, 5000, 65535)


def _closes() -> list[Case]:
    smiles = "🙂".encode() * 30 + b"123"
    return [
        ends(
            "7.1 with a message before", 1000, frame(TEXT, b"last") + close(), (TEXT, b"last"), at_once=True
        ),
        ends("7.2 a message after", 1000, close() + frame(TEXT, b"too late")),
        ends("7.3 a ping after", 1000, close() + frame(PING, b"too late")),
        ends("7.5 amid fragments", 1000, frame(TEXT, b"half", fin=False) + close(), stock=1002),
        ends("7.6 empty", 1005, close(None)),
        ends("7.7 of one byte", 1002, frame(8, b"\x03")),
        ends("7.8 with a reason", 1000, close(1000, b"bye")),
        ends("7.9 with a reason of 123 bytes", 1000, close(1000, smiles)),
        ends("7.10 of 126 bytes", 1002, close(1000, b"x" * 124)),
        ends("7.11 with a bad reason", 1007, close(1000, b"\xce\xba\xed\xa0\x80")),
        ends("7.12 in fragments", 1002, frame(8, b"\x03\xe8", fin=False)),
        *(ends(f"7.13 code {code}", code, close(code)) for code in GOOD_CODES),
        *(ends(f"7.14 code {code}", 1002, close(code)) for code in BAD_CODES),
    ]


def _limits() -> list[Case]:
    half = b"x" * (MAX // 2)
    return [
        ends("9.1 one byte too many", 1009, frame(BINARY, b"x" * (MAX + 1))),
        ends("9.2 told by the length alone", 1009, frame(BINARY, length=b"\x7f\0\0\0\0\xff\xff\xff\xff")),
        ends("9.3 the largest length there is", 1009, frame(TEXT, length=b"\x7f\x7f" + b"\xff" * 7)),
        well("9.4 just so in fragments", frame(BINARY, half, fin=False) + frame(CONT, half),
             (BINARY, half * 2)),
        ends("9.5 too much in fragments", 1009,
             frame(BINARY, half, fin=False) + frame(CONT, half, fin=False) + frame(CONT, b"x")),
        well("9.6 a thousand small ones", frame(BINARY, b"x" * 16) * 1000, *[(BINARY, b"x" * 16)] * 1000),
    ]  # fmt: skip


CASES: list[Case] = [
    *_framing(), *_pings(), *_reserved_bits(), *_opcodes(), *_fragments(), *_text(), *_closes(), *_limits(),
]  # fmt: skip

"""Channels and lines."""

import pytest

from lobby.rules import chat
from lobby.rules.chat import KINDS, MAX_BYTES, MAX_CHARS, Line, Refused, channel, clean, fresh


def refused(text: str) -> str:
    with pytest.raises(Refused) as error:
        clean(text)
    assert error.value.code == "bad-line"
    return str(error.value.text)


def test_both_ends_of_a_direct_channel_have_the_same() -> None:
    assert channel("ann", "direct/bob").name == channel("bob", "direct/ann").name
    assert channel("ann", "direct/bob").name != channel("ann", "direct/cy").name


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind != "direct"])
def test_any_other_channel_is_the_same_for_everybody(kind: str) -> None:
    assert channel("ann", f"{kind}/x1") == channel("bob", f"{kind}/x1")
    assert channel("ann", f"{kind}/x1").rules is KINDS[kind]


@pytest.mark.parametrize(
    "named",
    ["", "room", "room/", "rooms/A", "direct/a.b", "room/a/b", "room/{a}", "room/a\n", "game/" + "x" * 65],
)
def test_what_is_no_channel(named: str) -> None:
    with pytest.raises(Refused) as error:
        channel("ann", named)
    assert error.value.code == "no-channel"


def test_nobody_talks_to_himself() -> None:
    with pytest.raises(Refused) as error:
        channel("ann", "direct/ann")
    assert error.value.code == "forbidden"


@pytest.mark.parametrize(
    "text",
    ["hi", "ça va ?", "你好", "שלום", "क्षि", "👩‍👩‍👧", "❤️", "می‌خواهم", "<b>&amp;</b>", "e\u0301tude", "🇩🇪"],
)
def test_every_script_can_be_written(text: str) -> None:
    assert clean(f"  {text} ") == clean(text)
    assert clean(clean(text)) == clean(text)


def test_a_line_has_so_many_characters_and_bytes() -> None:
    assert clean("x" * MAX_CHARS) == "x" * MAX_CHARS
    assert "301 characters" in refused("x" * (MAX_CHARS + 1))
    assert clean("€" * MAX_CHARS)
    assert "bytes" in refused("👍" * (MAX_BYTES // 4 + 1))


def test_an_empty_line_is_none() -> None:
    assert "nothing" in refused("")
    assert "nothing" in refused(" \t\n ")


@pytest.mark.parametrize(
    "sign",
    [
        "\0",
        "\n",
        "\r",
        "\t",
        "\x1b",
        "\x7f",
        "\x85",
        "\u2028",
        "\u2029",
        "\u202e",
        "\u2066",
        "\ufeff",
        "\u200b",
        "\ue000",
        "\ud800",
    ],
)
def test_control_characters_are_refused(sign: str) -> None:
    assert "control" in refused(f"a{sign}b")


def test_marks_are_not_heaped() -> None:
    assert clean("x" + "\u0301" * chat.MAX_MARKS)
    assert "marks" in refused("x" + "\u0301\u0316" * chat.MAX_MARKS)


def test_old_lines_are_left_out() -> None:
    lines = [Line(1, 1_000, "a", "A", "old"), Line(2, 2_000, "a", "A", "new")]
    kind = KINDS["room"]
    assert fresh(lines, kind, 1.5 + kind.seconds) == lines[1:]
    assert fresh(lines, kind, 2 + kind.seconds) == []
    assert fresh(lines, kind, 2) == lines

"""What a player may be called."""

import pytest

from matches.names import clean_name


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Ada   Lovelace ", "Ada Lovelace"),
        ("Ａｄａ", "Ada"),
        ("Zoë", "Zoë"),
        ("Ада", "Ада"),
        ("a" * 24, "a" * 24),
        ("Ada \u2764\ufe0f", "Ada \u2764"),
        ("Ada\ufe0f", "Ada"),
        ("\u0e17\u0e35\u0e48\u0e23\u0e31\u0e01", "\u0e17\u0e35\u0e48\u0e23\u0e31\u0e01"),
    ],
)
def test_kept_in_one_spelling(text: str, kept: str) -> None:
    assert clean_name(text) == kept


@pytest.mark.parametrize("text", ["", "   ", "a" * 25, "a\u202eb", "a\u200bb", "a\x00b", "q" + "\u0331" * 5])
def test_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        clean_name(text)


@pytest.mark.parametrize(
    "text", ["\u3164", "\uffa0", "\u2800", "\ufe0f", "\U000e0100", "Ada\u034f", "o" + "\u20dd" * 5]
)
def test_nobody_is_called_by_what_is_not_seen_or_looks_like_another(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        clean_name(text)

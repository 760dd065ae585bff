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
    ],
)
def test_kept_in_one_spelling(text: str, kept: str) -> None:
    assert clean_name(text) == kept


@pytest.mark.parametrize("text", ["", "   ", "a" * 25, "a\u202eb", "a\u200bb", "a\x00b", "q" + "\u0331" * 5])
def test_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match="name"):
        clean_name(text)

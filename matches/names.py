"""What a player may be called."""

import re
import unicodedata

MAX_NAME = 24
"""Characters of the longest player name."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_STACKED = re.compile(r"\s+")


def clean_name(text: str) -> str:
    """The name as it is kept: one spelling (NFKC), single spaces, nothing invisible.

    Raises `ValueError` with a sentence for the player where nothing is left, or more than 24 characters.
    """
    return clean_text(text, MAX_NAME)


def clean_text(text: str, most: int) -> str:
    """The same for any short text on one line, of at most so many characters."""
    plain = _STACKED.sub(" ", unicodedata.normalize("NFKC", text)).strip()
    if any(unicodedata.category(c) in _HIDDEN for c in plain):
        raise ValueError("A name may not have invisible characters.")
    if any(_marks(plain, i) > 2 for i in range(len(plain))):
        raise ValueError("A name may not have so many marks on one letter.")
    if not plain:
        raise ValueError("A name needs at least one visible character.")
    if len(plain) > most:
        raise ValueError(f"A name may have {most} characters; this one has {len(plain)}.")
    return plain


def _marks(text: str, start: int) -> int:
    count = 0
    while start + count < len(text) and unicodedata.combining(text[start + count]):
        count += 1
    return count

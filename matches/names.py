"""What a player may be called."""

import re
import unicodedata

MAX_NAME = 24
"""Characters of the longest player name."""

_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}
_BLANK = re.compile("[\u034f\u115f\u1160\u17b4\u17b5\u180e\u2800\u3164\uffa0\U0001d159]")
"""Letters and signs by their class, and nothing to see."""
_STYLE = re.compile("[\u180b-\u180d\u180f\ufe00-\ufe0f\U000e0100-\U000e01ef]")
"""Choose how the character before looks, as emoji's; without them it is the same name."""
_STACKED = re.compile(r"\s+")


def clean_name(text: str) -> str:
    """The name as it is kept: one spelling (NFKC), single spaces, nothing invisible.

    Raises `ValueError` with a sentence for the player where nothing is left, or more than 24 characters.
    """
    return clean_text(text, MAX_NAME)


def clean_text(text: str, most: int) -> str:
    """The same for any short text on one line, of at most so many characters."""
    plain = _STACKED.sub(" ", unicodedata.normalize("NFKC", _STYLE.sub("", text))).strip()
    if not readable(plain):
        raise ValueError("A name may not have invisible characters.")
    if any(_marks(plain, i) > 2 for i in range(len(plain))):
        raise ValueError("A name may not have so many marks on one letter.")
    if not plain:
        raise ValueError("A name needs at least one visible character.")
    if len(plain) > most:
        raise ValueError(f"A name may have {most} characters; this one has {len(plain)}.")
    return plain


def readable(text: str) -> bool:
    """Whether nothing in it is invisible, nor turns around what stands beside it."""
    return not _BLANK.search(text) and all(unicodedata.category(c) not in _HIDDEN for c in text)


def _marks(text: str, start: int) -> int:
    count = 0
    while start + count < len(text) and _mark(text[start + count]):
        count += 1
    return count


def _mark(sign: str) -> bool:
    return bool(unicodedata.combining(sign)) or unicodedata.category(sign) == "Me"

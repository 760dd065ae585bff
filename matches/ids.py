"""Ids that nobody can guess: 16 letters and digits, 80 bits."""

import base64
import re
import secrets

_SHAPE = re.compile(r"[a-z2-7]{16}")


def new_id() -> str:
    """A new id for a match or a player."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()


def is_id(text: str) -> bool:
    """Whether `new_id` could have given it."""
    return _SHAPE.fullmatch(text) is not None

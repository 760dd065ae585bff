"""Ids that nobody can guess: 16 letters and digits, 80 bits."""

import base64
import secrets


def new_id() -> str:
    """A new id for a match or a player."""
    return base64.b32encode(secrets.token_bytes(10)).decode().lower()

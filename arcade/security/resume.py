"""Resume tokens: the way back to a seat, signed and so checked without Redis."""

from django.core import signing

from arcade.security import limits

_SALT = "arcade.resume"


def make(match: str, player: str, seat: int | None) -> str:
    """A token for this player's seat; `seat` None for a spectator."""
    return signing.dumps([match, player, seat], salt=_SALT)


def read(token: str) -> tuple[str, str, int | None] | None:
    """(match, player, seat), or None where the token is forged or too old (`ARCADE_RESUME_SECONDS`)."""
    try:
        match, player, seat = signing.loads(token, salt=_SALT, max_age=limits.resume_seconds())
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(match), str(player), None if seat is None else int(seat)

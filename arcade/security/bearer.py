"""Bearer tokens of native clients: who you are, signed, for 30 days."""

from django.core import signing

DAYS = 30
_SALT = "arcade.bearer"


def make(player: str) -> str:
    """A token for this player id."""
    return signing.TimestampSigner(salt=_SALT).sign(player)


def read(token: str) -> str | None:
    """The player id, or None where the token is forged or older than 30 days."""
    try:
        return signing.TimestampSigner(salt=_SALT).unsign(token, max_age=DAYS * 86400)
    except signing.BadSignature:
        return None

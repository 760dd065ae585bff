"""The codes of links that invite: signed, so that nobody makes one up; what they stand for is looked up."""

from django.core import signing

_SALT = "arcade.invite"


def make(kind: str, what: str, player: str, nonce: str) -> str:
    """A code for a URL: `player` invites to `what`; `nonce` tells this link from one he has revoked.

    The same link has the same code: no time is in it.
    """
    return signing.Signer(salt=_SALT).sign_object([kind, what, player, nonce])


def read(code: str) -> tuple[str, str, str, str] | None:
    """(kind, what, player, nonce), or None where the code is forged."""
    try:
        kind, what, player, nonce = signing.Signer(salt=_SALT).unsign_object(code)
    except (signing.BadSignature, ValueError, TypeError):
        return None
    return str(kind), str(what), str(player), str(nonce)

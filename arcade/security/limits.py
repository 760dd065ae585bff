"""The limits an operator may set, with their defaults; see the table in docs/settings.md."""

from django.conf import settings


def handshakes_per_address() -> int:
    """Handshakes a minute from one address (IPv6: one /64). `ARCADE_HANDSHAKES_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_HANDSHAKES_PER_MINUTE", 600))


def handshakes_per_player() -> int:
    """Handshakes a minute of one player. `ARCADE_HANDSHAKES_PER_PLAYER`."""
    return int(getattr(settings, "ARCADE_HANDSHAKES_PER_PLAYER", 120))


def sockets_per_player() -> int:
    """Sockets of one player open at once, over all nodes. `ARCADE_SOCKETS_PER_PLAYER`."""
    return int(getattr(settings, "ARCADE_SOCKETS_PER_PLAYER", 10))


def resume_seconds() -> int:
    """How long a resume token is good, in seconds. `ARCADE_RESUME_SECONDS`."""
    return int(getattr(settings, "ARCADE_RESUME_SECONDS", 24 * 3600))


def guests_per_address() -> int:
    """Guest sign-ins a minute from one address. `ARCADE_GUESTS_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_GUESTS_PER_MINUTE", 120))


def sign_ins() -> int:
    """Attempts a minute to sign in to an account, by address and by name. `ARCADE_SIGN_INS_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_SIGN_INS_PER_MINUTE", 10))


def tickets_per_player() -> int:
    """Socket tickets a minute of one player. `ARCADE_TICKETS_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_TICKETS_PER_MINUTE", 120))


def replays_per_address() -> int:
    """Replays a minute to one address; each may run a match again. `ARCADE_REPLAYS_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_REPLAYS_PER_MINUTE", 60))


def room_lists_per_address() -> int:
    """Lists of rooms over HTTP a minute to one address. `ARCADE_ROOM_LISTS_PER_MINUTE`."""
    return int(getattr(settings, "ARCADE_ROOM_LISTS_PER_MINUTE", 60))

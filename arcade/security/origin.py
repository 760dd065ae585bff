"""Which pages may open a socket: the server's own, and those named in `ARCADE_ALLOWED_ORIGINS`."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings

DEFAULT_PORTS = {"http": 80, "https": 443, "ws": 80, "wss": 443}


def header(scope: Mapping[str, Any], name: bytes) -> str | None:
    """The first header of this lower-case name, or None."""
    for key, value in scope.get("headers", ()):
        if key == name:
            return str(value.decode("latin-1"))
    return None


def _place(scheme: str, netloc: str) -> tuple[str, int] | None:
    try:
        parts = urlsplit(f"//{netloc}")
        port = parts.port
    except ValueError:
        return None
    if not parts.hostname:
        return None
    return parts.hostname.lower(), port or DEFAULT_PORTS.get(scheme, 0)


def allowed(scope: Mapping[str, Any]) -> bool:
    """True without an Origin (not a browser), for an origin on the request's own host, and for a listed one.

    Behind a proxy that ends TLS the scope says `ws` where the page says `https`, so a port that is not named
    is the one usual for the page's scheme.
    """
    origin = header(scope, b"origin")
    if origin is None:
        return True
    listed = {o.rstrip("/").lower() for o in settings.ARCADE_ALLOWED_ORIGINS}
    if origin.lower() in listed:
        return True
    scheme, _, netloc = origin.partition("://")
    host = header(scope, b"host")
    if scheme not in ("http", "https") or host is None:
        return False
    theirs = _place(scheme, netloc)
    return theirs is not None and theirs == _place(scheme, host)

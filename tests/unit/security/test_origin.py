"""Which pages may open a socket."""

import pytest
from pytest_django.fixtures import Settings

from arcade.security.origin import allowed


def may(origin: str | None, host: str | None = "play.example", **scope: object) -> bool:
    headers = [(b"origin", origin.encode())] if origin is not None else []
    headers += [(b"host", host.encode())] if host is not None else []
    return allowed({"headers": headers, **scope})


@pytest.mark.parametrize(
    ("origin", "host", "good"),
    [
        (None, "play.example", True),
        ("https://play.example", "play.example", True),
        ("https://PLAY.example:443", "play.example", True),
        ("http://play.example:8000", "play.example:8000", True),
        ("http://[::1]:8000", "[::1]:8000", True),
        ("http://play.example:8001", "play.example:8000", False),
        ("https://evil.example", "play.example", False),
        ("https://play.example.evil.example", "play.example", False),
        ("null", "play.example", False),
        ("", "play.example", False),
        ("file://play.example", "play.example", False),
        ("https://play.example:x", "play.example", False),
        ("https://play.example", None, False),
    ],
)
def test_a_page_of_this_host_may(origin: str | None, host: str | None, good: bool) -> None:
    assert may(origin, host) is good


def test_a_listed_page_may(settings: Settings) -> None:
    settings.ARCADE_ALLOWED_ORIGINS = ["https://studio.example/"]
    assert may("https://studio.example")
    assert not may("http://studio.example")

"""Where a request comes from, however it is spelled and whoever claims it."""

import pytest
from django.http import HttpRequest
from pytest_django.fixtures import Settings

from arcade.security.addresses import client_ip, request_ip, scope_ip


@pytest.fixture(autouse=True)
def proxies(settings: Settings) -> None:
    settings.ARCADE_TRUSTED_PROXIES = ["10.0.0.0/8", "fd00::/8"]


def forwarded(*lines: str) -> list[tuple[bytes, bytes]]:
    return [(b"X-Forwarded-For", line.encode()) for line in lines]


@pytest.mark.parametrize(
    ("peer", "lines", "ip"),
    [
        ("192.0.2.1", [], "192.0.2.1"),
        ("192.0.2.1", ["198.51.100.7"], "192.0.2.1"),
        ("10.0.0.1", [], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, 198.51.100.7"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6", "198.51.100.7, 10.9.9.9"], "198.51.100.7"),
        ("10.0.0.1", ["6.6.6.6, nonsense"], "10.0.0.1"),
        ("10.0.0.1", ["198.51.100.7:5050"], "198.51.100.7"),
        ("10.0.0.1", ["[2001:db8:1:2:3::4]:5050"], "2001:db8:1:2::"),
        ("2001:db8:1:2:3:4:5:6", [], "2001:db8:1:2::"),
        ("::ffff:192.0.2.9", [], "192.0.2.9"),
        ("fd00::1", ["192.0.2.9"], "192.0.2.9"),
        ("fe80::1%eth0", [], "fe80::"),
        (None, ["192.0.2.9"], "unknown"),
        ("", [], "unknown"),
    ],
)
def test_the_nearest_untrusted_hop_counts(peer: str | None, lines: list[str], ip: str) -> None:
    assert client_ip(forwarded(*lines), peer) == ip


def test_a_unix_socket_is_trusted_only_by_name(settings: Settings) -> None:
    settings.ARCADE_TRUSTED_PROXIES = ["unix"]
    assert client_ip(forwarded("192.0.2.9"), None) == "192.0.2.9"


def test_http_and_sockets_agree() -> None:
    request = HttpRequest()
    request.META = {"REMOTE_ADDR": "10.0.0.1", "HTTP_X_FORWARDED_FOR": "6.6.6.6, 198.51.100.7"}
    scope = {"client": ["10.0.0.1", 4711], "headers": [(b"x-forwarded-for", b"6.6.6.6, 198.51.100.7")]}
    assert request_ip(request) == scope_ip(scope) == "198.51.100.7"

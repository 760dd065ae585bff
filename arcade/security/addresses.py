"""Where a request comes from: one function for HTTP and sockets.

`X-Forwarded-For` is anyone's to write, so it counts only as far as it was written by the proxies named in
`ARCADE_TRUSTED_PROXIES` (addresses or networks; `unix` trusts a peer without an address).
"""

import ipaddress
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest

Headers = Mapping[str, str] | Iterable[tuple[bytes, bytes]]
Address = ipaddress.IPv4Address | ipaddress.IPv6Address
UNKNOWN = "unknown"
MAX_HOPS = 16


@lru_cache(maxsize=8)
def _networks(trusted: tuple[str, ...]) -> list[ipaddress.IPv4Network | ipaddress.IPv6Network]:
    return [ipaddress.ip_network(t, strict=False) for t in trusted if t != "unix"]


def _parse(text: str) -> Address | None:
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        address = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return None
    mapped = address.ipv4_mapped if isinstance(address, ipaddress.IPv6Address) else None
    return mapped or address


def _trusted(address: Address | None) -> bool:
    names = tuple(settings.ARCADE_TRUSTED_PROXIES)
    if address is None:
        return "unix" in names
    return any(address in network for network in _networks(names))


def _forwarded(headers: Headers) -> list[str]:
    if isinstance(headers, Mapping):
        lines = [v for k, v in headers.items() if k.lower() == "x-forwarded-for"]
    else:
        lines = [v.decode("latin-1") for k, v in headers if k.lower() == b"x-forwarded-for"]
    return ",".join(lines).split(",") if lines else []


def client_ip(headers: Headers, peer: str | None) -> str:
    """The client's address in one spelling: IPv4, or the first address of an IPv6 /64; `unknown` if none.

    `headers`: a mapping, or the byte pairs of an ASGI scope. `peer`: the address of the TCP connection.
    """
    address = _parse(peer) if peer else None
    if _trusted(address):
        for hop in reversed(_forwarded(headers)[-MAX_HOPS:]):
            nearer = _parse(hop)
            if nearer is None:
                break
            address = nearer
            if not _trusted(address):
                break
    if address is None:
        return UNKNOWN
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, 64), strict=False).network_address)
    return str(address)


def scope_ip(scope: Mapping[str, Any]) -> str:
    """The client of an ASGI scope."""
    client = scope.get("client")
    return client_ip(scope.get("headers", ()), client[0] if client else None)


def request_ip(request: HttpRequest) -> str:
    """The client of a Django request."""
    return client_ip(request.headers, request.META.get("REMOTE_ADDR"))


def ratelimit_key(group: str, request: HttpRequest) -> str:
    """The `key` of django-ratelimit's decorator on a view."""
    return request_ip(request)

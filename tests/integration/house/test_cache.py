"""The cache of Django, which counts sign-ins and handshakes."""

import threading

from django.core.cache import caches


def pool() -> object:
    """The pool behind a cache as a request on a thread of its own gets it."""
    found: list[object] = []

    def ask() -> None:
        cache = caches["default"]
        cache.set("asked", 1)
        found.append(cache._cache.get_client().connection_pool)

    thread = threading.Thread(target=ask)
    thread.start()
    thread.join()
    return found[0]


def test_requests_share_their_connections(clean_redis: str) -> None:
    assert pool() is pool()

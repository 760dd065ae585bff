"""How far away the regions are."""

import asyncio
import time
from collections.abc import Mapping
from http.client import HTTPConnection, HTTPException, HTTPSConnection
from urllib.parse import urljoin, urlsplit

TIMES = 4
PATIENCE = 2.0


async def measure(regions: Mapping[str, str], base: str) -> dict[str, float]:
    """Milliseconds by region: the quickest of a few `GET <address>/ping` on one connection.

    `regions`: address by name, "" or relative ones at `base`. Who does not answer in 2 s is left out.
    """
    urls = [urljoin(base, f"{address.rstrip('/')}/ping") for address in regions.values()]
    found = await asyncio.gather(*(asyncio.to_thread(_nearest, url) for url in urls))
    return {name: ms for name, ms in zip(regions, found, strict=True) if ms is not None}


def _nearest(url: str) -> float | None:
    parts = urlsplit(url)
    kind = HTTPSConnection if parts.scheme == "https" else HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    best: float | None = None
    try:
        for turn in range(TIMES + 1):
            began = time.perf_counter()
            connection.request("GET", parts.path)
            answer = connection.getresponse()
            answer.read()
            if answer.status >= 300:
                return best
            took = min(10_000.0, 1000 * (time.perf_counter() - began))
            if turn:  # the first has opened the connection
                best = round(took if best is None else min(best, took), 1)
    except (OSError, HTTPException):
        return best
    finally:
        connection.close()
    return best

"""The few HTTP calls a client needs, by the standard library in a thread."""

import asyncio
import json
import urllib.error
import urllib.request
from collections.abc import Sequence
from typing import Any
from urllib.parse import urljoin


class HttpError(Exception):
    """An answer other than 2xx (`status`), or none at all (`status` 0). `retry_after` in seconds."""

    def __init__(self, status: int, body: Any, retry_after: float | None = None) -> None:
        error = body.get("error", body) if isinstance(body, dict) else {}
        error = error if isinstance(error, dict) else {"text": str(error)}
        self.status = status
        self.code: str | None = error.get("code")
        self.text = str(error.get("text") or error.get("detail") or body or f"HTTP {status}")
        self.retry_after = retry_after
        super().__init__(f"{status}: {self.text}")

    @property
    def passing(self) -> bool:
        """Whether trying again later can help."""
        return self.status in (0, 408, 429) or self.status >= 500


SOON = 3.0
"""Seconds to wait for one of several addresses."""


class Http:
    """`token`: a bearer token, sent with each call once there is one. `others`: see `Arcade`."""

    def __init__(
        self, base: str, token: str | None = None, timeout: float = 10, others: Sequence[str] = ()
    ) -> None:
        self.bases = [base, *others]
        self.turn = 0
        self.token = token
        self.timeout = min(timeout, SOON) if others else timeout

    @property
    def base(self) -> str:
        """The address in use."""
        return self.bases[self.turn % len(self.bases)]

    async def get(self, path: str) -> Any:
        return await self._ask("GET", path, None)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await self._ask("POST", path, json.dumps(body).encode())

    async def _ask(self, method: str, path: str, body: bytes | None) -> Any:
        """Each address once; the last one's error counts."""
        for left in reversed(range(len(self.bases))):
            turn = self.turn
            try:
                return await asyncio.to_thread(self._call, method, urljoin(self.base, path), body)
            except HttpError as error:
                if error.status not in (0, 502, 503, 504):
                    raise
                if turn == self.turn:  # else another call has gone on already
                    self.turn += 1
                if not left:
                    raise
        raise AssertionError("there is at least one address")

    def _call(self, method: str, url: str, body: bytes | None) -> Any:
        if not url.startswith(("http://", "https://")):
            raise ValueError("an http or https address is needed")
        request = urllib.request.Request(url, body, method=method)  # noqa: S310
        request.add_header("Accept", "application/json")
        if body is not None:
            request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        try:
            with urllib.request.urlopen(request, timeout=self.timeout) as response:  # noqa: S310
                return json.loads(response.read())
        except urllib.error.HTTPError as error:
            with error:
                retry_after = error.headers.get("Retry-After", "")
                raise HttpError(
                    error.code, _body(error.read()), float(retry_after) if retry_after.isdecimal() else None
                ) from None
        except (OSError, json.JSONDecodeError) as error:
            raise HttpError(0, {"text": f"{url} does not answer: {error}"}) from error


def _body(data: bytes) -> Any:
    try:
        return json.loads(data)
    except ValueError:
        return {"text": data[:200].decode(errors="replace")}

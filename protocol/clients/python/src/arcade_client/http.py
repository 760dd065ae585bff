"""The few HTTP calls a client needs, by the standard library in a thread."""

import asyncio
import json
import urllib.error
import urllib.request
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


class Http:
    """`token`: a bearer token, sent with each call once there is one."""

    def __init__(self, base: str, token: str | None = None, timeout: float = 10) -> None:
        self.base = base
        self.token = token
        self.timeout = timeout

    async def get(self, path: str) -> Any:
        return await asyncio.to_thread(self._call, "GET", path, None)

    async def post(self, path: str, body: dict[str, Any]) -> Any:
        return await asyncio.to_thread(self._call, "POST", path, json.dumps(body).encode())

    def _call(self, method: str, path: str, body: bytes | None) -> Any:
        url = urljoin(self.base, path)
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

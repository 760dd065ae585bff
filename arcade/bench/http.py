"""One HTTP connection of a player, kept open over its few requests."""

import asyncio
import json
from typing import Any


class Connection:
    """To a port of this machine."""

    def __init__(self, port: int) -> None:
        self.port = port
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def post(self, path: str, body: Any, token: str = "") -> Any:
        """The JSON that answers; RuntimeError for any status but 2xx."""
        data = json.dumps(body).encode()
        authorization = f"Authorization: Bearer {token}\r\n" if token else ""
        head = (
            f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\nContent-Type: application/json\r\n"
            f"{authorization}Content-Length: {len(data)}\r\n\r\n"
        )
        status, answer = await self._ask(head.encode() + data)
        if not 200 <= status < 300:
            raise RuntimeError(f"POST {path}: {status} {answer[:300]!r}")
        return json.loads(answer)

    async def get(self, path: str) -> str:
        """The text at `path`, whatever the status."""
        head = f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{self.port}\r\n\r\n"
        return (await self._ask(head.encode()))[1].decode()

    async def _ask(self, request: bytes) -> tuple[int, bytes]:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        writer.write(request)
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status = int(head.split(None, 2)[1])
        if "transfer-encoding: chunked" in head:
            return status, await self._chunks(reader)
        _, found, length = head.partition("content-length:")
        return status, await reader.readexactly(int(length.split("\r\n")[0])) if found else b""

    @staticmethod
    async def _chunks(reader: asyncio.StreamReader) -> bytes:
        parts = []
        while size := int((await reader.readuntil(b"\r\n")).split(b";")[0], 16):
            parts.append(await reader.readexactly(size))
            await reader.readexactly(2)
        await reader.readexactly(2)
        return b"".join(parts)

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()
            self._streams = None

"""What every response gets: static files, and the headers of a page."""

import gzip
import re
from collections.abc import Awaitable, Callable
from functools import lru_cache
from typing import Any

from asgiref.sync import iscoroutinefunction, markcoroutinefunction
from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.decorators import sync_and_async_middleware
from whitenoise.middleware import WhiteNoiseMiddleware

Handler = Callable[[HttpRequest], Any]
TEXTUAL = re.compile(r"text/|image/svg\+xml|application/(javascript|json|wasm)")
ACCEPTS_GZIP = re.compile(r"\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))")
SMALLEST = 600
"""Bytes below which a file is not worth the packing."""


class StaticFiles(WhiteNoiseMiddleware):  # type: ignore[misc]
    """WhiteNoise for sync and async alike, with whole bodies: under ASGI a streamed file is warned of.

    Text goes out under gzip where the browser takes it.
    """

    sync_capable = async_capable = True

    def __init__(self, get_response: Handler) -> None:
        super().__init__(get_response)
        self.is_async = iscoroutinefunction(get_response)
        if self.is_async:
            markcoroutinefunction(self)

    def __call__(self, request: HttpRequest) -> HttpResponseBase | Awaitable[HttpResponseBase]:
        return self.acall(request) if self.is_async else super().__call__(request)

    async def acall(self, request: HttpRequest) -> HttpResponseBase:
        path = request.path_info
        found = self.find_file(path) if self.autorefresh else self.files.get(path)
        return self.serve(found, request) if found is not None else await self.get_response(request)

    @staticmethod
    def serve(static_file: Any, request: HttpRequest) -> HttpResponse:
        found = static_file.get_response(request.method, request.META)
        body = b""
        if found.file is not None:
            with found.file:
                body = found.file.read()
        response = HttpResponse(body, status=int(found.status))
        del response["Content-Type"]
        for key, value in found.headers:
            response[key] = value
        if response.status_code == 200 and TEXTUAL.match(response.headers.get("Content-Type", "")):
            response.headers["Vary"] = "Accept-Encoding"
            if len(body) >= SMALLEST and ACCEPTS_GZIP.search(request.headers.get("Accept-Encoding", "")):
                response.content = packed(body)
                response.headers["Content-Encoding"] = "gzip"
                response.headers["Content-Length"] = str(len(response.content))
        return response


@lru_cache(maxsize=256)
def packed(body: bytes) -> bytes:
    """The body under gzip; the files of a release are few and do not change."""
    return gzip.compress(body, compresslevel=9, mtime=0)


@sync_and_async_middleware
def page_headers(get_response: Handler) -> Handler:
    """The content security policy, where a view has not set its own."""

    def with_headers(response: HttpResponseBase) -> HttpResponseBase:
        response.headers.setdefault("Content-Security-Policy", settings.ARCADE_CSP)
        return response

    if not iscoroutinefunction(get_response):
        return lambda request: with_headers(get_response(request))

    async def handle(request: HttpRequest) -> HttpResponseBase:
        return with_headers(await get_response(request))

    return handle

"""Scripts as Redis runs them: Lua 5.1, `redis.call`, `cmsgpack`."""

from collections.abc import Callable
from functools import cache
from typing import Any

import msgpack
from lupa import lua51
from redis.exceptions import ResponseError

Call = Callable[..., Any]

_lua = lua51.LuaRuntime(encoding=None, unpack_returned_tuples=True)
_type: Any = lua51.lua_type


class _Current:
    """The store that the running script works on."""

    call: Call


def _arg(value: Any) -> bytes:
    if isinstance(value, bytes):
        return value
    if isinstance(value, float):
        return b"%.17g" % value
    if isinstance(value, int) and not isinstance(value, bool):
        return b"%d" % value
    raise ResponseError("Lua redis lib command arguments must be strings or integers")


def _to_lua(reply: Any) -> Any:
    if reply is None:
        return False
    if isinstance(reply, list):
        return _lua.table_from([_to_lua(item) for item in reply])
    return reply


def _from_lua(value: Any) -> Any:
    if value is None or value is False:
        return None
    if value is True:
        return 1
    if isinstance(value, int | float):
        return int(value)
    if _type(value) != "table":
        return value
    if value[b"err"] is not None:
        raise ResponseError(value[b"err"].decode())
    reply = []
    while (item := value[len(reply) + 1]) is not None:
        reply.append(_from_lua(item))
    return reply


def _pack(value: Any) -> bytes:
    def plain(item: Any) -> Any:
        if _type(item) == "table":
            return [plain(x) for x in item.values()]
        return item.decode() if isinstance(item, bytes) else item

    data: bytes = msgpack.packb(plain(value))
    return data


def _unpack_limit(data: bytes, limit: int, offset: int) -> tuple[Any, ...]:
    unpacker = msgpack.Unpacker(raw=True)
    unpacker.feed(data[offset:])
    return (0, *(unpacker.unpack() for _ in range(limit)))


def _error(text: bytes) -> Any:
    return _lua.table_from({b"err": text})


_globals: Any = _lua.globals()
_globals[b"redis"] = _lua.table_from(
    {
        b"call": lambda *args: _to_lua(_Current.call(*map(_arg, args))),
        b"error_reply": _error,
    }
)
_globals[b"cmsgpack"] = _lua.table_from({b"pack": _pack, b"unpack_limit": _unpack_limit})


@cache
def _compiled(script: bytes) -> Any:
    return _lua.eval(b"function(KEYS, ARGV) " + script + b"\nend")


def run(script: bytes, names: tuple[bytes, ...], args: tuple[bytes, ...], call: Call) -> Any:
    """The reply of a script whose `redis.call` is `call`."""
    _Current.call = call
    return _from_lua(_compiled(script)(_lua.table_from(list(names)), _lua.table_from(list(args))))

"""System checks (`manage.py check`), and what is asked of Redis when a server starts."""

from typing import Any

import msgspec
import redis
from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured
from django.utils.module_loading import import_string
from redis.backoff import NoBackoff
from redis.retry import Retry

from matches.catalog import pairs
from protocol.errors import ProtocolError

_KEY_HINT = (
    "Set ARCADE_SECRET_KEY to a long random text that stays the same over restarts and on all nodes, "
    "for instance of: python3 -c 'import secrets; print(secrets.token_urlsafe(48))'. "
    "`make play` makes and keeps one by itself."
)


def require_secret_key() -> None:
    """Raise `ImproperlyConfigured` with a sentence that helps where there is no secret key."""
    if not _has_key():
        raise ImproperlyConfigured("There is no secret key. " + _KEY_HINT)


def _has_key() -> bool:
    try:
        return bool(settings.SECRET_KEY)
    except ImproperlyConfigured:
        return False


@register()
def secret_key(**_: Any) -> list[CheckMessage]:
    if _has_key():
        return []
    return [Error("There is no secret key.", hint=_KEY_HINT, id="arcade.E001")]


@register()
def channel_layer(**_: Any) -> list[CheckMessage]:
    """redis-py's own socket timeout is as long as the layer's blocking read, and would end idle consumers."""
    layers: dict[str, Any] = settings.CHANNEL_LAYERS
    layer = layers.get("default", {})
    if not str(layer.get("BACKEND", "")).startswith(("channels_redis.", "arcade.infra.layer.")):
        return []
    hosts = layer.get("CONFIG", {}).get("hosts", ["the default"])
    if all(isinstance(h, dict) and "socket_timeout" in h and h["socket_timeout"] is None for h in hosts):
        return []
    return [
        Error(
            "The channel layer's connections have a socket timeout; idle sockets would be cut after it.",
            hint='Give each of CHANNEL_LAYERS["default"]["CONFIG"]["hosts"] "socket_timeout": None.',
            id="arcade.E002",
        )
    ]


@register()
def word_filter(**_: Any) -> list[CheckMessage]:
    """A filter that cannot be found would be missed only when somebody chats."""
    named = settings.ARCADE_WORD_FILTER
    try:
        if not named or callable(import_string(named)):
            return []
        problem = "is no function"
    except ImportError as error:
        problem = str(error)
    return [
        Error(
            f"ARCADE_WORD_FILTER: {named} {problem}",
            hint="Name a function(kind, player, text) of yours, as acme.words.judge.",
            id="arcade.E003",
        )
    ]


@register()
def queues(**_: Any) -> list[CheckMessage]:
    """`ARCADE_QUEUES` and the `queue` of each mode name rules that a queue may have."""
    from lobby import catalog
    from lobby.rules.matching.declaring import problems

    errors: list[CheckMessage] = []
    hint = 'As {"connect-four/standard": {"accept": 10}}; docs/matchmaking.md shows all that can be declared.'
    modes = [f"{game}/{mode}" for game, names in pairs() for mode in names]
    for name in dict.fromkeys([*settings.ARCADE_QUEUES, *modes]):
        try:
            rules = catalog.rules_of(*name.partition("/")[::2])
            found = problems(rules, settings.ARCADE_REGIONS)
        except (ProtocolError, msgspec.ValidationError, TypeError, ValueError) as error:
            found = [str(error)]
        where = "ARCADE_QUEUES" if name in settings.ARCADE_QUEUES else "The queue of a mode"
        errors += [Error(f"{where}: {name}: {fault}", hint=hint, id="arcade.E004") for fault in found]
    return errors


@register()
def regions(**_: Any) -> list[CheckMessage]:
    """`ARCADE_REGIONS` has names and addresses that a browser can ask."""
    wrong = [
        name
        for name, address in settings.ARCADE_REGIONS.items()
        if not 1 <= len(name) <= 64
        or not isinstance(address, str)
        or (address and not address.startswith(("https://", "http://", "/")))
    ]
    hint = 'As {"eu": "https://eu.example.org", "us": ""}: "" is the server that a player talks to.'
    return [
        Error(f"ARCADE_REGIONS: {name}: no address of a server.", hint=hint, id="arcade.E005")
        for name in wrong
    ]


def redis_problems(url: str) -> tuple[str | None, list[str]]:
    """(why Redis cannot be used or None, what about it endangers the promise that no move is lost)."""
    try:
        with redis.Redis.from_url(
            url, socket_timeout=3, decode_responses=True, retry=Retry(NoBackoff(), 0)
        ) as client:
            client.ping()
            try:
                policy = client.config_get("maxmemory-policy").get("maxmemory-policy", "noeviction")
                append = client.config_get("appendonly").get("appendonly", "yes")
                fsync = client.config_get("appendfsync").get("appendfsync", "always")
            except redis.ResponseError:
                return None, []  # a managed Redis hides its configuration
    except (redis.RedisError, ValueError) as error:
        return f"Redis does not answer at {without_password(url)} ({error}); start it or set REDIS_URL.", []
    warnings = []
    if policy != "noeviction":
        warnings.append(f"Redis may evict live matches (maxmemory-policy {policy}); set it to noeviction.")
    if append != "yes":
        warnings.append(
            "Redis keeps nothing on disk (appendonly no); its restart would lose all live matches."
        )
    elif fsync == "no":
        warnings.append("Redis syncs its file when it likes (appendfsync no); set it to everysec or always.")
    return None, warnings


def without_password(url: str) -> str:
    """The address without what is secret in it."""
    scheme, _, rest = url.partition("://")
    address = rest.rpartition("@")[2] if "@" in rest else rest
    return f"{scheme}://{address.partition('?')[0]}"

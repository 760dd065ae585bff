"""Django settings, all from the environment (prefix `ARCADE_`, besides `REDIS_URL` and `DATABASE_URL`).

Safe for production as they are; each is explained in docs/settings.md.
"""

import sys
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ
from django.core.exceptions import ImproperlyConfigured

from arcade.infra import log

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("ARCADE_VAR", default=str(BASE_DIR / "var")))

DEBUG: bool = env.bool("ARCADE_DEBUG", default=False)
SECRET_KEY: str = env.str("ARCADE_SECRET_KEY", default="insecure: for debugging alone" if DEBUG else "")
ARCADE_NODE: str = env.str("ARCADE_NODE", default="")
ARCADE_NODE_URL: str = env.str("ARCADE_NODE_URL", default="")
ARCADE_NODE_BIND: str = env.str("ARCADE_NODE_BIND", default="")
ARCADE_APPS: list[str] = env.list("ARCADE_APPS", default=[])
ARCADE_QUEUES: dict[str, dict[str, Any]] = env.json("ARCADE_QUEUES", default={})
"""By "game/mode": fields of `lobby.rules.matching.QueueRules` that are not as the mode says."""
ARCADE_REGIONS: dict[str, str] = env.json("ARCADE_REGIONS", default={})
"""By region: the address of a node there that answers `/ping`; "" is the server a player talks to."""
ARCADE_DURABILITY: str = env.str("ARCADE_DURABILITY", default="log")
if ARCADE_DURABILITY not in ("log", "none"):
    raise ImproperlyConfigured(f"ARCADE_DURABILITY is {ARCADE_DURABILITY!r}; give log or none.")
ARCADE_WAITAOF: list[int] = env.list("ARCADE_WAITAOF", cast=int, default=[0, 0])
if len(ARCADE_WAITAOF) != 2 or min(ARCADE_WAITAOF) < 0 or ARCADE_WAITAOF[0] > 1:
    raise ImproperlyConfigured("ARCADE_WAITAOF is local,replicas: 1,0 or 0,1 or 1,2; 0,0 does not wait.")
ARCADE_WEBSOCKETS: str = env.str("ARCADE_WEBSOCKETS", default="picows")
if ARCADE_WEBSOCKETS not in ("picows", "websockets"):
    raise ImproperlyConfigured(f"ARCADE_WEBSOCKETS is {ARCADE_WEBSOCKETS!r}; give picows or websockets.")
ARCADE_WORD_FILTER: str = env.str("ARCADE_WORD_FILTER", default="")
ARCADE_SEASON: str = env.str("ARCADE_SEASON", default="1")

# --- who may connect, and how -------------------------------------------------------------------------

ARCADE_TLS: bool = env.bool("ARCADE_TLS", default=False)
ALLOWED_HOSTS: list[str] = env.list("ARCADE_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ARCADE_ALLOWED_ORIGINS: list[str] = env.list("ARCADE_ALLOWED_ORIGINS", default=[])
ARCADE_TRUSTED_PROXIES: list[str] = env.list("ARCADE_TRUSTED_PROXIES", default=[])
CSRF_TRUSTED_ORIGINS = ARCADE_ALLOWED_ORIGINS
CORS_ALLOWED_ORIGINS = [origin.rstrip("/").lower() for origin in ARCADE_ALLOWED_ORIGINS]
CORS_URLS_REGEX = r"^/api/.*$"
CORS_ALLOW_CREDENTIALS = False  # pages of other origins use bearer tokens; cookies stay with our own
CORS_EXPOSE_HEADERS = ["Retry-After"]
if env.bool("ARCADE_PROXY_TLS_HEADER", default=False):
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = ARCADE_TLS
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = "Lax"
SECURE_HSTS_SECONDS: int = env.int("ARCADE_HSTS_SECONDS", default=0)
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
_PINGED = {str(at) for at in ARCADE_REGIONS.values() if "//" in str(at)}
_CONNECT = " ".join(["'self'", *sorted({"://".join(urlsplit(at)[:2]) for at in _PINGED})])
ARCADE_CSP: str = env.str(
    "ARCADE_CSP",
    default=f"default-src 'self'; connect-src {_CONNECT}; img-src 'self' data:; object-src 'none'; "
    "base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'",
)

# --- limits (arcade.security.limits) ------------------------------------------------------------------

ARCADE_HANDSHAKES_PER_MINUTE: int = env.int("ARCADE_HANDSHAKES_PER_MINUTE", default=600)
ARCADE_HANDSHAKES_PER_PLAYER: int = env.int("ARCADE_HANDSHAKES_PER_PLAYER", default=120)
ARCADE_SOCKETS_PER_PLAYER: int = env.int("ARCADE_SOCKETS_PER_PLAYER", default=10)
ARCADE_GUESTS_PER_MINUTE: int = env.int("ARCADE_GUESTS_PER_MINUTE", default=120)
ARCADE_SIGN_INS_PER_MINUTE: int = env.int("ARCADE_SIGN_INS_PER_MINUTE", default=10)
ARCADE_TICKETS_PER_MINUTE: int = env.int("ARCADE_TICKETS_PER_MINUTE", default=120)
ARCADE_ROOM_LISTS_PER_MINUTE: int = env.int("ARCADE_ROOM_LISTS_PER_MINUTE", default=60)
ARCADE_REPLAYS_PER_MINUTE: int = env.int("ARCADE_REPLAYS_PER_MINUTE", default=60)
ARCADE_BOT_MEMORY_MB: int = env.int("ARCADE_BOT_MEMORY_MB", default=512)
ARCADE_RESUME_SECONDS: int = env.int("ARCADE_RESUME_SECONDS", default=24 * 3600)

# --- the application ----------------------------------------------------------------------------------

INSTALLED_APPS = [
    *(["daphne"] if "runserver" in sys.argv[1:2] else []),  # a fifth of a start, for this alone
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "corsheaders",
    "ninja",
    "arcade",
    "matches",
    "lobby",
    *ARCADE_APPS,
]

MIDDLEWARE = [
    "arcade.health.probes",
    "arcade.middleware.page_headers",
    "arcade.api.json_errors",
    "corsheaders.middleware.CorsMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "arcade.middleware.StaticFiles",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
]

ROOT_URLCONF = "arcade.urls"
ASGI_APPLICATION = "arcade.asgi.application"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
        },
    }
]
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in ("UserAttributeSimilarityValidator", "MinimumLengthValidator", "CommonPasswordValidator")
]

STATIC_URL = "/static/"
STATICFILES_DIRS = [("client", BASE_DIR / "protocol" / "clients" / "js")]
WHITENOISE_USE_FINDERS = True  # every start finds the files itself: nothing is collected
WHITENOISE_AUTOREFRESH = DEBUG
WHITENOISE_MAX_AGE = 0 if DEBUG else 300
WHITENOISE_ALLOW_ALL_ORIGINS = False

# --- where things are kept ----------------------------------------------------------------------------

REDIS_URL: str = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")
CACHES = {"default": {"BACKEND": "arcade.infra.cache.SharedRedisCache", "LOCATION": REDIS_URL}}
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]  # it knows no Redis cache but a third party's
CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "arcade.infra.layer.ChannelLayer",
        "CONFIG": {
            "hosts": [{"address": REDIS_URL, "socket_timeout": None}],
            "prefix": "arcade:layer",
            "group_expiry": 180,  # lobby sockets renew their places; those of dead nodes run out
        },
    }
}

DATABASES: dict[str, Any] = {
    "default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'arcade.sqlite3'}")
}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"] |= {
        "OPTIONS": {
            "transaction_mode": "IMMEDIATE",
            "timeout": 20,
            "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
        },
        "TEST": {"NAME": str(VAR_DIR / "test.sqlite3")},  # a file, as threads share it
    }
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# --- what is told -------------------------------------------------------------------------------------

ARCADE_METRICS_TOKEN: str = env.str("ARCADE_METRICS_TOKEN", default="")
LOGGING = log.config(
    console=env.bool("ARCADE_LOG_CONSOLE", default=DEBUG),
    level=env.str("ARCADE_LOG_LEVEL", default="INFO"),
    node=ARCADE_NODE,
)

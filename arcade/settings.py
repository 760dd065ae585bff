"""Django settings, all from the environment (prefix `ARCADE_`, besides `REDIS_URL` and `DATABASE_URL`)."""

from pathlib import Path

import environ

env = environ.Env()
BASE_DIR = Path(__file__).resolve().parent.parent
VAR_DIR = Path(env.str("ARCADE_VAR", default=str(BASE_DIR / "var")))

DEBUG = env.bool("ARCADE_DEBUG", default=False)
SECRET_KEY = env.str("ARCADE_SECRET_KEY", default="")
ALLOWED_HOSTS = env.list("ARCADE_ALLOWED_HOSTS", default=["localhost", "127.0.0.1", "[::1]"])
ARCADE_ALLOWED_ORIGINS: list[str] = env.list("ARCADE_ALLOWED_ORIGINS", default=[])
ARCADE_TRUSTED_PROXIES: list[str] = env.list("ARCADE_TRUSTED_PROXIES", default=[])
CSRF_TRUSTED_ORIGINS = ARCADE_ALLOWED_ORIGINS
ARCADE_NODE = env.str("ARCADE_NODE", default="")
ARCADE_APPS: list[str] = env.list("ARCADE_APPS", default=[])

REDIS_URL = env.str("REDIS_URL", default="redis://127.0.0.1:6379/0")

INSTALLED_APPS = [
    "daphne",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "channels",
    "arcade",
    "matches",
    "lobby",
    *ARCADE_APPS,
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
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

DATABASES = {"default": env.db_url("DATABASE_URL", default=f"sqlite:///{VAR_DIR / 'arcade.sqlite3'}")}
if DATABASES["default"]["ENGINE"] == "django.db.backends.sqlite3":
    DATABASES["default"]["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;",
    }

CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": REDIS_URL}}
SILENCED_SYSTEM_CHECKS = ["django_ratelimit.W001"]

CHANNEL_LAYERS = {
    "default": {
        "BACKEND": "channels_redis.core.RedisChannelLayer",
        "CONFIG": {"hosts": [{"address": REDIS_URL, "socket_timeout": None}], "prefix": "arcade:layer"},
    }
}

DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
LANGUAGE_CODE = "en"
TIME_ZONE = "UTC"
USE_TZ = True
STATIC_URL = "static/"
STATIC_ROOT = BASE_DIR / "staticfiles"
STATICFILES_DIRS = [("client", BASE_DIR / "protocol" / "clients" / "js")]

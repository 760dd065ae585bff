import redis
from django.conf import settings


def test_settings_use_the_workers_own_valkey(clean_redis: str) -> None:
    assert clean_redis == settings.REDIS_URL
    with redis.Redis.from_url(clean_redis) as client:
        assert client.set("a", 1)

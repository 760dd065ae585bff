"""Each ASGI server runs the application; Caddy leads to each node."""

import json
import time
from collections.abc import Callable

import pytest

from arcade.chaos.database import Postgres
from tests.support.caddy import Caddy
from tests.support.servers import KINDS, Kind, Server, environment, migrate
from tests.support.valkey import Valkey


@pytest.mark.parametrize("kind", KINDS)
def test_serves_health_and_pages(server: Callable[..., Server], kind: Kind) -> None:
    node = server(kind)
    status, headers, body = node.get("/healthz", Host="10.1.2.3")
    assert status == 200
    assert json.loads(body)["status"] == "ok"
    status, headers, body = node.get("/metrics")
    assert status == 200
    assert b"arcade_sockets" in body
    status, headers, body = node.get("/static/admin/css/base.css")
    assert status == 200
    assert headers["content-type"].startswith("text/css")
    assert len(body) == int(headers["content-length"])
    assert "default-src 'self'" in node.get("/admin/login/")[1]["content-security-policy"]
    assert node.get("/healthz", Host="10.1.2.3")[0] == 200
    status, headers, body = node.get("/ping", Host="10.1.2.3")
    assert (status, body, headers["access-control-allow-origin"]) == (204, b"", "*")
    assert node.get("/admin/login/", Host="10.1.2.3")[0] == 400


def test_metrics_may_ask_for_a_token(server: Callable[..., Server]) -> None:
    node = server("uvicorn", ARCADE_METRICS_TOKEN="of the operators")
    assert node.get("/metrics")[0] == 401
    assert node.get("/metrics", Authorization="Bearer of the operator")[0] == 401
    assert node.get("/metrics", Authorization="Bearer of the operators")[0] == 200


@pytest.mark.postgres
def test_ready_on_postgres_and_not_without_it(server: Callable[..., Server], clean_redis: str) -> None:
    cluster = Postgres()
    try:
        url = cluster.start().database()
        migrate(environment(clean_redis, url))
        node = server("uvicorn", database_url=url, clean=False)
        cluster.stop()
        status, _, body = node.get("/readyz")
        assert status == 503
        assert json.loads(body)["redis"] == "ok"
        assert json.loads(body)["database"].startswith("unreachable")
        assert node.get("/healthz")[0] == 200
    finally:
        cluster.stop()


def test_not_ready_at_once_without_redis_and_again_with_it(server: Callable[..., Server]) -> None:
    with Valkey(tcp=True, appendonly=True) as redis:
        node = server("uvicorn", redis_url=redis.url, clean=False)
        redis.kill()
        began = time.monotonic()
        status, _, body = node.get("/readyz")
        assert time.monotonic() - began < 3
        assert status == 503
        assert json.loads(body)["redis"].startswith("unreachable")
        assert json.loads(body)["database"] == "ok"
        assert node.get("/healthz")[0] == 200
        redis.start()
        node.wait_ready()


@pytest.mark.redis7
def test_ready_on_redis_7(server: Callable[..., Server], redis7_url: str) -> None:
    assert server("uvicorn", redis_url=redis7_url).status("/readyz") == 200


@pytest.mark.caddy
def test_caddy_leads_to_each_node_and_around_a_dead_one(caddy: Caddy) -> None:
    for node in caddy.nodes:
        status, body = caddy.get(f"/n/{node.node}/healthz")
        assert (status, json.loads(body)["node"]) == (200, node.node)
    plain = {json.loads(caddy.get("/healthz")[1])["node"] for _ in range(40)}
    assert plain == {node.node for node in caddy.nodes}
    assert caddy.status("/metrics") == 404
    assert caddy.status(f"/n/{caddy.nodes[0].node}/metrics") == 404
    assert caddy.status("/n/n9-nobody/healthz") == 200  # no such slot: any node serves it
    caddy.nodes[0].kill()
    assert [caddy.status("/healthz") for _ in range(10)] == [200] * 10
    assert caddy.status(f"/n/{caddy.nodes[0].node}/healthz") == 502

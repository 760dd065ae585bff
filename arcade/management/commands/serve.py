"""`manage.py serve`: nodes on this machine, for production."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from arcade import checks
from arcade.infra.log import get_logger
from arcade.infra.ports import port_is_free
from arcade.supervisor import Supervisor
from matches.host.deaths import tell_of_death

log = get_logger(__name__)


class Command(BaseCommand):
    help = "Run one or more nodes under a supervisor that starts dead ones again."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--nodes", type=int, default=1, help="how many nodes (default 1)")
        parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default 127.0.0.1)")
        parser.add_argument(
            "--port", type=int, default=None, help="port of a single node (default PORT or 8000)"
        )
        parser.add_argument(
            "--base-port", type=int, default=None, help="first port of several nodes (default: as --port)"
        )
        parser.add_argument("--name", default="n", help="what this machine's node ids begin with (default n)")

    def handle(self, *args: Any, **options: Any) -> None:
        nodes: int = options["nodes"]
        port: int = options["port"] or int(os.environ.get("PORT") or 8000)
        if nodes > 1 and options["base_port"]:
            port = options["base_port"]
        if nodes < 1 or not options["name"].isalnum():
            raise CommandError("--nodes is 1 or more, --name has letters and digits alone.")
        checks.require_secret_key()
        problem, warnings = checks.redis_problems(settings.REDIS_URL)
        if problem:
            raise CommandError(problem)
        for warning in warnings:
            log.warning("redis.setting", text=warning)
        for n in range(nodes):
            if not port_is_free(port + n, options["host"]):
                raise CommandError(f"Port {port + n} is taken. Choose others with --port or --base-port.")
        Supervisor(nodes, options["host"], port, name=options["name"], on_death=tell_of_death).run()

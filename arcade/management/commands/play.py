"""`manage.py play`: the newcomer's command. One node, SQLite and an embedded Valkey, all kept in `var/`."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from arcade import checks, enter, newcomer
from arcade.embedded import EmbeddedError, EmbeddedValkey
from arcade.infra.ports import port_is_free
from arcade.supervisor import Supervisor
from matches.host.deaths import tell_of_death


class Command(BaseCommand):
    help = "Play on this machine: nothing to set up, everything kept in var/."
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("HOST") or "127.0.0.1")
        parser.add_argument("--port", type=int, default=int(os.environ.get("PORT") or 8000))

    def handle(self, *args: Any, **options: Any) -> None:
        host, port = options["host"], options["port"]
        if not port_is_free(port, host):
            free = next((p for p in range(port + 1, port + 100) if port_is_free(p, host)), port + 1)
            raise CommandError(f"Port {port} is taken. Choose another one: PORT={free} make play")
        checks.require_secret_key()
        valkey = EmbeddedValkey(newcomer.var_dir() / "valkey")
        embedded = valkey.url == settings.REDIS_URL
        try:
            if embedded:
                valkey.start()
            self._check_redis()
            call_command("migrate", verbosity=0, interactive=False)
            self.stdout.write("Starting …")
            self.stdout.flush()
            Supervisor(
                1,
                host,
                port,
                on_death=tell_of_death,
                on_ready=lambda: self._greet(host, port),
                on_beat=(lambda: self._revive(valkey)) if embedded else (lambda: None),
            ).run()
            self.stdout.write("Ended. The data are kept.")
        except EmbeddedError as error:
            raise CommandError(str(error)) from error
        except KeyboardInterrupt:
            self.stdout.write("Ended.")
        finally:
            valkey.leave()

    def _check_redis(self) -> None:
        problem, warnings = checks.redis_problems(settings.REDIS_URL)
        if problem:
            raise CommandError(problem)
        for warning in warnings:
            self.stderr.write(self.style.WARNING(warning))

    def _revive(self, valkey: EmbeddedValkey) -> None:
        if valkey.ensure():
            self.stderr.write(
                self.style.WARNING("The embedded Valkey had died; it runs again over its data.")
            )

    def _greet(self, host: str, port: int) -> None:
        shown = "127.0.0.1" if host in ("0.0.0.0", "::") else host  # noqa: S104
        address = f"http://{f'[{shown}]' if ':' in shown else shown}:{port}"
        self.stdout.write(
            f"\n  Play           {address}/\n"
            f"  Admin, once    {address}{enter.link(enter.admin())}\n"
            f"  Data           {newcomer.var_dir()}\n\n"
            "  Ctrl-C ends it.\n"
        )
        self.stdout.flush()

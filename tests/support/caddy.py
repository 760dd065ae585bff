"""Caddy with deploy/Caddyfile over some nodes, with a certificate that only the tests trust."""

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from http.client import HTTPException, HTTPSConnection
from pathlib import Path
from typing import Self

from arcade.infra.ports import free_port
from tests.support import certificate
from tests.support.servers import ROOT, Server
from tests.support.waiting import until


class Caddy:
    """`https`, `wss`: its addresses; `tls`: the context that trusts it."""

    def __init__(self, nodes: Sequence[Server], port: int) -> None:
        assert len(nodes) == 2, "deploy/Caddyfile is written for two"
        self.folder = Path(tempfile.mkdtemp(prefix="arcade-caddy-"))
        self.port = port
        self.nodes = nodes
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def https(self) -> str:
        return f"https://localhost:{self.port}"

    @property
    def wss(self) -> str:
        return f"wss://localhost:{self.port}"

    def start(self) -> Self:
        """Run it and wait until a node answers through it."""
        key, cert = self.folder / "key.pem", self.folder / "cert.pem"
        certificate.make(self.folder)
        self.tls = ssl.create_default_context(cafile=str(cert))
        env = os.environ | {
            "ARCADE_SITE": f"https://localhost:{self.port}",
            "ARCADE_CADDY_TLS": f"tls {cert} {key}",
            "ARCADE_CADDY_ADMIN": "off",
            "ARCADE_HTTP_PORT": str(free_port()),
            "ARCADE_NODE_1": f"127.0.0.1:{self.nodes[0].port}",
            "ARCADE_NODE_2": f"127.0.0.1:{self.nodes[1].port}",
            "HOME": str(self.folder),
            "XDG_DATA_HOME": str(self.folder),
            "XDG_CONFIG_HOME": str(self.folder),
        }
        with (self.folder / "log").open("ab") as log:
            self.process = subprocess.Popen(
                ["caddy", "run", "--config", ROOT / "deploy" / "Caddyfile", "--adapter", "caddyfile"],
                env=env, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd=self.folder,
                start_new_session=True,
            )  # fmt: skip
        try:
            until(lambda: self.status("/healthz") == 200)
        except AssertionError:
            raise AssertionError((self.folder / "log").read_text()[-4000:]) from None
        return self

    def status(self, path: str) -> int | None:
        """The status of a GET, None where nobody answers."""
        try:
            return self.get(path)[0]
        except (OSError, HTTPException):
            return None

    def get(self, path: str) -> tuple[int, bytes]:
        """Status and body of a GET."""
        connection = HTTPSConnection("localhost", self.port, timeout=10, context=self.tls)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def stop(self) -> None:
        """Stop and remove the folder."""
        if self.process is not None:
            self.process.terminate()
            self.process.wait(15)
        shutil.rmtree(self.folder, ignore_errors=True)

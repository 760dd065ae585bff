"""Our sockets over TLS of the server's own."""

import datetime
import ipaddress
import ssl
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from tests.support.asgi import OURS, Served, echo
from tests.support.raw import BINARY, TEXT, Frame, Raw, close, frame
from tests.support.taken import Taken
from tests.support.waiting import until


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """The server's and the client's."""
    folder: Path = tmp_path_factory.mktemp("tls")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName(names), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    encoding = serialization.Encoding.PEM
    (folder / "cert.pem").write_bytes(certificate.public_bytes(encoding))
    (folder / "key.pem").write_bytes(
        key.private_bytes(encoding, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    ours.load_cert_chain(folder / "cert.pem", folder / "key.pem")
    return ours, ssl.create_default_context(cafile=str(folder / "cert.pem"))


def test_messages_and_the_end(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    schemes: list[str] = []

    async def tell(scope: dict[str, Any], receive: Any, send: Any) -> None:
        schemes.append(scope["scheme"])
        await echo(scope, receive, send)

    with Served(OURS, contexts[0]) as ours:
        ours.apps["/tell"] = tell
        for path in ("/tell", "/direct"):
            with Raw(ours.port, contexts[1]).open(path) as raw:
                for size in (0, 1, 8192, 8193, 65536):
                    raw.send(frame(BINARY, b"x" * size))
                    assert raw.next() == Frame(BINARY, b"x" * size)
                raw.send(close(4000))
                assert raw.next() == Frame(8, b"\x0f\xa0")
        until(lambda: ours.connections == 0)
    assert schemes == ["wss"]


def test_a_client_that_does_not_read(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> None:
    taken = Taken()
    with Served(OURS, contexts[0]) as ours:
        ours.apps["/taken"] = taken
        with Raw(ours.port, contexts[1], receive_buffer=4096).open("/taken") as raw:
            raw.send(frame(TEXT, b"x"))
            until(lambda: taken.got)

            def fill() -> int:
                taken.line.limit(4096, 4096)
                count = 0
                while count < 10_000 and not taken.line.blocked:
                    taken.line.send(b"%06d" % count * 200)
                    count += 1
                return count

            count = ours.call(fill)
            assert count < 200, "the client's silence goes unnoticed"
            for n in range(count):
                assert raw.next() == Frame(BINARY, b"%06d" % n * 200)
            until(lambda: taken.writable)
            ours.call(lambda: taken.line.send(b"now"))
            assert raw.next() == Frame(BINARY, b"now")
    assert taken.ends

"""The golden frames: the server makes exactly these bytes, and the Python client reads and makes them too."""

import json
from typing import Any

import arcade_client.codec as client
import arcade_client.delta as client_delta
import msgpack
import msgspec
import pytest
from arcade_client.kinds import CLOSES, DEFAULTS, KINDS

from protocol import delta
from protocol.codec import CODECS, Codec
from protocol.errors import ProtocolError
from protocol.messages import JSON, MSGPACK, Message, Move
from protocol.session import ServerSession
from protocol.vectors.generate import CLIENT, FOLDER, SERVER, files, text


def load(name: str) -> Any:
    return json.loads((FOLDER / name).read_text(encoding="utf-8"))


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in load(name)]


def plain(message: Message) -> Any:
    return msgspec.msgpack.decode(msgspec.msgpack.encode(message))


def decode(codec: Codec, socket: str, data: bytes | str) -> Message:
    return codec.decode_lobby(data) if socket == "lobby" else codec.decode_match(data)


@pytest.mark.parametrize("name", files())
def test_the_files_are_what_the_code_makes(name: str) -> None:
    made = text(files()[name])
    assert made == (FOLDER / name).read_text(encoding="utf-8"), "run python -m protocol.vectors.generate"


def test_every_kind_has_a_vector() -> None:
    named = {type(message).__name__ for message in (CLIENT | SERVER).values()}
    assert named == set(load("tables.json")["kinds"])


@pytest.mark.parametrize("case", cases("client.json"))
def test_the_server_reads_what_a_client_sends(case: dict[str, Any]) -> None:
    message = decode(CODECS[MSGPACK], case["socket"], bytes.fromhex(case["hex"]))
    assert type(message).__name__ == case["kind"]
    assert plain(message) == case["message"]
    in_json = decode(CODECS[JSON], case["socket"], case["json"])
    assert plain(in_json) == case["message"]
    if isinstance(in_json, Move) and isinstance(message, Move):
        assert bytes(in_json.move) == bytes(message.move)


@pytest.mark.parametrize("case", cases("server.json"))
def test_the_server_makes_these_bytes(case: dict[str, Any]) -> None:
    message = SERVER[case["name"]]
    assert CODECS[MSGPACK].encode(message) == bytes.fromhex(case["hex"])
    assert json.loads(CODECS[JSON].encode(message)) == case["message"]
    assert CODECS[JSON].transcode(bytes.fromhex(case["hex"])) == case["json"]


@pytest.mark.parametrize("case", cases("client.json") + cases("server.json"))
def test_the_python_client_agrees(case: dict[str, Any]) -> None:
    frame = bytes.fromhex(case["hex"])
    assert msgpack.unpackb(frame) == case["message"]
    message = client.decode(frame)
    assert message == client.decode(case["json"])
    assert message is not None
    assert message["kind"] == case["kind"]
    array, sent = client.to_array(message), len(case["message"])
    assert array[:sent] == case["message"]
    assert array[sent:] == list(DEFAULTS.get(case["kind"], {}).values())[sent - len(array) or sent :]
    if sent == len(array):
        assert client.encode(message) == frame
        assert json.loads(client.encode(message, JSON)) == case["message"]


@pytest.mark.parametrize("case", cases("deltas.json"))
def test_deltas(case: dict[str, Any]) -> None:
    old, new, patch = case["old"], case["new"], case["patch"]
    assert delta.diff(old, new) == patch
    if patch is None:
        assert old == new
        return
    assert msgspec.msgpack.encode(patch).hex() == case["hex"]
    for apply in (delta.apply, client_delta.apply):
        made = apply(old, msgpack.unpackb(bytes.fromhex(case["hex"])))
        assert json.dumps(made) == json.dumps(new)


@pytest.mark.parametrize("case", cases("bad.json"))
def test_bad_frames(case: dict[str, Any]) -> None:
    codec = CODECS[case["subprotocol"]]
    frame = bytes.fromhex(case["hex"]) if "hex" in case else case["text"]
    with pytest.raises(ProtocolError) as caught:
        decode(codec, case["socket"], frame)
    assert (caught.value.code, caught.value.close) == (case["error"], case["close"])
    session = ServerSession(codec, case["socket"], lambda kind: None)
    with pytest.raises(ProtocolError) as again:
        session.receive(frame)
    assert again.value.code == case["error"]
    answer = session.error(again.value)
    assert (answer.ref, answer.number) == (case["ref"], case["number"])


def test_the_clients_tables() -> None:
    tables = load("tables.json")
    assert {name: [kind, *fields] for name, (kind, fields) in KINDS.items()} == tables["kinds"]
    assert {str(code): action for code, action in CLOSES.items()} == tables["closes"]

"""The wire's page says what the code says: kinds, fields, budgets, errors, closes, limits, examples."""

import json
import re
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

import msgspec
import pytest

from matches.engine import numbers, registry
from matches.engine.declared import grace_of, mode_of
from protocol import codec, messages
from protocol.codec import CODECS
from protocol.delta import apply, diff
from protocol.errors import CLOSES, ERRORS, REFUSED
from protocol.messages import JSON, LobbyReply, LobbyRequest, MatchReply, MatchRequest, Request

ROOT = Path(messages.__file__).parents[1]
PAGE = (ROOT / "protocol" / "README.md").read_text(encoding="utf-8")
UNIONS = {
    "match": (MatchRequest, MatchReply),
    "lobby": (LobbyRequest, LobbyReply),
}


def type_name(hint: Any) -> str:
    if hint is type(None):
        return "null"
    if hint in (Any, msgspec.Raw):
        return "any"
    if get_origin(hint) is Literal:
        return " or ".join(f'"{word}"' for word in get_args(hint))
    if get_origin(hint) is list:
        return f"[{type_name(get_args(hint)[0])}]"
    if get_origin(hint) is dict:
        return "map"
    if get_args(hint):
        return " or ".join(type_name(part) for part in get_args(hint))
    return {int: "int", float: "float", str: "text", bool: "bool"}[hint]


def row(kind: Any) -> str:
    """The table row of a kind, up to its meaning."""
    hints = get_type_hints(kind)
    fields = []
    for field in msgspec.structs.fields(kind):
        default = (
            ""
            if field.required
            else " = "
            + json.dumps(field.default_factory() if field.default is msgspec.NODEFAULT else field.default)
        )
        fields.append(f"{field.name}: {type_name(hints[field.name])}{default}")
    budget = f"{kind.budget.rate:g}/s, {kind.budget.burst} | " if issubclass(kind, Request) else ""
    return f"| {kind.__struct_config__.tag} | {kind.__name__} | {budget}`{', '.join(fields)}` |"


def kinds() -> list[Any]:
    return [kind for unions in UNIONS.values() for union in unions for kind in get_args(union)]


@pytest.mark.parametrize("kind", kinds(), ids=lambda kind: kind.__name__)
def test_every_kind_has_its_row(kind: Any) -> None:
    assert row(kind) in PAGE


@pytest.mark.parametrize("code", ERRORS)
def test_every_error_has_its_row(code: str) -> None:
    way = "Refused" if code in REFUSED else "Error"
    assert f"| `{code}` | {way} | {ERRORS[code]} |" in PAGE


def test_what_comes_as_refused_is_what_the_rules_say() -> None:
    """And nobody else says it, so an `Error` never uses a number up."""
    rules = ROOT / "matches" / "engine" / "acts.py"
    assert set(re.findall(r'"([a-z-]+)"', rules.read_text())) & set(ERRORS) == REFUSED
    assert set(numbers.TEXTS) == REFUSED - {"illegal-move"}
    for folder in ("arcade", "lobby", "matches", "protocol"):
        for path in (ROOT / folder).rglob("*.py"):
            thrown = re.findall(r'(?:ProtocolError|_error)\([^"()]*"([a-z-]+)"', path.read_text())
            assert not set(thrown) & REFUSED, path


@pytest.mark.parametrize("code", CLOSES)
def test_every_close_has_its_row(code: int) -> None:
    close = CLOSES[code]
    assert f"| {code} | {close.name} | {close.action} | {close.text} |" in PAGE


def test_there_are_no_other_rows() -> None:
    assert set(re.findall(r"^\| `([a-z0-9-]+)` \|", PAGE, re.M)) == set(ERRORS)
    numbers = {int(n) for n in re.findall(r"^\| (\d+) \|", PAGE, re.M)}
    assert numbers == set(CLOSES) | {kind.__struct_config__.tag for kind in kinds()}


def test_the_limits_are_named() -> None:
    assert f"{messages.MAX_FRAME // 1024} KiB" in PAGE
    assert f"{messages.MAX_MOVE // 1024} KiB" in PAGE
    assert f"{codec.MAX_DEPTH} containers" in PAGE
    assert str(messages.MAX_SAFE) in PAGE
    unread = re.search(r"ws_max_size=(\d+) \* 1024", (ROOT / "arcade" / "server" / "run.py").read_text())
    assert unread
    assert f"beyond {unread[1]} KiB 1009" in PAGE
    for subprotocol in messages.SUBPROTOCOLS:
        assert subprotocol in PAGE


@pytest.mark.parametrize(
    ("name", "told"), [("connect-four", "{} s later in a turn game"), ("arena", "{} s in a tick game")]
)
def test_the_usual_grace_is_named(name: str, told: str) -> None:
    game = registry.get(name)
    assert game.grace is None
    for mode in game.modes:
        assert told.format(grace_of(game, mode_of(game, mode)) // 1000) in PAGE


def test_the_examples_are_messages() -> None:
    """Lines `C→S [...]` are read by the server, lines `S→C [...]` are of a kind and shape it sends."""
    sent = re.findall(r"^C→S (\[.*\])$", PAGE, re.M)
    told = re.findall(r"^S→C (\[.*\])$", PAGE, re.M)
    assert {json.loads(line)[0] for line in sent} == {
        kind.__struct_config__.tag for union in (MatchRequest, LobbyRequest) for kind in get_args(union)
    }
    assert {json.loads(line)[0] for line in told} == {
        kind.__struct_config__.tag for union in (MatchReply, LobbyReply) for kind in get_args(union)
    }
    for line in sent:
        kind = json.loads(line)[0]
        decode = CODECS[JSON].decode_match if kind in codec.MATCH_KINDS else CODECS[JSON].decode_lobby
        decode(line)
    for line in told:
        assert msgspec.json.decode(line, type=MatchReply | LobbyReply)


def test_the_worked_deltas() -> None:
    """Every line of the examples: old → new, patch."""
    lines = re.findall(r"^    (.+?) → (.+?)   +(\[.*\])$", PAGE, re.M)
    assert len(lines) >= 8
    for old, new, patch in lines:
        assert apply(json.loads(old), json.loads(patch)) == json.loads(new), (old, new, patch)
        assert diff(json.loads(old), json.loads(new)) == json.loads(patch), (old, new, patch)


def test_the_function_of_the_page() -> None:
    """It patches all that the golden deltas have, as our own does."""
    code = re.search(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert code
    page: dict[str, Any] = {}
    exec(code[1], page)
    rows = json.loads((Path(messages.__file__).parent / "vectors" / "deltas.json").read_text())
    patched = [row for row in rows if row["patch"] is not None]
    assert len(patched) > 100
    for row in patched:
        old = json.dumps(row["old"])
        assert json.dumps(page["patch"](row["old"], row["patch"])) == json.dumps(row["new"]), row["name"]
        assert json.dumps(row["old"]) == old


def test_the_first_move_of_the_example() -> None:
    """The frame's delta turns the keyframe's view into the one it describes."""
    told = [json.loads(line) for line in re.findall(r"^S→C (\[3[34],.*\])$", PAGE, re.M)]
    view, frame = told[0][5], told[1]
    after = apply(view, frame[4])
    assert after["turn"] == 1
    assert after["clocks"] == {"left": [179904, 180000], "running": 1, "since": 2100}
    assert after["game"] == {"board": [[], [], [], [0], [], [], []], "turn": 1, "last": [3, 0], "line": []}
    assert diff(view, after) == frame[4]

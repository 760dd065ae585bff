"""The hot path compiled: what is used, and that each `.pxd` says what its module does."""

import ast
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from arcade import compiled

PROBE = "import arcade, matches.host.outbox as m; print(arcade.COMPILED, m.__file__.endswith('.py'))"
DECLARED = re.compile(r"^    cdef public [\w ]*?(\w+(?:, \w+)*)$", re.MULTILINE)


def started(**environment: str) -> str:
    """What a process that begins anew says of itself."""
    done = subprocess.run(
        [sys.executable, "-c", PROBE],
        cwd=compiled.ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.strip()


def test_it_can_be_left_out() -> None:
    assert started(ARCADE_COMPILED="0") == "no: ARCADE_COMPILED=0 True"


def test_a_process_says_what_it_runs() -> None:
    built = all(path.exists() for path in compiled.paths().values())
    said = started(ARCADE_COMPILED="1", ARCADE_DEBUG="0")
    assert said == "yes False" if built else said.startswith("no: ") and said.endswith(" True")


@pytest.fixture
def built(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which all seems to be compiled, of modules that nobody has imported."""
    names = ("one.server", "two.place")
    for name in names:
        for suffix in (".py", ".pxd"):
            file = tmp_path.joinpath(*name.split(".")).with_suffix(suffix)
            file.parent.mkdir(exist_ok=True)
            file.write_text(f"# {name}{suffix}\n")
    monkeypatch.setattr(compiled, "ROOT", tmp_path)
    monkeypatch.setattr(compiled, "BUILT", tmp_path / "built")
    monkeypatch.setattr(compiled, "MODULES", names)
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setenv("ARCADE_COMPILED", "1")
    monkeypatch.delenv("ARCADE_DEBUG", raising=False)
    compiled.BUILT.mkdir()
    for path in compiled.paths().values():
        path.touch()
    return tmp_path


def test_it_is_used_as_long_as_the_sources_are_those(built: Path) -> None:
    assert compiled.use() == "yes"
    spec = sys.meta_path[0].find_spec("two.place", None)
    assert spec is not None
    assert spec.origin == str(compiled.paths()["two.place"])
    assert sys.meta_path[0].find_spec("two.other", None) is None


def test_who_looks_for_a_defect_meets_python(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ARCADE_DEBUG", "1")
    assert compiled.use() == "no: ARCADE_DEBUG"
    assert sys.meta_path[0].find_spec("two.place", None) is None


@pytest.mark.parametrize("changed", ["one/server.py", "two/place.py", "one/server.pxd"])
def test_after_a_change_all_run_as_python(built: Path, changed: str) -> None:
    """Also those that did not change: they know the insides of the one that did."""
    with (built / changed).open("a") as file:
        file.write("x = 1\n")
    assert compiled.use() == "no: the sources have changed since; `make compile`"


def test_a_declaration_is_of_all_modules(built: Path) -> None:
    before = compiled.paths()
    (built / "one/server.pxd").write_text("cdef class Other\n")
    assert not set(before.values()) & set(compiled.paths().values())


def test_it_is_not_used_beside_what_runs_as_python(built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "one.server", sys)
    assert compiled.use() == "no: one.server was imported before"


def test_nothing_is_said_to_be_compiled_that_is_not(built: Path) -> None:
    for path in compiled.BUILT.iterdir():
        path.unlink()
    assert compiled.use().startswith("no: ")
    compiled.BUILT.rmdir()
    assert compiled.use() == "no: see `make compile`"


def declarations() -> dict[str, tuple[str, set[str]]]:
    """By class: the one that it extends, and the attributes that its `.pxd` names."""
    found = {}
    for module in compiled.MODULES:
        text = compiled.source(module, ".pxd").read_text()
        parts = re.split(r"^cdef class (\w+)(?:\((\w+)\))?:$", text, flags=re.MULTILINE)
        for name, base, body in zip(parts[1::3], parts[2::3], parts[3::3], strict=True):
            found[name] = base, {word for line in DECLARED.findall(body) for word in line.split(", ")}
    return found


@pytest.mark.parametrize("module", compiled.MODULES)
def test_what_is_declared_is_what_the_module_has(module: str) -> None:
    """Compiled, an object has the attributes that its `.pxd` names and no others."""
    declared = declarations()
    tree = ast.parse(compiled.source(module).read_text())
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef) and node.name in declared]
    assert classes
    for node in classes:
        base, own = declared[node.name]
        inherited: set[str] = set()
        while base in declared:
            base, more = declared[base]
            inherited |= more
        assert attributes(node) - inherited == own, node.name


def attributes(node: ast.ClassDef) -> set[str]:
    """Those that its methods give themselves."""
    return {
        target.attr
        for target in ast.walk(node)
        if isinstance(target, ast.Attribute)
        and isinstance(target.ctx, ast.Store)
        and isinstance(target.value, ast.Name)
        and target.value.id == "self"
    }

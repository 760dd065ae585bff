"""The hot path compiled: the same modules, as C.

`make compile` (`python -m arcade.compiled`) compiles `MODULES` with Cython, each with the `.pxd` beside it,
which gives its attributes C types. There is no second source. What was compiled is used where it was made of
exactly these sources; after any change all of them run as Python again, until they are compiled anew.
`ARCADE_COMPILED=0` leaves it out, and so does `ARCADE_DEBUG`.
"""

import hashlib
import importlib.machinery
import importlib.util
import os
import sys
from collections.abc import Sequence
from importlib import metadata
from importlib.abc import MetaPathFinder
from importlib.machinery import EXTENSION_SUFFIXES, ExtensionFileLoader, ModuleSpec
from pathlib import Path
from types import ModuleType

MODULES = (
    "arcade.security.budgets",
    "arcade.server.connection",
    "arcade.server.messages",
    "arcade.server.websocket",
    "matches.consumer",
    "matches.host.append",
    "matches.host.fanout",
    "matches.host.gateway",
    "matches.host.host",
    "matches.host.hosted",
    "matches.host.log",
    "matches.host.outbox",
    "matches.host.place",
)
ROOT = Path(__file__).resolve().parents[2]
BUILT = Path(__file__).resolve().parent / "built"

RECIPE = 1
"""To be raised when `__main__.py` compiles otherwise than before."""


class Compiled(MetaPathFinder):
    """Finds these modules at these paths."""

    def __init__(self, paths: dict[str, Path]) -> None:
        self._paths = paths

    def find_spec(
        self, name: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        built = self._paths.get(name)
        if built is None:
            return None
        return importlib.util.spec_from_file_location(
            name, built, loader=ExtensionFileLoader(name, str(built))
        )


def source(module: str, suffix: str = ".py") -> Path:
    return ROOT.joinpath(*module.split(".")).with_suffix(suffix)


def paths() -> dict[str, Path]:
    """Where each module is, or would be, compiled from the sources as they are. OSError without sources."""
    common = hashlib.blake2b(f"{RECIPE} {metadata.version('picows')}".encode(), digest_size=8)
    for module in MODULES:
        common.update(source(module, ".pxd").read_bytes())
    found = {}
    for module in MODULES:
        whole = common.copy()
        whole.update(source(module).read_bytes())
        found[module] = BUILT / f"{module}-{whole.hexdigest()}{EXTENSION_SUFFIXES[0]}"
    return found


def use() -> str:
    """Have the compiled modules imported from now on; returns what is so, for the log.

    All or none: they know the insides of each other.
    """
    if os.environ.get("ARCADE_COMPILED", "1") == "0":
        return "no: ARCADE_COMPILED=0"
    if os.environ.get("ARCADE_DEBUG", "0") not in ("", "0"):
        return "no: ARCADE_DEBUG"  # a debugger goes step by step, and a reloader looks at sources
    try:
        found = paths()
    except OSError:
        return "no: there are no sources to compare with"
    if not BUILT.is_dir():
        return "no: see `make compile`"
    if not all(path.exists() for path in found.values()):
        return "no: the sources have changed since; `make compile`"
    if late := [name for name in MODULES if name in sys.modules]:
        return f"no: {late[0]} was imported before"
    sys.meta_path.insert(0, Compiled(found))
    return "yes"

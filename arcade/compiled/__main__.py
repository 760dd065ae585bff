"""Compile the hot path. Without a C compiler it stays as it is, with exit code 1; 0 with `--if-possible`."""

import os
import shlex
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from concurrent.futures import ThreadPoolExecutor
from importlib.util import find_spec
from pathlib import Path

from arcade.compiled import BUILT, MODULES, ROOT, paths, source

MARK = "# cimported where compiled"
"""At the end of a line that is left out there."""
FLAGS = ("-O2", "-fPIC", "-fwrapv", "-fno-strict-aliasing", "-DNDEBUG", "-w")
DIRECTIVES = ("language_level=3", "annotation_typing=False")


def main() -> int:
    missing = lacks()
    if missing:
        sys.stderr.write(f"The hot path stays Python: {missing}\n")
        return 0 if sys.argv[1:] == ["--if-possible"] else 1
    todo = {module: path for module, path in paths().items() if not path.exists()}
    if todo:
        sys.stderr.write(f"Compiling {len(todo)} modules …\n")
        BUILT.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory() as folder:
            prepare(Path(folder))
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                for done in [pool.submit(compile_one, Path(folder), *item) for item in todo.items()]:
                    done.result()
    for old in set(BUILT.iterdir()) - set(paths().values()):
        old.unlink(missing_ok=True)
    return 0


def lacks() -> str:
    """What is missing, and how to get it; empty where nothing is."""
    compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")[0]
    if shutil.which(compiler) is None:
        return f"there is no C compiler `{compiler}` (Debian: apt-get install gcc libc6-dev)."
    if not Path(sysconfig.get_path("include"), "Python.h").exists():
        return "Python's headers are missing (Debian: apt-get install python3-dev)."
    if find_spec("Cython") is None:
        return "Cython is missing (pip install --require-hashes -r requirements-dev.lock)."
    return ""


def prepare(folder: Path) -> None:
    """The sources as the compiler wants them: without the imports that a `.pxd` makes."""
    for module in MODULES:
        target = folder / source(module).relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        lines = source(module).read_text().splitlines(keepends=True)
        target.write_text("".join("\n" if line.rstrip().endswith(MARK) else line for line in lines))
        shutil.copy(source(module, ".pxd"), target.parent)
        package = target.parent
        while package != folder:
            (package / "__init__.py").touch()
            package = package.parent


def compile_one(folder: Path, module: str, built: Path) -> None:
    """Raises CalledProcessError; what the compiler says of it goes to stderr."""
    file = source(module).relative_to(ROOT)
    packages = sysconfig.get_path("platlib")
    wanted = [word for directive in DIRECTIVES for word in ("-X", directive)]
    cython = [sys.executable, "-m", "cython", *wanted, "-I", packages, str(file), "-o", f"{module}.c"]
    subprocess.run(cython, cwd=folder, check=True)
    # Written beside and moved, so that nobody imports a half of it.
    part = built.with_suffix(f".{os.getpid()}")
    link = shlex.split(sysconfig.get_config_var("LDSHARED") or "cc -shared")
    if compiler := os.environ.get("CC"):
        link[:1] = shlex.split(compiler)
    include = ["-I", sysconfig.get_path("include"), "-I", str(Path(packages, "picows"))]
    subprocess.run([*link, *FLAGS, *include, "-o", str(part), f"{module}.c"], cwd=folder, check=True)
    part.rename(built)


if __name__ == "__main__":
    sys.exit(main())

"""Which code a step is made by: the modules it imports, followed through, as one hash."""

import inspect
import re
import sys
from functools import cache
from pathlib import Path

from pipelines.core import store

ROOT = Path(__file__).parents[2]
IMPORT = re.compile(
    r"^[ \t]*(?:from[ \t]+((?:pipelines|geodata)[\w.]*)[ \t]+import[ \t]+(\([^)]*\)|[^\n#]+)|import[ \t]+((?:pipelines|geodata)[\w.]*))",
    re.MULTILINE,
)


@cache
def code_version(module: str, within: str = "") -> str:
    """The hash of a module's source, of all modules of this project it imports, followed through, and of the lock file;
    of the modules of one package alone where it is named."""
    lock = ROOT / "requirements.lock"
    texts = {name: _source(name) for name in modules_of(module) if name.startswith(within)}
    return store.sha256_json({"modules": texts, "lock": store.sha256_file(lock) if lock.exists() else ""})


@cache
def modules_of(module: str) -> tuple[str, ...]:
    """`module` and every module of this project that it imports, followed through, in order of name."""
    found, waiting = set(), [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports_of(name)
    return tuple(sorted(found))


@cache
def imports_of(module: str) -> tuple[str, ...]:
    """The modules of this project that one imports, and the packages they lie in."""
    found: set[str] = set()
    for base, names, plain in IMPORT.findall(_source(module)):
        wanted = [plain or base, *(f"{base}.{name.split()[0]}" for name in re.split(r"[(),\s]*,[(),\s]*|[()\n]+", names) if name.split())]  # fmt: skip
        for name in filter(_file, wanted):
            parts = name.split(".")
            found |= {".".join(parts[:n]) for n in range(1, len(parts) + 1)}
    return tuple(sorted(found - {module}))


@cache
def _file(module: str) -> Path | None:
    path = ROOT.joinpath(*module.split("."))
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.exists()), None)


@cache
def _source(module: str) -> str:
    path = _file(module)
    return path.read_text("utf-8") if path else inspect.getsource(sys.modules[module])

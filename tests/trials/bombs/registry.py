"""The register of bombs: each form's module enters its own under a name, and all are had from here in the order of forms."""

import importlib
from collections.abc import Callable

from fixtures.making import make_source

from pipelines.register.source import Source

FORMS = ("zips", "csvs", "workbooks", "jsons", "layers", "parquets", "extracts")
CODE = {"code": {"type": "text"}, "n": {"type": "number", "nullable": True, "optional": True}}
Bomb = Callable[[], tuple[Source, dict[str, bytes]]]
BOMBS: dict[str, Bomb] = {}


def bombs() -> dict[str, Bomb]:
    """Every bomb, those of one form after those of another."""
    for form in FORMS:
        importlib.import_module(f"trials.bombs.{form}")
    return BOMBS


def of(form: str, name: str, max_mb: int = 100, **fetch) -> Callable[[Callable[[], bytes]], None]:
    """Enter a function that makes a file of this form under a name."""

    def entered(make: Callable[[], bytes]) -> None:
        def bomb():
            source = make_source(CODE, {"format": form, "max_mb": max_mb, **fetch}, stem=f"bomb_{form}")
            return source, {f"data.{'json' if form in ('osm', 'arcgis', 'geojson') else form}": make()}

        BOMBS[f"{form}: {name}"] = bomb

    return entered

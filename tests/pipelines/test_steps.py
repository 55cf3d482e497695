"""Steps are declared once: each makes its output from what it declares and opens nothing else; a change to anything it
rests on is seen, and a change to anything else is not."""

import ast
import dataclasses
import json
import os
import shutil
import sys
from pathlib import Path

import pandas as pd
import pytest

from pipelines.areas import small_areas
from pipelines.areas.small_areas import areas_step
from pipelines.core.code import ROOT, code_version, imports_of, modules_of
from pipelines.core.settings import Settings
from pipelines.core.step import (
    PLACES,
    Given,
    Step,
    location,
    output,
    run,
    to_make,
    work_key,
)
from pipelines.core.store import sha256_json
from pipelines.register.workspace import IDENTITY, open_workspace
from pipelines.release.steps import all_steps

OPENED: list[str] = []
WATCHING = False


def _watch(event: str, arguments: tuple) -> None:
    if WATCHING and event == "open" and isinstance(arguments[0], str):
        OPENED.append(os.path.realpath(arguments[0]))


sys.addaudithook(_watch)


def declared_only(step: Step, data: Path, view: Path) -> None:
    """A DIR that holds what a step declares to read, and nothing else of `data`."""
    for key, read in step.inputs.items():
        if isinstance(read, str):
            folder, stem = location(key.partition(":")[0])
            files = [f"{folder}/{stem}.json", *(f"{folder}/{p.name}" for p in output(data, key.partition(":")[0]).files.values())]  # fmt: skip
        elif key.startswith(("snapshot/", "history/")):
            files = [f"snapshots/{key.partition('/')[2]}"]
        else:
            files = ["corrections.csv", "needs.csv", IDENTITY]
        for name in files:
            if (data / name).exists() and not (view / name).exists():
                (view / name).parent.mkdir(parents=True, exist_ok=True)
                (view / name).symlink_to(data / name)


def steps_of(town) -> dict[str, Step]:
    return {step.key: step for step in all_steps(town.workspace())}


def forget() -> None:
    """Empty every cache of the project's own, so that a definition read by a step is opened, and seen to be."""
    for name, module in list(sys.modules.items()):
        if name.startswith(("pipelines.", "geodata.")) and name != "pipelines.core.code":
            for thing in list(vars(module).values()):
                if hasattr(thing, "cache_clear"):
                    thing.cache_clear()


def test_every_step_makes_its_output_from_what_it_declares_alone(town, tmp_path):
    global WATCHING
    beyond, other = {}, []
    for key, step in steps_of(town).items():
        view = tmp_path / key.replace("/", "-")
        declared_only(step, town.data, view)
        forget()
        OPENED.clear()
        WATCHING = True
        try:
            made = run(step, view)
        finally:
            WATCHING = False
        lock = str(ROOT / "requirements.lock")  # part of every code version
        allowed = (
            str(view),
            str(town.data),
            lock,
            sys.prefix,
            sys.base_prefix,
            "/usr/",
            "/etc/",
            "/proc/",
            "/sys/",
            "/dev/",
        )
        odd = {p for p in OPENED if not p.startswith(allowed) and not p.endswith((".py", ".pyc"))}
        if odd:
            beyond[key] = odd
        if made.data_version != output(town.data, key).data_version:
            other.append(key)
    assert not beyond, "opened, and not declared"
    assert not other, "not what the refresh made"


def test_a_step_closes_over_nothing(town):
    for step in [*steps_of(town).values()]:
        assert step.make.__closure__ is None, step.key
        assert step.make.__module__.startswith("pipelines."), step.key


def test_what_was_not_declared_is_not_handed_out(town):
    given = Given(town.data, {"geography/scope": "geography/scope"}, {})
    assert given["geography/scope"].rows == 150
    with pytest.raises(KeyError, match="geography/areas"):
        given.frame("geography/areas")


def test_every_step_comes_after_what_it_reads_and_has_a_place_of_its_own(town):
    seen, places = set(), set()
    for key, step in steps_of(town).items():
        assert {read for read in step.depends_on if not read.startswith("snapshot/")} <= seen, key
        seen.add(key)
        places.add(location(key))
    assert len(places) == len(seen)
    assert {key.partition("/")[0] for key in seen} == set(PLACES)


def test_nothing_is_new_after_a_refresh(town):
    assert to_make(all_steps(town.workspace()), town.data) == []


# ---- a change to anything a step rests on is seen


@pytest.fixture
def copy(town, tmp_path):
    """The town's settings on a copy of its DIR, without releases."""
    data = tmp_path / "data"
    shutil.copytree(town.data, data, symlinks=True, ignore=shutil.ignore_patterns("releases", "storage", "history"))
    return dataclasses.replace(town.settings, data=data)


def due(settings, workspace=None) -> set[str]:
    return set(to_make(all_steps(workspace or open_workspace(settings)), settings.data))


def test_a_weight_set_put_into_dir_is_new(copy):
    folder = copy.data / "weight_sets"
    folder.mkdir()
    kept = (ROOT / "pipelines" / "definitions" / "weight_sets" / "iod_2025.yml").read_text("utf-8")
    (folder / "mine.yml").write_text(kept, "utf-8")
    assert due(copy) == {"spread/hardship"}


def changed(copy, **parts):
    """A workspace whose register has other parts."""
    workspace = open_workspace(copy)
    workspace.__dict__["register"] = dataclasses.replace(workspace.register, **parts)
    return workspace


@pytest.mark.parametrize("field", [{"publish": "aggregates"}, {"licence": "odbl"}, {"attribution": "Somebody else"}])
def test_a_source_told_otherwise_is_new(copy, field):
    register = open_workspace(copy).register
    source = register.sources["ace_libraries_2023"].model_copy(update=field)
    found = due(copy, changed(copy, sources=register.sources | {"ace_libraries_2023": source}))
    assert {"table/ace_libraries_2023", "places/place_record", "places/place"} <= found
    assert "table/gla_museums_2022" not in found


def test_a_licence_told_otherwise_is_new(copy):
    register = open_workspace(copy).register
    licences = {name: licence.model_copy(update={"share_alike": True}) for name, licence in register.licences.items()}
    found = due(copy, changed(copy, licences=licences))
    assert "places/place" in found
    assert "places/place_record" not in found


def test_figures_of_accuracy_are_new(copy, monkeypatch):
    from pipelines.indicators import errors

    figures = errors.read_accuracy()
    other = figures.model_copy(update={"all": errors.Agreement(precision=0.5, recall=0.5), "kinds": {}})
    monkeypatch.setattr(errors, "read_accuracy", lambda: other)
    found = due(copy)
    assert "reach_errors/library" in found
    assert "spread/infrastructure_gap" in found
    assert "index/infrastructure_gap" not in found


def test_a_reference_table_is_part_of_what_defines_the_areas(tmp_path, monkeypatch):
    workspace = open_workspace(Settings(data=tmp_path, areas=("London",)))
    before, read = sha256_json(areas_step(workspace).definition), small_areas.read_grouping
    monkeypatch.setattr(small_areas, "read_grouping", lambda stem: read(stem).iloc[::-1])
    assert sha256_json(areas_step(workspace).definition) != before


def test_one_table_of_an_output_that_changes_leaves_alone_what_rests_on_the_others(tmp_path):
    def make(given):
        return dict(given.definition), {}

    one = pd.DataFrame({"x": [1]})
    first = Step("places/place", "g", "", (), {"place": one, "place.a": one, "place.b": one}, make)
    run(first, tmp_path)
    reader = lambda table: Step("reach/x", "g", "", (f"places/place:{table}",), {}, make)  # noqa: E731
    before = {table: work_key(reader(table), tmp_path) for table in ("place.a", "place.b")}
    run(dataclasses.replace(first, definition={**first.definition, "place.b": one + 1}), tmp_path)
    assert work_key(reader("place.a"), tmp_path) == before["place.a"]
    assert work_key(reader("place.b"), tmp_path) != before["place.b"]


def test_an_output_of_earlier_code_is_made_again(tmp_path):
    """Its record says less than one of today."""
    step = Step(
        "places/place", "g", "", (), {"place": pd.DataFrame({"x": [1]})}, lambda given: (dict(given.definition), {})
    )
    first = run(step, tmp_path)
    record = tmp_path / "places" / "place.json"
    kept = json.loads(record.read_text("utf-8"))
    del kept["before"], kept["seal"]
    record.write_text(json.dumps(kept), "utf-8")
    assert output(tmp_path, "places/place").before == {}
    again = run(dataclasses.replace(step, definition={"place": pd.DataFrame({"x": [2]})}), tmp_path)
    assert not again.reused
    assert again.before == {"rows": 1}
    assert not first.path.exists()


# ---- the code a step is made by


def test_imports_are_those_that_python_finds():
    for file in [*(ROOT / "pipelines").rglob("*.py"), *(ROOT / "geodata").glob("*.py")]:
        module = ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")
        found = set()
        for node in ast.walk(ast.parse(file.read_text("utf-8"))):
            if isinstance(node, ast.Import):
                found |= {alias.name for alias in node.names}
            elif isinstance(node, ast.ImportFrom) and node.module:
                found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
        ours = {name for name in found if name.partition(".")[0] in ("pipelines", "geodata")}
        ours = {
            name for name in ours if (p := ROOT.joinpath(*name.split("."))).is_dir() or p.with_suffix(".py").exists()
        }
        packages = {".".join(name.split(".")[:n]) for name in ours for n in range(1, name.count(".") + 2)}
        assert packages - {module} == set(imports_of(module)), module


def test_a_change_to_how_releases_are_written_leaves_the_steps_alone():
    for module in ("pipelines.tables.table", "pipelines.places.places", "pipelines.indices.score"):
        assert not {name for name in modules_of(module) if name.startswith(("pipelines.release", "pipelines.answers"))}
    assert code_version("pipelines.tables.table") != code_version("pipelines.areas.postcodes")

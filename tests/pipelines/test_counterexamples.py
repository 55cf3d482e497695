"""Every file under tests/counterexamples says in its first line which breach it must provoke; here it must do so."""

import re
import shutil
from pathlib import Path

import pytest

from geodata.geography import Geography, read_geographies
from geodata.records import DefinitionError, read_record
from pipelines.register.consistency import check
from pipelines.register.register import DEFINITIONS, INDICATORS, SOURCES, read_register

FOLDER = Path(__file__).parent.parent / "counterexamples"
EXPECT = re.compile(r"(?:#|--|/\* #) expect: (.+)")
FILES = sorted(
    p
    for p in FOLDER.rglob("*")
    if p.suffix in (".yml", ".sql")
    and p.relative_to(FOLDER).parts[0] not in ("contract", "typology", "checks", "licences")
)


def expected(path: Path) -> str:
    found = EXPECT.match(path.read_text("utf-8").splitlines()[0])
    assert found, f"{path} does not say in its first line what it must provoke"
    return found[1]


def read_with(path: Path, tmp: Path) -> None:
    """Read the whole register with one file added to it, or put in place of the file of the same name."""
    if path.parent.name == "geographies":
        read_record(Geography, path, stem=path.stem)
        return
    folders = {"sources": SOURCES, "definitions": DEFINITIONS, "indicators": INDICATORS}
    for name, folder in folders.items():
        shutil.copytree(folder, tmp / name)
    kind = path.relative_to(FOLDER).parts[0]
    target = tmp / "definitions" / "indices" if kind == "indices" else tmp / kind
    assert target.is_dir()
    shutil.copy(path, target / path.name)
    check(read_register(read_geographies()["sample_town"], **{name: tmp / name for name in folders}))


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_a_counterexample_provokes_its_breach(path, tmp_path):
    with pytest.raises(DefinitionError) as error:
        read_with(path, tmp_path)
    assert expected(path) in str(error.value)
    if path.relative_to(FOLDER).parts[0] != "definitions":  # these stand in for a real file, on which others may rest
        assert len(str(error.value).splitlines()) == 1, "a counterexample holds one breach"


@pytest.mark.parametrize("stem", sorted(read_geographies()))
def test_the_definitions_themselves_hold(stem):
    geography = read_geographies()[stem]
    register = check(read_register(geography))
    assert register.indices
    if geography.sources_of == "england_lsoa21":
        assert set(register.indices) >= {"hardship", "infrastructure_gap", "ownership_opportunity"}
    for name in register.index_order:
        read = register.indices[name].reads_indices
        assert all(register.index_order.index(other) < register.index_order.index(name) for other in read)


def test_every_breach_of_a_register_is_told_at_once(tmp_path):
    for name, folder in {"sources": SOURCES, "definitions": DEFINITIONS, "indicators": INDICATORS}.items():
        shutil.copytree(folder, tmp_path / name)
    for name in ("unknown_licence", "unknown_cover"):
        shutil.copy(FOLDER / "sources" / f"{name}.yml", tmp_path / "sources")
    with pytest.raises(DefinitionError) as error:
        check(
            read_register(
                read_geographies()["sample_town"],
                tmp_path / "sources",
                tmp_path / "definitions",
                tmp_path / "indicators",
            )
        )
    assert "cc0" in str(error.value)
    assert "wales" in str(error.value)

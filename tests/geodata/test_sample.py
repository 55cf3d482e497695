"""The invented town: what its generator writes is what is committed, byte for byte."""

from pathlib import Path

from geodata.sample import generate


def files(folder: Path) -> dict[str, bytes]:
    paths = [*folder.glob("*.json"), *(folder / "answers").iterdir()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in paths}


def test_the_generator_gives_the_committed_answers_byte_for_byte(tmp_path):
    generate.main(tmp_path)
    found, kept = files(tmp_path), files(generate.HERE)
    assert set(found) == set(kept)
    assert [name for name in found if found[name] != kept[name]] == []

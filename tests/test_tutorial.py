"""pipelines/definitions/score_your_own.md keeps its word: its files are written, its commands run, and what it shows is what they say.

`python -m tests.test_tutorial` puts what the commands say now into the page.
"""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import requests

from pipelines.scoring.column_rules import Denominate, Impute, Screen, Shrink, Treatment
from pipelines.scoring.definition import Index, Uncertainty, read_index
from pipelines.scoring.domain import Domain, Weighted

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "pipelines" / "definitions" / "score_your_own.md"
BLOCK = re.compile(r"^```(\w+)(?: (\S+))?\n(.*?)^```$", re.S | re.M)


def run(command: str, folder: Path) -> str:
    """What a command says, on both its outputs."""
    path = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    environment = {**os.environ, "PATH": path, "PYTHONWARNINGS": "ignore"}
    done = subprocess.run(["bash", "-c", command], cwd=folder, env=environment, capture_output=True, text=True, timeout=60)  # fmt: skip
    return done.stdout + done.stderr


def played(text: str, folder: Path) -> str:
    """The page with what its commands say now, each run in its turn in `folder`."""

    def play(block: re.Match) -> str:
        kind, name, body = block.groups()
        if name:
            (folder / name).write_text(body, "utf-8")
        if kind != "console":
            return block[0]
        commands = [line.removeprefix("$ ") for line in body.splitlines() if line.startswith("$ ")]
        return "```console\n" + "".join(f"$ {command}\n{run(command, folder)}" for command in commands) + "```"

    return BLOCK.sub(play, text)


def test_what_is_shown_is_what_the_commands_say(tmp_path):
    text = PAGE.read_text("utf-8")
    assert text.count("```console") >= 6
    assert played(text, tmp_path) == text, "run `python -m tests.test_tutorial`"
    assert "Traceback" not in text


def test_the_table_explains_every_key():
    table = "\n".join(line for line in PAGE.read_text("utf-8").splitlines() if line.startswith("|"))
    explained = set(re.findall(r"`(\w+)`", table)) | set(re.findall(r"(\w+): ", table))
    keys = {
        key
        for record in (Index, Domain, Weighted, Denominate, Shrink, Screen, Impute, Treatment, Uncertainty)
        for key in record.model_fields
    }
    not_of_a_table = {
        "stem",
        "index",
        "like_with_like",
    }  # the file's name; another index's score, and lists, in a release
    assert keys - explained - not_of_a_table == set()


def test_the_published_index_is_rebuilt_as_the_page_says(mirror, tmp_path):
    text = PAGE.read_text("utf-8")
    fetch, score = re.search(r"^```sh\n(.*?)^```$", text, re.S | re.M)[1].splitlines()
    name, address = re.fullmatch(r"curl -L -o (\S+) https://(\S+)", fetch).groups()
    (tmp_path / name).write_bytes(requests.get(f"{mirror}/{address}", timeout=60).content)
    (tmp_path / "pipelines").symlink_to(ROOT / "pipelines")
    assert run(score, tmp_path) == "33,755 rows written to imd.csv\n"
    found = pd.read_csv(tmp_path / "imd.csv", index_col=0)
    published = pd.read_csv(tmp_path / name, encoding="utf-8-sig", index_col="LSOA code (2021)").reindex(found.index)
    of_index = lambda what: published[next(c for c in published if c.startswith(f"Index of Multiple Deprivation (IMD) {what}"))]  # noqa: E731  # fmt: skip
    assert (found["score"] - of_index("Score")).abs().max() < 0.001
    assert (found["decile"] == of_index("Decile")).all()
    differ = found.index[found["rank"] != of_index("Rank")]
    assert len(differ) == 2
    assert all(code in text for code in differ)
    education = published[next(c for c in published if c.startswith("Education, Skills and Training Score"))]
    assert (found["domain_education_before"] - education).abs().max() <= 0.0014


def test_the_index_of_2019_is_that_of_2025_as_the_page_changes_it(tmp_path):
    change, score = re.findall(r"^```sh\n(.*?)^```$", PAGE.read_text("utf-8"), re.S | re.M)[1].splitlines()
    (tmp_path / "pipelines").symlink_to(ROOT / "pipelines")
    assert run(change, tmp_path) == ""
    members = {name: member.heading for _, name, member in read_index(tmp_path / "imd_2019.yml").members}
    random, n = np.random.default_rng(2019), 200
    ranks = {name: random.permutation(n) + 1 for name in members}
    table = {"LSOA code (2011)": [f"E01{k:06}" for k in range(n)]} | {members[name]: ranks[name] for name in members}
    pd.DataFrame(table).to_csv(tmp_path / "file_7_of_2019.csv", index=False)
    assert run(score, tmp_path) == "200 rows written to imd_2019.csv\n"
    curve = lambda rank: -23 * np.log(1 - (n - rank + 1) / n * (1 - np.exp(-100 / 23)))  # noqa: E731
    x = {name: curve(rank) for name, rank in ranks.items()}
    again = lambda score: curve(pd.Series(score).rank(ascending=False, method="min").to_numpy())  # noqa: E731
    education = again((x["children_young_people_rank"] + x["adult_skills_rank"]) / 2)
    barriers = again((x["geographical_barriers_rank"] + x["wider_barriers_rank"]) / 2)
    living = again((2 * x["indoors_rank"] + x["outdoors_rank"]) / 3)
    expected = 0.225 * (x["income_rank"] + x["employment_rank"]) + 0.135 * (education + x["health_rank"])
    expected += 0.093 * (x["crime_rank"] + barriers + living)
    found = pd.read_csv(tmp_path / "imd_2019.csv", index_col=0)["score"]
    np.testing.assert_allclose(found, expected, rtol=0, atol=1e-9)


@pytest.mark.parametrize("line", re.findall(r"^\$ (commonground .*)$", PAGE.read_text("utf-8"), re.M))
def test_every_command_is_of_one_line_and_of_score(line):
    assert line.startswith("commonground score ")


if __name__ == "__main__":
    with tempfile.TemporaryDirectory() as folder:
        PAGE.write_text(played(PAGE.read_text("utf-8"), Path(folder)), "utf-8")

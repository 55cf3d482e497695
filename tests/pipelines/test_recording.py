"""Answered from another recording: named in the environment, told where there is none, and its place is kept nowhere."""

import shutil
from dataclasses import replace

import pytest
from click.testing import CliRunner
from fixtures.recording import NEW, Recording

from pipelines.commands.cli import main
from pipelines.commands.refresh import refresh


@pytest.fixture
def commonground(clean_environment):
    def run(recording, *words):
        clean_environment.setenv("COMMONGROUND_RECORDING", str(recording))
        return CliRunner().invoke(main, [str(word) for word in words])

    return run


def test_the_same_answers_in_another_folder_are_nothing_new(town, tmp_path):
    copy = Recording(tmp_path / "answers")
    data = shutil.copytree(town.data, tmp_path / "data", symlinks=True)
    outcome = refresh(replace(town.settings, data=data, recording=copy.folder))
    assert any(line.startswith("nothing new: ") for line in outcome.lines), outcome.lines


def test_what_another_recording_says_is_what_counts(town, tmp_path):
    copy = Recording(tmp_path / "answers")
    copy.spoil("NM_2021_1", b"gone", NEW, status=404)
    data = shutil.copytree(town.data, tmp_path / "data", symlinks=True)
    with pytest.raises(Exception, match="ons_census_residents_2021: the server answered 404"):
        refresh(replace(town.settings, data=data, recording=copy.folder))


def test_a_recording_that_is_none_is_a_wrong_question(commonground, tmp_path):
    (tmp_path / "empty").mkdir()
    for folder, reason in (("nowhere", "is no folder"), ("empty", "holds no index named after a date")):
        ran = commonground(tmp_path / folder, "refresh", "--data", tmp_path / "data")
        assert ran.exit_code == 2
        assert reason in ran.stderr
        assert not (tmp_path / "data").exists()

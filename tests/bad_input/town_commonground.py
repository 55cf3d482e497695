"""`commonground`, with the invented town read from another folder: python town_commonground.py FOLDER COMMAND ..."""

import sys
from dataclasses import dataclass
from pathlib import Path

from geodata.geography import Recorded
from pipelines.commands import refresh
from pipelines.commands.cli import main
from pipelines.core.settings import Settings
from pipelines.register import workspace


@dataclass
class Ran:
    """How one command ended."""

    code: int
    out: str
    err: str

    @property
    def sentence(self) -> str:
        """The one sentence on standard error. Fails where there is more, a traceback, or an excuse for a fault."""
        assert "Traceback" not in self.out + self.err, self.err
        lines = self.err.strip().splitlines()
        assert len(lines) == 1, f"expected one sentence, got {len(lines)} lines:\n{self.err}"
        assert lines[0].startswith("commonground: ")
        assert lines[0].endswith((".", "?"))
        assert "fault of ours" not in lines[0], lines[0]
        assert len(lines[0]) < 1000
        return lines[0]


def town_workspace(settings: Settings, folder: Path, **changed) -> workspace.Workspace:
    """The workspace of the sample town with the recording in `folder`; `changed` gives new keys of sources by stem."""
    opened = workspace.open_workspace(settings)
    recorded = Recorded(folder=str(folder), dates=opened.geography.recorded.dates)
    opened = workspace.Workspace(settings, opened.geography.model_copy(update={"recorded": recorded}), opened.asked)
    sources = opened.register.sources
    for stem, keys in changed.items():
        fetch = sources[stem].fetch.model_copy(update=keys.get("fetch", {}))
        sources[stem] = sources[stem].model_copy(update={**keys, "fetch": fetch})
    return opened


if __name__ == "__main__":
    town = Path(sys.argv.pop(1))
    refresh.open_workspace = lambda settings: town_workspace(settings, town)
    main()

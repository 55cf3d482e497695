"""One DIR and everything a step needs to know in it: settings, geography, register, area set, HTTP client."""

import datetime
import logging
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from geodata.geography import HERE as GEODATA
from geodata.geography import Geography, read_geographies
from geodata.reference import read_names
from pipelines.core.problem import Problem
from pipelines.core.settings import Settings
from pipelines.core.step import output
from pipelines.core.store import read_json
from pipelines.register.consistency import check
from pipelines.register.decisions import read_decisions, settled
from pipelines.register.register import Register, read_register
from pipelines.scoring.weight_sets import SETS, WeightSet, read_weight_sets

log = logging.getLogger("commonground.refresh")
DATED = "[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9].json"  # the indexes of a recording
IDENTITY = "identity.parquet"  # in DIR: which place each record belongs to


@dataclass(frozen=True)
class Workspace:
    """A DIR with its settings, its geography and the area names that were asked for (empty: the whole nation)."""

    settings: Settings
    geography: Geography
    asked: tuple[str, ...]

    @property
    def data(self) -> Path:
        """The folder everything is written below."""
        return self.settings.data

    @property
    def identity(self) -> Path:
        """The file that keeps which place each record belongs to."""
        return self.data / IDENTITY

    @cached_property
    def timings(self) -> list[tuple[str, str, float, bool]]:
        """Layer, step, seconds and whether it was reused, in the order steps ended."""
        return []

    @cached_property
    def run_starts(self) -> dict[str, str]:
        """When each run of this process first asked a source, by run: one time for all it sees."""
        return {}

    @cached_property
    def register(self) -> Register:
        """The definitions that serve this geography, and what the operator of DIR decided about licences."""
        return settled(check(read_register(self.geography)), read_decisions(self.data))

    @cached_property
    def weight_sets(self) -> list[WeightSet]:
        """Other weights for our indices: those of the repository and, contributed, those in DIR/weight_sets."""
        return read_weight_sets([SETS, self.data / "weight_sets"], self.register.indices, self.register.left_out)

    @property
    def recording(self) -> Path | None:
        """The folder of recorded answers that stands in for the network, None where the network is asked."""
        if self.settings.recording or not self.geography.recorded:
            return self.settings.recording
        return GEODATA / self.geography.recorded

    @cached_property
    def today(self) -> datetime.date:
        """The day that dated addresses are asked for: the recording's own where there is one."""
        if self.recording:
            return datetime.date.fromisoformat(self.recorded_date)
        return datetime.date.today()

    @property
    def legal_day(self) -> datetime.date:
        """The day that legal states are of: the one asked for, else today."""
        return self.settings.today or self.today

    @property
    def recorded_date(self) -> str:
        """The date of the recorded answers in use. Raises Problem (usage) for a date the recording has no answers of."""
        dates = sorted(path.stem for path in self.recording.glob(DATED))
        if not dates:
            message = "is no recording: it holds no index named after a date"
            raise Problem(str(self.recording), message, "name another folder", usage=True)
        chosen = self.settings.sample_date or dates[-1]
        if chosen not in dates:
            raise Problem(
                "--sample-date", f"there is no recording of {chosen}", f"choose one of {', '.join(dates)}", usage=True
            )
        return chosen

    @cached_property
    def kept(self) -> dict[str, Any]:
        """What layers above keep for as long as this workspace is open, such as the HTTP client."""
        return {}


def open_workspace(settings: Settings) -> Workspace:
    """The workspace of `settings.data`: its scope.json decides, else the areas asked, else the default geography, the sample town.

    Raises Problem (usage) when other areas are asked of a DIR that already has an area set.
    """
    geographies = read_geographies()
    if scope := _scope(settings.data, geographies):
        asked = {name.casefold() for name in settings.areas}
        known = ({n.casefold() for n in scope["asked"]}, {c.casefold() for c in scope["codes"]})
        if asked and asked not in known:
            held = ", ".join(scope["asked"]) or scope["geography"]
            raise Problem(
                str(settings.data),
                f"publishes {held}, and cannot also publish {', '.join(settings.areas)}",
                "give another folder with --data",
                usage=True,
            )
        return Workspace(settings, geographies[scope["geography"]], tuple(scope["asked"]))
    return Workspace(settings, _geography_of(settings.areas, geographies), settings.areas)


def _scope(data: Path, geographies: dict[str, Geography]) -> dict | None:
    """What DIR publishes: scope.json, and where that is lost or altered, the record of the step that wrote it."""
    path = data / "scope.json"
    try:
        written = output(data, "geography/scope").meta
    except FileNotFoundError:
        scope = read_json(path)
        if scope is not None and not (isinstance(scope, dict) and scope.get("geography") in geographies):
            message = "does not say what this folder publishes"
            raise Problem(str(path), message, "remove the file, and name the same areas with --area again") from None
        return scope
    try:
        scope = read_json(path)
    except Problem:
        scope = None
    if scope != written:
        log.warning("%s is not what was written; the areas are still %s", path, ", ".join(written["asked"]) or "all")
    return written


def _geography_of(areas: tuple[str, ...], geographies: dict[str, Geography]) -> Geography:
    """The geography that knows the first area asked; a real one where none does, and the default where none is asked."""
    if not areas:
        return next(g for g in geographies.values() if g.default)
    known = (g for g in geographies.values() if g.knows(areas[0]) or _is_named(areas[0], g))
    return next(known, None) or next(g for g in geographies.values() if not g.invented)


def _is_named(area: str, geography: Geography) -> bool:
    """True where the geography's table of names has the area, by name or code."""
    names = read_names(geography.stem)
    asked = " ".join(area.casefold().split())
    return names is not None and any(asked in names[column].str.casefold().to_numpy() for column in ("code", "name"))

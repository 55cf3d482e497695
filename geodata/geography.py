"""What a geography is (area layer, codes, look-ups, frames, CRS, expected counts), read from geographies/*.yml."""

import re
from pathlib import Path

from pydantic import Field, field_validator

from geodata.records import Record, read_record

HERE = Path(__file__).parent
FOLDER = HERE / "geographies"


class Level(Record):
    """One level of areas: `code` is a regular expression that a whole code matches."""

    code: str
    name: str

    @field_validator("code")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        return value


class Layer(Record):
    """A source of shapes or points, one per area: `by` is its column of area codes."""

    source: str
    by: str
    kind: str | None = None  # centroids: the column that says how the points were made
    kind_if_absent: str | None = None


class Lookup(Record):
    """One join that adds columns to the table of areas: `gives` maps our column to the source's.

    `by` is the source's key, `joins` the column of ours that it meets.
    """

    source: str
    by: str
    joins: str = "area_code"
    gives: dict[str, str]


class Postcodes(Record):
    """The source that says where a postcode is: its columns of postcode and coordinates."""

    source: str
    postcode: str
    x: str
    y: str
    crs: str


class Geography(Record):
    """A nation of small areas, as data. `extent`: the corners (x, y in `crs`) of a simple shape that all of it lies within,
    and nothing with its axes swapped or in another unit does. `covers` names the sets of areas that sources may claim to be complete for:
    `nation`, or a level and its codes. `parts` maps the parts of a source that comes in many files to authorities.
    `recorded`: the folder under geodata/ whose recorded answers stand in for the network."""

    stem: str
    title: str
    invented: bool = False
    sources_of: str
    crs: str
    extent: list[tuple[float, float]] = Field(min_length=3)
    area_code_means: str
    nation_code: str
    nation_name: str
    levels: dict[str, Level]
    boundaries: Layer
    centroids: Layer
    lookups: list[Lookup]
    expected: dict[str, int]
    groupings: list[str] = []
    covers: dict[str, str | dict[str, list[str]]] = {}
    parts: dict[str, dict[str, str]] = {}
    postcodes: Postcodes
    minutes_per_metre: float
    detour_factor: float
    nearest_cap_m: float
    simplify_m: float
    recorded: str | None = None

    @property
    def spine(self) -> list[str]:
        """The sources that the table of areas is made of, by stem, each once."""
        return list(dict.fromkeys([self.centroids.source, *(lookup.source for lookup in self.lookups)]))

    def pattern(self, level: str) -> str:
        """The regular expression of a level's code. Raises KeyError for an unknown level."""
        return self.levels[level].code


def read_geographies(folder: Path = FOLDER) -> dict[str, Geography]:
    """Every geography, by stem. Raises DefinitionError naming file, line and key."""
    return {path.stem: read_record(Geography, path, stem=path.stem) for path in sorted(folder.glob("*.yml"))}

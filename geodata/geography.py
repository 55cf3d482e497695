"""What a geography is (area layer, codes, look-ups, frames, CRS, expected counts), read from geographies/*.yml."""

import re
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from geodata.records import Record, read_record

HERE = Path(__file__).parent
FOLDER = HERE / "geographies"
ASKED = ("authority", "combined_authority", "region")  # the levels that an area set may be named by, beside the nation


class Level(Record):
    """One level of areas: `code` is a regular expression that a whole code matches, in which \\d is one of 0 to 9 and no digit of another
    script; `called` and `plural` are its names in running text, where they are not its `name`. `headings`: what its codes are headed by in people's own lists."""

    code: str
    name: str
    called: str | None = None
    plural: str | None = None
    headings: list[str] = []

    @property
    def words(self) -> tuple[str, str]:
        """What one and what several are called in running text."""
        return self.called or self.name, self.plural or self.called or self.name

    @field_validator("code")
    @classmethod
    def _is_pattern(cls, value: str) -> str:
        try:
            re.compile(value)
        except re.error as error:
            raise ValueError(f"not a regular expression: {error}") from error
        if re.search(r"\[[^\]]*\\d", value):
            raise ValueError(r"write 0-9 for \d within brackets")
        return value.replace(r"\d", "[0-9]")  # not the digits of every script


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
    """The source that says where a postcode is: its columns of postcode and coordinates. `form` is a regular expression
    of a whole one without spaces, whose groups are written with a space between; `headings` as of a level."""

    source: str
    postcode: str
    x: str
    y: str
    crs: str
    form: str
    headings: list[str] = []


class Geography(Record):
    """A nation of small areas, as data. `extent`: the corners (x, y in `crs`) of a simple shape that all of it lies within,
    and nothing with its axes swapped or in another unit does. `covers` names the sets of areas that sources may claim to be complete for:
    `nation`, or a level and its codes. `above`: what codes that stand for sums of areas look like in people's tables. `parts` maps the parts of a source that comes in many files to authorities.
    `also_named`: other names that lists have for an authority, by its code; `made_of`: the districts it took the place of.
    `residents_as`: of what day residents are; `mid_year_as`: of when the estimate is that means of larger areas are weighted
    by, where a look-up gives `population_mid_year`. `taxonomy` names the file of its kinds of place; without it, those of taxonomy.yml. `default`: taken where no area is
    asked. `recorded`: the folder under geodata/ whose recorded answers stand in for the network."""

    stem: str
    title: str
    invented: bool = False
    default: bool = False
    sources_of: str
    taxonomy: str = "taxonomy"
    crs: str
    extent: list[tuple[float, float]] = Field(min_length=3)
    area_code_means: str
    nation_code: str
    nation_name: str
    residents_as: str = ""
    mid_year_as: str = ""
    levels: dict[str, Level]
    above: dict[Literal["region", "nation"], str] = {}
    boundaries: Layer
    centroids: Layer
    lookups: list[Lookup]
    expected: dict[str, int | list[int]]
    groupings: list[str] = []
    covers: dict[str, Literal["nation"] | dict[str, list[str]]] = {}
    parts: dict[str, dict[str, str]] = {}
    also_named: dict[str, list[str]] = {}
    made_of: dict[str, list[str]] = {}
    postcodes: Postcodes | None = None
    minutes_per_metre: float
    detour_factor: float
    nearest_cap_m: float
    simplify_m: float
    recorded: str | None = None

    @property
    def spine(self) -> list[str]:
        """The sources that the table of areas is made of, by stem, each once."""
        return list(dict.fromkeys([self.centroids.source, *(lookup.source for lookup in self.lookups)]))

    @property
    def residents_source(self) -> str:
        """The source that says how many residents an area has."""
        return next(lookup.source for lookup in self.lookups if "population" in lookup.gives)

    def counts(self, name: str) -> list[int]:
        """The number of rows that an expected count stands for, or the numbers of the forms that are known."""
        value = self.expected[name]
        return [value] if isinstance(value, int) else value

    def filled(self, text: str) -> str:
        """The text with `{cap_m}`, the furthest walk that is told, and `{detour}` put in."""
        return text.replace("{cap_m}", f"{self.nearest_cap_m * self.detour_factor:,.0f}").replace(
            "{detour}", f"{self.detour_factor:g}"
        )

    def knows(self, name: str) -> bool:
        """True for the nation's name or code, and for what has the form of the code of an area that may be asked for."""
        nation = {self.nation_name.casefold(), self.nation_code.casefold()}
        forms = [level.code for stem, level in self.levels.items() if stem in ASKED]
        return name.strip().casefold() in nation or any(re.fullmatch(form, name.strip()) for form in forms)

    def pattern(self, level: str) -> str:
        """The regular expression of a level's code. Raises KeyError for an unknown level."""
        return self.levels[level].code


def read_geographies(folder: Path = FOLDER) -> dict[str, Geography]:
    """Every geography, by stem. Raises DefinitionError naming file, line and key."""
    return {path.stem: read_record(Geography, path, stem=path.stem) for path in sorted(folder.glob("*.yml"))}

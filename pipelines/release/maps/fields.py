"""What the fields of the map layers are called and mean: from the release's own dictionary, in words and in names that
GIS programs take."""

import itertools
import re
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.release.licences import ROLLED_UP, table_of_layer
from pipelines.release.maps.layers import Connection
from pipelines.release.wide import PROFILE, profile_columns

LONGEST_NAME = 31  # characters that every common GIS takes, MapInfo tables and ArcGIS geodatabases among them
LONGEST_INDEX = LONGEST_NAME - len("_share_in_highest_tenth")  # of an index whose fields keep its whole name
PREFIX_WORD = 5  # characters of each word of a longer one
LEAST_WORD = 3  # characters that a word of a name keeps
ENDS = re.compile(r"[;:,(\[]")  # of the first thing a description says
OF_LARGER = {  # what layers of larger areas have that table `area_roll_up` does not
    "mean_score": "mean score of its small areas, weighted by residents",
    "areas_scored_share": "share (0-1) of its small areas that have a score",
}
LARGER = {"n_areas": "number of its small areas", "population": "usual residents on census day"}
LABEL = {
    "label": "code of the area's label",
    "label_shown_as": "label of the area: what its need, its stock, the signs of change and the capacity together suggest",
}


@dataclass(frozen=True)
class Field:
    """What a field is called and means: `name` in GIS files, `title` for people, `description` in a sentence."""

    name: str
    title: str
    description: str


def described(connection: Connection, layer: str, names: Iterable[str]) -> dict[str, Field]:
    """What each of these fields of a layer is called and means, by its name in the database."""
    names = list(names)
    said = _dictionary(connection, table_of_layer(layer))
    of_index = dict(connection.execute("select index_name, title from index_method").fetchall())
    titles: dict[str, str] = {}
    for name in names:
        index = next((index for index in of_index if name.startswith(f"{index}_")), None)
        own = name.removeprefix(f"{index}_").replace("decile", "tenth").replace("_", " ")
        title = f"{of_index[index]}: {own}" if index else ENDS.split(said.get(name, own))[0].strip()
        titles[name] = f"{title} ({name})" if title in titles.values() else title
    short = gis_names(names, of_index)
    return {name: Field(short[name], titles[name], said.get(name, titles[name])) for name in names}


def _dictionary(connection: Connection, table: str | None) -> dict[str, str]:
    """What each field that layers of one table may have means: by its dictionary, and of what maps add to it."""
    rows = connection.execute("select table_name, column_name, description from column_dictionary").fetchall()
    said = {(of, column): text for of, column, text in rows}
    fields = {column: text for (of, column), text in said.items() if of == table}
    titles = dict(connection.execute("select index_name, title from index_method").fetchall())
    if table == "area_roll_up":
        fields = {name: text for (of, name), text in said.items() if of == "neighbourhood"} | LARGER
        told = {name: OF_LARGER.get(name) or said.get(("area_roll_up", name), name) for name in ROLLED_UP}
        fields |= {f"{index}_{name}": text for index in titles for name, text in told.items()}
    if table == PROFILE:
        fields = {column.name: column.comment for column in profile_columns(connection)} | LABEL
    return fields


def gis_names(names: Iterable[str], indices: Iterable[str]) -> dict[str, str]:
    """A name of each field that no common GIS cuts, the same whichever fields stand beside it. An index whose own name is
    long has its words cut to their first letters in all its fields; what is too long still is shortened word by word, the
    longest first. Where two fields come to one name, those after the first have a number at the end.
    """
    longest_first = sorted(indices, key=len, reverse=True)  # one index may begin with the name of another
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        index = next((index for index in longest_first if name.startswith(f"{index}_")), "")
        short = index if len(index) <= LONGEST_INDEX else "_".join(word[:PREFIX_WORD] for word in index.split("_"))
        found[name] = cut = _cut(short + name.removeprefix(index))
        for number in itertools.count(2):
            if found[name] not in taken:
                break
            found[name] = cut[: LONGEST_NAME - len(f"_{number}")] + f"_{number}"
        taken.add(found[name])
    return found


def _cut(name: str) -> str:
    words = name.split("_")
    while len("_".join(words)) > LONGEST_NAME and max(map(len, words)) > LEAST_WORD:
        longest = max(range(len(words)), key=lambda position: (len(words[position]), position))
        words[longest] = words[longest][:-1]
    return "_".join(words)[:LONGEST_NAME]

"""What is known of councils' registers: every council of London and Greater Manchester, and no line that says too much."""

import pandas as pd
import pytest

from geodata.geography import read_geographies
from geodata.records import DefinitionError
from pipelines.register import known_registers
from pipelines.register.known_registers import REGISTERS
from pipelines.register.register import read_register

ENGLAND = read_geographies()["england_lsoa21"]
SOURCES = read_register(ENGLAND).sources
HEAD = "authority_code,authority_name,register,state,source,page,query,looked_on,note"
LOOKED = "2026-11-26"


def test_each_of_the_43_councils_is_told_of_for_every_register():
    table = known_registers.known_registers(ENGLAND, SOURCES)
    told = table.groupby("authority_code")["register"].agg(set)
    of_manchester = set(ENGLAND.covers["greater_manchester"]["authority"])
    assert len(told[told.index.str.startswith("E09")]) == 33
    assert of_manchester <= set(told.index)
    assert (told == set(REGISTERS)).all()
    # Of councils, of the national data, or of Trafford's data lab; never a copy under another's name.
    assert table["page"].dropna().str.match(r"https?://([^/\s]+\.gov\.uk|www\.trafforddatalab\.io)/").all()
    read = table["source"].notna()
    assert table.loc[~read & (table["state"] == "known") & (table["looked_on"] > LOOKED), "note"].notna().all()


def test_every_council_was_looked_for_and_how_many_are_known_of():
    table = known_registers.known_registers(ENGLAND, SOURCES)
    table["region"] = table["authority_code"].str[:3].map({"E07": "Cheltenham", "E08": "Manchester", "E09": "London"})
    counts = table.groupby(["region", "register", "state"]).size().to_dict()
    assert counts == {
        ("London", "land_and_buildings", "known"): 4, ("London", "land_and_buildings", "none_known"): 29,
        ("London", "assets_of_community_value", "known"): 22, ("London", "assets_of_community_value", "none_known"): 11,
        ("Manchester", "land_and_buildings", "known"): 3, ("Manchester", "land_and_buildings", "none_known"): 7,
        ("Manchester", "assets_of_community_value", "known"): 7, ("Manchester", "assets_of_community_value", "none_known"): 3,
        ("Cheltenham", "land_and_buildings", "known"): 1, ("Cheltenham", "assets_of_community_value", "none_known"): 1,
        ("London", "brownfield", "known"): 33, ("Manchester", "brownfield", "known"): 10, ("Cheltenham", "brownfield", "known"): 1,
    }  # fmt: skip
    searched = table[(table["state"] == "none_known") & (table["register"] != "brownfield")]
    assert searched["query"].str.contains("; ").all(), "asked in fewer than two wordings"


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (f"E08000009,Trafford,brownfield,known,,,q,{LOOKED},", "a page goes with the state known"),
        (
            f"E08000009,Trafford,brownfield,none_known,,https://a.example,q,{LOOKED},",
            "a page goes with the state known",
        ),
        ("E08000009,Trafford,brownfield,none_known,,,,,", "what was looked for"),
        (f"E08000009,Trafford,brownfield,not_looked,,,q,{LOOKED},", "what was looked for"),
        (f"E08000009,Trafford,brownfield,none_known,mhclg_brownfield_current,,q,{LOOKED},", "what is read is known"),
        (f"E08000009,Trafford,brownfield,known,no_such_source,https://a.example,q,{LOOKED},", "there is no source"),
        (f"E08000009,Salford,brownfield,known,,https://a.example,q,{LOOKED},", "there is no authority Salford"),
        (f"E08000009,Trafford,brownfield,known,,trafford.example,q,{LOOKED},", "page"),
        ("E08000009,Trafford,parking,not_looked,,,,,", "register"),
        (
            "E08000009,Trafford,brownfield,not_looked,,,,,\nE08000009,Trafford,brownfield,not_looked,,,,,",
            "stands twice",
        ),
        ("E08000009,Trafford,brownfield,not_looked,,,,,", "says nothing of land_and_buildings of Trafford"),
    ],
)
def test_a_line_that_says_too_much_or_too_little_is_refused(line, message, tmp_path, monkeypatch):
    (tmp_path / "registers_england_lsoa21.csv").write_text(f"{HEAD}\n{line}\n")
    monkeypatch.setattr(known_registers, "HERE", tmp_path)
    with pytest.raises(DefinitionError, match=message):
        known_registers.known_registers(ENGLAND, SOURCES)


def test_a_release_tells_read_from_known_from_not_looked(town):
    rows = town.frame("from register_known").set_index(["authority_name", "register"])
    assert rows["state"].to_dict() | {} == {
        **{(name, "brownfield"): "read" for name in ("Samplebridge", "Northbank", "Farmarsh")},
        **{(name, "assets_of_community_value"): "not_looked" for name in ("Samplebridge", "Farmarsh")},
        ("Northbank", "assets_of_community_value"): "known",
        ("Samplebridge", "land_and_buildings"): "read", ("Northbank", "land_and_buildings"): "read",
        ("Farmarsh", "land_and_buildings"): "none_known",
    }  # fmt: skip
    own = rows.loc[("Northbank", "land_and_buildings")]
    assert own["n_rows"] == own["n_placed"] + 1  # of what is vacant one has half a postcode
    assert (own["n_vacant"], own["n_vacant_placed"], own["n_beyond"]) == (5, 4, 1)
    assert pd.isna(rows.loc[("Farmarsh", "land_and_buildings"), "n_rows"])

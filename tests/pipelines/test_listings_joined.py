"""An entry of a register joins the one place named like it at its postcode, and never makes one place of two."""

import numpy as np
import pandas as pd
import pytest

from pipelines.places.conflate import conflate
from pipelines.places.listings import AT_THE_POSTCODE, ONE_PLACE, listing_pairs

LISTINGS, PLACES = {"acv_listing", "acv_nomination"}, {"pub", "library", "community_centre", "cafe"}


def records(*rows: tuple) -> pd.DataFrame:
    """Records from (kind, name, postcode, x, y)."""
    frame = pd.DataFrame(rows, columns=["kind", "name", "postcode", "x", "y"])
    frame["record"] = [f"{'acv' if k in LISTINGS else k}|{n}" for n, k in enumerate(frame["kind"])]
    frame["source"] = frame["series"] = frame["record"].str.partition("|")[0]
    return frame.assign(
        uprn=None, refers_to=None, point_quality="postcode", status="open", is_current=True, reason=None
    ).astype({"x": float, "y": float})


@pytest.mark.parametrize(
    ("entry", "place", "kind"),
    [
        ("The White Hart Public House", "White Hart", "pub"),
        ("The Dirty South pub", "Dirty South", "pub"),
        ("The Heron Public House", "HERON P.H.", "pub"),
        ("Baring Hall Hotel", "The Baring Hall", "pub"),
        ("The Royal British Legion Community Hall", "Royal British Legion Club", "community_centre"),
        ("Swan & Castle", "The Swan and Castle Public House", "pub"),
    ],
)
def test_names_of_one_place(entry, place, kind):
    found = listing_pairs(
        records(("acv_listing", entry, "SE145AA", 0, 0), (kind, place, "SE145AA", 90, 0)), LISTINGS, PLACES
    )
    assert found[["left", "right", "rule"]].to_numpy().tolist() == [[0, 1, AT_THE_POSTCODE]]


@pytest.mark.parametrize(
    ("entry", "place", "kind"),
    [
        ("The Oakwood Tavern", "Oakwood Library", "library"),  # what a name says of the kind decides
        ("The Dirty South pub", "Dirty South Cafe", "cafe"),
        ("Community Centre", "The Community Hall", "community_centre"),  # no word of its own
        ("77 Watsons Street", "The Midi", "pub"),
        ("The White Hart Public House", "The White Horse", "pub"),
        ("The White Hart Public House", None, "pub"),
    ],
)
def test_names_of_two_places(entry, place, kind):
    rows = records(("acv_listing", entry, "SE145AA", 0, 0), (kind, place, "SE145AA", 5, 0))
    assert listing_pairs(rows, LISTINGS, PLACES).empty


def test_another_postcode_is_another_place_unless_it_is_at_the_door():
    far = records(("acv_listing", "The Heron", "SE145AA", 0, 0), ("pub", "Heron", "SE145AB", 90, 0))
    assert listing_pairs(far, LISTINGS, PLACES).empty
    beyond = records(("acv_listing", "The Heron", "SE145AA", 0, 0), ("pub", "Heron", "SE145AA", 301, 0))
    assert listing_pairs(beyond, LISTINGS, PLACES).empty
    unknown = records(("acv_listing", "The Heron", "SE145AA", 0, 0), ("pub", "Heron", None, 70, 0))
    assert len(listing_pairs(unknown, LISTINGS, PLACES)) == 1


def test_an_organisation_is_no_place_that_a_listing_is_of():
    rows = records(
        ("acv_listing", "The Heron Pub", "SE145AA", 0, 0), ("cooperative", "The Heron Pub Limited", "SE145AA", 0, 0)
    )
    assert listing_pairs(rows, LISTINGS, PLACES).empty


def test_an_entry_joins_the_likest_place_alone():
    rows = records(
        ("acv_listing", "Bedgrove", "HP219TT", 0, 0),
        ("library", "Bedgrove Library", "HP219TT", 3, 0),
        ("pub", "Bedgrove Tavern", "HP219TT", 2, 0),
    )
    groups, pairs, _ = conflate(rows, sorted(LISTINGS), {}, [], (sorted(LISTINGS), sorted(PLACES)))
    assert len(pairs) == 1
    assert groups["leader"].nunique() == 2  # the library and the tavern are not made one by what resembles both


def test_a_listing_and_its_renewal_are_of_one_place():
    rows = records(
        ("pub", "White Hart", "SE145AA", 0, 0),
        ("acv_listing", "The White Hart Public House", "SE145AA", 0, 0),
        ("acv_nomination", "White Hart PH, New Cross", "SE145AA", 0, 0),
    )
    groups, pairs, _ = conflate(
        rows, sorted(LISTINGS), {"acv_nomination": "acv_listing"}, [], (sorted(LISTINGS), sorted(PLACES))
    )
    assert ONE_PLACE in set(pairs["rule"])
    assert groups["leader"].nunique() == 1


def test_nothing_to_join_is_nothing_joined():
    rows = records(("pub", "Heron", "SE145AA", 0, 0))
    assert listing_pairs(rows, LISTINGS, PLACES).empty
    assert np.array_equal(conflate(rows, [], {}, [])[0]["leader"], rows["record"])

"""The asset key of every step between the snapshots and the release."""

AREAS, SCOPE, OUTLINES = ["geography", "areas"], ["geography", "scope"], ["geography", "outlines"]
POSTCODES, TYPOLOGY = ["geography", "postcode"], ["ownership", "typology"]
RECORDS, GROUPS, IDENTITY = ["places", "place_record"], ["places", "place_group"], ["places", "place_identity"]
ERRORS = ["indicator", "with_errors"]
EVENTS, PLACES, COVER = ["places", "place_event"], ["places", "place"], ["places", "cover"]


def table_key(stem: str) -> list[str]:
    """The asset key of a source's table."""
    return ["table", stem]


def by_area_key(stem: str) -> list[str]:
    """The asset key of a table by an older vintage of areas, carried to the present one."""
    return ["by_area", stem]


def index_key(stem: str) -> list[str]:
    """The asset key of an index."""
    return ["index", stem]


def cluster_key(stem: str) -> list[str]:
    """The asset key of the clusters of an index."""
    return ["cluster", stem]


def reach_key(kind: str) -> list[str]:
    """The asset key of the reach of one kind of place."""
    return ["reach", kind]


def indicator_key(stem: str) -> list[str]:
    """The asset key of an indicator."""
    return ["indicator", stem]


def spread_key(stem: str) -> list[str]:
    """The asset key of the versions of an index's method."""
    return ["spread", stem]


def explained_key(stem: str) -> list[str]:
    """The asset key of what explains an index."""
    return ["explained", stem]

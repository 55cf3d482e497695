"""Whom a group can ask about a place: the national bodies of who_to_ask.yml whose pages were read of late, the council's own
list where the release knows its page, and what the law says.

"Of late" is held against the day the release was made and not the reader's clock: a sheet then says the same whoever prints
it and whenever, beside the day it was checked; a release that is old is told by its own date.
"""

import datetime
from functools import cache
from pathlib import Path

import duckdb
from pydantic import HttpUrl

from geodata.records import Record, read_record
from pipelines.core.query import holds, records
from pipelines.ownership.regimes import read_regimes

FILE = Path(__file__).parent.parent / "definitions" / "who_to_ask.yml"
OLD = datetime.timedelta(days=365)


class Body(Record):
    """A body, in what it helps, the page where it says so, and when that was last read."""

    name: str
    page: HttpUrl
    helps: str
    kinds: list[str] = []
    checked: datetime.date


class WhoToAsk(Record):
    """Every body, by a short name."""

    bodies: dict[str, Body]

    def on(self, day: datetime.date) -> list[Body]:
        """Those whose page was read in the year before `day`, or after it."""
        return [body for body in self.bodies.values() if day - body.checked <= OLD]


@cache
def read_who_to_ask() -> WhoToAsk:
    """The bodies as defined. Raises DefinitionError naming file, line and key."""
    return read_record(WhoToAsk, FILE)


def who_to_ask(connection: duckdb.DuckDBPyConnection) -> dict:
    """What the sheet of a place tells besides the place: `as_of`, the day that legal states are of, `says` and `changing` of
    the law, `bodies`, and by authority its own list of assets of community value. Of a geography whose law is another,
    None and nothing."""
    made, as_of = connection.execute("select built_at::varchar, legal_as_of from release").fetchone()
    if not holds(connection, "legal_regime"):
        return {"as_of": None, "says": [], "changing": [], "bodies": [], "registers": {}}
    registers = "select authority_code, state, page, strftime(looked_on, '%Y-%m-%d') as looked_on from register_known where register = 'assets_of_community_value'"
    found = records(connection, registers) if holds(connection, "register_known") else []
    return {
        "as_of": as_of and as_of.isoformat(),
        "says": read_regimes().says(),
        "changing": read_regimes().changing(),
        "bodies": [one.model_dump(mode="json") for one in read_who_to_ask().on(datetime.date.fromisoformat(made[:10]))],
        "registers": {row.pop("authority_code"): row for row in found},
    }

"""JSON from outside, read whole: no more of it than memory has room for, and no deeper than anyone means."""

from typing import Any

import orjson

from pipelines.core.limits import OBJECTS, VALUES, Excess

BOM = b"\xef\xbb\xbf"


def read_json(body: bytes) -> Any:
    """The value of a JSON text in UTF-8. Raises orjson.JSONDecodeError for what is none (NaN is none, nor is what lies more
    than 1,024 levels deep), and Excess for one of more objects or values than fit: `{}` takes 25 times its bytes."""
    for marks, most, what in ((b"{[", OBJECTS, "objects and lists"), (b",", VALUES, "values")):
        if sum(body.count(mark) for mark in (marks[i : i + 1] for i in range(len(marks)))) > most:
            raise Excess(f"the JSON holds more than {most:,} {what}")
    return orjson.loads(body.removeprefix(BOM))

"""Ways to alter a recorded answer, by its lines, its rows or its JSON: each gives a function of the good body."""

import csv
import io
import json
from collections.abc import Callable

BOM = b"\xef\xbb\xbf"
Change = Callable[[bytes], bytes]


def lines(change: Callable[[list[str]], list[str]]) -> Change:
    """The lines of a text, without their ends."""
    return lambda body: ("\n".join(change(body.decode("utf-8-sig").splitlines())) + "\n").encode()


def rows(change: Callable[[int, dict], None]) -> Change:
    """Each row of a CSV, with its number (0 is the first after the heading), changed in place."""

    def changed(body: bytes) -> bytes:
        table = list(csv.DictReader(io.StringIO(body.decode("utf-8-sig"))))
        for n, row in enumerate(table):
            change(n, row)
        out = io.StringIO()
        writer = csv.DictWriter(out, table[0].keys(), lineterminator="\n")
        writer.writeheader()
        writer.writerows(table)
        return out.getvalue().encode()

    return changed


def jsons(change: Callable[[dict], None]) -> Change:
    """A JSON value, changed in place."""

    def changed(body: bytes) -> bytes:
        value = json.loads(body.removeprefix(BOM))
        change(value)
        return json.dumps(value).encode()

    return changed

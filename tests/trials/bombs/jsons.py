"""JSON: lists and objects too deep, too long or odd in one row, and such answers of OpenStreetMap."""

import json

from trials.bombs.registry import of


@of("json", "900 deep")
def _():
    return b"[" * 900 + b"]" * 900


@of("json", "100,000 deep")
def _():
    return b'{"a":' * 100_000 + b"1" + b"}" * 100_000


@of("json", "1,100 deep in a row, volatile keys", volatile=["x"])
def _():
    return b'[{"code": "A", "n": ' + b"[" * 1_100 + b"]" * 1_100 + b"}]"


@of("json", "a text of 90 MB")
def _():
    return b'[{"code": "' + b"x" * 90_000_000 + b'"}]'


@of("json", "30 million empty objects")
def _():
    return b"[" + b"{}," * 30_000_000 + b"{}]"


@of("json", "45 million numbers")
def _():
    return b'[{"code": [' + b"1," * 45_000_000 + b"1]}]"


@of("json", "22 million empty lists")
def _():
    return b'[{"code": [' + b"[]," * 30_000_000 + b"1]}]"


@of("json", "a million keys in an object")
def _():
    return b"[{" + b",".join(b'"k%d":1' % i for i in range(1_000_000)) + b"}]"


@of("json", "keys twice, NaN, numbers without end")
def _():
    return b'[{"code": "A", "code": "B", "n": NaN}]'


@of("json", "numbers of many digits and powers")
def _():
    return b'[{"code": "A", "n": ' + b"9" * 10_000 + b'}, {"code": "B", "n": 1e999}, {"code": "C", "n": -1e-999}]'


@of("json", "a row of another type in a hundred")
def _():
    return json.dumps([{"code": str(i)} for i in range(99)] + [7]).encode()


@of("json", "halves of characters")
def _():
    return b'[{"code": "\\ud800"}]'


@of("osm", "elements of every other type")
def _():
    return json.dumps(
        {"elements": [{"type": "node", "id": i, "lat": 51.5, "lon": 0} for i in range(99)] + [None]}
    ).encode()


@of("osm", "elements is an object")
def _():
    return b'{"elements": {"type": "node"}}'

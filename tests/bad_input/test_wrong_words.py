"""Every way to ask wrongly that was thought of: its exit code, and words that its one sentence must hold."""

import socket

import pytest

SITE = "<script>alert(1)</script>"
HELP = "--help`"
DEFINITION = """title: Need
shown_as: Need
question: Where?
reference_year: 2026
domains:
  one: {title: One, weight: 1, reason: all there is, members: {rate: {weight: 1, reason: all there is}}}
"""

# {data}: a DIR with one release of the sample; {empty}: one with nothing; {file}: a file; {new}: a DIR that is not there
WRONG = [
    # words that no command reads
    ("refrsh", 2, ["is no command", "Do you mean refresh?"]),
    ("nonsense", 2, ["is no command", HELP]),
    ("--nonsense", 2, ["is no option", HELP]),
    ("refresh --aera Hackney", 2, ["is no option of `commonground refresh`", "Do you mean --area?"]),
    ("refresh --area", 2, ["--area", "requires an argument"]),
    ("refresh --area Greater Manchester --data {new}", 2, ["Manchester", "quotes"]),
    ("profile", 2, ["profile", "Missing argument", HELP]),
    ("place --data {data}", 2, ["place", "Missing argument"]),
    ("rollback", 2, ["rollback", "Missing argument"]),
    ("score", 2, ["score", "Missing argument"]),
    # where and what to refresh
    ("refresh --area Solihul --data {new}", 2, ["no area called 'Solihul'", "Did you mean Solihull?"]),
    ("refresh --area E09000099 --data {new}", 2, ["'E09000099' is no code of this vintage", "ask by the name"]),
    (f"refresh --area {SITE} --data {{new}}", 2, ["no area called", "Name an authority"]),
    ("refresh --area Hackney --data {data}", 2, ["cannot also publish Hackney", "--data"]),
    ("refresh --data {file}", 2, ["file", "--data"]),
    ("refresh --data {file}/below", 2, ["file", "--data"]),
    ("refresh --mirror 127.0.0.1:9 --area Hackney --data {new}", 2, ["--mirror", "http://host:port"]),
    ("refresh --mirror http://host/?key=s3cret --area Hackney --data {new}", 2, ["--mirror", "holds a ? or #"]),
    ("refresh --today tomorrow --data {new}", 2, ["--today 'tomorrow'", "is no day", "2026-11-25"]),
    ("refresh --sample-date 2020-01-01 --data {new}", 2, ["no recording of 2020-01-01", "choose one of 2026-"]),
    ("refresh --again nonsense --data {new}", 2, ["--again nonsense", "commonground sources"]),
    ("refresh --workers 0 --data {new}", 2, ["--workers", "0 is not in the range"]),
    # no release yet
    ("profile Hull --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("place Nunhead --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("select --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("serve --port 0 --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("check --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("check --json --data {empty}", 1, ["holds no release", "commonground refresh"]),
    ("diff --data {empty}", 2, ["fewer than two releases", "Refresh again"]),
    ("rollback 1.0.0 --data {empty}", 2, ["1.0.0 is not kept"]),
    # areas
    ("profile Nowhere at all --data {data}", 2, ["Nowhere at all", "no area code", "The release holds"]),
    ("profile Fablemore --data {data}", 2, ["Do you mean Fablemoor?"]),
    ("profile S99000999 --data {data}", 2, ["is no code of an area of this release", "commonground profile"]),
    ("profile ZZ99 9ZZ --data {data}", 2, ["ZZ99 9ZZ", "is not a live postcode", "written right"]),
    ("profile none.csv --data {data}", 2, ["none.csv", "no such file"]),
    (f"profile {SITE} --data {{data}}", 2, ["alert(1)", "The release holds"]),
    ("profile {data} --data {data}", 2, ["no area code"]),
    # places
    ("place p00000000000000 --data {data}", 2, ["is no place id of this release", "ask by the name"]),
    ("place zzzzzzzz --data {data}", 2, ["is no place of this release", "part of its name"]),
    ("place Sundial Librery --data {data}", 2, ["Do you mean Sundial Library (p"]),
    ("place library --data {data}", 2, ["is the name, or part of it, of", "by its id, as in `commonground place p"]),
    ("place library --today soon --data {data}", 2, ["--today 'soon'", "is no day"]),
    # short lists
    ("select --data {data}", 2, ["is not told where", "--area"]),
    ("select --n 0 --data {data}", 2, ["--n", "0 is not in the range"]),
    ("select --n -5 --data {data}", 2, ["--n", "-5 is not in the range"]),
    ("select --level region --data {data}", 2, ["--level", "'area', 'ward', 'msoa'"]),
    ("select --area Samplebridge --index nonsense --data {data}", 2, ["nonsense", "hardship"]),
    ("select --area Hackney --data {data}", 2, ["'Hackney'", "which holds"]),
    ("select --area Samplebridge --worst 200 --data {data}", 2, ["worst", "above 0 and at most 100"]),
    ("select --cut-date soon --data {data}", 2, ["--cut-date", "soon"]),
    ("select --out list.pdf --data {data}", 2, ["list.pdf", "give --out one of these endings"]),
    ("select --choice none.yml --data {data}", 2, ["none.yml", "does not exist"]),
    ("select --area Samplebridge --exclude nowhere --data {data}", 2, ["nowhere"]),
    # releases
    ("diff 1.0.0 --data {data}", 2, ["two releases", "Give OLD and NEW"]),
    ("diff 1.0.0 9.9.9 --data {data}", 2, ["release 9.9.9", "is not kept", "Kept are: 1.0.0"]),
    ("diff --json --data {data}", 2, ["fewer than two releases"]),
    ("rollback 9.9.9 --data {data}", 2, ["9.9.9 is not kept", "1.0.0"]),
    ("check --max-age soon --data {data}", 2, ["--max-age", "'soon'"]),
    ("check --max-age -1 --data {data}", 2, ["--max-age", "-1"]),
    ("serve --port {port} --data {data}", 1, ["port {port}", "choose another; 0 takes one that is free"]),
    ("serve --port 99999 --data {data}", 2, ["--port", "99999 is not in the range"]),
    ("dev --port 99999 --data {new}", 2, ["--port", "99999 is not in the range"]),
    # any table
    ("score none.yml {table}", 2, ["none.yml", "is not there", "--new"]),
    ("score {definition} none.csv", 2, ["none.csv", "does not exist"]),
    ("score {definition}", 2, ["is given alone", "the table it scores"]),
    ("score {unreadable} {table}", 1, ["a definition file is wrong"]),
    ("score {definition} {nothing}", 1, ["nothing.csv"]),
    ("score {definition} {other}", 1, ["other.csv", "rate"]),
    ("score {definition} {table} --frame nonsense", 1, ["table.csv", "nonsense"]),
    ("score {definition} {table} --out scores.xls", 2, ["scores.xls", "give --out one of these endings"]),
    ("score {definition} {table} --out {table}", 2, ["which is read, and would be overwritten"]),
    ("score --new {table} --json", 2, ["--new", "leave out the other options"]),
    # the register
    ("sources --report seen.md --data {data}", 2, ["--report", "--probe"]),
    ("sources --probe --report seen.txt --data {data}", 2, ["seen.txt", "neither .md nor .json"]),
]


@pytest.fixture(scope="module")
def given(roomy, published):
    """What the words stand for."""
    folder = roomy / "wrong_words"
    (folder / "empty").mkdir(parents=True)
    for name, content in {
        "file": b"not a folder",
        "definition.yml": DEFINITION.encode(),
        "unreadable.yml": b"title: [\xff",
        "table.csv": b"area,rate\nA,1\nB,2\nC,4\n",
        "other.csv": b"area,level\nA,1\nB,2\nC,4\n",
        "nothing.csv": b"",
    }.items():
        (folder / name).write_bytes(content)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        named = {path.stem: str(path) for path in folder.iterdir()}
        yield named | {"data": str(published), "new": str(folder / "new"), "port": str(taken.getsockname()[1])}
    assert not (folder / "new").exists(), "a wrong question makes nothing"


@pytest.mark.parametrize(("words", "code", "told"), WRONG, ids=[words for words, *_ in WRONG])
def test_asked_wrongly(words, code, told, given, command):
    ran = command(*(word.format(**given) for word in words.split()))
    assert ran.code == code
    assert not ran.out or "by its id" in ran.err, "only a choice of places is told beside the sentence"
    sentence = " ".join(ran.err.split()) if "unreadable" in words else ran.sentence
    for part in told:
        assert part.format(**given).lower() in sentence.lower()
    assert SITE not in ran.out
    assert "s3cret" not in ran.err


def test_wrong_words_changed_nothing(given, published, fingerprint, untouched, command):
    before = fingerprint(published)
    for words in ("profile zzz --data {data}", "rollback 9.9.9 --data {data}", "diff 1.0.0 9.9.9 --data {data}"):
        assert command(*(word.format(**given) for word in words.split())).code == 2
    untouched(published, before)

"""An answer that came whole and broke its contract: remembered, so that it is not fetched again while it is the same."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass

from geodata.geography import Geography
from pipelines.core.code import code_version
from pipelines.core.problem import Problem
from pipelines.core.store import sha256_json
from pipelines.register.source import Source
from pipelines.tables.figures import worse
from pipelines.tables.moved import moved
from pipelines.tables.tidy import script_of


@dataclass(frozen=True)
class RefusedAnswer:
    """What is remembered of it: the hash of its content, what to ask with so that it is not sent again, what it came
    `through`, what it was `judged_by`, and what was wrong."""

    sha: str
    validator: dict
    through: str
    judged_by: str
    what: str
    remedy: str


class Refused(Problem):
    """A Problem with an answer that came whole; `line` is what its observation says of it."""

    def __init__(self, source: str, answer: RefusedAnswer):
        super().__init__(source, answer.what, answer.remedy)
        self.line = {"refused": asdict(answer)}


def judged_by(source: Source, geography: Geography, last: dict | None, past: list[dict]) -> str:
    """The hash of all that an answer is held to, the figures of those in the `past` too: where it changes, a refused answer
    is asked for anew."""
    code = [code_version(rule.__module__) for rule in (worse, moved)]
    return sha256_json([source, geography, script_of(source), code, last and last["sha"], past])


def refused_before(lines: Iterable[dict], geography: Geography, through: str, judged: str) -> RefusedAnswer | None:
    """The answer that was refused since the last good one, by the same rules and through the same way.

    `lines` are observations, oldest first.
    """
    found = None
    for line in (line for line in lines if line.get("geography") == geography.stem):
        if line["status"] in ("new", "unchanged"):
            found = None
        elif line.get("refused"):
            found = RefusedAnswer(**line["refused"])
    return found if found and (found.through, found.judged_by) == (through, judged) else None


@contextmanager
def remembered_if_refused(sha: str, validator: dict, through: str, judged: str) -> Iterator[None]:
    """A Problem raised inside is one of an answer that came whole: a Refused."""
    try:
        yield
    except Problem as problem:
        answer = RefusedAnswer(sha, validator, through, judged, problem.what, problem.remedy)
        raise Refused(problem.where, answer) from problem

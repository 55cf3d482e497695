"""The one exception for what a user can act on: what went wrong, at which source, and what to do."""

from geodata.records import DefinitionError
from pipelines.core.plain_text import LONGEST, told

SEVERAL = 2 * LONGEST  # characters: what happened may be told of several lines of a file
MEND = "run the same command again; where it fails again, tell the maintainers this sentence"
OUT_OF_MEMORY = ("MemoryError", "ArrowMemoryError", "OutOfMemoryException", "_ArrayMemoryError", "KilledWorker")
OF_A_DATABASE = ("DatabaseError", "OperationalError", "IntegrityError", "NoSuchTableError", "ProgrammingError")


class Problem(Exception):
    """A failure in one sentence: `where` (a source or file), `what` happened, `remedy`.

    The first two may quote others: they are made one line each, and short. `usage` marks a wrong question (exit 2) rather
    than a failed answer (exit 1).
    """

    def __init__(self, where: str, what: str, remedy: str, usage: bool = False):
        self.where, self.what, self.remedy, self.usage = told(str(where)), told(what, SEVERAL), remedy, usage
        end = "" if remedy.endswith("?") else "."
        super().__init__(f"{self.where}: {self.what}. {remedy[:1].upper()}{remedy[1:]}{end}")


class ReportedProblem(Problem):
    """A Problem known by its sentence alone, which another process or step has raised."""

    def __init__(self, sentence: str, usage: bool):
        Exception.__init__(self, sentence)
        self.usage = usage


def as_problem(where: str, error: BaseException) -> Problem:
    """An exception of any class in one sentence: in its own words, else one that names the cause nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, DefinitionError):
        return Problem("a definition file is wrong", "; ".join(str(error).splitlines()), "mend it")
    first = next((line for line in str(error).splitlines() if line.strip()), "")
    return by_cause(where, type(error).__name__, first)


def by_cause(where: str, kind: str, first: str) -> Problem:
    """What nobody foresaw in one sentence, by the name of its class and the first line it says."""
    if kind in OUT_OF_MEMORY:
        remedy = "free some memory, or take fewer --workers, and run the same command again"
        return Problem(where, f"memory ran out ({kind}), or the system ended a process to get some back", remedy)
    if kind in OF_A_DATABASE:
        what = f"Dagster's history in DIR cannot be read or written ({kind}: {first})"
        return Problem(where, what, "move its folders `history` and `schedules` aside: no result rests on them")
    return Problem(where, f"failed ({kind}: {first})" if first else f"failed ({kind})", MEND)

"""The one exception for what a user can act on: what went wrong, at which source, and what to do."""

from pipelines.core.plain_text import told

MEND = "run the same command again; where it fails again, tell the maintainers this sentence"
OUT_OF_MEMORY = ("ArrowMemoryError", "OutOfMemoryException", "_ArrayMemoryError", "KilledWorker")


class Problem(Exception):
    """A failure in one sentence: `where` (a source or file), `what` happened, `remedy`.

    Both may quote others: they are one line each, and short. `usage` marks a wrong question (exit 2) rather than a failed answer (exit 1).
    """

    def __init__(self, where: str, what: str, remedy: str, usage: bool = False):
        self.where, self.what, self.remedy, self.usage = told(where), told(what), remedy, usage
        end = "" if remedy.endswith("?") else "."
        super().__init__(f"{self.where}: {self.what}. {remedy[:1].upper()}{remedy[1:]}{end}")


class ReportedProblem(Problem):
    """A Problem known by its sentence alone, which another process or step has raised."""

    def __init__(self, sentence: str, usage: bool):
        Exception.__init__(self, sentence)
        self.usage = usage


def unforeseen(where: str, error: BaseException) -> Problem:
    """What nobody foresaw, of whatever class, in one sentence that names its cause."""
    first = next((line for line in str(error).splitlines() if line.strip()), "it says no more")
    if isinstance(error, MemoryError) or type(error).__name__ in OUT_OF_MEMORY:
        remedy = "free some memory or take fewer --workers, and run the same command again"
        return Problem(where, f"memory ran out ({type(error).__name__})", remedy)
    if isinstance(error, RecursionError):
        return Problem(where, "something in it is nested too deep to be read (RecursionError)", MEND)
    return Problem(where, f"failed ({type(error).__name__}: {first})", MEND)

"""The one exception for what a user can act on: what went wrong, at which source, and what to do."""


class Problem(Exception):
    """A failure in one sentence: `where` (a source or file), `what` happened, `remedy`.

    `usage` marks a wrong question (exit 2) rather than a failed answer (exit 1).
    """

    def __init__(self, where: str, what: str, remedy: str, usage: bool = False):
        self.where, self.what, self.remedy, self.usage = where, what, remedy, usage
        end = "" if remedy.endswith("?") else "."
        super().__init__(f"{where}: {what}. {remedy[:1].upper()}{remedy[1:]}{end}")


class ReportedProblem(Problem):
    """A Problem known by its sentence alone, which another process or step has raised."""

    def __init__(self, sentence: str, usage: bool):
        Exception.__init__(self, sentence)
        self.usage = usage

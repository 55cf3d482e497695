"""What a protocol hands over: the files of one fetch, what to ask with next time, and the publisher's own date."""

from dataclasses import dataclass, field

from pipelines.core.problem import Problem


@dataclass(frozen=True)
class Reply:
    """`files` by name; `validator` goes into the observation and comes back as `last` at the next fetch.

    `missing`: the parts that failed, and why. `by_hand`: who put the files into the inbox, and when.
    """

    files: dict[str, bytes]
    validator: dict = field(default_factory=dict)
    source_as_at: str | None = None
    missing: dict[str, str] = field(default_factory=dict)
    by_hand: dict[str, str] = field(default_factory=dict)


def refuse_many(stem: str, pages: dict[str, bytes], most_mb: float) -> None:
    """Raise Problem where the pages of an answer are together larger than a source's answer may be."""
    if sum(map(len, pages.values())) > most_mb * 1_000_000:
        what = f"its pages are together larger than {most_mb:,} MB"
        raise Problem(stem, what, "try later; the publisher's service may be paging without end")


def unchanged_since_nothing(stem: str) -> Problem:
    """The failure of a server that calls unchanged what it never sent."""
    what = "the server says that nothing changed since an answer that it never gave"
    return Problem(stem, what, "try later; the publisher's service, or a cache before it, is at fault")

"""What a protocol hands over: the files of one fetch, what to ask with next time, and the publisher's own date."""

from dataclasses import dataclass, field


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

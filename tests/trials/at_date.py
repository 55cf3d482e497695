"""commonground at another time: `at_date.py 2027-01-04T05:00:00Z WORDS...`, with the clock of its records set to that."""

import sys
import time
from datetime import UTC, datetime, timedelta

from pipelines.commands.cli import main
from pipelines.core import store

FORM = "%Y-%m-%dT%H:%M:%SZ"
BEGUN = time.monotonic()


def now() -> str:
    """The time named, and what passed since."""
    then = datetime.strptime(sys.argv[1], FORM).replace(tzinfo=UTC)
    return (then + timedelta(seconds=time.monotonic() - BEGUN)).strftime(FORM)


if __name__ == "__main__":
    store.utc_now = now
    main(sys.argv[2:])

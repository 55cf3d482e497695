"""What nobody foresaw, told as the failure of one source: whatever a library throws at odd bytes ends no run."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from pipelines.core.limits import Excess
from pipelines.core.plain_text import plain
from pipelines.core.problem import Problem
from pipelines.core.store import FULL

OURS = (*FULL, errno.EROFS, errno.EMFILE, errno.ENFILE)  # what fails of this machine's own: no source is to blame
SHOWN = 80


@contextmanager
def unforeseen(where: str, what: str = "the answer has an unexpected form") -> Iterator[None]:
    """Anything raised inside, of whatever class, is a Problem of `where`; a Problem stays what it is, and what this machine
    itself fails at (a full disk) what it was."""
    try:
        yield
    except Problem:
        raise
    except Excess as error:
        raise Problem(where, str(error), "do not trust this file") from error
    except MemoryError as error:
        raise Problem(where, "it takes more memory than there is", "look at the file, or give it more") from error
    except Exception as error:
        if isinstance(error, OSError) and error.errno in OURS:
            raise
        message = f"{what} ({type(error).__name__}: {plain(str(error)[:200])[:SHOWN]})"
        raise Problem(where, message, "look at the answer; the publisher may have changed its service") from error

"""How a service is asked, what may be asked of one source in all, and the failures that may pass by themselves."""

import contextlib
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

import requests

from pipelines.core.problem import Problem

TRIES = 5
LONGEST_REST_S = 7 * 86400  # a service that asks for longer has made a slip


@dataclass(frozen=True)
class Manners:
    """How a service is asked, in seconds. It may be silent for `read_s` before it answers. What it answered badly is asked
    again, at most `tries` times in all, after `wait_s` or more: as long as it says, up to `longest_s`. Where it says
    longer, one that `leaves` is asked no more, and another after `longest_s`."""

    tries: int = TRIES
    read_s: float = 90
    wait_s: float = 0
    longest_s: float = 60
    leaves: bool = False

    def pause(self, error: BaseException | None, attempt: int) -> float:
        """How long to wait before asking again, after `attempt` tries of which the last ended in `error`."""
        asked = getattr(error, "wait", None)
        pause = min(asked if asked is not None else 0.5 * 2 ** (attempt - 1), self.longest_s)
        return pause if isinstance(error, Silent) else max(pause, self.wait_s)


USUAL = Manners()


@dataclass(frozen=True)
class Budget:
    """What a source may take. Connecting takes `connect_s` at most, and after that and the silence its manners allow, an
    answer comes at `slowest` bytes a second or more on the average. All answers of a source come within `source_s`, in
    `requests` or fewer, one that is asked again counted again."""

    connect_s: float = 10
    slowest: int = 50_000
    source_s: float = 3600
    requests: int = 2000


class Passing(Exception):
    """A failure that may pass by itself: try again. `wait` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None):
        super().__init__(what)
        self.wait = wait


class Silent(Passing):
    """Nothing answers at the address."""


class Late(Passing):
    """No answer came in time."""


class NotThere(Problem):
    """The server answers, and has nothing at this address; another address may have it."""


def retry_after(response: requests.Response) -> float | None:
    """The seconds for which a server asks to be left alone, as a number or until a date; None where it says neither."""
    told = response.headers.get("Retry-After", "").strip()
    if told.isascii() and told.isdigit():
        return min(float(told[:9]), LONGEST_REST_S)
    with contextlib.suppress(ValueError, TypeError, OverflowError):
        until = parsedate_to_datetime(told)
        rest = (until.replace(tzinfo=until.tzinfo or UTC) - datetime.now(UTC)).total_seconds()
        return min(max(rest, 0), LONGEST_REST_S)
    return None


def passing(error: Exception) -> Passing:
    """What went wrong with a connection, in our words: the library's own repeat the address."""
    text = str(error)
    if isinstance(error, requests.exceptions.ProxyError):
        return Silent("the proxy does not answer, or does not let the question through")
    if isinstance(error, requests.exceptions.SSLError):
        return Passing("no secure connection came about; a certificate may not be valid, or not be known here")
    if (
        isinstance(error, requests.ConnectTimeout)
        or "refused" in text
        or "Failed to establish" in text
        or "NameResolution" in text
    ):
        return Silent("nothing answers there (no connection)")
    if "IncompleteRead" in text or "Connection broken" in text:
        return Passing("the connection broke in the middle of the answer")
    if isinstance(error, requests.Timeout):
        return Late("no answer in time")
    if "Read timed out" in text:  # of a body: the library calls it a failed connection
        return Passing("the answer stopped in the middle, and was not waited for")
    return Passing("the connection failed")

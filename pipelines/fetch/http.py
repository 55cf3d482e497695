"""One HTTP client for every protocol: honest identification, retries only for what can pass, limits, mirror, sample."""

import logging
import re
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

import requests
import tenacity

from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.fetch.recorded import RecordedAdapter
from pipelines.register.workspace import Workspace

log = logging.getLogger("commonground.fetch")
TRIES = 5
CONNECT_S = 10
PASSING = {408, 429, 500, 502, 503, 504}
GONE = {404, 410}
HEAD = 4096  # bytes of a large file that tell what it is
FIRST_DAY = date(2000, 1, 1)  # an older date of a file is a slip of its server
T = TypeVar("T")


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


class Passing(Exception):
    """A failure that may pass by itself: try again. `wait` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None):
        super().__init__(what)
        self.wait = wait


class Silent(Passing):
    """Nothing answers at the address."""


class NotThere(Problem):
    """The server answers, and has nothing at this address; another address may have it."""


class Late(Passing):
    """No answer came in time."""


@dataclass
class Answer:
    """One answer: `body` is None where the server said nothing changed (304)."""

    url: str
    body: bytes | None
    headers: dict[str, str]

    def day(self, today: date) -> str | None:
        """The day that the server says the body is of; None where it says nothing, or nothing that can be believed."""
        try:
            told = parsedate_to_datetime(self.headers["Last-Modified"]).astimezone(UTC).date()
        except (KeyError, ValueError, TypeError, OverflowError):
            return None
        newest = max(today, datetime.now(UTC).date()) + timedelta(days=1)
        return told.isoformat() if FIRST_DAY <= told <= newest else None

    @property
    def validator(self) -> dict[str, str]:
        """What to send next time so that an unchanged body is not sent again."""
        found = {"If-None-Match": self.headers.get("ETag"), "If-Modified-Since": self.headers.get("Last-Modified")}
        return {name: value for name, value in found.items() if value}


@dataclass(frozen=True)
class Seen:
    """What the head of an answer said: `url` is the publisher's own, after redirects; `size` in bytes, where told."""

    status: int
    url: str
    content_type: str = ""
    size: int | None = None


@dataclass(frozen=True)
class Piece:
    """A part of an answer, from byte `start` of `size` (None where the server does not say)."""

    body: bytes
    start: int
    size: int | None

    @property
    def is_whole(self) -> bool:
        """True where there is no more."""
        return self.start == 0 and self.size == len(self.body)


@dataclass
class Client:
    """Fetches addresses for one source at a time; `downloaded` counts the bytes of bodies read, `seen` is the last answer.

    Files too large for memory are read in folders below `scratch`.
    """

    mirror: str | None = None
    offline: bool = False
    recorded: RecordedAdapter | None = None
    contact: str | None = None
    scratch: Path = Path(".")
    downloaded: int = 0
    session: requests.Session = field(default_factory=requests.Session)
    silent_hosts: set[str] = field(default_factory=set)
    resting: dict[str, float] = field(default_factory=dict)  # until when a host that asked for it is left alone
    seen: Seen | None = None
    answered: bool = False  # whether anyone has, so far

    def __post_init__(self):
        contact = f"; {self.contact}" if self.contact else ""
        self.session.headers["User-Agent"] = f"commonground/0.1 (open neighbourhood data pipeline{contact})"
        if self.recorded:
            self.session.mount("https://", self.recorded)
            self.session.mount("http://", self.recorded)

    @property
    def through(self) -> str:
        """How answers come: live, from the publishers' own addresses, or through a mirror or a recording."""
        return "recording" if self.recorded else "mirror" if self.mirror else "live"

    @property
    def stands_in(self) -> bool:
        """True where a mirror or a recording stands in for the publishers' own addresses."""
        return self.through != "live"

    def address(self, url: str) -> str:
        """The address really asked: behind the mirror where there is one."""
        if not self.mirror or self.recorded or url.startswith(self.mirror):
            return url
        return f"{self.mirror}/{url.split('://', 1)[1]}"

    def own_address(self, url: str) -> str:
        """The publisher's own address of one that may be behind the mirror."""
        return f"https:/{url.removeprefix(self.mirror)}" if self.mirror and url.startswith(self.mirror) else url

    def get(
        self,
        source: str,
        url: str,
        max_bytes: int,
        params: dict | None = None,
        validator: dict | None = None,
        check: Callable[[bytes, str], None] | None = None,
        manners: Manners = USUAL,
    ) -> Answer:
        """GET `url`. `check(body, content_type)` raises Passing for a body that is not what it claims to be.

        Raises Problem for what does not pass: another status, too many bytes, or the same failure every time.
        """

        def take(response: requests.Response) -> bytes:
            return b"".join(self._parts(source, response, max_bytes))

        return self._taken(source, url, params, validator, check, manners, take)

    def download(
        self,
        source: str,
        url: str,
        path: Path,
        max_bytes: int,
        validator: dict | None = None,
        check: Callable[[bytes, str], None] | None = None,
    ) -> Answer:
        """GET `url` into the file `path`, never whole in memory: `body` is then its first bytes, which `check` is shown.

        Raises Problem as `get` does, and where the disk is full.
        """

        def take(response: requests.Response) -> bytes:
            store.write_stream(path, self._parts(source, response, max_bytes))
            with path.open("rb") as file:
                return file.read(HEAD)

        return self._taken(source, url, None, validator, check, USUAL, take)

    def _taken(
        self,
        source: str,
        url: str,
        params: dict | None,
        validator: dict | None,
        check: Callable[[bytes, str], None] | None,
        manners: Manners,
        take: Callable[[requests.Response], bytes],
    ) -> Answer:
        """GET `url`; `take` reads a good answer's body."""

        def attempt() -> Answer:
            with self._asked(source, url, params, validator or {}, manners, (200, 304)) as response:
                if response.status_code == 304:
                    return Answer(url, None, dict(response.headers))
                body = take(response)
            if check:
                check(body, response.headers.get("Content-Type", ""))
            return Answer(url, body, dict(response.headers))

        return self._tried(source, url, manners, attempt)

    def piece(
        self, source: str, url: str, start: int, length: int, params: dict | None = None, manners: Manners = USUAL
    ) -> Piece:
        """At most `length` bytes of what stands at `url` from byte `start` on, or, where that is negative, of its end.

        A server that does not know ranges sends all from the start: reading stops after `length`. Raises Problem as `get`.
        """
        wanted = f"bytes={start}-{start + length - 1}" if start >= 0 else f"bytes={start}"

        def attempt() -> Piece:
            headers = {"Range": wanted, "Accept-Encoding": "identity"}
            with self._asked(source, url, params, headers, manners, (200, 206)) as response:
                body = b""
                for part in response.iter_content(1 << 14):
                    body += part
                    if len(body) >= length:
                        break
            at, size = _range(response) or (0, self.seen.size)
            body = body[:length]
            self.downloaded += len(body)
            return Piece(body, at, at + len(body) if size is None and len(body) < length else size)

        return self._tried(source, url, manners, attempt)

    def _tried(self, source: str, url: str, manners: Manners, attempt: Callable[[], T]) -> T:
        if self.offline and not self.recorded:
            raise Problem(source, "would need the network, and --offline was given", "run once without --offline")
        host = urlsplit(self.address(url)).netloc
        if (rest := self.resting.pop(host, 0) - time.monotonic()) > 0:
            time.sleep(rest)
        # A recording says the same again. A host that never answered is not waited for again, nor, where no host has, another.
        hopeless = host in self.silent_hosts or (self.silent_hosts and not self.answered)
        retried = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            stop=tenacity.stop_after_attempt(1 if self.recorded or hopeless else manners.tries),
            wait=lambda state: manners.pause(state.outcome.exception(), state.attempt_number),
            before_sleep=lambda state: log.info("%s: %s; trying again", source, state.outcome.exception()),
            reraise=True,
        )
        try:
            return retried(attempt)
        except Passing as error:
            if isinstance(error, (Silent, Late)):
                self.silent_hosts.add(host)
            if manners.wait_s and not self.recorded and not isinstance(error, Silent):
                self.resting[host] = time.monotonic() + manners.pause(error, 1)
            raise Problem(source, f"{error} ({self.address(url)})", self._remedy()) from error

    @contextmanager
    def _asked(
        self, source: str, url: str, params: dict | None, headers: dict, manners: Manners, accepted: tuple[int, ...]
    ) -> Iterator[requests.Response]:
        timeout = (CONNECT_S, manners.read_s)
        try:
            with self.session.get(
                self.address(url), params=params, headers=headers, timeout=timeout, stream=True
            ) as response:
                self.seen, self.answered = _seen(response, self.own_address(response.url)), True
                if response.status_code in PASSING:
                    wait = _retry_after(response)
                    if manners.leaves and wait and wait > manners.longest_s:
                        what = f"the server asks to be left alone for {wait:.0f} s ({response.status_code})"
                        raise Problem(source, what, "run the same command again after that")
                    raise Passing(f"the server answered {response.status_code}", wait)
                if response.status_code not in accepted:
                    raise (NotThere if response.status_code in GONE else Problem)(
                        source,
                        f"the server answered {response.status_code} for {response.url}",
                        "check the address in its source file, or try later",
                    )
                yield response
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _passing(error) from error
        except (requests.exceptions.ContentDecodingError, requests.exceptions.TooManyRedirects) as error:
            raise Problem(source, f"the answer could not be read ({type(error).__name__})", "try later") from error

    def _parts(self, source: str, response: requests.Response, max_bytes: int) -> Iterator[bytes]:
        size = 0
        for part in response.iter_content(1 << 18):
            size += len(part)
            if size > max_bytes:
                raise Problem(
                    source,
                    f"the answer is larger than the {max_bytes / 1e6:.0f} MB its source file allows",
                    "raise max_mb if the publisher's file really grew",
                )
            yield part
        self.downloaded += size

    def _remedy(self) -> str:
        if self.mirror:
            return f"check that the mirror at {self.mirror} is running"
        if self.answered:
            return "check the network, or try later"
        return "check the network, for no address asked so far has answered; what was fetched before is untouched"


def _seen(response: requests.Response, url: str) -> Seen:
    length, found = response.headers.get("Content-Length", ""), _range(response)
    whole = response.status_code == 200 and length.isdigit() and not response.headers.get("Content-Encoding")
    size = found[1] if found else int(length) if whole else None
    return Seen(response.status_code, url, response.headers.get("Content-Type", ""), size)


def _range(response: requests.Response) -> tuple[int, int | None] | None:
    """Where a part starts, and the size of the whole where it is told; None where the answer is no part."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", response.headers.get("Content-Range", ""))
    if response.status_code != 206 or not found:
        return None
    return int(found[1]), int(found[2]) if found[2] != "*" else None


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _passing(error: Exception) -> Passing:
    text = str(error)
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
    return Passing("the connection failed")


def refuse_html(body: bytes, content_type: str) -> None:
    """Raise Passing for an empty body, or a web page where data was asked for: often a passing fault behind HTTP 200."""
    if not body.strip():
        raise Passing("the answer is empty")
    head = body[:512].lstrip(b"\xef\xbb\xbf \r\n\t").lower()
    if head.startswith((b"<!doctype html", b"<html")):
        raise Passing("the answer is a web page (HTML), not data")


def client_of(workspace: Workspace) -> Client:
    """The one client of all fetches of a workspace. Raises Problem for a date there is no recording of."""
    if "client" not in workspace.kept:
        settings, recorded = workspace.settings, None
        if workspace.recording:
            recorded = RecordedAdapter(workspace.recording, workspace.recorded_date)
        workspace.kept["client"] = Client(
            settings.mirror, settings.offline, recorded, settings.contact, workspace.data / "snapshots"
        )
    return workspace.kept["client"]

"""One HTTP client for every protocol: honest identification, retries only for what can pass, limits, mirror, sample."""

import io
import logging
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from pathlib import Path
from typing import TypeVar
from urllib.parse import urljoin, urlsplit

import requests
import tenacity

from pipelines.core import store
from pipelines.core.problem import Problem
from pipelines.fetch.address import Addresses
from pipelines.fetch.answer import Answer, Piece, Seen, content_range, seen_of, sendable
from pipelines.fetch.manners import TRIES, USUAL, Budget, Late, Manners, NotThere, Passing, Silent, passing, retry_after
from pipelines.fetch.recorded import RecordedAdapter
from pipelines.fetch.wire import FAULTS, Inside, Session, TooSlow, Wire, says_inside
from pipelines.register.workspace import Workspace

__all__ = [
    "TRIES",
    "Answer",
    "Client",
    "Late",
    "Manners",
    "NotThere",
    "Passing",
    "Seen",
    "Silent",
    "client_of",
    "refuse_html",
]
log = logging.getLogger("commonground.fetch")
PASSING = {408, 429, 500, 502, 503, 504}
GONE = {404, 410}
HEAD = 4096  # bytes of a large file that tell what it is
HOPS = 10  # redirects of one answer
SHORTER = 4  # times, of the patience with a host that was too slow
T = TypeVar("T")


@dataclass
class Client:
    """Fetches addresses for one source at a time; `downloaded` counts the bytes of bodies read, `seen` is the last answer.

    Files too large for memory are read in folders below `scratch`.
    """

    mirror: str | None = field(default=None, repr=False)
    offline: bool = False
    recorded: RecordedAdapter | None = None
    contact: str | None = None
    scratch: Path = Path(".")
    budget: Budget = field(default_factory=Budget)
    downloaded: int = 0
    silent_hosts: set[str] = field(default_factory=set)
    slow_hosts: set[str] = field(default_factory=set)  # whose answers were too slow once: the next are waited for less
    resting: dict[str, float] = field(default_factory=dict)  # until when a host that asked for it is left alone
    seen: Seen | None = field(default=None, repr=False)
    answered: bool = False  # whether anyone has, so far

    def __post_init__(self):
        self.addresses = Addresses(None if self.recorded else self.mirror)
        self.wire = Wire(self.addresses.own)
        self.session = Session(self.wire)
        contact = f"; {self.contact}" if self.contact else ""
        self.session.headers["User-Agent"] = f"commonground/0.1 (open neighbourhood data pipeline{contact})"
        if self.recorded:
            self.session.mount("https://", self.recorded)
            self.session.mount("http://", self.recorded)
        self.begin()

    def begin(self) -> None:
        """Another source is asked from now on: its budget is whole."""
        self.ends, self.n_requests = time.monotonic() + self.budget.source_s, 0

    @property
    def through(self) -> str:
        """How answers come: live, from the publishers' own addresses, or through a mirror or a recording."""
        return "recording" if self.recorded else "mirror" if self.mirror else "live"

    @property
    def stands_in(self) -> bool:
        """True where a mirror or a recording stands in for the publishers' own addresses."""
        return self.through != "live"

    def own_address(self, url: str) -> str:
        """The publisher's own address of one that may be behind the mirror."""
        return self.addresses.publishers(url)

    def discreet(self, problem: Problem) -> Problem:
        """The same without the mirror's address, should the answer itself have repeated it."""
        for name in ("where", "what", "remedy"):
            setattr(problem, name, self.addresses.hidden(getattr(problem, name)))
        problem.args = (self.addresses.hidden(str(problem)),)
        return problem

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
            body = io.BytesIO()  # joining a list would hold it twice
            for part in self._parts(source, response, max_bytes):
                body.write(part)
            return body.getvalue()

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
        headers = sendable(validator or {})

        def attempt() -> Answer:
            with self._asked(source, url, params, headers, manners, (200, 304)) as response:
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
            at, size = content_range(response) or (0, self.seen.size)
            body = body[:length]
            self.downloaded += len(body)
            return Piece(body, at, at + len(body) if size is None and len(body) < length else size)

        return self._tried(source, url, manners, attempt)

    def _tried(self, source: str, url: str, manners: Manners, attempt: Callable[[], T]) -> T:
        if self.offline and not self.recorded:
            raise Problem(source, "would need the network, and --offline was given", "run once without --offline")
        host = urlsplit(self._judged(source, url)).netloc
        self._rest(self.resting.pop(host, 0) - time.monotonic())
        # A recording says the same again. A host that never answered is not waited for again, nor, where no host has, another.
        hopeless = host in self.silent_hosts or (self.silent_hosts and not self.answered)
        retried = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(Passing),
            stop=tenacity.stop_after_attempt(1 if self.recorded or hopeless else manners.tries),
            wait=lambda state: self._within(manners.pause(state.outcome.exception(), state.attempt_number)),
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
            raise Problem(source, f"{error} ({self.addresses.told(url)})", self._remedy()) from error

    def _within(self, seconds: float) -> float:
        """No longer than is left for the source."""
        return max(0, min(seconds, self.ends - time.monotonic()))

    def _rest(self, seconds: float) -> None:
        if seconds > 0:
            time.sleep(self._within(seconds))

    @contextmanager
    def _asked(
        self, source: str, url: str, params: dict | None, headers: dict, manners: Manners, accepted: tuple[int, ...]
    ) -> Iterator[requests.Response]:
        self._spend(source)
        patience = manners.read_s / (SHORTER if self._host(url) in self.slow_hosts else 1)
        self.wire.deadline = min(self.ends, time.monotonic() + self.budget.connect_s + patience)
        try:
            with self._followed(source, url, params, headers, manners) as response:
                self.seen, self.answered = seen_of(response, self.own_address(response.url)), True
                if response.status_code in PASSING:
                    wait = retry_after(response)
                    if manners.leaves and wait and wait > manners.longest_s:
                        what = f"the server asks to be left alone for {wait:.0f} s ({response.status_code})"
                        raise Problem(source, what, "run the same command again after that")
                    raise Passing(f"the server answered {response.status_code}", wait)
                if response.status_code not in accepted:
                    raise (NotThere if response.status_code in GONE else Problem)(
                        source,
                        f"the server answered {response.status_code} for {self.addresses.told(response.url)}",
                        "check the address in its source file, or try later",
                    )
                yield response
        except FAULTS as error:  # what the libraries say repeats the address, so it ends here
            raise self._told(source, url, error) from None

    def _host(self, url: str) -> str:
        return urlsplit(self.addresses.asked(url)).netloc

    def _spend(self, source: str) -> None:
        """One more request of the source. Raises Problem where its budget is spent."""
        self.n_requests += 1
        if self.n_requests > self.budget.requests:
            what = f"its answers do not end within {self.budget.requests:,} requests"
            raise Problem(source, what, "try later; the publisher's service may be paging wrongly")
        if time.monotonic() >= self.ends:
            raise self._told(source, "", TooSlow())

    def _told(self, source: str, url: str, error: Exception) -> Exception:
        """What went wrong with an answer, in our words."""
        if isinstance(error, TooSlow):
            if time.monotonic() >= self.ends:
                what = f"its answers took more than {self.budget.source_s / 60:,.3g} minutes in all"
                return Problem(source, what, "try later; the publisher's service is very slow")
            self.slow_hosts.add(self._host(url))
            what = f"the answer came too slowly, and was not waited for ({self.addresses.told(url)})"
            return Problem(source, what, "try later; the publisher's service, or the network, is very slow")
        if isinstance(error, (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError)):
            return passing(error)
        what = f"the answer could not be asked for or read ({type(error).__name__}, {self.addresses.told(url)})"
        return Problem(source, what, "check its address, the mirror's and the proxy's, or try later")

    def _followed(
        self, source: str, url: str, params: dict | None, headers: dict, manners: Manners
    ) -> requests.Response:
        """The head of the answer that redirects lead to, each judged before it is followed."""
        before = ""
        for _ in range(HOPS):
            address = self._judged(source, url, before)
            try:
                response = self.session.get(
                    address,
                    params=params,
                    headers=headers,
                    auth=self.addresses.auth(address),
                    timeout=(self.budget.connect_s, manners.read_s),
                    stream=True,
                )
            except Inside:
                raise self._leads_inside(source, url, before) from None
            except OSError as error:  # such as certificates that are not there
                raise self._told(source, url, error) from None
            if not response.is_redirect:
                return response
            response.close()
            before, params = url, None
            url = urljoin(response.url, response.headers["Location"].encode("latin-1").decode("utf-8", "replace"))
            if urlsplit(address).scheme == "https" != urlsplit(self._judged(source, url)).scheme:
                what = f"{self.addresses.told(before)} leads from https to {self.addresses.told(url)}, which anyone may alter"
                raise Problem(source, what, "look at the address; the publisher may have changed its service")
        raise Problem(source, f"{self.addresses.told(url)} leads from one address to the next without end", "try later")

    def _judged(self, source: str, url: str, before: str = "") -> str:
        """The address to ask for `url`, which the one `before` led to. Raises Problem where it is no web address, or names one inside a network."""
        try:
            parts, address = urlsplit(url), self.addresses.asked(url)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise ValueError
            inside = not self.recorded and not self.addresses.is_mirror(url) and says_inside(parts.hostname)
        except ValueError:
            what = f"{self._sent(url, before)} is no web address"
            raise Problem(source, what, "look at the page or address that names it") from None
        if inside:
            raise self._leads_inside(source, url, before)
        return address

    def _leads_inside(self, source: str, url: str, before: str) -> Problem:
        what = f"{self._sent(url, before)} leads to this machine or into a private network, where no publisher is"
        return Problem(source, what, "look at the address; a server of your own is named with --mirror")

    def _sent(self, url: str, before: str) -> str:
        """An address, and which one led to it."""
        told = self.addresses.told(url)
        return f"{self.addresses.told(before)} sends to {told}, which" if before else told

    def _parts(self, source: str, response: requests.Response, max_bytes: int) -> Iterator[bytes]:
        size, announced = 0, self.seen.size or 0
        for part in chain([b""], response.iter_content(1 << 18)):
            size += len(part)
            if max(size, announced) > max_bytes:
                raise Problem(
                    source,
                    f"the answer is larger than the {max_bytes / 1e6:.0f} MB its source file allows",
                    "raise max_mb if the publisher's file really grew",
                )
            self.wire.deadline = min(self.ends, self.wire.deadline + len(part) / self.budget.slowest)
            yield part
        self.downloaded += size

    def _remedy(self) -> str:
        if self.mirror:
            return f"check that the mirror at {self.addresses.mirror_told} is running"
        if self.answered:
            return "check the network, or try later"
        return "check the network, for no address asked so far has answered; what was fetched before is untouched"


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

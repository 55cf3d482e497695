"""One HTTP client for every protocol: honest identification, retries only for what can pass, limits, mirror, sample."""

import logging
from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import requests
import tenacity

from pipelines.core.problem import Problem
from pipelines.fetch.recorded import RecordedAdapter
from pipelines.register.workspace import Workspace

log = logging.getLogger("commonground.fetch")
TRIES = 5
MAX_WAIT_S = 60
TIMEOUT_S = (10, 90)
PASSING = {408, 429, 500, 502, 503, 504}
GONE = {404, 410}


class Passing(Exception):
    """A failure that may pass by itself: try again. `wait` is what the server asked for, in seconds."""

    def __init__(self, what: str, wait: float | None = None):
        super().__init__(what)
        self.wait = wait


class Silent(Passing):
    """Nothing answers at the address."""


class NotThere(Problem):
    """The server answers, and has nothing at this address; another address may have it."""


@dataclass
class Answer:
    """One answer: `body` is None where the server said nothing changed (304)."""

    url: str
    body: bytes | None
    headers: dict[str, str]

    @property
    def validator(self) -> dict[str, str]:
        """What to send next time so that an unchanged body is not sent again."""
        found = {"If-None-Match": self.headers.get("ETag"), "If-Modified-Since": self.headers.get("Last-Modified")}
        return {name: value for name, value in found.items() if value}


@dataclass
class Client:
    """Fetches addresses for one source at a time; `downloaded` counts the bytes of bodies read."""

    mirror: str | None = None
    offline: bool = False
    recorded: RecordedAdapter | None = None
    contact: str | None = None
    downloaded: int = 0
    session: requests.Session = field(default_factory=requests.Session)
    silent_hosts: set[str] = field(default_factory=set)

    def __post_init__(self):
        contact = f"; {self.contact}" if self.contact else ""
        self.session.headers["User-Agent"] = f"commonground/0.1 (open neighbourhood data pipeline{contact})"
        if self.recorded:
            self.session.mount("https://", self.recorded)
            self.session.mount("http://", self.recorded)

    @property
    def stands_in(self) -> bool:
        """True where a mirror or a recording stands in for the publishers' own addresses."""
        return bool(self.mirror or self.recorded)

    def address(self, url: str) -> str:
        """The address really asked: behind the mirror where there is one."""
        if not self.mirror or self.recorded or url.startswith(self.mirror):
            return url
        return f"{self.mirror}/{url.split('://', 1)[1]}"

    def get(
        self,
        source: str,
        url: str,
        max_bytes: int,
        params: dict | None = None,
        validator: dict | None = None,
        check: Callable[[bytes, str], None] | None = None,
    ) -> Answer:
        """GET `url`. `check(body, content_type)` raises Passing for a body that is not what it claims to be.

        Raises Problem for what does not pass: another status, too many bytes, or the same failure every time.
        """
        if self.offline and not self.recorded:
            raise Problem(source, "would need the network, and --offline was given", "run once without --offline")

        host = urlsplit(self.address(url)).netloc
        # a recording says the same again, and a host that never answered is not waited for again
        tries = 1 if self.recorded or host in self.silent_hosts else TRIES

        @tenacity.retry(
            retry=tenacity.retry_if_exception_type(Passing),
            stop=tenacity.stop_after_attempt(tries),
            wait=_wait,
            before_sleep=lambda state: log.info("%s: %s; trying again", source, state.outcome.exception()),
            reraise=True,
        )
        def attempt() -> Answer:
            return self._attempt(source, url, max_bytes, params, validator, check)

        try:
            return attempt()
        except Passing as error:
            if isinstance(error, Silent):
                self.silent_hosts.add(host)
            raise Problem(source, f"{error} ({self.address(url)})", _remedy(self.mirror)) from error

    def head(self, source: str, url: str, params: dict | None = None) -> str:
        """What an address answers to a request for its headers alone. Raises Problem where nothing answers."""
        try:
            response = self.session.head(self.address(url), params=params, timeout=TIMEOUT_S, allow_redirects=True)
        except (requests.ConnectionError, requests.Timeout) as error:
            raise Problem(source, str(_passing(error)), _remedy(self.mirror)) from error
        return f"{response.status_code} {response.headers.get('Last-Modified', '')}".strip()

    def _attempt(self, source, url, max_bytes, params, validator, check) -> Answer:
        try:
            with self.session.get(
                self.address(url), params=params, headers=validator or {}, timeout=TIMEOUT_S, stream=True
            ) as response:
                if response.status_code == 304:
                    return Answer(url, None, dict(response.headers))
                if response.status_code in PASSING:
                    raise Passing(f"the server answered {response.status_code}", _retry_after(response))
                if response.status_code != 200:
                    raise (NotThere if response.status_code in GONE else Problem)(
                        source,
                        f"the server answered {response.status_code} for {response.url}",
                        "check the address in its source file, or try later",
                    )
                body = self._read(source, response, max_bytes)
        except (requests.ConnectionError, requests.Timeout, requests.exceptions.ChunkedEncodingError) as error:
            raise _passing(error) from error
        except (requests.exceptions.ContentDecodingError, requests.exceptions.TooManyRedirects) as error:
            raise Problem(source, f"the answer could not be read ({type(error).__name__})", "try later") from error
        if check:
            check(body, response.headers.get("Content-Type", ""))
        return Answer(url, body, dict(response.headers))

    def _read(self, source: str, response: requests.Response, max_bytes: int) -> bytes:
        parts, size = [], 0
        for part in response.iter_content(1 << 18):
            size += len(part)
            if size > max_bytes:
                raise Problem(
                    source,
                    f"the answer is larger than the {max_bytes / 1e6:.0f} MB its source file allows",
                    "raise max_mb if the publisher's file really grew",
                )
            parts.append(part)
        self.downloaded += size
        return b"".join(parts)


def _retry_after(response: requests.Response) -> float | None:
    value = response.headers.get("Retry-After", "")
    return float(value) if value.isdigit() else None


def _wait(state: tenacity.RetryCallState) -> float:
    asked = getattr(state.outcome.exception(), "wait", None)
    return min(asked if asked is not None else 0.5 * 2 ** (state.attempt_number - 1), MAX_WAIT_S)


def _passing(error: Exception) -> Passing:
    text = str(error)
    if "refused" in text or "Failed to establish" in text or "NameResolution" in text:
        return Silent("nothing answers there (no connection)")
    if "IncompleteRead" in text or "Connection broken" in text:
        return Passing("the connection broke in the middle of the answer")
    if isinstance(error, requests.Timeout):
        return Passing("no answer in time")
    return Passing("the connection failed")


def _remedy(mirror: str | None) -> str:
    return f"check that the mirror at {mirror} is running" if mirror else "check the network, or try later"


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
        workspace.kept["client"] = Client(settings.mirror, settings.offline, recorded, settings.contact)
    return workspace.kept["client"]

"""What came: one answer, a piece of one, or its head alone. What a header says is a hint, and may be anything."""

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from email.utils import parsedate_to_datetime

import requests

FIRST_DAY = date(2000, 1, 1)  # an older date of a file is a slip of its server
VALIDATORS = {"If-None-Match": "ETag", "If-Modified-Since": "Last-Modified"}
PLAIN = re.compile(r"[\x21-\x7e](?:[\x20-\x7e]{0,198}[\x21-\x7e])?")


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
        return believed(told, today)

    @property
    def validator(self) -> dict[str, str]:
        """What to send next time so that an unchanged body is not sent again."""
        return sendable({name: self.headers.get(header) for name, header in VALIDATORS.items()})


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


def believed(day: date, today: date) -> str | None:
    """A day that a publisher says its data are of; None where it is no day that this can be."""
    newest = max(today, datetime.now(UTC).date()) + timedelta(days=1)
    return day.isoformat() if FIRST_DAY <= day <= newest else None


def believed_day(text: object, today: date) -> str | None:
    """The same of a text that begins with it, year first; None where it does not."""
    try:
        return believed(date.fromisoformat(str(text)[:10]), today)
    except ValueError:
        return None


def sendable(headers: dict) -> dict[str, str]:
    """Those headers whose values may be sent: a validator in which anything else stands would be refused for ever."""
    return {name: value for name, value in headers.items() if isinstance(value, str) and PLAIN.fullmatch(value)}


def seen_of(response: requests.Response, url: str) -> Seen:
    """What the head of a response said."""
    length, found = response.headers.get("Content-Length", ""), content_range(response)
    whole = (
        response.status_code == 200
        and re.fullmatch(r"[0-9]{1,15}", length)
        and not response.headers.get("Content-Encoding")
    )
    size = found[1] if found else int(length) if whole else None
    return Seen(response.status_code, url, response.headers.get("Content-Type", ""), size)


def content_range(response: requests.Response) -> tuple[int, int | None] | None:
    """Where a part starts, and the size of the whole where it is told; None where the answer is no part."""
    found = re.fullmatch(r"bytes ([0-9]{1,15})-[0-9]+/([0-9]{1,15}|\*)", response.headers.get("Content-Range", ""))
    if response.status_code != 206 or not found:
        return None
    return int(found[1]), int(found[2]) if found[2] != "*" else None

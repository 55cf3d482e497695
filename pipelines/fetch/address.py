"""Addresses: which is asked in place of the publisher's, whose an answer's is, and how any may be told.

A mirror's address may hold a secret in any part of it. It is known here, to the connection that asks it, and told nowhere:
of an address behind the mirror, the publisher's own is told.
"""

from base64 import b64encode
from dataclasses import dataclass, field
from functools import cached_property
from urllib.parse import SplitResult, parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

from pipelines.core.plain_text import plain

SAFE = {  # the parameters that our own questions have; any other may be a signature, and its value is left out
    "cell", "data", "dataset", "date", "f", "format", "geography", "limit", "measures", "offset", "orderByFields", "outFields",
    "outSR", "recordlimit", "recordoffset", "RecordOffset", "resultOffset", "resultRecordCount", "returnCountOnly", "returnGeometry", "select",
    "where", "layers", "spatialRefId", "area",
}  # fmt: skip
SAFE_PREFIX = "c2021_"
LONGEST = 300
PORTS = {"http": 80, "https": 443}
UNREADABLE = "(an address that cannot be read)"
MIRROR_S_OWN = "https://mirror.invalid/"  # stands for one not behind the mirror, which may hold its secret anywhere


@dataclass(frozen=True)
class Addresses:
    """Those of one client, behind `mirror` where there is one."""

    mirror: str | None = field(default=None, repr=False)

    @cached_property
    def _parts(self) -> SplitResult:
        return urlsplit(self.mirror or "")

    @cached_property
    def bare(self) -> str:
        """The mirror's address without its user."""
        return urlunsplit(self._parts._replace(netloc=self._parts.netloc.rpartition("@")[2])).rstrip("/")

    @property
    def own(self) -> tuple[str, int] | None:
        """Host and port of the mirror."""
        return _host_and_port(self._parts) if self.mirror else None

    @property
    def mirror_told(self) -> str:
        """The mirror as it may be told: where it is, and no more."""
        return f"{self._parts.scheme}://{self._parts.netloc.rpartition('@')[2]}"

    def asked(self, url: str) -> str:
        """The address really asked: behind the mirror where there is one."""
        if not self.mirror or self.is_mirror(url):
            return url
        netloc = urlsplit(url).netloc
        return f"{self.bare}/{netloc.rpartition('@')[2]}{url.partition('://')[2].removeprefix(netloc)}"

    def auth(self, url: str) -> tuple[str, str] | None:
        """The mirror's user and password, where it is the mirror that is asked."""
        return self._login if any(self._login) and self.is_mirror(url) else None

    @property
    def _login(self) -> tuple[str, str]:
        return unquote(self._parts.username or ""), unquote(self._parts.password or "")

    def is_mirror(self, url: str) -> bool:
        """True for an address at the mirror's scheme, host and port."""
        parts = urlsplit(url)
        return bool(self.mirror) and (parts.scheme, _host_and_port(parts)) == (self._parts.scheme, self.own)

    def publishers(self, url: str) -> str:
        """The publisher's own address of one that may be behind the mirror."""
        if not self.mirror or not self.is_mirror(url):
            return url
        parts, above = urlsplit(url), self._parts.path.rstrip("/").split("/")
        found = parts.path.split("/")
        if [unquote(one) for one in found[: len(above)]] != [unquote(one) for one in above] or len(found) == len(above):
            return MIRROR_S_OWN
        return f"https://{'/'.join(found[len(above) :])}{f'?{parts.query}' if parts.query else ''}"

    def told(self, url: str) -> str:
        """An address as it may be told: the publisher's own, without a user and without values that may be secret."""
        try:
            own = self.publishers(url)
            if own == MIRROR_S_OWN:
                return "(the mirror's own address)"
            parts = urlsplit(own)
            pairs = parse_qsl(parts.query, keep_blank_values=True)
            known = [(k, v if not v or k in SAFE or k.startswith(SAFE_PREFIX) else "...") for k, v in pairs]
            query = urlencode(known, safe=".*'=,:/[]{}\"; ")
            host = parts.netloc.rpartition("@")[2]
            return self.hidden(plain(urlunsplit((parts.scheme, host, parts.path, query, ""))))[:LONGEST]
        except ValueError:
            return UNREADABLE

    def hidden(self, text: str) -> str:
        """A text in which somebody may have repeated the mirror's address, without what may be secret in it."""
        for secret in self._secrets:
            text = text.replace(secret, "...")
        return text

    @cached_property
    def _secrets(self) -> list[str]:
        """What may be one, the longest first: short words stay, for they stand in other texts too."""
        user, password = self._login
        basic = b64encode(f"{user}:{password}".encode()).decode()
        words = [word for word in (password or user, quote(password or user, safe=""), basic) if len(word) >= 4]
        path = self._parts.path.rstrip("/")
        words += [word for word in (path, unquote(path), *path.split("/"), *unquote(path).split("/")) if len(word) >= 8]
        return sorted(set(words), key=len, reverse=True)


def _host_and_port(parts: SplitResult) -> tuple[str, int]:
    return (parts.hostname or "").lower(), parts.port or PORTS.get(parts.scheme, 0)

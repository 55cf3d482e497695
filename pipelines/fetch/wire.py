"""The connections that answers come by: where they may lead, and until when they are read.

An address is judged by what its name resolves to when a connection is made, and that is what is connected to: a name
that is resolved otherwise the next moment leads nowhere else. Reading is timed at the socket, so that headers, a
hundred times "continue" and chunks without end come under the one deadline as a body does.
"""

import http.client
import io
import ipaddress
import logging
import math
import socket
import time
from contextlib import suppress

import requests
from requests.adapters import HTTPAdapter
from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import ConnectTimeoutError, HTTPError, NameResolutionError, NewConnectionError

# Beyond what Python calls not global: metadata services, and networks it has come to call so since.
INSIDE = [ipaddress.ip_network(net) for net in ("168.63.129.16/32", "192.0.0.0/24", "fec0::/10")]
EMBEDS = ipaddress.ip_network("64:ff9b::/96")  # an IPv4 address in its last 32 bits
MOST_TRIED = 4  # addresses of one name
LOGGERS = ("connection", "connectionpool", "poolmanager", "response", "util.retry")  # they repeat addresses


class Inside(Exception):
    """An address leads to this machine or into a network, and may not be asked."""


class TooSlow(Exception):
    """An answer took longer than its budget."""


# What the libraries below raise, an address they cannot read among it.
FAULTS = (Inside, TooSlow, requests.RequestException, HTTPError, http.client.HTTPException, ValueError)


def is_inside(address: str) -> bool:
    """True for an IP address that is no public one: loopback, private, link-local, metadata, multicast and the like."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    if isinstance(ip, ipaddress.IPv6Address):
        last = ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF) if ip in EMBEDS else None
        if inner := ip.ipv4_mapped or ip.sixtofour or last or (ip.teredo and ip.teredo[1]):
            return is_inside(str(inner))
    odd = not ip.is_global or ip.is_multicast or ip.is_reserved
    return odd or any(ip in net for net in INSIDE if net.version == ip.version)


def says_inside(host: str) -> bool:
    """True where a host is named by such an address, however it is written, or as this machine."""
    with suppress(UnicodeError):
        host = host.encode("idna").decode()  # full-width digits too
    host = host.rstrip(".").lower()
    with suppress(OSError, ValueError):
        return is_inside(socket.inet_ntoa(socket.inet_aton(host)))  # 2130706433, 0x7f.1, 0177.0.0.1
    with suppress(ValueError):
        return is_inside(host.strip("[]"))
    return host == "localhost" or host.endswith(".localhost")


class Wire(HTTPAdapter):
    """The transport of our sessions. `own`: host and port of an address that the operator gave, which may be inside; where
    no other is asked, it may lead `anywhere`. What is read is read until `deadline` (of the monotonic clock)."""

    def __init__(self, own: tuple[str, int] | None = None, anywhere: bool = False):
        self.own, self.anywhere, self.deadline = own, anywhere, math.inf
        self.pools = _pools(self)
        silence_addresses()
        super().__init__()

    def init_poolmanager(self, *args, **kwargs) -> None:
        """As the library does, with our connections."""
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = self.pools

    def proxy_manager_for(self, proxy: str, **kwargs):
        """As the library does, with our connections."""
        manager = super().proxy_manager_for(proxy, **kwargs)
        if not proxy.lower().startswith("socks"):
            manager.pool_classes_by_scheme = self.pools
        return manager

    def left(self) -> float:
        """The seconds that are left of the answer's time. Raises TooSlow where none are."""
        left = self.deadline - time.monotonic()
        if left <= 0:
            raise TooSlow
        return left


class Session(requests.Session):
    """A session over a Wire. It follows no redirect: that is for who judges where it leads, and the library would read its
    whole body first."""

    def __init__(self, wire: Wire):
        super().__init__()
        self.mount("https://", wire)
        self.mount("http://", wire)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """None."""
        return None


def silence_addresses() -> None:
    """The library's loggers tell addresses whole, and these may hold a secret: nothing of them is heard, at any level."""
    for name in LOGGERS:
        logger = logging.getLogger(f"urllib3.{name}")
        if _nothing not in logger.filters:
            logger.addFilter(_nothing)


def _nothing(record: logging.LogRecord) -> bool:
    return False


class _Line(HTTPConnection):
    """A connection to a public address, the operator's own or a proxy's, each read of which is timed."""

    wire: Wire

    def _new_conn(self) -> socket.socket:
        name = self._dns_host
        if self.wire.anywhere or self.proxy or (name.strip("[]").lower(), self.port) == self.wire.own:
            return super()._new_conn()
        try:
            found = socket.getaddrinfo(name.strip("[]"), self.port, type=socket.SOCK_STREAM)
        except (OSError, UnicodeError) as error:
            raise NameResolutionError(name, self, socket.gaierror(str(error))) from None
        addresses = list(dict.fromkeys(str(one[4][0]) for one in found))
        if inside := [address for address in addresses if is_inside(address)]:
            raise Inside(inside[0])
        failed: Exception = NewConnectionError(self, "it has no address")
        for address in addresses[:MOST_TRIED]:
            self.wire.left()
            self._dns_host = address  # what was judged is what is connected to
            try:
                return super()._new_conn()
            except (NewConnectionError, ConnectTimeoutError) as error:
                failed = error
            finally:
                self._dns_host = name
        raise failed


def _pools(wire: Wire) -> dict[str, type]:
    ours = {"wire": wire, "response_class": type("Response", (_Response,), {"wire": wire})}
    plain, secure = type("Plain", (_Line,), ours), type("Secure", (_Line, HTTPSConnection), ours)
    return {
        "http": type("PlainPool", (HTTPConnectionPool,), {"ConnectionCls": plain}),
        "https": type("SecurePool", (HTTPSConnectionPool,), {"ConnectionCls": secure}),
    }


class _Response(http.client.HTTPResponse):
    wire: Wire

    def __init__(self, sock: socket.socket, *args, **kwargs):
        super().__init__(sock, *args, **kwargs)
        self.fp = io.BufferedReader(_Timed(self.fp.detach(), sock, self.wire))


class _Timed(io.RawIOBase):
    """What comes from a socket, until the wire's deadline."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket, wire: Wire):
        super().__init__()
        self.raw, self.sock, self.wire, self.silence = raw, sock, wire, sock.gettimeout()

    def readable(self) -> bool:
        return True

    def readinto(self, buffer) -> int | None:
        left, silence = self.wire.left(), self.silence or math.inf
        self.sock.settimeout(min(left, silence))
        try:
            return self.raw.readinto(buffer)
        except TimeoutError as error:
            if left <= silence:  # the answer's time was over; a clock may still say that a moment of it is left
                raise TooSlow from error
            raise

    def close(self) -> None:
        if not self.closed:
            self.raw.close()
        super().close()

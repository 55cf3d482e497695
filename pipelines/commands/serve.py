"""The latest release over HTTP on loopback, with byte ranges, for map programs and browsers."""

import os
import webbrowser
from pathlib import Path

import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles
from starlette.types import Receive, Scope, Send
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipelines.commands.port import LOOPBACK, listen
from pipelines.commands.say import say
from pipelines.core.settings import Settings
from pipelines.release.version import latest_release

PATIENCE_S = 10  # for a client that neither ends its request nor takes what it asked for
MOST = 200  # requests at a time
AS_TEXT = (".css", ".csv", ".geojson", ".html", ".js", ".json", ".md", ".topojson")  # a third or less when compressed
QUICK = 4  # of zlib's levels: within a tenth of the smallest, in a third of its time


class Latest(StaticFiles):
    """The files of the release that `latest` points at when one is asked for; each answer is of one release whole."""

    def lookup_path(self, path: str) -> tuple[str, os.stat_result | None]:
        """The file and what the system says of it; nothing outside the release, by whatever path or link."""
        return StaticFiles(directory=os.path.realpath(str(self.directory))).lookup_path(path)

    def file_response(self, *words, **more) -> Response:
        """The answer, which a browser must ask for again: the next release has files of the same names."""
        response = super().file_response(*words, **more)
        response.headers["cache-control"] = "no-cache"
        return response


class Compressed(GZipMiddleware):
    """Text is sent compressed to who can read that; what is asked for by ranges, or is packed already, as it stands."""

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        text = scope["type"] == "http" and scope["path"].endswith((*AS_TEXT, "/"))
        await (super().__call__ if text else self.app)(scope, receive, send)


class Shedding(H11Protocol):
    """HTTP that leaves a connection on which nothing moved for a while: half a request, or an answer nobody reads."""

    def connection_made(self, transport) -> None:
        """Begin to look at it."""
        super().connection_made(transport)
        self.loop.call_later(PATIENCE_S, self._look, (None, 0))

    def _look(self, before: tuple) -> None:
        if self.transport.is_closing():
            return
        now = (self.cycle, self.transport.get_write_buffer_size())
        waits_for_us = self.cycle and not self.cycle.response_complete and not self.flow.write_paused
        if now == before and not waits_for_us:
            self.transport.abort()
        else:
            self.loop.call_later(PATIENCE_S, self._look, now)


def server_of(releases: Path) -> uvicorn.Server:
    """A server of what `latest` in this folder points at."""
    # a release is public data: any page on this machine may read it
    middleware = [
        Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"]),
        Middleware(Compressed, minimum_size=1024, compresslevel=QUICK),
    ]
    app = Starlette(routes=[Mount("/", Latest(directory=releases / "latest", html=True))], middleware=middleware)
    # a download under way does not keep a stopped server alive
    config = uvicorn.Config(
        app, http=Shedding, log_level="warning", timeout_graceful_shutdown=2, limit_concurrency=MOST
    )
    return uvicorn.Server(config)


def serve_release(settings: Settings, port: int, show: bool = False) -> None:
    """Serve `releases/latest` until interrupted; `show` opens its front page in a browser. Raises Problem where there is no
    release or the port is taken."""
    release = latest_release(settings.data)
    held = listen(port)
    port = held.getsockname()[1]
    address = f"http://{LOOPBACK}:{port}/index.html"
    say(f"release {release.name} at {address} (stop with Ctrl-C)")
    if show:
        webbrowser.open(address)  # the port listens already: a browser that is quicker waits for the server
    server_of(settings.data / "releases").run(sockets=[held])

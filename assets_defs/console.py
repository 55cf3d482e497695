"""The Dagster UI for this machine alone, behind a guard: no page of another site can steer it.

Dagster's web server answers whoever reaches it, and runs GraphQL mutations asked by GET, so that an image in any web page
could start or delete runs. The guard stands around Dagster's own application, and Dagster starts it nowhere by itself:
`commonground dev` does (`python -m assets_defs.console FD`, with the socket it holds). A plain `dagster dev` has no
guard, so `definitions.py` refuses to serve it the graph, and to run what a plain `dagster-webserver` or daemon launches.
"""

import socket
import sys
from pathlib import Path

import dagster as dg
import uvicorn
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import WorkspaceFileTarget
from dagster_webserver.app import create_app_from_workspace_process_context
from dagster_webserver.version import __version__
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

WORKSPACE = Path(__file__).parent.parent / "workspace.yaml"
NAMES = ("127.0.0.1", "localhost")
POLL_MS = 2000  # how often an open page asks for news
DATABASE = (15_000, 3600, 20)  # Dagster's own: statement timeout in ms, age of a connection in s, most connections


class Guard:
    """ASGI middleware: refuses (403) what another site's page, a rebound name or GraphQL by GET asks.

    A request must name this machine and our port as its Host. A browser says which page asks, in Origin or
    Sec-Fetch-Site: it must be one of ours. A program that is no browser says neither, and is let in.
    """

    def __init__(self, app: ASGIApp, port: int):
        self.app = app
        self.hosts = {f"{name}:{port}" for name in NAMES} | (set(NAMES) if port == 80 else set())

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Hand on or refuse one request or WebSocket."""
        reason = self.refusal(scope) if scope["type"] in ("http", "websocket") else None
        if reason is None:
            await self.app(scope, receive, send)
        elif scope["type"] == "websocket":
            await WebSocketClose(1008, reason)(scope, receive, send)
        else:
            await PlainTextResponse(f"refused: {reason}\n", 403)(scope, receive, send)

    def refusal(self, scope: Scope) -> str | None:
        """Why a request is refused, None where it is not."""
        headers = Headers(scope=scope)
        hosts, origins = headers.getlist("host"), headers.getlist("origin")
        if len(hosts) != 1 or hosts[0].lower() not in self.hosts:
            return "ask by http://" + min(self.hosts)
        if any(origin.lower() != f"http://{hosts[0].lower()}" for origin in origins):
            return "a page of another site asks"
        if headers.get("sec-fetch-site", "none") not in ("same-origin", "none"):
            return "a page of another site asks"
        by_get = (
            scope["type"] == "http" and scope["method"] != "POST" and scope["path"].rstrip("/").endswith("/graphql")
        )
        if by_get and "text/html" not in headers.get("accept", ""):
            return "GraphQL is asked by POST"
        return None


def serve(held: socket.socket) -> None:
    """Serve the UI of the instance in DAGSTER_HOME on a socket that listens, until a signal ends it."""
    with dg.DagsterInstance.get() as instance:
        instance.optimize_for_webserver(*DATABASE)
        target = WorkspaceFileTarget(paths=[str(WORKSPACE)])
        with WorkspaceProcessContext(instance, version=__version__, workspace_load_target=target) as context:
            app = create_app_from_workspace_process_context(context, live_data_poll_rate=POLL_MS)
            guarded = Guard(app, held.getsockname()[1])
            config = uvicorn.Config(guarded, log_level="warning", timeout_graceful_shutdown=2)
            uvicorn.Server(config).run(sockets=[held])


if __name__ == "__main__":
    serve(socket.socket(fileno=int(sys.argv[1])))

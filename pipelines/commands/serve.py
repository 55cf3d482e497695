"""The latest release over HTTP on loopback, with byte ranges, for map programs and browsers."""

import click
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.routing import Mount
from starlette.staticfiles import StaticFiles

from pipelines.commands.port import LOOPBACK, listen
from pipelines.core.settings import Settings
from pipelines.release.version import latest_release


def serve_release(settings: Settings, port: int) -> None:
    """Serve `releases/latest` until interrupted. Raises Problem where there is no release or the port is taken."""
    release = latest_release(settings.data)
    held = listen(port)
    port = held.getsockname()[1]
    click.echo(f"release {release.name} at http://{LOOPBACK}:{port}/geojson/neighbourhoods.geojson (stop with Ctrl-C)")
    # a release is public data: any page on this machine may read it
    middleware = [Middleware(CORSMiddleware, allow_origins=["*"], allow_methods=["GET"])]
    app = Starlette(routes=[Mount("/", StaticFiles(directory=release))], middleware=middleware)
    # a download under way does not keep a stopped server alive
    uvicorn.Server(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=2)).run(sockets=[held])

"""A browser for the pages of a release: it fails a test whose page logged an error or asked for anything beyond its server."""

from collections.abc import Callable, Iterator

import pytest
from fixtures.browser import BROWSER, DRAWING, FLAGS, NOT_DRAWING, PATIENCE, SIZES, served


@pytest.fixture(scope="session")
def atlas_address(town) -> Iterator[str]:
    """The sample town's latest release, served."""
    with served(town.data / "releases") as address:
        yield address


@pytest.fixture(scope="module")
def browsers(request) -> Iterator[Callable]:
    """Browsers, one that draws maps without a graphics card and one that draws none, which is quicker and shows what a page
    does without: `browsers(draws)`, by default as the file's `DRAWS` says. Started once a file: two files' do not get on."""
    sync_api = pytest.importorskip("playwright.sync_api", reason="playwright is not installed (pip install -e '.[dev]')")  # fmt: skip
    if BROWSER is None:
        pytest.skip("no chromium, chromium-browser or google-chrome on the PATH")
    started: dict[bool, object] = {}
    with sync_api.sync_playwright() as playwright:

        def browser(draws: bool | None = None):
            draws = getattr(request.module, "DRAWS", True) if draws is None else draws
            if draws not in started:
                flags = [*FLAGS, *(DRAWING if draws else NOT_DRAWING)]
                started[draws] = playwright.chromium.launch(executable_path=BROWSER, args=flags)
            return started[draws]

        yield browser
        for one in started.values():
            one.close()


@pytest.fixture(scope="module")
def chromium(browsers):
    """The browser of the file."""
    return browsers()


@pytest.fixture
def open_page(browsers, atlas_address) -> Iterator[Callable]:
    """Opens the atlas at what follows its address (`#a=...`), at a size; at the end of the test nothing may have gone wrong
    on any page it opened."""
    wrong: list[str] = []
    contexts = []

    def page_of(after: str = "", size: str = "window", address: str = atlas_address, page: str = "atlas/index.html", draws: bool | None = None):  # fmt: skip
        width, height = SIZES[size]
        context = browsers(draws).new_context(
            viewport={"width": width, "height": height}, accept_downloads=True, reduced_motion="reduce"
        )
        contexts.append(context)
        opened = context.new_page()
        opened.set_default_timeout(PATIENCE)
        opened.on("console", lambda said: wrong.append(f"console: {said.text}") if said.type == "error" else None)
        opened.on("pageerror", lambda error: wrong.append(f"script: {error}"))
        opened.on("requestfailed", lambda request: wrong.append(f"failed: {request.url} {request.failure}") if "ERR_ABORTED" not in str(request.failure) else None)  # fmt: skip
        opened.on("response", lambda answer: wrong.append(f"{answer.status}: {answer.url}") if answer.status >= 400 else None)  # fmt: skip
        inside = (address, "blob:", "data:")
        opened.on("request", lambda asked: wrong.append(f"outside: {asked.url}") if not asked.url.startswith(inside) else None)  # fmt: skip
        opened.goto(f"{address}/{page}{after}")
        return opened

    yield page_of
    for context in contexts:
        context.close()
    assert wrong == []

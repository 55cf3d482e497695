"""Fill a template: everything that is put into a page is escaped, and what a template names must be there."""

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from pipelines.release.pages.assets import FOLDER

_PAGES = Environment(loader=FileSystemLoader(FOLDER), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)  # fmt: skip


def page(template: str, **facts) -> bytes:
    """The page that a template makes of these facts."""
    return _PAGES.get_template(template).render(**facts).encode()

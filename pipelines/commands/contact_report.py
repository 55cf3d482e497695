"""The report of a first contact with the publishers, to be mailed: what their answers look like, and nothing of what they say.

It holds no body, no cell, no address with a secret, no path of this machine and no name of its user.
"""

import datetime
from dataclasses import asdict
from importlib.metadata import version
from pathlib import Path

from pipelines.core import store
from pipelines.core.plain_text import markdown, plain
from pipelines.core.problem import Problem
from pipelines.fetch.probe import Contact

ENDINGS = (".md", ".json")


def check_name(path: Path) -> None:
    """Raise Problem (usage) for a file the report cannot be written as."""
    if path.suffix.lower() not in ENDINGS:
        raise Problem(f"--report {path.name}", "is neither .md nor .json", "give it one of these endings", usage=True)


def write_report(path: Path, geography: str, contacts: list[Contact], summary: str) -> None:
    """Write the report, as Markdown or JSON by its ending."""
    about = {
        "report": "Common Ground, first contact",
        "version": version("commonground"),
        "made_on": datetime.datetime.now(datetime.UTC).date().isoformat(),
        "register": geography,
        "through": contacts[0].through if contacts else "",
        "summary": summary,
    }
    if path.suffix.lower() == ".json":
        store.write_json(path, {**about, "sources": [asdict(one) for one in contacts]})
    else:
        store.write_bytes(path, "\n".join(_markdown(about, contacts)).encode())


def _markdown(about: dict[str, str], contacts: list[Contact]) -> list[str]:
    lines = [f"# {about['report']}", ""]
    lines += [f"- {name.replace('_', ' ')}: {value}" for name, value in about.items() if name != "report"]
    for one in contacts:
        lines += ["", f"## {one.source}: {one.status}", ""]
        told = {name: value for name, value in asdict(one).items() if name not in ("source", "status", "through")}
        lines += [
            f"- {name.replace('_', ' ')}: {_shown(value)}"
            for name, value in told.items()
            if value not in (None, [], {})
        ]
    return [*lines, ""]


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(f"`{_code(one)}`" for one in value)
    if isinstance(value, dict):
        return ", ".join(f"{markdown(str(name))} is `{_code(one)}`" for name, one in value.items())
    return f"`{_code(value)}`" if isinstance(value, str) and value.startswith("http") else markdown(str(value), 1000)


def _code(value: object) -> str:
    """Text within backticks, where nothing but a backtick means anything."""
    return plain(str(value)).replace("`", "'")

"""Files that somebody put into `inbox/` of the data folder by hand: each stands in for the address of one source."""

import os
import pwd
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path

from pipelines.core.limits import Excess
from pipelines.core.problem import Problem
from pipelines.fetch import extract, tally
from pipelines.fetch.forms import form_of, refuse_unlike
from pipelines.fetch.http import Passing
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source


def fetch(data: Path, source: Source, last: dict) -> Reply | None:
    """What lies in the inbox for a source, under the names that a snapshot gives its files; None where it is as in `last`.

    Raises Problem where several files stand for one, or one is too large, cut short or a web page.
    """
    found = offered(data, source)
    if len(found) > 1 and not source.fetch.parts:
        names = " and ".join(path.name for path in found.values())
        raise Problem(source.stem, f"the inbox holds {names}, where one file stands for a source", "keep one of them")
    stamp = [[path.name, path.stat().st_size, path.stat().st_mtime_ns] for path in found.values()]
    if last.get("inbox") == stamp:
        return None
    newest = max(found.values(), key=lambda path: path.stat().st_mtime)
    put = datetime.fromtimestamp(newest.stat().st_mtime, UTC)
    by_hand = {
        "file": str(newest.relative_to(data)),
        "put_there_by": _owner(newest),
        "put_there_at": put.isoformat(timespec="seconds"),
    }
    if source.fetch.protocol == "extract":
        body, as_at = extract.reduce_apart(newest, source)
        return Reply({"data.json": body}, {"inbox": stamp}, as_at, by_hand=by_hand)
    if source.fetch.tally:
        body, as_at = tally.reduce(newest, source)
        return Reply({"data.csv": body}, {"inbox": stamp}, as_at, by_hand=by_hand)
    files = {}
    for name, path in found.items():
        body = _read(source, path)
        files[f"{name}.{form_of(body)}"] = body
    # when it was put there is no date of the publisher's
    return Reply(files, {"inbox": stamp}, by_hand=by_hand)


def offered(data: Path, source: Source) -> dict[str, Path]:
    """The files that stand for a source, by the name they get: `<stem>.<ending>`, whatever its form; or, of a source that
    comes in parts, those of a folder `<stem>`, one a part."""
    folder = data / "inbox"
    if source.fetch.parts:
        return {path.name.partition(".")[0]: path for path in _files(folder / source.stem)}
    found = [path for path in _files(folder) if path.name.partition(".")[0] == source.stem]
    name = "page-0001" if source.fetch.protocol == "arcgis" else "data"
    return {f"{name}{i or ''}": path for i, path in enumerate(found)}


def strangers(data: Path, stems: Collection[str]) -> list[str]:
    """What lies in the inbox and stands for no source, by name."""
    folder = data / "inbox"
    found = [*_files(folder), *(path for path in folder.glob("*/") if folder.is_dir())]
    return [path.name for path in found if path.name.partition(".")[0] not in stems]


def _files(folder: Path) -> list[Path]:
    """The files of a folder, those that systems and people hide left out."""
    if not folder.is_dir():
        return []
    return sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))


def _read(source: Source, path: Path) -> bytes:
    limit = source.fetch.max_mb * 1_000_000
    where = f"{source.stem} (inbox/{path.name})"
    try:
        if path.stat().st_size > limit:
            raise Problem(
                where, f"the file is larger than the {limit / 1e6:.0f} MB its source allows", "look at the file"
            )
        body = path.read_bytes()
        refuse_unlike(source.fetch, body)
    except OSError as error:
        raise Problem(
            where, f"the file cannot be read ({os.strerror(error.errno or 0).lower()})", "mend its permissions"
        ) from error
    except (Passing, Excess) as wrong:
        raise Problem(
            where, str(wrong).replace("the answer", "the file"), "save the publisher's file itself, whole"
        ) from wrong
    return body


def _owner(path: Path) -> str:
    try:
        return pwd.getpwuid(path.stat().st_uid).pw_name
    except KeyError:
        return str(path.stat().st_uid)

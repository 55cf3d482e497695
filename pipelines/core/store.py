"""The only module that writes: write beside, check, hash, rename. Also the lock that keeps a second writer out.

Who may read: a release is for everyone, so all below `releases/`, and the folders on the way to it that we make, are
readable by all whatever the umask. We write no secret below DIR (the alert's address stays in the environment); Dagster's
history, which holds tracebacks, follows the umask.
"""

import contextlib
import errno
import hashlib
import io
import json
import os
import shutil
import socket
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, is_dataclass
from pathlib import Path

import orjson
import pyarrow.parquet
from filelock import FileLock, Timeout

from pipelines.core.problem import Problem

PROBED_S = 0.2  # `killed_writer` holds the lock for less than this
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
WRITING = ".writing."  # in the name of a file until it is whole
MAKING = ".making."  # and of a folder
SEAL = "seal"
HOLDER = ".lock.holder"
DAMAGED = "damaged"  # the folder of DIR for what is no longer what was written


def sha256(data: bytes) -> str:
    """The SHA-256 of some bytes, in hex."""
    return hashlib.sha256(data).hexdigest()


def sha256_file(path: Path) -> str:
    """The SHA-256 of a file, in hex."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def holds(path: Path, sha: str) -> bool:
    """True where a file can be read and has this SHA-256; not where it is missing, a folder, or forbidden."""
    try:
        return sha256_file(path) == sha
    except OSError:
        return False


def sha256_json(value) -> str:
    """The SHA-256 of a value's canonical JSON: keys sorted; records by what they say, sets in order, tables as CSV."""
    options = orjson.OPT_SORT_KEYS | orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATACLASS
    return sha256(orjson.dumps(value, option=options, default=_canonical))


def _canonical(value):
    if hasattr(value, "model_dump"):
        return value.model_dump(mode="json")
    if is_dataclass(value):
        return {"is_a": type(value).__name__, **{field.name: getattr(value, field.name) for field in fields(value)}}
    if hasattr(value, "to_csv"):
        return value.to_csv(index=False)
    return sorted(value) if isinstance(value, (set, frozenset)) else str(value)


@contextmanager
def disk_problems(folder: Path) -> Iterator[None]:
    """Tell a full disk or a forbidden folder in one sentence instead of a traceback."""
    try:
        yield
    except Problem:
        raise
    except (FileExistsError, NotADirectoryError) as error:
        raise _in_the_way(Path(error.filename or folder), folder) from error
    except IsADirectoryError as error:
        odd = error.filename2 or error.filename or folder
        raise Problem(
            str(odd), "is a folder where a file belongs", "remove it and run the same command again"
        ) from error
    except Exception as error:
        if _is_full(error):
            raise Problem(
                str(folder),
                "no space is left to write",
                "free some space and run the same command again; the last good release is untouched",
            ) from error
        if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            raise Problem(
                str(folder), "cannot be written", "choose another --data folder or mend its permissions"
            ) from error
        raise


def _in_the_way(path: Path, folder: Path) -> Problem:
    """A file that stands where a folder belongs: a wrong --data, unless it lies in a DIR that somebody wrote."""
    odd = next((place for place in (path, *path.parents) if place.exists() and not place.is_dir()), folder)
    if any((place / ".lock").exists() for place in odd.parents):
        return Problem(str(odd), "is a file where a folder belongs", "move it away, and refresh")
    return Problem(str(folder), "is a file, or lies below one", "give a folder with --data", usage=True)


def _is_full(error: Exception) -> bool:
    """True for a full disk, however the library in between words it (SQLite, DuckDB and Arrow have their own errors)."""
    text = str(error)
    return getattr(error, "errno", None) in FULL or any(
        phrase in text for phrase in ("disk is full", "disk I/O error", "No space left on device", "File too large")
    )


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all."""
    write_stream(path, [data])


def write_stream(path: Path, parts: Iterable[bytes]) -> None:
    """Write a file, a part after the other, whole or not at all."""
    with disk_problems(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        handle, beside = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}{WRITING}")
        try:
            with os.fdopen(handle, "wb") as file:
                for part in parts:
                    file.write(part)
                file.flush()
                os.fsync(file.fileno())
            os.chmod(beside, 0o644)
            os.replace(beside, path)
        except BaseException:
            Path(beside).unlink(missing_ok=True)
            raise


def write_json(path: Path, value) -> None:
    """Write a value as indented JSON, whole or not at all."""
    write_bytes(path, json_bytes(value))


def json_bytes(value) -> bytes:
    """A value as indented JSON."""
    return orjson.dumps(value, option=orjson.OPT_INDENT_2 | orjson.OPT_APPEND_NEWLINE, default=str)


def read_json(path: Path):
    """The value in a JSON file, or None where there is no file."""
    try:
        return json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except NotADirectoryError as error:
        raise _in_the_way(path, path.parent) from error
    except IsADirectoryError as error:
        raise Problem(
            str(path), "is a folder where a file belongs", "remove it; the next refresh makes it again"
        ) from error
    except OSError as error:
        why = f"cannot be read ({os.strerror(error.errno or 0).lower()})"
        raise Problem(str(path), why, "remove it; the next refresh makes it again") from error
    except (ValueError, RecursionError) as error:
        raise Problem(str(path), f"is damaged ({error})", "remove the file; the next refresh makes it again") from error


def sealed(value: dict) -> dict:
    """A record as it will be read again, with the hash of all it says: one that was altered since is told by it."""
    told = orjson.loads(orjson.dumps(value, default=str))
    return {**told, SEAL: sha256_json(told)[:16]}


def unsealed(value) -> dict | None:
    """What a sealed record says; None where it was altered since, or is no record. Earlier code sealed none."""
    if not isinstance(value, dict):
        return None
    told = {key: held for key, held in value.items() if key != SEAL}
    return told if value.get(SEAL) in (None, sha256_json(told)[:16]) else None


def append_line(path: Path, value) -> None:
    """Append one JSON line in a single write."""
    with disk_problems(path.parent):
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("ab+") as file:
            if file.tell() and path.read_bytes()[-1:] != b"\n":
                file.write(b"\n")  # a line cut short by a crash must not swallow the next
            file.write(orjson.dumps(value, default=str) + b"\n")
            file.flush()
            os.fsync(file.fileno())


def write_parquet(path: Path, frame, notes: dict[str, str] | None = None) -> str:
    """Write a DataFrame or GeoDataFrame as (Geo)Parquet, whole or not at all; return the SHA-256 of its bytes.

    `notes` are kept in the file's own metadata, such as its licence.
    """
    buffer = io.BytesIO()
    if hasattr(frame, "geometry") and hasattr(frame, "crs"):
        frame.to_parquet(buffer, index=False, compression="zstd", geometry_encoding="WKB")
    else:
        frame.to_parquet(buffer, index=False, compression="zstd")
    if notes:
        table = pyarrow.parquet.read_table(buffer)
        buffer = io.BytesIO()
        table = table.replace_schema_metadata({**table.schema.metadata, **notes})
        pyarrow.parquet.write_table(table, buffer, compression="zstd")
    data = buffer.getvalue()
    write_bytes(path, data)
    return sha256(data)


@contextmanager
def staging(parent: Path) -> Iterator[Path]:
    """Give a folder in `parent` to fill and move away with `move_folder`; whatever is left of it is removed.

    A folder left by a killed run is swept by the next one.
    """
    with disk_problems(parent):
        make_folder(parent)
        for left in parent.glob(f"{MAKING}*"):
            shutil.rmtree(left, ignore_errors=True)
        beside = Path(tempfile.mkdtemp(dir=parent, prefix=MAKING))
        try:
            yield beside
        finally:
            shutil.rmtree(beside, ignore_errors=True)


def move_folder(beside: Path, target: Path) -> None:
    """Make a finished folder visible under its name, in one step."""
    with disk_problems(target.parent):
        for folder, _, files in os.walk(beside):
            os.chmod(folder, 0o755)  # noqa: S103  a release is for everyone to read
            for name in files:
                os.chmod(os.path.join(folder, name), 0o644)
        os.rename(beside, target)


def move_aside(data: Path, path: Path, under: str = "") -> Path:
    """Take a damaged file or folder of DIR out of the way, whole, to where it can be looked at; gives where that is."""
    folder = data / DAMAGED / under
    with disk_problems(folder):
        folder.mkdir(parents=True, exist_ok=True)
        target = folder / f"{path.name}.{utc_now().replace(':', '')}"
        while os.path.lexists(target):
            target = target.with_name(f"{target.name}a")
        os.rename(path, target)
        return target


def disk_use(data: Path) -> dict[str, int]:
    """The bytes that each folder of DIR takes, and the files beside them (`other`); a link counts for nothing."""
    found = {"other": 0}
    for folder, _, files in os.walk(data):
        here = Path(folder).relative_to(data).parts[:1]
        top = here[0] if here else "other"
        for name in files:
            with contextlib.suppress(OSError):  # another process may have taken it away
                found[top] = found.get(top, 0) + os.lstat(os.path.join(folder, name)).st_size
    return dict(sorted(found.items()))


@contextmanager
def copied(path: Path) -> Iterator[Path]:
    """Give a copy of a file, outside DIR, to open: its name is gone afterwards, and what it holds when it is closed."""
    with tempfile.TemporaryDirectory(prefix="commonground.") as folder, disk_problems(Path(folder)):
        yield Path(shutil.copyfile(path, Path(folder) / path.name))


def make_folder(folder: Path) -> None:
    """Make a folder that everyone may look into, with those above it; one that is there stays as it is.

    Raises Problem (usage) where none can be made of that name.
    """
    missing = [path for path in (folder, *folder.parents) if not path.exists()]
    try:
        for path in reversed(missing):
            path.mkdir(exist_ok=True)
            path.chmod(0o755)
    except FileNotFoundError as error:  # such as below /proc
        raise Problem(str(folder), "cannot be made there", "give another folder with --data", usage=True) from error


def remove_folder(folder: Path) -> None:
    """Remove a folder and all in it."""
    shutil.rmtree(folder, ignore_errors=True)


def remove(path: Path) -> None:
    """Remove a file, a link, or a folder and all in it."""
    if path.is_dir() and not path.is_symlink():
        remove_folder(path)
    else:
        path.unlink(missing_ok=True)


def point_link(link: Path, target: str) -> None:
    """Make `link` point at the name `target` beside it, in one step."""
    with disk_problems(link.parent):
        beside = link.with_name(f".{link.name}{WRITING}{os.getpid()}")
        beside.unlink(missing_ok=True)
        beside.symlink_to(target)
        os.replace(beside, link)


@contextmanager
def writer_lock(data: Path) -> Iterator[None]:
    """Hold DIR for writing. Raises Problem saying who holds it."""
    with disk_problems(data):
        make_folder(data)
        if not data.is_dir():
            raise NotADirectoryError(str(data))
        lock, holder = FileLock(data / ".lock"), data / HOLDER
        try:
            lock.acquire(timeout=PROBED_S, poll_interval=PROBED_S / 4)
        except FileNotFoundError as error:  # such as in /proc, where nothing can be made
            raise Problem(str(data), "cannot be written", "give another folder with --data", usage=True) from error
        except Timeout as error:
            raise Problem(
                str(data), f"is being written by {_writer(holder)}", "wait for it to end, or use another --data folder"
            ) from error
    try:
        _sweep(data)
        write_json(holder, {"process": os.getpid(), "host": socket.gethostname(), "since": utc_now()})
        yield
    finally:
        holder.unlink(missing_ok=True)
        lock.release()


def killed_writer(data: Path) -> dict | None:
    """Who held DIR for writing and was killed before letting go: `process`, `host`, `since`. None where it is held now, or
    was let go, or this user may not look."""
    if not _holder(data):
        return None
    try:
        with FileLock(data / ".lock").acquire(blocking=False):
            return _holder(data)
    except (Timeout, OSError):
        return None


def _holder(data: Path) -> dict | None:
    try:
        who = read_json(data / HOLDER)
    except (Problem, OSError):  # cut short by a full disk: it says no more than that somebody was there
        return {}
    return who if isinstance(who, dict) else None


def _writer(holder: Path) -> str:
    who = _holder(holder.parent) or {}
    told = f"process {who.get('process')} on {who.get('host')}, since {who.get('since')}"
    return told if who else "another process"


def _sweep(data: Path) -> None:
    """Remove what killed writers left half written. The caller holds DIR."""
    if (data / HOLDER).is_dir():
        remove_folder(data / HOLDER)
    for folder, folders, files in os.walk(data):
        here = Path(folder)
        folders[:] = [name for name in folders if here != data or name not in (DAMAGED, "history", "storage")]
        for name in (name for name in folders if name.startswith(MAKING)):
            remove_folder(here / name)
        for name in (name for name in [*files, *folders] if name.startswith(".") and WRITING in name):
            (here / name).unlink(missing_ok=True)


def utc_now() -> str:
    """The present time in UTC, to the second. Only for observations, health and run metadata, never for values."""
    from datetime import UTC, datetime

    return datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

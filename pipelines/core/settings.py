"""One frozen Settings, read once from flags and environment; nothing else in the project reads the environment."""

import contextlib
import datetime
import os
import re
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from pipelines.core.problem import Problem

UNREADABLE = re.compile(r"[\x00-\x1f\x7f?#%*\[\]]")  # read as part of an address or a pattern by the databases in DIR
CONSOLE = "COMMONGROUND_CONSOLE"
ROOM = 400  # bytes that the longest path below DIR needs


@dataclass(frozen=True)
class Settings:
    """How one run behaves. `data` is also the Dagster home; `areas` is empty for the area set DIR already has."""

    data: Path = Path("data")
    areas: tuple[str, ...] = ()
    mirror: str | None = field(default=None, repr=False)  # as the address of alerts, it may hold a secret
    offline: bool = False
    strict: bool = False
    again: tuple[str, ...] = ()  # the sources to fetch anew, whatever is remembered of them
    workers: int = 1
    recording: Path | None = None
    sample_date: str | None = None
    today: datetime.date | None = None  # the day that legal states are told of
    alert_url: str | None = field(default=None, repr=False)
    contact: str | None = None
    schedules: bool = False  # whether schedules run while `commonground dev` does
    console: str | None = None  # how Dagster was started: "guarded" by `commonground dev`, "plain" by `dagster dev`

    @classmethod
    def read(cls, **flags) -> "Settings":
        """Flags win over the environment (COMMONGROUND_DATA, _AREAS with semicolons between them, _MIRROR, _RECORDING,
        _WORKERS, _SAMPLE_DATE, _TODAY, _ALERT_URL, _CONTACT, _SCHEDULES).

        Raises Problem (usage) for a mirror that is no web address, a recording that is no folder, workers that are no
        number, a day that is none.
        """
        named = ("data", "areas", "mirror", "recording", "workers", "sample_date", "today", "alert_url", "contact", "schedules")  # fmt: skip
        found: dict[str, Any] = {name: os.environ.get(f"COMMONGROUND_{name.upper()}") for name in named}
        found["console"] = os.environ.get(CONSOLE) or ("plain" if os.environ.get("DAGSTER_IS_DEV_CLI") else None)
        found = {name: value for name, value in found.items() if value}
        found |= {name: value for name, value in flags.items() if value not in (None, ()) and value is not False}
        if isinstance(found.get("areas"), str):
            found["areas"] = tuple(name.strip() for name in found["areas"].split(";") if name.strip())
        found["schedules"] = _is_on("COMMONGROUND_SCHEDULES", found.get("schedules", False))
        workers = str(found.get("workers", cls.workers))
        if not workers.isdecimal() or int(workers) < 1:
            raise Problem(
                "COMMONGROUND_WORKERS", f"{workers!r} is no number of processes", "give 1 or more", usage=True
            )
        found["workers"] = int(workers)
        found["data"] = _folder(flags["data"] if flags.get("data") == "" else found.get("data", cls.data))
        if found.get("mirror"):
            found["mirror"] = found["mirror"].rstrip("/")
            if told := _no_mirror(found["mirror"]):
                raise Problem("--mirror", told, "give the whole address, as in http://host:port/path", usage=True)
        if found.get("today"):
            found["today"] = day_named("--today", found["today"])
        if found.get("recording"):
            found["recording"] = Path(found["recording"]).resolve()
            if not found["recording"].is_dir():
                raise Problem("COMMONGROUND_RECORDING", f"{found['recording']} is no folder", "name one", usage=True)
        return cls(**found)

    def environment(self) -> dict[str, str]:
        """This process's environment, changed so that another process reads these settings."""
        pairs = {
            "COMMONGROUND_DATA": str(self.data),
            "COMMONGROUND_AREAS": ";".join(self.areas),
            "COMMONGROUND_MIRROR": self.mirror,
            "COMMONGROUND_WORKERS": str(self.workers),
            "COMMONGROUND_RECORDING": self.recording and str(self.recording),
            "COMMONGROUND_SAMPLE_DATE": self.sample_date,
            "COMMONGROUND_TODAY": self.today and f"{self.today:%Y-%m-%d}",
            "COMMONGROUND_ALERT_URL": self.alert_url,
            "COMMONGROUND_CONTACT": self.contact,
            "COMMONGROUND_SCHEDULES": "on" if self.schedules else "",
            "DAGSTER_HOME": str(self.data),
            CONSOLE: "guarded",
        }
        return {**os.environ, **{name: value for name, value in pairs.items() if value}}


def _is_on(name: str, told: str | bool) -> bool:
    """Whether a setting is on. Raises Problem (usage) for a text that is neither `on` nor `off`."""
    if isinstance(told, str) and told.casefold() not in ("on", "off"):
        raise Problem(name, f"{told[:20]!a} is neither on nor off", "set it to on or off, or unset it", usage=True)
    return told is True or (isinstance(told, str) and told.casefold() == "on")


def day_named(flag: str, text: str) -> datetime.date:
    """The day that `flag` was given, year-month-day. Raises Problem (usage) for a text that is none."""
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%d").date()
    except ValueError:
        raise Problem(f"{flag} {text[:20]!a}", "is no day", "give one as in 2026-11-25", usage=True) from None


def _no_mirror(address: str) -> str | None:
    """What is wrong with a mirror's address, without repeating it: it may hold a secret."""
    try:
        parts = urlsplit(address)
        readable = bool(parts.hostname) and parts.port != 0
    except ValueError:
        readable = False
    if not address.startswith(("http://", "https://")):
        return "what was given is not an http:// or https:// address"
    if not readable:
        return "the address given has no readable host or port"
    return "the address given holds a ? or #, and no path can follow that" if {"?", "#"} & set(address) else None


def _folder(name: str | Path) -> Path:
    """The absolute path of DIR, which need not exist. Raises Problem (usage) for a name that no folder can go by, or
    that the databases below it cannot be opened by."""
    told = None
    try:
        path = Path(name).resolve()
        text = str(path).encode().decode()
        if not str(name):
            told = "is empty"
        elif odd := UNREADABLE.search(text):
            told = f"holds {odd[0]!r}, which databases do not read as part of a name"
        elif len(text.encode()) + ROOM > os.pathconf("/", "PC_PATH_MAX"):
            told = "is too long"
        else:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):
                path.stat()
    except UnicodeError:
        told = "is not UTF-8 text"
    except OSError as error:
        told = f"cannot be used ({os.strerror(error.errno).lower()})"
    except RuntimeError:  # a loop of symbolic links, until Python 3.13
        told = "is a loop of links"
    if told:
        shown = ascii(str(name)) if len(str(name)) < 100 else ascii(str(name)[:100] + "...")
        raise Problem(f"--data {shown}", told, "give another folder with --data", usage=True)
    return path

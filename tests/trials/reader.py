"""A reader of `releases/latest` who never stops: `reader.py DIR FILE`; what went wrong stands in FILE, a line each."""

import json
import sys
import time
from pathlib import Path

from pipelines.release.database import open_database


def look(latest: Path) -> str:
    """The version of the release, asked of its database and of its package alike. Raises where they are not of one."""
    folder = latest.resolve(strict=True)
    with open_database(folder / "commonground.duckdb", read_only=True) as connection:
        n, n_scores = (
            connection.execute(f"select count(*) from {t}").fetchone()[0] for t in ("neighbourhood", "index_score")
        )
        (version,) = connection.execute("select version from release").fetchone()
    package = json.loads((folder / "datapackage.json").read_bytes())
    missing = [one["path"] for one in package["resources"] if not (folder / one["path"]).is_file()]
    assert (version, package["version"]) == (folder.name, folder.name), f"{folder.name} holds {version}"
    assert n == 84
    assert n_scores
    assert not missing, missing
    return version


if __name__ == "__main__":
    told, latest, n, seen = Path(sys.argv[2]), Path(sys.argv[1]) / "releases" / "latest", 0, []
    while not told.with_suffix(".stop").exists():
        if latest.exists():
            try:
                version = look(latest)
                seen += [] if version in seen[-1:] else [version]
                n += 1
            except Exception as error:
                with told.open("a") as file:
                    file.write(f"{type(error).__name__}: {error}\n")
        time.sleep(0.3)
    told.with_suffix(".read").write_text(f"{n:,} times, of {len(seen)} releases in turn")

"""Protocol `nomis`: the Nomis API, which stops at 25,000 rows, and answers wrong questions, without a word."""

import csv
from datetime import date
from pathlib import Path

from pipelines.core.problem import Problem
from pipelines.fetch.http import Client, Passing, refuse_html
from pipelines.fetch.reply import Reply, refuse_many
from pipelines.register.source import Source

TOGETHER_MB = 100  # of all pages


def fetch(client: Client, source: Source, today: date, last: dict, kept: Path | None = None) -> Reply:
    """All rows as page files, held to the RECORD_COUNT that the service itself states.

    Nomis has no cheap probe for a change, so the answer is read again and dropped if nothing in it is new.
    """
    limit = source.fetch.max_mb * 1_000_000
    wanted = [column.headings(name)[0].lower() for name, column in source.columns.items()]
    params = {"select": ",".join([*wanted, "record_count"])}
    files: dict[str, bytes] = {}
    got, total = 0, None
    while total is None or got < total:
        answer = client.get(
            source.stem, source.fetch.urls[0], limit, params={**params, "RecordOffset": got}, check=_is_table
        )
        rows = list(csv.DictReader(answer.body.decode("utf-8-sig").splitlines()))
        if not rows:
            raise Problem(
                source.stem,
                f"the answer stops after {got:,} of {total or 0:,} rows",
                "check the parameters in the source's file, or try later",
            )
        if total is not None and rows[0]["RECORD_COUNT"] != str(total):
            what = f"the service announced {total:,} rows, and {rows[0]['RECORD_COUNT'][:20]} after {got:,} of them"
            raise Problem(source.stem, what, "try later; the publisher's data may just be changing")
        if answer.body in files.values():
            raise Problem(source.stem, f"the service repeats a page after {got:,} rows", "try later")
        total = int(rows[0]["RECORD_COUNT"])
        got += len(rows)
        files[f"page-{len(files) + 1:04d}.csv"] = answer.body
        refuse_many(source.stem, files, TOGETHER_MB)
    if got != total:
        raise Problem(source.stem, f"{got:,} rows came where the service announced {total:,}", "try later")
    return Reply(files)


def _is_table(body: bytes, content_type: str) -> None:
    refuse_html(body, content_type)
    if b"RECORD_COUNT" not in body[:4096].upper():
        raise Passing("the answer is not the table asked for")

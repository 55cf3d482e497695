"""Parts that came and cannot be read: each fails alone, and its authority keeps the part it had, or is not covered."""

from dataclasses import replace
from pathlib import Path

from pipelines.core.problem import Problem
from pipelines.fetch.reply import Reply
from pipelines.register.source import Source
from pipelines.tables.headings import choose_columns
from pipelines.tables.reading import read_text_table


def without_unreadable(source: Source, reply: Reply | None, known: dict, kept: Path | None) -> Reply | None:
    """The reply with the last good bytes of `kept` in place of a part that cannot be read, or without it; both are named in
    `missing`, and asked for again with the validators of `known`. Raises the first Problem where no part can be read."""
    if reply is None or not source.fetch.parts:
        return reply
    files, validator, missing = dict(reply.files), dict(reply.validator), dict(reply.missing)
    problems: list[Problem] = []
    for name, body in reply.files.items():
        part = name.partition(".")[0]
        old = kept / name if kept and (kept / name).exists() else None
        if old and old.read_bytes() == body:
            continue
        try:
            choose_columns(source, read_text_table(source, {name: body}))
        except Problem as problem:
            problems.append(problem)
            missing[part] = problem.what
            validator.pop(part, None)
            del files[name]
            if old:
                files[name] = old.read_bytes()
                validator |= {part: known[part]} if part in known else {}
    if problems and not files:
        raise problems[0]
    return (
        replace(reply, files={name: files[name] for name in sorted(files)}, validator=validator, missing=missing)
        if problems
        else reply
    )

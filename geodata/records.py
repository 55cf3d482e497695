"""Read a YAML definition into a frozen, validated record; every error names file, line and key."""

import re
from pathlib import Path
from typing import Any, TypeVar

import yaml
from pydantic import BaseModel, ConfigDict, PrivateAttr, ValidationError

LONGEST = 1_000_000  # characters of one file
ALIASES = 20  # references to other parts of a file, of which none is within another
DEEPEST = 50  # levels of mappings and lists
LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class DefinitionError(ValueError):
    """A definition file is wrong. The message names the file, the line and the key."""


class Record(BaseModel):
    """A frozen record that refuses keys it does not know, and can say where in its file a key stands."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    _file: str = PrivateAttr("")
    _lines: dict[tuple, int] = PrivateAttr(default_factory=dict)

    def at(self, *keys: str) -> str:
        """`file:line: key.key` of a key of this record's file; the nearest key above it where it has no line."""
        return place(self._file, self._lines, keys)


def place(file: str, lines: dict[tuple, int], keys: tuple[str, ...], first_line: int = 1) -> str:
    """`file:line: key.key`, with the line of the nearest key that has one."""
    line = next((lines[keys[:n]] for n in range(len(keys), 0, -1) if keys[:n] in lines), first_line)
    return f"{file}:{line}: {'.'.join(keys) or 'file'}"


R = TypeVar("R", bound=Record)


def parse_yaml(text: str, file: str, first_line: int = 1) -> tuple[dict[str, Any], dict[tuple, int]]:
    """Parse one YAML mapping; return it with the line of every key path.

    Raises DefinitionError for broken YAML, duplicate keys or a document that is not a mapping.
    """
    node, value = _read(text, file, first_line)
    if not isinstance(value, dict):
        raise DefinitionError(f"{file}:{first_line}: expected a mapping of keys to values")
    lines: dict[tuple, int] = {}
    _collect_lines(node, (), lines, file, first_line)
    return value, lines


def load_yaml(text: str, file: str) -> Any:
    """The value of a YAML text, of which aliases and depth make no more than stands there. Raises DefinitionError."""
    return _read(text, file, 1)[1]


def _read(text: str, file: str, first_line: int) -> tuple[yaml.Node, Any]:
    """The document of a YAML text as nodes and as a value: its events first, for they alone are read without recursion."""
    if len(text) > LONGEST:
        raise DefinitionError(f"{file}:{first_line}: longer than the {LONGEST:,} characters that a file may have")
    node, line = None, first_line
    anchored: list[bool] = []  # of each mapping or list that we are in
    aliases = 0
    try:
        for event in yaml.parse(text, Loader=LOADER):
            line = event.start_mark.line + first_line
            if isinstance(event, yaml.CollectionStartEvent):
                anchored.append(bool(event.anchor))
            elif isinstance(event, yaml.CollectionEndEvent):
                anchored.pop()
            aliases += isinstance(event, yaml.AliasEvent)
            if len(anchored) > DEEPEST:
                raise DefinitionError(f"{file}:{line}: more than {DEEPEST} levels within each other")
            if aliases > ALIASES or (isinstance(event, yaml.AliasEvent) and any(anchored)):
                raise DefinitionError(f"{file}:{line}: *{event.anchor}: too many references to other parts of the file")
        node = yaml.compose(text, Loader=LOADER)
        return node, yaml.load(text, Loader=LOADER)  # noqa: S506 - a safe loader, in C where there is one
    except DefinitionError:
        raise
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = mark.line + first_line if mark else first_line
        raise DefinitionError(f"{file}:{line}: not valid YAML: {getattr(error, 'problem', error)}") from error
    except Exception as error:  # a date such as 2021-13-45, or a tag that its value is none of
        at = _line_of_bad_value(node, first_line) if node else line
        raise DefinitionError(f"{file}:{at}: not a value: {error}") from error


def _line_of_bad_value(node: yaml.Node, first_line: int) -> int:
    if isinstance(node, yaml.ScalarNode):
        try:
            yaml.SafeLoader("").construct_object(node)
        except Exception:  # as above
            return node.start_mark.line + first_line
        return 0
    children = [child for pair in node.value for child in (pair if isinstance(pair, tuple) else (pair,))]
    return max((_line_of_bad_value(child, first_line) for child in children), default=0)


def _collect_lines(node: yaml.Node, path: tuple, lines: dict[tuple, int], file: str, first_line: int) -> None:
    if isinstance(node, yaml.MappingNode):
        seen = set()
        for key, child in node.value:
            line = key.start_mark.line + first_line
            if key.value in seen:
                raise DefinitionError(f"{file}:{line}: {key.value}: the key is given twice")
            seen.add(key.value)
            lines[(*path, key.value)] = line
            _collect_lines(child, (*path, key.value), lines, file, first_line)
    elif isinstance(node, yaml.SequenceNode):
        for number, child in enumerate(node.value):
            lines[(*path, str(number))] = child.start_mark.line + first_line
            _collect_lines(child, (*path, str(number)), lines, file, first_line)


def validate(model: type[R], value: dict[str, Any], lines: dict[tuple, int], file: str, first_line: int = 1) -> R:
    """Validate a parsed mapping as `model`. Raises DefinitionError naming the first wrong key of each kind."""
    try:
        record = model.model_validate(value)
    except ValidationError as error:
        messages = [
            f"{place(file, lines, tuple(str(part) for part in problem['loc']), first_line)}: "
            + problem["msg"].removeprefix("Value error, ")
            for problem in error.errors()
        ]
        raise DefinitionError("\n".join(messages)) from error
    record._file, record._lines = file, lines
    return record


def parse_sql_header(text: str, file: str) -> tuple[dict[str, Any], dict[tuple, int]]:
    """The YAML in the first /* ... */ of a SQL file, with the line of every key. Raises DefinitionError."""
    header = re.match(r"\s*/\*(.*?)\*/", text, re.DOTALL)
    if not header:
        raise DefinitionError(f"{file}:1: the file opens with a /* ... */ header in YAML")
    return parse_yaml(header[1], file)


def read_record(model: type[R], path: Path, **extra: Any) -> R:
    """Read the YAML file at `path` as a `model`; `extra` keys (such as the stem) are added to it."""
    value, lines = parse_yaml(read_utf8(path), path.name)
    return validate(model, {**value, **extra}, lines, path.name)


def read_utf8(path: Path) -> str:
    """The text of a file. Raises DefinitionError, naming the line, where it is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        raise DefinitionError(f"{path.name}:{line}: not UTF-8 text; save the file as UTF-8") from error

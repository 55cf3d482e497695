"""What a command says on the terminal: words from outside are in it, and none of them may move, colour or hide others."""

import logging
import os
import sys

import click

from pipelines.core.plain_text import shown

WIDTH = 80  # of a terminal that does not say


def say(text: str, err: bool = False) -> None:
    """Print a text of one line or many."""
    click.echo(shown(text), err=err)


class Said(logging.Handler):
    """Log messages on standard error, as it was when this was made: Dagster's own words are kept from it while it runs.

    On a terminal what passes (`passes` of a record: how far a run is) stands on one line, which the next takes; in a file or
    a pipe it is a line like others, but for what is of use `only_on_a_terminal`.
    """

    def __init__(self):
        super().__init__()
        self.stream = sys.stderr
        self.is_terminal = self.stream.isatty()
        self.passing = ""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        try:
            text = shown(record.getMessage())
            if not self.is_terminal:
                if not getattr(record, "only_on_a_terminal", False):
                    click.echo(text, file=self.stream)
            elif getattr(record, "passes", False):
                self._pass(text)
            else:
                passing = self.passing
                self._pass("")
                click.echo(text, file=self.stream)
                self._pass(passing)
        except Exception:
            self.handleError(record)

    def clear(self) -> None:
        """Leave no line of what passes behind."""
        if self.passing:
            self._pass("")

    def _pass(self, text: str) -> None:
        """Put `text` in the place of what passes: blanks over the rest of it, no control but the return."""
        try:
            width = os.get_terminal_size(self.stream.fileno()).columns
        except (OSError, ValueError):
            width = 0
        text = text[: (width or WIDTH) - 1]
        over = len(self.passing) - len(text)
        self.stream.write(f"\r{text}{' ' * over}" + ("" if text else "\r"))
        self.stream.flush()
        self.passing = text

"""What a command says on the terminal: words from outside are in it, and none of them may move, colour or hide others."""

import logging
import sys

import click

from pipelines.core.plain_text import shown


def say(text: str, err: bool = False) -> None:
    """Print a text of one line or many."""
    click.echo(shown(text), err=err)


class Said(logging.Handler):
    """Log messages on standard error, as it was when this was made: Dagster's own words are kept from it while it runs."""

    def __init__(self):
        super().__init__()
        self.stream = sys.stderr

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        try:
            click.echo(shown(record.getMessage()), file=self.stream)
        except Exception:
            self.handleError(record)

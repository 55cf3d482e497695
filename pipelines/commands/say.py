"""What a command says on the terminal: words from outside are in it, and none of them may move, colour or hide others."""

import logging

import click

from pipelines.core.plain_text import shown


def say(text: str, err: bool = False) -> None:
    """Print a text of one line or many."""
    click.echo(shown(text), err=err)


class Said(logging.Handler):
    """Log messages on standard error."""

    def emit(self, record: logging.LogRecord) -> None:
        """Print one."""
        try:
            say(record.getMessage(), err=True)
        except Exception:
            self.handleError(record)

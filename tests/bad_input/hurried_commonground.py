"""`commonground`, whose tries follow each other at once: python hurried_commonground.py COMMAND ..."""

from pipelines.commands.cli import main
from pipelines.fetch import http

if __name__ == "__main__":
    http._wait = lambda state: 0
    main()

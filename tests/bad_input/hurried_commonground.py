"""`commonground`, whose tries follow each other at once: python hurried_commonground.py COMMAND ..."""

from types import SimpleNamespace

import tenacity

from pipelines.commands.cli import main

if __name__ == "__main__":
    tenacity.nap.time = SimpleNamespace(sleep=lambda seconds: None)
    main()

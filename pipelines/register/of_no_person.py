"""Words of an operator that others read: of an organisation or a role, and never a person's address."""

from typing import Annotated

from pydantic import AfterValidator

from pipelines.core.plain_text import plain


def _checked(value: str) -> str:
    if "@" in value:
        raise ValueError("name an organisation or a role, and give no e-mail address: this is published")
    return plain(value)


OfNoPerson = Annotated[str, AfterValidator(_checked)]

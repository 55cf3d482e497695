"""One place: facts first, then the sheet."""

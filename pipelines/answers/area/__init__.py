"""One small area, or a list of them: facts first, then the page."""

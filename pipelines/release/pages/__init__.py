"""The web pages of a release: templates, one style sheet, the scripts of the atlas, and what the pages are filled with."""

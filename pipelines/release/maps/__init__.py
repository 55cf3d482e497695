"""The map files of a release: layers for GIS, for the web and as tiles, each with its styles and its licence."""

"""Rows of place sources to place records, located and counted; records to places; and where each source looked."""

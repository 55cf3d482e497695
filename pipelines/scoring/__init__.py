"""Normalise, weight, aggregate, rank, grade: pure functions on columns, and the one step that applies them to an index."""

"""Normalise, weight, aggregate, rank, grade, vary, explain: pure functions on columns, and the steps (make*.py) that apply them to an index."""

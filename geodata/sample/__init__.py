"""Samplebridge: an invented town and recorded answers in the real sources' wire formats."""

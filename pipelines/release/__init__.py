"""Assemble a release aside, verify it by reopening, swap it in whole; compare, roll back, keep the last twelve."""

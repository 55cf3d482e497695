"""Recorded answers for Hanul, a second invented city that has nothing British about it; see generate.py."""

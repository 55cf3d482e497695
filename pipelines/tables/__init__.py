"""Bytes to accepted snapshot to typed table held to its contract."""

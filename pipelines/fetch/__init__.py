"""Public web to immutable snapshot: one HTTP client, one module per protocol, one place that accepts a snapshot."""

"""Places within reach of where people live: nearest, counted, which ones were counted, and the same with errors."""

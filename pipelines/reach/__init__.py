"""Places within reach of where people live: nearest, counted, and which ones were counted."""

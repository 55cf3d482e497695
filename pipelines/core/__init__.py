"""What everything rests on: problems, settings, the store (the only writer), SQL, and work done once."""

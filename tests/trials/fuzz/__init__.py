"""Bytes from outside, spoiled at random: `make fuzz`."""

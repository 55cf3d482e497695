"""A release asked about one area or one place: what is here, what is missing, what is not known, by whose word."""

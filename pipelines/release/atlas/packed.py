"""Whole numbers written as text, five bits a character: a third of what JSON needs for small ones. js/postcodes.js reads it.

The lowest bits come first; a character of 32 or more says that another of the same number follows.
"""

from itertools import pairwise

import numpy as np

ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-_"
BITS = 5
LETTERS = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)


def packed(whole: np.ndarray, starts: np.ndarray) -> list[str]:
    """A text for each group of numbers (0 and up; `whole`: shape (n,)); group i is from `starts[i]` up to the next, the last
    to the end. A group may be empty."""
    if not len(whole):
        return [""] * len(starts)
    length = np.maximum(1, -(-_bit_length(whole) // BITS))
    begins = np.concatenate([[0], np.cumsum(length)])
    text = np.zeros(begins[-1], dtype=np.uint8)
    for place in range(int(length.max())):
        there = length > place
        digit = (whole[there] >> (BITS * place)) & (2**BITS - 1)
        text[begins[:-1][there] + place] = LETTERS[digit + np.where(length[there] > place + 1, 2**BITS, 0)]
    cuts = [*begins[starts].tolist(), len(text)]
    written = text.tobytes().decode()
    return [written[start:end] for start, end in pairwise(cuts)]


def folded(steps: np.ndarray) -> np.ndarray:
    """Steps either way as numbers from 0 up: 0, -1, 1, -2 are 0, 1, 2, 3."""
    return np.where(steps < 0, -2 * steps - 1, 2 * steps)


def _bit_length(whole: np.ndarray) -> np.ndarray:
    return np.frexp(whole.astype(np.float64))[1]

"""How much from outside is read at once: what every reader of foreign bytes keeps to, so that none takes more than 1 GB.

Each is some times what the largest file of a known publisher holds. What is larger is refused with a sentence.
"""

HELD = 200_000_000  # bytes of one unpacked file that are held in memory; a larger one is streamed, or refused
MEMBERS = 10_000  # files in a zip
ROWS = 8_000_000  # of one table; the directory of postcodes has 2.7 million
CELLS = 20_000_000  # of a table that is read whole, as far as its commas and line ends tell
COLUMNS = 5_000
OBJECTS = 1_500_000  # objects and lists in one JSON text that is read whole; each takes 25 times its bytes
VALUES = 12_000_000  # and values in it
APART_MB, APART_S = 900, 60  # what reading one file in a process of its own may take


class Excess(ValueError):
    """Bytes that hold more than is read of any source; the message says of what."""

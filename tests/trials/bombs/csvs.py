"""CSV: too many headings, rows or quotes, encodings that are none, and cells of text that is slow to make plain."""

from trials.bombs.registry import of


@of("csv", "100,000 headings")
def _():
    return b"code," + b",".join(b"h%d" % i for i in range(100_000)) + b"\n" + b"A" + b"," * 100_000 + b"\n"


@of("csv", "100,000 headings and 900 rows")
def _():
    return b"code," + b",".join(b"h%d" % i for i in range(100_000)) + b"\n" + (b"A" + b"," * 100_000 + b"\n") * 900


@of("csv", "100,000 headings all the same")
def _():
    return b"code" + b",code" * 99_999 + b"\n" + (b"A" + b",A" * 99_999 + b"\n") * 3


@of("csv", "no heading in 90 MB of blank lines")
def _():
    return b" \n" * 45_000_000


@of("csv", "one line of 90 MB")
def _():
    return b"code,n\n" + b"A" * 90_000_000 + b",1\n"


@of("csv", "a quote that never ends, 90 MB")
def _():
    return b'code,n\nA,"' + b"x" * 90_000_000


@of("csv", "a quote that never ends, 90 MB of lines")
def _():
    return b'code,n\nA,"' + b"x,1\n" * 22_000_000


@of("csv", "2 million empty lines between two rows")
def _():
    return b"code,n\nA,1\n" + b"\n" * 2_000_000 + b"B,2\n"


@of("csv", "90 million empty lines")
def _():
    return b"code,n\nA,1\n" + b"\n" * 90_000_000 + b"B,2\n"


@of("csv", "45 million rows of one cell")
def _():
    return b"code\n" + b"A\n" * 45_000_000


@of("csv", "90 MB of quotes")
def _():
    return b"code,n\n" + b'"' * 90_000_000


@of("csv", "90 MB of NULs")
def _():
    return b"code,n\n" + b"\0" * 90_000_000


@of("csv", "NULs in cells")
def _():
    return b"code,n\nA\0B,1\n"


@of("csv", "carriage returns alone")
def _():
    return b"code,n\r" + b"A,1\r" * 1_000_000


@of("csv", "UTF-16")
def _():
    return "code,n\nA,1\n".encode("utf-16")


@of("csv", "UTF-8 and Windows-1252 mixed")
def _():
    return "code,n\nCafé,1\n".encode() + "Café,1\n".encode("cp1252")


@of("csv", "rows of a thousand cells, one row longer at the end")
def _():
    return (
        b"code,"
        + b",".join(b"h%d" % i for i in range(999))
        + b"\n"
        + (b"A" + b"," * 999 + b"\n") * 80_000
        + b"," * 1000
    )


@of("csv", "two million short rows, one longer at the end")
def _():
    return b"code,n\n" + b"A,1\n" * 20_000_000 + b"A,1,1\n"


@of("csv", "volatile columns, 45 million rows of blanks", volatile=["n"])
def _():
    return b"code,n\n" + b",\n" * 45_000_000


# ---- text of cells


@of("csv", "a cell of 50 MB of <")
def _():
    return b"code,n\n" + b"<" * 50_000_000 + b",1\n"


@of("csv", "a thousand cells of 50,000 of <a")
def _():
    return b"code,n\n" + (b"<a " * 16_000 + b",1\n") * 1_000


@of("csv", "a cell of a million a =")
def _():
    return b"code,n\n<a" + b" a =" * 1_000_000 + b",1\n"


@of("csv", "a cell of 4 million blanks")
def _():
    return b"code,n\n<a" + b" " * 4_000_000 + b"x,1\n"


@of("csv", "a cell of 4 million + and -")
def _():
    return b"code,n\n" + b"+-" * 2_000_000 + b",1\n"

"""A file in, raw rows out (text, row numbers, WKB, CRS); judges nothing.

The law of this room:

- The process that asks never parses what was sent. `read` checks the name and the size, hashes the
  bytes and hands the open file to a locked-down child (`sandbox`, `child`, `fence`), which answers
  in JSON and Arrow IPC (`answer`), never in pickles.
- Rows carry the number their sender sees. For CSV that is the record's number, which is the row a
  spreadsheet program shows; for XLSX the sheet's row; for files without lines the place in the file.
- Rows of a grid (CSV, XLSX) in which every cell is empty are left out; features never are.
- Text stays as it was written. Numbers that a format stores as numbers become their shortest
  decimal text without a trailing ``.0``, dates ISO 8601, truth values ``true`` and ``false``.
- Whatever cannot be read to the last row is refused whole, with a code.
"""

from geo_registry.intake.reading import read

__all__ = ["read"]

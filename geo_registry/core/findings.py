"""What can be wrong with a file or a row, as data: codes, severities and counts."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from dataclasses import field as made_by
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

Severity = Literal["file", "row", "warning"]

FILE_FAULTS = frozenset(
    """FILE_EMPTY NO_ROWS FORMAT_NOT_ALLOWED CONTENT_MISMATCH ENCODING_AMBIGUOUS ENCODING_NOT_UTF8
    HEADER_MISSING HEADER_DUPLICATE CSV_UNBALANCED_QUOTE TOO_MANY_COLUMNS SHEET_TOO_LARGE CELL_FORMULA MACRO
    MULTIPLE_LAYERS CRS_MISSING CRS_INVALID CRS_UNSUPPORTED DATUM_MISSING ARCHIVE_CORRUPT ARCHIVE_EMPTY
    ARCHIVE_ENCRYPTED ARCHIVE_ENTRIES ARCHIVE_LINK ARCHIVE_NESTED ARCHIVE_PATH ARCHIVE_RATIO SHP_MISSING_PART
    SHP_TRUNCATED SHP_DBF_MISMATCH SHP_DBF_CORRUPT DB_CORRUPT GEOM_CORRUPT JSON_INVALID JSON_DUPLICATE_KEY
    JSON_TOO_DEEP JSON_NOT_FEATURES XML_INVALID XML_DTD XML_ENTITY XML_TOO_DEEP FILENAME_INVALID
    PARQUET_INVALID FILE_NOT_FOUND FILE_TOO_LARGE FILE_TOO_SLOW FILE_TOO_COSTLY FILE_UNREADABLE
    LAYER_UNKNOWN""".split()
)
"""Faults for which the whole file is refused: the contract's, part Import, and those of reading it at all."""

ROW_FAULTS = frozenset(
    """COORD_MISSING COORD_NOT_NUMBER COORD_NOT_FINITE COORD_OUT_OF_RANGE COORD_NULL_ISLAND COORD_SWAPPED
    COORD_PROJECTED OUT_OF_REGION GEOM_MISSING GEOM_TYPE CATEGORY_UNKNOWN DATE_INVALID FIELD_TOO_LONG
    TEXT_CONTROL_CHAR ROW_WIDTH DUPLICATE VALUE_INVALID OUT_OF_AREA""".split()
)
"""Faults for which a row is refused while the rest may go."""

WARNINGS = frozenset(
    """ENCODING_GUESSED COORD_LOW_PRECISION UNCHANGED LINK_IGNORED SHX_REBUILT ROWS_DELETED SHEET_HIDDEN
    DISTRICT_MISMATCH POSSIBLE_DUPLICATE BOUND_NOT_NUMBER POSITION_MISSING SUMMARY_ROW_SKIPPED
    STATION_CLOSED_MARK CODE_REPEATED MERGED_BEFORE COORD_AT_SEA""".split()
)
"""What is said of a row that is kept."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing found in a file.

    Attributes
    ----------
    code
        One of the codes of the contract.
    row
        Row number as the sender sees it (1 is the first line of the sheet or file; for files
        without lines, the first feature), or None where the whole file is meant.
    field
        Our field name, or the sender's heading where no field of ours is meant.
    value
        What stood there, as text.
    details
        Anything more the sentence needs: limits, distances, the other row.
    """

    code: str
    row: int | None = None
    field: str | None = None
    value: str | None = None
    details: Mapping[str, object] = made_by(default_factory=dict)

    @property
    def severity(self) -> Severity:
        """Whether the file, the row or nothing is refused for it."""
        return severity_of(self.code)


def severity_of(code: str) -> Severity:
    """Tell how grave a code is.

    Parameters
    ----------
    code
        A code of the contract.

    Raises
    ------
    KeyError
        If the contract does not know the code.

    Examples
    --------
    >>> severity_of("COORD_MISSING"), severity_of("CODE_REPEATED")
    ('row', 'warning')
    """
    if code in ROW_FAULTS:
        return "row"
    if code in WARNINGS:
        return "warning"
    if code in FILE_FAULTS:
        return "file"
    raise KeyError(code)


def refused_rows(findings: Iterable[Finding]) -> set[int]:
    """Collect the numbers of the rows that are refused.

    Parameters
    ----------
    findings
        Of one sheet.

    Examples
    --------
    >>> refused_rows([Finding("COORD_MISSING", 3), Finding("CODE_REPEATED", 7)])
    {3}
    """
    return {found.row for found in findings if found.severity == "row" and found.row is not None}


def count_codes(findings: Iterable[Finding]) -> dict[str, int]:
    """Count findings by code, in the order of the codes' names.

    Examples
    --------
    >>> count_codes([Finding("DUPLICATE", 7), Finding("COORD_MISSING", 3), Finding("DUPLICATE", 9)])
    {'COORD_MISSING': 1, 'DUPLICATE': 2}
    """
    return dict(sorted(Counter(found.code for found in findings).items()))

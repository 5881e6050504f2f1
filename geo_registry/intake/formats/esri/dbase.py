"""The attribute table of a shapefile (dBASE III and its kin), to the last record, in a proven encoding.

GDAL reads GBK without a language byte as Latin-1 and a shortened table without a word
(reliability.md, 1.5 and 1.6); so it is read here. Layout: dBASE level 5 table file format.
"""

from __future__ import annotations

import codecs
import struct
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from geo_registry.errors import FileRefused
from geo_registry.intake.parts import encodings
from geo_registry.intake.parts.cells import number_text

if TYPE_CHECKING:
    from pathlib import Path

HEADER_BYTES = 32
FIELD_BYTES = 32
FIELDS_END = 0x0D
DELETED = ord("*")
LANGUAGES = {0x4D: "gbk", 0x7A: "gbk"}
"""Language byte to codec, where the byte proves something: OEM and Windows code page 936."""
TRUTHS = {**dict.fromkeys("TtYy", "true"), **dict.fromkeys("FfNn", "false")}


@dataclass(frozen=True, slots=True)
class _Field:
    name: bytes
    kind: str
    start: int
    length: int


@dataclass(frozen=True, slots=True)
class Table:
    """An attribute table.

    Attributes
    ----------
    headings
        Field names.
    columns
        Text of each field in turn, a list as long as the table has records.
    deleted
        Per record whether it is marked as deleted.
    encoding
        Encoding of the text.
    guessed
        True where neither the sender nor the file said so.
    """

    headings: tuple[str, ...]
    columns: tuple[list[str | None], ...]
    deleted: tuple[bool, ...]
    encoding: str
    guessed: bool


def read(path: Path, stated: str | None, code_page: str | None) -> Table:
    """Read an attribute table.

    Parameters
    ----------
    path
        The ``.dbf``.
    stated
        Canonical encoding the sender states, or None.
    code_page
        What the ``.cpg`` beside it says, or None.

    Raises
    ------
    FileRefused
        ``SHP_DBF_CORRUPT`` if header and bytes disagree, ``ENCODING_*`` if the text cannot be read.
    """
    stored = path.read_bytes()
    fields, count, start, width = _header(stored)
    records = np.frombuffer(stored, "u1", count * width, start).reshape(count, width)
    values = [_values(records, field) for field in fields]
    declared = [stated] if stated else _declared(code_page, stored[29])
    encoding = _encoding(fields, values, declared, stated)
    decode = _decoder(encoding)
    columns = tuple(_texts(field, column, decode) for field, column in zip(fields, values, strict=True))
    headings = tuple(decode(field.name, FULL_NAME) for field in fields)
    guessed = encoding not in {encodings.UTF8, *declared}
    return Table(headings, columns, tuple((records[:, 0] == DELETED).tolist()), encoding, guessed)


FULL_NAME = 10
"""Bytes of a field's name; a name that long may have been cut within a character."""


def _header(stored: bytes) -> tuple[list[_Field], int, int, int]:
    if len(stored) <= HEADER_BYTES:
        raise FileRefused("SHP_DBF_CORRUPT", reason="header")
    count, start, width = struct.unpack_from("<IHH", stored, 4)
    fields, offset = [], 1
    for at in range(HEADER_BYTES, start - 1, FIELD_BYTES):
        if stored[at : at + 1] in {b"", bytes([FIELDS_END])}:
            break
        raw = stored[at : at + FIELD_BYTES]
        if len(raw) < FIELD_BYTES:
            raise FileRefused("SHP_DBF_CORRUPT", reason="header")
        fields.append(_Field(raw[:11].split(b"\0")[0].strip(), chr(raw[11]), offset, raw[16]))
        offset += raw[16]
    if not fields or offset != width or start <= HEADER_BYTES:
        raise FileRefused("SHP_DBF_CORRUPT", reason="fields", expected=width, found=offset)
    if start + count * width > len(stored):
        raise FileRefused(
            "SHP_DBF_CORRUPT", reason="records", expected=count, found=(len(stored) - start) // width
        )
    return fields, count, start, width


def _values(records: np.ndarray, field: _Field) -> list[bytes]:
    if not field.length:
        return [b""] * len(records)
    part = np.ascontiguousarray(records[:, field.start : field.start + field.length])
    return part.view(f"V{field.length}").ravel().tolist()


def _declared(code_page: str | None, language: int) -> list[str]:
    """Name the encodings the file itself declares, if text in them can be told from other text."""
    names = [_codec(code_page)] if code_page else []
    names += [LANGUAGES[language]] if language in LANGUAGES else []
    return [encodings.NAMES[name] for name in names if name in encodings.NAMES]


def _codec(code_page: str) -> str | None:
    word = code_page.strip().lower().removeprefix("ansi ").removeprefix("oem ").removeprefix("cp")
    try:
        return codecs.lookup({"65001": "utf-8", "936": "gbk", "54936": "gb18030"}.get(word, word)).name
    except (LookupError, ValueError):
        return None


def _encoding(
    fields: Sequence[_Field], values: Sequence[list[bytes]], declared: list[str], stated: str | None
) -> str:
    """Prove an encoding on what surely is whole: text that fills its field may have been cut."""
    texts = [field.name for field in fields if len(field.name) < FULL_NAME]
    for field, column in zip(fields, values, strict=True):
        if field.kind == "C":
            texts += [text for value in column if len(text := value.rstrip(b" \0")) < field.length]
    whole = [b"\n".join(texts)]
    for encoding in declared:
        if encodings.undecodable(whole, encoding) is None:
            return encoding
    if stated:
        raise FileRefused(
            "ENCODING_NOT_UTF8" if stated == encodings.UTF8 else "ENCODING_AMBIGUOUS", value=stated
        )
    return encodings.guess(lambda: whole)


def _decoder(encoding: str) -> Callable[[bytes, int], str]:
    def decode(text: bytes, full: int) -> str:
        try:
            return text.decode(encoding)
        except UnicodeDecodeError as fault:
            if len(text) < full or fault.end < len(text):
                raise FileRefused("ENCODING_AMBIGUOUS", value=encoding, found=ascii(text)) from fault
            return text[: fault.start].decode(encoding)

    return decode


def _texts(field: _Field, column: list[bytes], decode: Callable[[bytes, int], str]) -> list[str | None]:
    if field.kind == "I":
        return [str(int.from_bytes(value, "little", signed=True)) for value in column]
    if field.kind == "O":
        return [number_text(struct.unpack("<d", value)[0]) for value in column]
    texts = [decode(value.rstrip(b" \0"), field.length) for value in column]
    meaning = MEANINGS.get(field.kind)
    if meaning is None:
        return [text or None for text in texts]
    return [meaning(text.strip()) for text in texts]


def _number(text: str) -> str | None:
    if not text.strip("*"):
        return None
    try:
        return str(int(text))
    except ValueError:
        pass
    try:
        return number_text(float(text))
    except ValueError:
        return text


def _date(text: str) -> str | None:
    if not text.strip("0"):
        return None
    return f"{text[:4]}-{text[4:6]}-{text[6:]}" if text.isdigit() and len(text) == len("20240501") else text


def _truth(text: str) -> str | None:
    return TRUTHS.get(text)


def _memo(_: str) -> None:
    """Memos lie in a file of their own, which is not read."""


MEANINGS: dict[str, Callable[[str], str | None]] = {
    "N": _number,
    "F": _number,
    "D": _date,
    "L": _truth,
    "M": _memo,
}
"""How the text of a field becomes text of ours, by type; types not listed are text."""

"""Which text encoding some bytes are in, and whether that is known or guessed."""

from __future__ import annotations

import codecs
from collections import Counter
from functools import cache
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from geo_registry.core.findings import Finding
from geo_registry.errors import FileRefused, ValueRefused

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

CHUNK_BYTES = 1 << 20
PREVIEW_CHARS, PREVIEW_LINES = 60, 5

UTF8, UTF16, GB18030 = "utf-8", "utf-16", "gb18030"

NAMES = {
    UTF8: UTF8,
    "utf-8-sig": UTF8,
    UTF16: UTF16,
    "utf-16-le": "utf-16-le",
    "utf-16-be": "utf-16-be",
    GB18030: GB18030,
    "gbk": GB18030,
    "gb2312": GB18030,
}
"""Encodings a sender may state, by the names of Python's codecs; GB18030 holds GBK and GB2312."""

MARKS = (
    (codecs.BOM_UTF32_LE, None),
    (codecs.BOM_UTF32_BE, None),
    (codecs.BOM_UTF8, UTF8),
    (codecs.BOM_UTF16_LE, UTF16),
    (codecs.BOM_UTF16_BE, UTF16),
)
"""Byte order marks; UTF-32 is not read. Its mark begins like that of UTF-16, so it comes first."""

HAN_FROM = "\u2e80"
"""From here on UTF-8 takes three bytes, in a pattern that GBK text hardly ever hits by accident."""
DAMAGED_BELOW, FOREIGN_BELOW = 0.2, 0.9
"""Share of undecodable characters up to which text is damaged UTF-8, and from which it is no UTF-8 at all."""
COMMON_SHARE = 0.8
"""Least share of GB2312 characters in text that may be taken for Chinese in GB18030."""
UTF16_NULS = 0.25
"""Share of zero bytes from which text must be UTF-16 without a mark."""


def canonical(name: str) -> str:
    """Bring the name of an encoding to the spelling used here.

    Parameters
    ----------
    name
        What the sender states, such as ``GBK`` or ``utf8``.

    Raises
    ------
    ValueRefused
        ``ENCODING_UNKNOWN`` if text in it is not read here.

    Examples
    --------
    >>> canonical("GBK"), canonical("UTF8")
    ('gb18030', 'utf-8')
    """
    try:
        return NAMES[codecs.lookup(name).name]
    except (LookupError, ValueError) as unknown:
        raise ValueRefused("ENCODING_UNKNOWN", value=name, expected=sorted(NAMES)) from unknown


def codec(encoding: str) -> str:
    """Name the codec that reads an encoding and swallows its byte order mark.

    Parameters
    ----------
    encoding
        A canonical name.
    """
    return "utf-8-sig" if encoding == UTF8 else encoding


def detect(source: BinaryIO, stated: str | None) -> str:
    """Tell which encoding a text file is in, and prove it by reading the whole of it.

    Parameters
    ----------
    source
        The bytes; left at their start.
    stated
        Canonical name of the encoding the sender states, or None.

    Returns
    -------
    str
        Canonical name. It is a guess exactly if it is ``gb18030`` and nothing was stated.

    Raises
    ------
    FileRefused
        ``ENCODING_NOT_UTF8`` for bytes that are no UTF-8 though stated or all but proven to be,
        ``ENCODING_AMBIGUOUS`` where the mark contradicts the sender or nothing fits.
    """
    marked = _marked(source, stated)
    named = marked or stated
    if named is None:
        return guess(lambda: _chunks(source))
    fault = undecodable(_chunks(source), named)
    source.seek(0)
    if fault is not None:
        raise FileRefused(
            "ENCODING_NOT_UTF8" if named == UTF8 else "ENCODING_AMBIGUOUS", value=named, line=fault
        )
    return named


def _marked(source: BinaryIO, stated: str | None) -> str | None:
    source.seek(0)
    head = source.read(4)
    for mark, name in MARKS:
        if head.startswith(mark):
            if name is None or (stated is not None and not stated.startswith(name)):
                raise FileRefused("ENCODING_AMBIGUOUS", value=stated, found=name or "utf-32")
            return name
    return None


def _chunks(source: BinaryIO) -> Iterator[bytes]:
    source.seek(0)
    while chunk := source.read(CHUNK_BYTES):
        yield chunk


def undecodable(chunks: Iterable[bytes], encoding: str) -> int | None:
    r"""Find the first line that is not text in an encoding.

    Parameters
    ----------
    chunks
        The bytes in their order.
    encoding
        A canonical name.

    Returns
    -------
    int or None
        Line number from 1, or None if everything decodes.

    Examples
    --------
    >>> undecodable(["名称\n".encode(), "名称".encode("gbk")], "utf-8")
    2
    """
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    line = 1
    try:
        for chunk in chunks:
            decoder.decode(chunk)
            line += chunk.count(b"\n")
        decoder.decode(b"", final=True)
    except UnicodeDecodeError as fault:
        return line + fault.object[: fault.start].count(b"\n")
    except UnicodeError:
        return line  # UTF-16 without the mark that tells its byte order
    return None


def guess(read: Callable[[], Iterable[bytes]]) -> str:
    """Tell strict UTF-8 from Chinese in GB18030.

    Parameters
    ----------
    read
        Gives the bytes anew on each call.

    Returns
    -------
    str
        ``"utf-8"`` where every byte is, else ``"gb18030"`` where that is plausible.

    Raises
    ------
    FileRefused
        ``ENCODING_NOT_UTF8`` for UTF-8 with damaged places, ``ENCODING_AMBIGUOUS`` where nothing fits.
    """
    nuls = size = 0
    for chunk in read():
        nuls, size = nuls + chunk.count(0), size + len(chunk)
    if nuls > size * UTF16_NULS:
        raise FileRefused("ENCODING_AMBIGUOUS", value=None, found=UTF16)
    line = undecodable(read(), UTF8)
    if line is None:
        return UTF8
    share = _undecodable_share(read())
    if share <= DAMAGED_BELOW:
        raise FileRefused("ENCODING_NOT_UTF8", value=UTF8, line=line)
    if (
        share < FOREIGN_BELOW
        or undecodable(read(), GB18030) is not None
        or _common_share(read()) < COMMON_SHARE
    ):
        raise FileRefused("ENCODING_AMBIGUOUS", value=None, line=line)
    return GB18030


def _undecodable_share(chunks: Iterable[bytes]) -> float:
    decoder = codecs.getincrementaldecoder(UTF8)("replace")
    bad = good = 0
    for chunk in chunks:
        counts = Counter(decoder.decode(chunk))
        bad += counts.pop("\ufffd", 0)
        good += sum(count for character, count in counts.items() if character >= HAN_FROM)
    return bad / max(bad + good, 1)


def _common_share(chunks: Iterable[bytes]) -> float:
    decoder = codecs.getincrementaldecoder(GB18030)("replace")
    common = others = 0
    for chunk in chunks:
        for character, count in Counter(decoder.decode(chunk)).items():
            if character in _gb2312():
                common += count
            elif not character.isascii():
                others += count
    return common / max(common + others, 1)


@cache
def _gb2312() -> frozenset[str]:
    """Give the 7,445 characters of GB2312: rows A1 to F7, cells A1 to FE."""
    pairs = (bytes((row, cell)) for row in range(0xA1, 0xF8) for cell in range(0xA1, 0xFF))
    return frozenset("".join(pair.decode("gb2312", "ignore") for pair in pairs))


def guessed(texts: Iterable[str], encoding: str, **details: object) -> Finding:
    """Warn of a guess, with a few words by which a person sees whether it was right.

    Parameters
    ----------
    texts
        Decoded lines or values.
    encoding
        What was guessed.
    **details
        Anything more the warning should say.

    Examples
    --------
    >>> found = guessed(["id,name", "1,烟厂", "2,砖厂"], "gb18030")
    >>> found.value, found.details["preview"]
    ('1,烟厂', ['1,烟厂', '2,砖厂'])
    """
    told = (line.strip()[:PREVIEW_CHARS] for line in texts if not line.isascii())
    preview = list(islice(told, PREVIEW_LINES))
    shown = preview[0] if preview else None
    return Finding(
        "ENCODING_GUESSED", None, None, shown, {"encoding": encoding, "preview": preview, **details}
    )

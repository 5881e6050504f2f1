"""What the door refuses by name, size and first bytes, before or instead of reading."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

import pytest

from geo_registry import intake
from geo_registry.core.kinds import Language
from geo_registry.errors import FileRefused, ValueRefused
from geo_registry.intake import read
from geo_registry.wording import LANGUAGES, explain
from tests.intake.making import LIMITS, VRT, limited, numbers, refused, send, zipped

NO_CODES = {"A", "BLOB", "BOOLEAN", "C", "D", "EPSG", "F", "I", "INTEGER", "L", "M", "N", "NO", "O", "OFF"}
"""Capitals in intake that are words of formats."""
CSV = "名称,经度,纬度\n甲厂,113.5,34.5\n"


def test_the_file_keeps_its_name_and_digest(tmp_path: Path) -> None:
    """A raw file carries the sender's name and the SHA-256 of the very bytes that were read."""
    taken = send(tmp_path, CSV, "台账.CSV")
    assert (taken.name, taken.format) == ("台账.CSV", "csv")
    assert taken.sha256 == hashlib.sha256(CSV.encode()).hexdigest()
    assert taken.layers[0].name == "台账"


def test_the_path_gives_the_name_when_none_is_given(tmp_path: Path) -> None:
    """Without a sender's name the path's own name counts."""
    path = tmp_path / "points.csv"
    path.write_text(CSV, encoding="utf-8")
    assert read(path, limits=LIMITS).name == "points.csv"


@pytest.mark.parametrize(
    "name", ["", "..", "a/b.csv", "a\\b.csv", "a\x00.csv", "a\n.csv", "a\u202evsc.csv", "长" * 90 + ".csv"]
)
def test_strange_names_are_refused(tmp_path: Path, name: str) -> None:
    """A name with separators, control characters, turned text or too many bytes is no file name."""
    assert refused(tmp_path, CSV, name).code == "FILENAME_INVALID"


@pytest.mark.parametrize("option", ["layer", "sheet", "encoding"])
def test_long_words_are_refused_before_the_file_is_read(tmp_path: Path, option: str) -> None:
    """A layer, sheet or encoding with a name of no sensible length is refused by name."""
    with pytest.raises(ValueRefused) as caught:
        send(tmp_path, CSV, "a.csv", **{option: "长" * 256})
    assert (caught.value.code, caught.value.details["field"]) == ("FIELD_TOO_LONG", option)
    assert send(tmp_path, CSV, "长" * 83 + ".csv", layer="长" * 83).layers


@pytest.mark.parametrize("name", ["a.exe", "a.xls", "a.csv.gz", "a", "a.shp", "a.vrt"])
def test_other_formats_are_not_allowed(tmp_path: Path, name: str) -> None:
    """Only the suffixes of the contract are read."""
    assert refused(tmp_path, CSV, name).code == "FORMAT_NOT_ALLOWED"


def test_empty_missing_and_large_files_are_refused(tmp_path: Path) -> None:
    """Nothing to read, no file, a folder and a file over the limit each have their code."""
    assert refused(tmp_path, b"", "a.csv").code == "FILE_EMPTY"
    for path in (tmp_path / "none.csv", tmp_path):
        with pytest.raises(FileRefused) as caught:
            read(path, name="a.csv", limits=LIMITS)
        assert caught.value.code == "FILE_NOT_FOUND"
    assert refused(tmp_path, "x" * 1_000_001, "a.csv", limits=limited(file_mb=1)).code == "FILE_TOO_LARGE"


FOREIGN = {
    "zip": zipped({"a.txt": "x"}),
    "sqlite": b"SQLite format 3\x00" + bytes(84),
    "old office": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504),
    "pdf": b"%PDF-1.7\n",
    "png": b"\x89PNG\r\n\x1a\n",
    "markup": "<OGRVRTDataSource/>".encode("utf-8-sig"),
    "json": b' {"type": "FeatureCollection", "features": []}',
    "text": CSV.encode(),
}
FITTING = {
    ".csv": {"text"},
    ".xlsx": {"zip"},
    ".zip": {"zip"},
    ".gpkg": {"sqlite"},
    ".geojson": {"json", "text"},
}


@pytest.mark.parametrize(
    ("suffix", "what"),
    [(suffix, what) for suffix in FITTING for what in FOREIGN if what not in FITTING[suffix]],
)
def test_content_must_be_what_the_suffix_says(tmp_path: Path, suffix: str, what: str) -> None:
    """Bytes of one format under another's suffix are a mismatch, whatever the two are."""
    assert refused(tmp_path, FOREIGN[what], f"a{suffix}").code == "CONTENT_MISMATCH"


def test_a_virtual_layer_never_opens_under_any_name(tmp_path: Path) -> None:
    """A file that makes GDAL read another one on the server is refused, and that one's text stays there."""
    canary = tmp_path / "canary.csv"
    canary.write_text("secret,x\nCANARY-7431,1\n", encoding="utf-8")
    trick = VRT.format(path=canary)
    parts = {"a.shx": b"", "a.dbf": b"", "a.prj": b""}
    suffixes = (".csv", ".geojson", ".json", ".gpkg", ".xlsx", ".zip")
    sent: list[tuple[str | bytes, str]] = [(trick, f"a{suffix}") for suffix in suffixes]
    sent += [(zipped({"a.shp": trick, **parts}), "a.zip"), (zipped({"a.vrt": trick}), "b.zip")]
    for content, name in sent:
        fault = refused(tmp_path, content, name)
        assert fault.code in {"CONTENT_MISMATCH", "FORMAT_NOT_ALLOWED"}, name
        assert "CANARY" not in str(fault)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_refusal_and_warning_has_its_sentence(lang: Language) -> None:
    """Each code that intake can give is explained in both languages."""
    room = Path(intake.__file__).parent
    source = "".join(path.read_text(encoding="utf-8") for path in room.rglob("*.py"))
    codes = set(re.findall(r'"([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)"', source)) - NO_CODES
    assert {"NO_ROWS", "FILE_TOO_SLOW", "SANDBOX_UNSAFE", "SHEET_HIDDEN", "ARCHIVE_RATIO"} <= codes
    assert all(explain(code, lang, {}) for code in codes)


def test_an_unknown_encoding_is_refused(tmp_path: Path) -> None:
    """An encoding that is not read here is a bad value, not a guess."""
    for encoding in ("klingon", "hex", "latin-1"):
        with pytest.raises(ValueRefused) as caught:
            send(tmp_path, CSV, "a.csv", encoding=encoding)
        assert caught.value.code == "ENCODING_UNKNOWN"


def test_a_layer_that_is_not_there_is_refused_with_the_names(tmp_path: Path) -> None:
    """Asking for an unknown layer or sheet names those the file has."""
    fault = refused(tmp_path, CSV, "台账.csv", layer="别的")
    assert (fault.code, fault.details["expected"]) == ("LAYER_UNKNOWN", ["台账"])
    assert numbers(send(tmp_path, CSV, "台账.csv", sheet="台账").layers[0]) == [1, 2]

"""Bad input of every sort: one code, one clear line in the reader's language, exit 2, and nothing stored."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest

import geo_registry as gr
from geo_registry.core.kinds import Language
from geo_registry.wording import LANGUAGES, explain
from tests.cli.shell import document, run

STATIONS = "编码,名称,级别,经度,纬度\nS1,一号站,国控,114.0200,33.5800\n"
GOOD = "编码,名称,经度,纬度,状态\nA1,甲工地,114.021,33.581,在建\nA2,乙工地,114.022,33.582,在建\n"
PARTIAL = GOOD + "A3,丙工地,,,在建\n"
SITES = ("--kind", "construction_site", "--datum", "wgs84")
EXPORT = ("export", "--kind", "construction_site", "--format")
IN_RING = (*EXPORT, "csv", "--station", "S1", "--ring")

REFUSALS = {
    "unknown station": (("audit", "--station", "S9"), "STATION_UNKNOWN"),
    "unknown station's report": (("report", "S9"), "STATION_UNKNOWN"),
    "unknown station's ring": ((*EXPORT, "csv", "--station", "S9", "--ring", "500"), "STATION_UNKNOWN"),
    "ring of nothing": (("audit", "--rings", "0"), "RING_NOT_POSITIVE"),
    "ring below nothing": (("audit", "--rings", "1000,-5"), "RING_NOT_POSITIVE"),
    "ring that is no number": (("audit", "--rings", "nan"), "RING_NOT_NUMBER"),
    "ring without end": (("audit", "--rings", "inf"), "RING_NOT_NUMBER"),
    "ring in words": (("audit", "--rings", "1km"), "RING_NOT_NUMBER"),
    "no ring": (("audit", "--rings", ""), "RING_NOT_NUMBER"),
    "too many rings": (("audit", "--rings", ",".join(map(str, range(1, 22)))), "RINGS_COUNT"),
    "ring of nothing in a report": (("report", "S1", "--rings", "0"), "RING_NOT_POSITIVE"),
    "ring below nothing in an export": (
        (*EXPORT, "csv", "--station", "S1", "--ring", "-5"),
        "RING_NOT_POSITIVE",
    ),
    "ring of nothing in an export": ((*EXPORT, "csv", "--station", "S1", "--ring", "0"), "RING_NOT_POSITIVE"),
    "rings below nothing as polygons": (
        ("export", "--kind", "rings", "--format", "csv", "--rings", "-5"),
        "RING_NOT_POSITIVE",
    ),
    "ring of nothing as a polygon": (
        ("export", "--kind", "rings", "--format", "csv", "--station", "S1", "--ring", "0"),
        "RING_NOT_POSITIVE",
    ),
    "ring without a station": ((*EXPORT, "csv", "--ring", "500"), "STATION_AND_RING"),
    "ring of nothing round a point": (("near", "114", "33", "0"), "RING_NOT_POSITIVE"),
    "ring below nothing round a point": (("near", "114", "33", "-5"), "RING_NOT_POSITIVE"),
    "ring of no number round a point": (("near", "114", "33", "nan"), "NUMBER_EXPECTED"),
    "point off the earth": (("near", "200", "33", "500"), "COORD_OUT_OF_RANGE"),
    "point in words": (("near", "east", "33", "500"), "NUMBER_EXPECTED"),
    "unknown kind": (("audit", "--kind", "volcano"), "KIND_UNKNOWN"),
    "unknown kind of an export": (("export", "--kind", "volcano", "--format", "csv"), "KIND_UNKNOWN"),
    "kind that is never counted": (("audit", "--kind", "camera"), "KIND_NOT_SOURCE"),
    "unknown level": (("audit", "--level", "galactic"), "LEVEL_UNKNOWN"),
    "unknown status": (("audit", "--status", "asleep"), "STATUS_UNKNOWN"),
    "unknown status in a list": (("audit", "--status", "operating,asleep"), "STATUS_UNKNOWN"),
    "revision to come": (("audit", "--as-of", "99"), "REVISION_UNKNOWN"),
    "revision before the first": (("audit", "--as-of", "-1"), "REVISION_UNKNOWN"),
    "revision in words": (("audit", "--as-of", "last"), "NUMBER_EXPECTED"),
    "no date": (("audit", "--on", "2026-02-30"), "DATE_EXPECTED"),
    "unknown format of an audit": (("audit", "--format", "doc"), "FORMAT_UNKNOWN"),
    "unknown format of an export": ((*EXPORT, "doc"), "FORMAT_UNKNOWN"),
    "unknown format of a report": (("report", "S1", "--format", "doc"), "FORMAT_UNKNOWN"),
    "unknown encoding of an export": ((*EXPORT, "shp", "--encoding", "latin9"), "ENCODING_UNKNOWN"),
    "unknown names of an export": ((*EXPORT, "shp", "--names", "fr"), "NAMES_UNKNOWN"),
    "unknown shift of an export": ((*EXPORT, "csv", "--datum", "mars"), "DATUM_UNKNOWN"),
    "unknown reference system": ((*EXPORT, "csv", "--crs", "EPSG:1"), "DATUM_UNKNOWN"),
    "half a box": ((*EXPORT, "csv", "--bbox", "114,33"), "NUMBERS_EXPECTED"),
    "box without end": ((*EXPORT, "csv", "--bbox", "114,33,inf,34"), "NUMBER_EXPECTED"),
    "place of no number": ((*EXPORT, "csv", "--near", "114,33,nan"), "NUMBER_EXPECTED"),
    "box upside down": ((*EXPORT, "csv", "--bbox", "114,34,115,33"), "BBOX_INVALID"),
    "half a corner": ((*EXPORT, "csv", "--within", "114,33,115,33,115"), "PAIRS_EXPECTED"),
    "polygon left open": (
        (*EXPORT, "csv", "--within", "114,33,115,33,115,34,114,34"),
        "POLYGON_OPEN",
    ),
    "unknown batch": (("undo", "b99"), "BATCH_UNKNOWN"),
    "unknown verb": (("paint",), "VERB_UNKNOWN"),
    "unknown option": (("audit", "--colour", "red"), "PARAMETER_UNKNOWN"),
    "missing station": (("report",), "PARAMETER_MISSING"),
    "one station and all": (("report", "S1", "--all"), "STATION_OR_ALL"),
    "word too many": (("undo", "b1", "b2"), "USAGE_WRONG"),
    "store that exists": (("init",), "STORE_EXISTS"),
    "demo into a store that is in use": (("demo",), "STORE_NOT_EMPTY"),
}
IMPORTS = {
    "unknown kind": (("--kind", "volcano", "--datum", "wgs84"), "KIND_UNKNOWN"),
    "unknown datum": (("--kind", "construction_site", "--datum", "mars"), "DATUM_UNKNOWN"),
    "unknown reference system": (("--kind", "construction_site", "--crs", "EPSG:1"), "DATUM_UNKNOWN"),
    "datum and reference system": ((*SITES, "--crs", "EPSG:4547"), "CRS_AND_DATUM"),
    "unknown field to set": ((*SITES, "--set", "colour=red"), "SET_UNKNOWN"),
    "value no field takes": ((*SITES, "--set", "status=asleep"), "VALUE_INVALID"),
    "half a field to set": ((*SITES, "--set", "owner"), "PAIR_EXPECTED"),
    "unknown field to map to": ((*SITES, "--map", "名称=colour"), "MAP_UNKNOWN"),
    "unknown heading to map": ((*SITES, "--map", "colour=name"), "MAP_UNKNOWN"),
    "half a heading to map": ((*SITES, "--map", "名称"), "PAIR_EXPECTED"),
    "unknown encoding": ((*SITES, "--encoding", "latin9"), "ENCODING_UNKNOWN"),
}
FILE_FAULTS: dict[str, tuple[str, bytes, tuple[str, ...], str]] = {
    "unknown format": ("ledger.doc", GOOD.encode(), SITES, "FORMAT_NOT_ALLOWED"),
    "nothing": ("ledger.csv", b"", SITES, "FILE_EMPTY"),
    "headings alone": ("ledger.csv", GOOD.splitlines()[0].encode(), SITES, "NO_ROWS"),
    "no headings": ("ledger.csv", b"1,2\n3,4\n", SITES, "HEADER_MISSING"),
    "no datum": ("ledger.csv", GOOD.encode(), ("--kind", "construction_site"), "DATUM_MISSING"),
    "no kind": ("ledger.csv", GOOD.encode(), ("--datum", "wgs84"), "CATEGORY_MISSING"),
    "another format's name": ("ledger.xlsx", GOOD.encode(), SITES, "CONTENT_MISMATCH"),
}


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a store with one station and two sites, which no refusal may change."""
    folder = tmp_path_factory.mktemp("refusals")
    made = f"sqlite:///{folder / 'store.db'}"
    (folder / "stations.csv").write_text(STATIONS, encoding="utf-8")
    (folder / "sites.csv").write_text(GOOD, encoding="utf-8")
    gr.init(made, by="tester")
    registry = gr.open(made)
    registry.import_file(folder / "stations.csv", gr.ImportOrder(kind="监测站", datum="wgs84"))
    registry.import_file(folder / "sites.csv", gr.ImportOrder(kind="施工工地", datum="wgs84"))
    assert registry.revision == 2
    registry.close()
    return made


def contents(url: str) -> list[str]:
    """Give everything a store holds, but for the note of each file that came and of its refused rows."""
    noted = ('INSERT INTO "arrivals"', 'INSERT INTO "refusals"')
    with sqlite3.connect(url.removeprefix("sqlite:///")) as connection:
        return [line for line in connection.iterdump() if not line.startswith(noted)]


def refused(url: str, words: tuple[str, ...]) -> str:
    """Give the code of a refusal, told in Chinese; its sentence in English is made of the same details."""
    told = run(url, "--json", *words, lang="zh")
    said: dict[str, Any] = json.loads(told.stdout)
    assert (told.exit_code, sorted(said)) == (2, ["code", "details", "message"])
    code, message, details = said["code"], said["message"], said["details"]
    assert told.stderr.splitlines()[-1] == f"{code}: {message}"
    assert message == explain(code, "zh", details)
    assert explain(code, "en", details) not in {"", code, message}
    return str(code)


@pytest.mark.parametrize(("words", "code"), REFUSALS.values(), ids=REFUSALS)
def test_what_cannot_be_asked_is_refused(url: str, words: tuple[str, ...], code: str) -> None:
    """A value that is none ends in exit 2, its code and one line in either language; nothing is stored."""
    before = contents(url)
    assert refused(url, words) == code
    assert contents(url) == before


@pytest.mark.parametrize("lang", LANGUAGES)
def test_a_reader_is_told_in_one_line(url: str, lang: Language) -> None:
    """Without --json a refusal is one line on standard error, in the reader's language, and nothing else."""
    told = run(url, "audit", "--station", "S9", lang=lang)
    sentence = explain("STATION_UNKNOWN", lang, {"value": "S9"})
    assert (told.exit_code, told.stdout) == (2, "")
    assert told.stderr == f"STATION_UNKNOWN: {sentence}\n"


@pytest.mark.parametrize(("words", "code"), IMPORTS.values(), ids=IMPORTS)
def test_a_wrong_import_is_refused(url: str, words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    """An import asked for in words that mean nothing is refused and nothing is stored."""
    before = contents(url)
    path = tmp_path / "ledger.csv"
    path.write_text(GOOD.replace("A1", "B1"), encoding="utf-8")
    assert refused(url, ("import", str(path), *words)) == code
    assert contents(url) == before


@pytest.mark.parametrize("fault", FILE_FAULTS)
def test_a_file_at_fault_is_rejected(url: str, fault: str, tmp_path: Path) -> None:
    """A file that cannot be taken is a rejected import that names its fault, exit 2; nothing is stored."""
    name, content, words, code = FILE_FAULTS[fault]
    before = contents(url)
    path = tmp_path / name
    path.write_bytes(content)
    said = document(url, "import", str(path), *words, code=2)
    assert (said["status"], said["codes"], said["batch"]) == ("reject", {code: 1}, None)
    assert (said["rows"], said["accepted"], said["rejected"]) == (0, 0, 0)
    (found,) = said["findings"]
    assert (found["code"], found["severity"]) == (code, "file")
    assert found["message"] not in {"", code}
    assert run(url, "import", str(path), *words).stderr == f"{code}: {found['message']}\n"
    assert contents(url) == before


def test_a_file_that_is_not_there_is_rejected(url: str, tmp_path: Path) -> None:
    """A file that does not exist is a refusal like any other."""
    said = document(url, "import", str(tmp_path / "none.csv"), *SITES, code=2)
    assert (said["status"], said["codes"], said["sha256"]) == ("reject", {"FILE_NOT_FOUND": 1}, None)


def test_rows_at_fault_keep_the_file_back(url: str, tmp_path: Path) -> None:
    """Without --accept-partial a refused row ends in exit 3 and not even the good rows are stored."""
    before = contents(url)
    path = tmp_path / "ledger.csv"
    path.write_text(PARTIAL.replace("A", "C"), encoding="utf-8")
    said = document(url, "import", str(path), *SITES, code=3)
    assert (said["status"], said["rows"], said["accepted"], said["rejected"]) == ("partial", 3, 2, 1)
    (found,) = [each for each in said["findings"] if each["severity"] == "row"]
    assert (found["row"], found["code"]) == (4, "COORD_MISSING")
    assert (said["batch"], said["revision"]) == (None, 2)
    assert contents(url) == before


def test_a_file_of_bad_rows_is_rejected(url: str, tmp_path: Path) -> None:
    """A file none of whose rows can be taken is rejected, exit 2, even with --accept-partial."""
    before = contents(url)
    path = tmp_path / "ledger.csv"
    path.write_text("编码,名称,经度,纬度\nD1,丁工地,999,33.58\n", encoding="utf-8")
    said = document(url, "import", str(path), *SITES, "--accept-partial", code=2)
    assert (said["status"], said["accepted"], said["rejected"]) == ("reject", 0, 1)
    assert contents(url) == before


def test_a_dry_run_stores_nothing(url: str, tmp_path: Path) -> None:
    """A dry run tells what would be stored and stores nothing."""
    before = contents(url)
    path = tmp_path / "ledger.csv"
    path.write_text(GOOD.replace("A", "E"), encoding="utf-8")
    said = document(url, "import", str(path), *SITES, "--dry-run")
    assert (said["status"], said["new"], said["batch"]) == ("accept", 2, None)
    assert contents(url) == before


def test_accept_partial_stores_the_good_rows(url: str, tmp_path: Path) -> None:
    """With --accept-partial the good rows are stored and exit 3 still says that others were refused."""
    copied = tmp_path / "store.db"
    with sqlite3.connect(url.removeprefix("sqlite:///")) as source, sqlite3.connect(copied) as target:
        source.backup(target)
    path = tmp_path / "ledger.csv"
    path.write_text(PARTIAL.replace("A", "F"), encoding="utf-8")
    said = document(f"sqlite:///{copied}", "import", str(path), *SITES, "--accept-partial", code=3)
    assert (said["new"], said["revision"], said["batch"]) == (2, 3, "b3")


@pytest.mark.parametrize("words", [("audit",), ("near", "114", "33", "500"), ("undo", "b1"), ("serve",)])
def test_a_store_that_is_not_there_is_refused(words: tuple[str, ...], tmp_path: Path) -> None:
    """A store that does not exist is told, and not made in passing."""
    path = tmp_path / "none.db"
    assert refused(f"sqlite:///{path}", words) == "STORE_MISSING"
    assert not path.exists()


@pytest.mark.parametrize("words", [("audit",), ("import", __file__), ("demo",)])
def test_a_text_file_is_no_store(words: tuple[str, ...], tmp_path: Path) -> None:
    """A file that is something else is left as it is."""
    path = tmp_path / "notes.db"
    path.write_text("nothing but notes\n" * 100, encoding="utf-8")
    told = run(f"sqlite:///{path}", "--json", *words)
    assert (told.exit_code, json.loads(told.stdout)["code"]) == (2, "STORE_UNREADABLE")
    assert path.read_text(encoding="utf-8") == "nothing but notes\n" * 100


@pytest.mark.parametrize("address", ["mysql://host/registry", "registry.db", "http://host"])
def test_an_address_no_store_serves_is_refused(address: str) -> None:
    """An address that is no store's is told with what is expected."""
    assert refused(address, ("audit",)) == "STORE_URL_UNKNOWN"


def test_an_unknown_language_is_refused(url: str) -> None:
    """A language there is none of is refused like any other value."""
    told = run(url, "--json", "--lang", "fr", "kinds")
    assert (told.exit_code, json.loads(told.stdout)["code"]) == (2, "LANGUAGE_UNKNOWN")


@pytest.mark.parametrize(
    ("words", "code"),
    [
        (("--region", "1,2,3"), "REGION_INVALID"),
        (("--region", "5,5,1,9"), "REGION_INVALID"),
        (("--region", "nan,0,1,1"), "REGION_INVALID"),
        (("--region", "moon"), "REGION_INVALID"),
        (("--tz", "Mars/Base"), "TIME_ZONE_UNKNOWN"),
    ],
)
def test_a_store_is_not_made_of_nonsense(words: tuple[str, ...], code: str, tmp_path: Path) -> None:
    """A region or a time zone that is none is refused and no store is made."""
    path = tmp_path / "new.db"
    assert refused(f"sqlite:///{path}", ("init", *words)) == code
    assert not path.exists()

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from geo_registry.errors import ValueRefused
from geo_registry.settings import from_env, read_basemaps
from geo_registry.settings.basemaps import KEYS
from geo_registry.wording import LANGUAGES, explain
from tests.web.basemaps.tiles import settings_file

URL = "https://tiles.example/{z}/{x}/{y}.png"


def test_the_environment_names_the_file(tmp_path: Path) -> None:
    """The setting is a path; without it, or empty, there is no basemap."""
    assert from_env({"GEO_REGISTRY_BASEMAPS": str(tmp_path)}).basemaps == tmp_path
    assert from_env({"GEO_REGISTRY_BASEMAPS": ""}).basemaps is None
    assert read_basemaps(from_env({}).basemaps) == ()


def test_tianditu_is_two_layers_with_a_key(tmp_path: Path) -> None:
    """One word stands for Tianditu's ground and the names above it, in web Mercator from zoom 1 to 18."""
    (tmp_path / "key").write_text("s3cret\n", encoding="utf-8")
    common = {
        "key_file": "key",
        "attribution": "天地图 GS(2026)1号",
        "label": {"zh": "影像", "en": "Imagery"},
    }
    path = settings_file(tmp_path, vec={"tianditu": "vec", **common}, img={"tianditu": "img", **common})
    vec, img = read_basemaps(path)
    assert [url.partition("?")[0] for one in (vec, img) for url in one.urls] == [
        f"https://t0.tianditu.gov.cn/{layer}_w/wmts" for layer in ("vec", "cva", "img", "cia")
    ]
    query = vec.urls[1].partition("?")[2].split("&")
    assert {
        "LAYER=cva",
        "TILEMATRIXSET=w",
        "TILEMATRIX={z}",
        "TILEROW={y}",
        "TILECOL={x}",
        "tk={key}",
    } <= set(query)
    assert (img.zooms, img.key, img.labels["en"]) == ((1, 18), "s3cret", "Imagery")
    assert "s3cret" not in repr((vec, img))


FALSE: dict[str, tuple[dict[str, object], str, str]] = {
    "no ground": ({}, "BASEMAP_INVALID", "tianditu | url | pmtiles"),
    "two grounds": ({"url": URL, "pmtiles": "a"}, "BASEMAP_INVALID", "url, pmtiles"),
    "a word nobody knows": ({"url": URL, "colour": "red"}, "BASEMAP_INVALID", "theirs.colour"),
    "no such set": ({"tianditu": "ter"}, "BASEMAP_INVALID", "vec | img"),
    "no place for the row": ({"url": "https://a.example/{z}/{x}"}, "BASEMAP_INVALID", "{z} {x} {y}"),
    "a strange place": ({"url": f"{URL}?{{s}}"}, "BASEMAP_INVALID", "{z} {x} {y}"),
    "a place in the host": ({"url": "https://{x}.example/{z}/{x}/{y}"}, "BASEMAP_INVALID", "http(s)://host"),
    "a file of this machine": ({"url": "file:///etc/{z}/{x}/{y}"}, "BASEMAP_INVALID", "file://"),
    "a password": ({"url": "https://me:pw@a.example/{z}/{x}/{y}"}, "BASEMAP_INVALID", "http(s)://host"),
    "no host": ({"url": "https:///{z}/{x}/{y}"}, "BASEMAP_INVALID", "http(s)://host"),
    "half a host": ({"url": "https://[::1/{z}/{x}/{y}"}, "BASEMAP_INVALID", "http(s)://host"),
    "no address": ({"url": 7}, "BASEMAP_INVALID", "array of strings"),
    "a key without a file": ({"url": f"{URL}?k={{key}}"}, "BASEMAP_INVALID", "theirs.key_file"),
    "a file without a key": ({"url": URL, "key_file": "key"}, "BASEMAP_INVALID", "theirs.key_file"),
    "a key that is not there": ({"tianditu": "vec", "key_file": "gone"}, "FILE_NOT_FOUND", "gone"),
    "an empty key": ({"tianditu": "vec", "key_file": "empty"}, "BASEMAP_INVALID", "theirs.key_file"),
    "half a label": ({"url": URL, "label": {"zh": "图"}}, "BASEMAP_INVALID", "theirs.label"),
    "too deep": ({"url": URL, "max_zoom": 40}, "BASEMAP_INVALID", "0..22"),
    "no patience": ({"url": URL, "patience_s": True}, "BASEMAP_INVALID", "0.1..30"),
    "nobody's": ({"url": URL, "attribution": " "}, "BASEMAP_INVALID", "theirs.attribution"),
    "Gaode": ({"url": "https://webrd01.is.autonavi.com/a?{z}{x}{y}"}, "BASEMAP_SHIFTED", "GCJ-02"),
    "Gaode, elsewhere": ({"url": "https://AMAP.com./a?{z}{x}{y}"}, "BASEMAP_SHIFTED", "GCJ-02"),
    "Tencent": ({"url": "https://rt0.map.gtimg.com/{z}/{x}/{y}"}, "BASEMAP_SHIFTED", "GCJ-02"),
    "Baidu": ({"url": "https://maponline0.bdimg.com/{z}/{x}/{y}"}, "BASEMAP_SHIFTED", "BD-09"),
}


@pytest.mark.parametrize("case", FALSE)
def test_a_false_setting_is_refused_by_name(tmp_path: Path, case: str) -> None:
    """What is wrong is refused with a code, and in both languages with file, key and what was expected."""
    values, code, told = FALSE[case]
    (tmp_path / "empty").write_text("\n", encoding="utf-8")
    with pytest.raises(ValueRefused) as caught:
        read_basemaps(settings_file(tmp_path, theirs={"attribution": "they", **values}))
    assert caught.value.code == code
    for lang in LANGUAGES:
        said = explain(code, lang, caught.value.details)
        assert told in said
        assert "pw@" not in said
        assert code == "FILE_NOT_FOUND" or "basemaps.toml" in said


@pytest.mark.parametrize("name", ["land", "Big", "a b", "../x"])
def test_a_name_is_a_word_of_addresses(tmp_path: Path, name: str) -> None:
    """A name stands in addresses: small letters, digits, hyphens; the plain ground has its own."""
    path = tmp_path / "basemaps.toml"
    path.write_text(f'["{name}"]\nurl = "{URL}"\nattribution = "they"\n', encoding="utf-8")
    with pytest.raises(ValueRefused, match="BASEMAP_INVALID"):
        read_basemaps(path)


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"[a", "BASEMAP_INVALID"),
        (b"a = 1\n", "BASEMAP_INVALID"),
        (b"\xff", "FILE_UNREADABLE"),
        (None, "FILE_NOT_FOUND"),
    ],
)
def test_a_file_that_is_no_such_file(tmp_path: Path, content: bytes | None, code: str) -> None:
    """A file that is missing, no text, no TOML or no tables is refused by name."""
    path = tmp_path / "basemaps.toml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ValueRefused, match=code):
        read_basemaps(path)


def test_the_server_does_not_start_on_a_false_setting(store_url: str, tmp_path: Path) -> None:
    """`serve` says what is wrong and ends with 2, before any worker is there."""
    path = settings_file(
        tmp_path, gaode={"url": "https://webst01.is.autonavi.com/{z}/{x}/{y}", "attribution": "g"}
    )
    command = [
        sys.executable,
        "-m",
        "geo_registry",
        "--lang",
        "en",
        "--store",
        store_url,
        "serve",
        "--port",
        "1",
    ]
    environment = {"GEO_REGISTRY_BASEMAPS": str(path), "PYTHONPATH": str(Path(__file__).parents[3])}
    ran = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, timeout=60)
    assert ran.returncode == 2
    assert "GCJ-02" in ran.stderr


def test_the_document_shows_a_true_setting(tmp_path: Path, project_root: Path) -> None:
    """The file that docs/operate.md shows is read as it stands; every key there is stands in its table."""
    document = (project_root / "docs" / "operate.md").read_text(encoding="utf-8")
    section = document.partition("\n## Basemaps\n")[2].partition("\n## ")[0]
    path = tmp_path / "basemaps.toml"
    path.write_text(section.partition("```toml\n")[2].partition("```")[0], encoding="utf-8")
    (tmp_path / "tianditu.key").write_text("s3cret", encoding="utf-8")
    assert [(one.name, len(one.urls), one.zooms[1]) for one in read_basemaps(path)] == [
        ("tianditu", 2, 18),
        ("orthophoto", 1, 20),
        ("here", 0, 18),
    ]
    assert [key for key in KEYS if f"`{key}`" not in section] == []

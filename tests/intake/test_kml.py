"""KML and KMZ: placemarks to rows, folders to layers, nothing fetched, no datum taken on trust."""

from __future__ import annotations

from pathlib import Path

import pytest
import shapely

from geo_registry.core.raw import GEOMETRY, RawFile, RawLayer
from tests.intake.making import limited, numbers, refused, send, texts, zipped

OPENGIS = "http://www.opengis.net/kml/2.2"
POINT = "<Point><coordinates>113.5,34.5,80</coordinates></Point>"
LINE = "<LineString><coordinates>\n 113,34 \n\t114,35,0 </coordinates></LineString>"
RING = "<LinearRing><coordinates>{}</coordinates></LinearRing>"
HOLED = (
    f"<Polygon><innerBoundaryIs>{RING.format('0.1,0.1 0.2,0.1 0.2,0.2 0.1,0.1')}</innerBoundaryIs>"
    f"<outerBoundaryIs>{RING.format('0,0 1,0 1,1 0,1 0,0')}</outerBoundaryIs></Polygon>"
)
TRACK = (
    "<gx:Track xmlns:gx='x'><when>2020</when>"
    "<gx:coord>113 34 1</gx:coord><gx:coord>114 35 1</gx:coord></gx:Track>"
)


def kml(inner: str, attributes: str = f' xmlns="{OPENGIS}"', declared: str = ' encoding="UTF-8"') -> str:
    """Wrap placemarks and folders in a document."""
    return f'<?xml version="1.0"{declared}?>\n<kml{attributes}><Document>{inner}</Document></kml>'


def mark(name: str, inner: str = POINT) -> str:
    """Make one placemark."""
    return f"<Placemark><name>{name}</name>{inner}</Placemark>"


def fields(**values: str) -> str:
    """Make extended data without a schema."""
    pairs = "".join(f'<Data name="{key}"><value>{value}</value></Data>' for key, value in values.items())
    return f"<ExtendedData>{pairs}</ExtendedData>"


def shapes(layer: RawLayer) -> list[str | None]:
    """Give the geometries of a layer as text."""
    wkb = layer.cells.column(GEOMETRY).to_pylist()
    return [None if each is None else shapely.from_wkb(each).wkt for each in wkb]


def names(taken: RawFile) -> list[list[str | None]]:
    """Give the first column of each layer."""
    return [[row[0] for row in texts(layer)] for layer in taken.layers]


def test_a_placemark_is_a_row(tmp_path: Path) -> None:
    """Name, description, times and both kinds of extended data become columns, in document order."""
    schema = '<SchemaData schemaUrl="#s"><SimpleData name="stock">3</SimpleData></SchemaData>'
    own = "<description><![CDATA[<b>旧</b>]]></description><TimeStamp><when>2025-01-02</when></TimeStamp>"
    second = mark("乙 &amp; 丙", f"<ExtendedData>{schema}<p:side>东</p:side></ExtendedData>")
    sent = kml(mark("甲", own + fields(编码="A1") + POINT) + second, f' xmlns="{OPENGIS}" xmlns:p="p"')
    (layer,) = send(tmp_path, sent, "点位.kml").layers
    assert (layer.name, layer.crs) == ("点位", None)
    assert layer.headings == ("name", "description", "when", "编码", "stock", "side")
    assert texts(layer) == [
        ["甲", "<b>旧</b>", "2025-01-02", "A1", None, None],
        ["乙 & 丙", None, None, None, "3", "东"],
    ]
    assert shapes(layer) == ["POINT (113.5 34.5)", None]


def test_a_label_that_says_a_column_again_is_no_second_column(tmp_path: Path) -> None:
    """A placemark's name stands back where the extended data says it, and is told apart where it differs."""
    again = kml(mark("甲", fields(名称="甲") + POINT) + mark("乙", fields(名称="乙") + POINT))
    assert send(tmp_path, again, "a.kml").layers[0].headings == ("名称",)
    other = kml(mark("1号", fields(Name="甲厂") + POINT))
    assert send(tmp_path, other, "a.kml").layers[0].headings == ("placemark name", "Name")
    assert (
        refused(tmp_path, kml(mark("a", fields(k="1") + fields(k="2"))), "a.kml").code == "HEADER_DUPLICATE"
    )


@pytest.mark.parametrize(
    ("inner", "shape"),
    [
        (POINT, "POINT (113.5 34.5)"),
        ("<Point><coordinates>113.5, 34.5,</coordinates></Point>", "POINT (113.5 34.5)"),
        ("<Point><coordinates>nan,34</coordinates></Point>", "POINT (NaN 34)"),
        ("<Point><coordinates> </coordinates></Point>", None),
        (LINE, "LINESTRING (113 34, 114 35)"),
        (TRACK, "LINESTRING (113 34, 114 35)"),
        (HOLED, "POLYGON ((0 0, 1 0, 1 1, 0 1, 0 0), (0.1 0.1, 0.2 0.1, 0.2 0.2, 0.1 0.1))"),
        (f"<MultiGeometry>{POINT}</MultiGeometry>", "POINT (113.5 34.5)"),
        (
            f"<MultiGeometry>{POINT}<MultiGeometry>{POINT}</MultiGeometry></MultiGeometry>",
            "MULTIPOINT ((113.5 34.5), (113.5 34.5))",
        ),
        (
            f"<MultiGeometry>{POINT}{LINE}</MultiGeometry>",
            "GEOMETRYCOLLECTION (POINT (113.5 34.5), LINESTRING (113 34, 114 35))",
        ),
        ("<Model><Location><longitude>1</longitude></Location></Model>", None),
    ],
)
def test_shapes_of_every_type_are_read(tmp_path: Path, inner: str, shape: str | None) -> None:
    """Points, lines, polygons with holes, tracks and what is made of them; heights are dropped."""
    assert shapes(send(tmp_path, kml(mark("甲", inner)), "a.kml").layers[0]) == [shape]


@pytest.mark.parametrize("text", ["113", "a,b", "1,2,3,4", "1_0,3", "113.5 34.5", "1,2 3,4", "113.5，34.5"])
def test_positions_that_are_none_are_refused(tmp_path: Path, text: str) -> None:
    """A position that cannot be read refuses the file and names its row; it never becomes a missing one."""
    sent = kml(mark("甲") + mark("乙", f"<Point><coordinates>{text}</coordinates></Point>"))
    fault = refused(tmp_path, sent, "a.kml")
    assert (fault.code, fault.details["row"]) == ("GEOM_CORRUPT", 2)
    open_ring = mark(
        "甲", f"<Polygon><outerBoundaryIs>{RING.format('0,0 1,0 1,1')}</outerBoundaryIs></Polygon>"
    )
    assert refused(tmp_path, kml(open_ring), "a.kml").code == "GEOM_CORRUPT"


def test_folders_are_layers(tmp_path: Path) -> None:
    """A folder with placemarks is a layer; one without a name belongs to the folder round it."""
    coal = "<Folder>" + mark("甲") + "<name>散煤点</name><Folder>" + mark("乙") + "</Folder></Folder>"
    sent = kml(coal + "<Folder><name>烤房</name>" + mark("丙") + "</Folder>" + mark("丁"))
    taken = send(tmp_path, sent, "a.kml")
    assert [(layer.name, numbers(layer)) for layer in taken.layers] == [
        ("散煤点", [1, 2]),
        ("烤房", [3]),
        ("a", [4]),
    ]
    assert names(send(tmp_path, sent, "a.kml", layer="烤房")) == [["丙"]]
    assert refused(tmp_path, sent, "a.kml", layer="砖厂").code == "LAYER_UNKNOWN"
    assert refused(tmp_path, kml("<Folder/>"), "a.kml").code == "NO_ROWS"


@pytest.mark.parametrize("version", ["", ' xmlns="http://earth.google.com/kml/2.0"', f' xmlns="{OPENGIS}"'])
def test_every_version_is_read(tmp_path: Path, version: str) -> None:
    """The name space does not matter, nor a prefix, nor an element round the placemarks."""
    assert names(send(tmp_path, kml(mark("甲"), version), "a.kml")) == [["甲"]]
    prefixed = f"<k:kml xmlns:k='{OPENGIS}'><k:Placemark><k:name>甲</k:name></k:Placemark></k:kml>"
    assert names(send(tmp_path, prefixed, "a.kml")) == [["甲"]]
    assert names(send(tmp_path, "<Placemark><name>甲</name></Placemark>", "a.kml")) == [["甲"]]


def test_links_are_named_and_never_followed(tmp_path: Path) -> None:
    """Whatever leads out of the file is one warning, that of a network link first."""
    network = "<NetworkLink><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
    icon = "<Style id='s'><IconStyle><Icon><href>http://a/x.png</href></Icon></IconStyle></Style>"
    links = "<styleUrl>#s</styleUrl><styleUrl>other.kml#s</styleUrl>"
    (found,) = send(tmp_path, kml(icon + mark("甲", links + POINT) + network), "a.kml").findings
    assert (found.code, found.value, found.details["count"]) == (
        "LINK_IGNORED",
        "http://127.0.0.1:9/x.kml",
        3,
    )
    packed = zipped({"doc.kml": kml(mark("甲", "<href>files/a.png</href>")), "files/a.png": "x"})
    assert send(tmp_path, packed, "a.kmz").findings == ()


UTF16 = ' encoding="UTF-16"'


@pytest.mark.parametrize(
    ("declared", "codec", "encoding"),
    [
        ("", "utf-8-sig", "utf-8"),
        (' encoding="GBK"', "utf-8-sig", "utf-8"),
        (UTF16, "utf-16", "utf-16"),
        (UTF16, "utf-16-le", "utf-16-le"),
        (UTF16, "utf-16-be", "utf-16-be"),
        (UTF16, "utf-8", "utf-8"),
        (' encoding="ISO-8859-1"', "utf-8", "utf-8"),
        (" encoding='gb2312'", "gb18030", "gb18030"),
        (' encoding="GBK"', "gb18030", "gb18030"),
    ],
)
def test_text_is_read_in_the_encoding_it_is_in(
    tmp_path: Path, declared: str, codec: str, encoding: str
) -> None:
    """A mark goes before the declaration, and a declaration that cannot be true counts for nothing."""
    taken = send(tmp_path, kml(mark("漯河甲厂"), declared=declared).encode(codec), "a.kml")
    assert (taken.encoding, names(taken), taken.findings) == (encoding, [["漯河甲厂"]], ())


def test_a_guessed_encoding_is_shown(tmp_path: Path) -> None:
    """GB18030 that nothing declares is taken with a warning that shows what was read."""
    (found,) = send(tmp_path, kml(mark("漯河甲厂"), declared="").encode("gbk"), "a.kml").findings
    assert (found.code, found.details["preview"]) == ("ENCODING_GUESSED", ["漯河甲厂"])
    for declared, codec, code in (
        (' encoding="UTF-8"', "gbk", "ENCODING_NOT_UTF8"),
        (' encoding="klingon"', "gbk", "ENCODING_AMBIGUOUS"),
        (' encoding="ISO-8859-1"', "latin-1", "ENCODING_AMBIGUOUS"),
    ):
        sent = kml(mark("café" if codec == "latin-1" else "漯河甲厂"), declared=declared).encode(codec)
        assert refused(tmp_path, sent, "a.kml").code == code


LAUGHS = '<!DOCTYPE kml [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;">]><kml>&b;</kml>'


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (LAUGHS, "XML_ENTITY"),
        ('<!DOCTYPE kml [<!ENTITY x SYSTEM "file:///etc/hostname">]><kml>&x;</kml>', "XML_ENTITY"),
        ('<!DOCTYPE kml [<!ENTITY % x SYSTEM "http://127.0.0.1:9/"> %x;]><kml/>', "XML_ENTITY"),
        (kml(mark("a&nbsp;b")), "XML_ENTITY"),
        ('<!DOCTYPE kml SYSTEM "http://127.0.0.1:9/x.dtd"><kml>&x;</kml>', "XML_DTD"),
        (kml("<Folder>" * 300 + "</Folder>" * 300), "XML_TOO_DEEP"),
        (kml(mark("a"))[:-4], "XML_INVALID"),
        (kml(mark("a&#1;")), "XML_INVALID"),
        (kml(mark("a", mark("b"))), "XML_INVALID"),
        (kml(mark("a", fields(**{f"k{at}": "1" for at in range(600)}))), "TOO_MANY_COLUMNS"),
        ("<OGRVRTDataSource/>", "CONTENT_MISMATCH"),
        ("<html><body/></html>", "CONTENT_MISMATCH"),
        ("name,lon,lat\n", "CONTENT_MISMATCH"),
    ],
)
def test_hostile_markup_is_refused(tmp_path: Path, sent: str, code: str) -> None:
    """No entity is expanded, no document type fetched, and other markup is not taken for KML."""
    assert refused(tmp_path, sent, "a.kml").code == code
    assert refused(tmp_path, zipped({"doc.kml": sent}), "a.kmz").code == code


def test_an_archive_has_one_document(tmp_path: Path) -> None:
    """Of several documents the main one is read and the others are named; without a main one none is."""
    first, second = kml(mark("甲")), kml(mark("乙"))
    assert names(send(tmp_path, zipped({"点位/a.kml": first, "__MACOSX/._a.kml": "x"}), "a.kmz")) == [["甲"]]
    taken = send(tmp_path, zipped({"b.kml": second, "doc.kml": first}), "a.kmz")
    assert (names(taken), [found.value for found in taken.findings]) == ([["甲"]], ["b.kml"])
    assert refused(tmp_path, zipped({"a.kml": first, "b.kml": second}), "a.kmz").code == "MULTIPLE_LAYERS"
    assert refused(tmp_path, zipped({"a.vrt": first}), "a.kmz").code == "FORMAT_NOT_ALLOWED"
    assert refused(tmp_path, zipped({"doc.kml": first, "b.kmz": "x"}), "a.kmz").code == "ARCHIVE_NESTED"
    bomb = zipped({"doc.kml": first + " " * 2_000_000})
    assert refused(tmp_path, bomb, "a.kmz", limits=limited(ratio=50)).code == "ARCHIVE_RATIO"
    assert refused(tmp_path, first, "a.kmz").code == "CONTENT_MISMATCH"

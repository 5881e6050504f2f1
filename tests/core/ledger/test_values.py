"""The readers of single cells: numbers, dates, words, coordinates."""

from __future__ import annotations

import math
import unicodedata
from datetime import date

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import uscc

from geo_registry.core.kinds import Choice, Field, Label
from geo_registry.core.ledger.reading.angles import Axis, read_angle
from geo_registry.core.ledger.reading.cell import fold, is_blank, key_of, split_brackets
from geo_registry.core.ledger.reading.columns import plain_numbers, read_column, without_blanks
from geo_registry.core.ledger.reading.dates import read_date
from geo_registry.core.ledger.reading.numbers import parse_quantity, read_number
from geo_registry.core.ledger.reading.units import contradicts, unit_of
from geo_registry.core.ledger.reading.words import read_boolean, read_choice, read_credit_code, vocabulary
from geo_registry.core.ledger.tidy import clean
from tests.core.ledger.ledger_world import kind_named, only

STOCK = Field("stock_t", "number", Label("存煤量", "Stock"), "stock_t", unit="t", minimum=0, maximum=1000)
SHARE = Field("share_pct", "number", Label("占比", "Share"), "share", unit="%")
COUNT = Field("barns", "integer", Label("座数", "Barns"), "barns")
NOTE = Field("note", "text", Label("备注", "Note"), "note", max_length=5)
CODE = Field("code", "text", Label("编码", "Code"), "code")
ROWS = np.arange(2, 100)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("12", 12.0),
        ("１２．５", 12.5),
        ("1,000", 1000.0),
        ("１，０００", 1000.0),
        (" 12 吨 ", 12.0),
        ("12t", 12.0),
        ("+3", 3.0),
        ("1.5e2", 150.0),
        ("0.05万吨", 500.0),
    ],
)
def test_numbers_are_read_as_ledgers_write_them(text: str, value: float) -> None:
    """Full width, thousands marks, the field's own unit and 万 do not keep a number from being read."""
    reading = read_number(text, STOCK)
    assert (reading.value, reading.code) == (pytest.approx(value), None)


@pytest.mark.parametrize(
    "text",
    [
        "4500公斤",
        "3斤",
        "5辆",
        "70%",
        "12吨半",
        "10-20",
        "10~20吨",
        "1,00",
        "12,5",
        "三十",
        "-1",
        "1001",
        "1.2.3",
        "nan",
        "inf",
        "1e999",
        "#REF!",
        "约10以上",
    ],
)
def test_what_is_no_number_of_the_field_is_refused(text: str) -> None:
    """Another unit, a range, a value beyond the limits or no number at all is VALUE_INVALID."""
    reading = read_number(text, STOCK)
    assert (reading.value, reading.code) == (None, "VALUE_INVALID")
    assert reading.details["expected"] == "number 0..1000 t"


@pytest.mark.parametrize(
    ("text", "value", "bound"),
    [
        ("10余吨", 10.0, ">="),
        ("10多吨", 10.0, ">="),
        ("10吨以上", 10.0, ">="),
        ("≥10", 10.0, ">="),
        (">=10吨", 10.0, ">="),
        ("不少于10", 10.0, ">="),
        ("10+", 10.0, ">="),
        ("＞10", 10.0, ">"),
        ("超过10吨", 10.0, ">"),
        ("≤10", 10.0, "<="),
        ("10吨以内", 10.0, "<="),
        ("不足10吨", 10.0, "<"),
        ("约20", 20.0, "~"),
        ("20吨左右", 20.0, "~"),
        ("约20吨左右", 20.0, "~"),
    ],
)
def test_bounds_keep_their_number_and_their_sign(text: str, value: float, bound: str) -> None:
    """A cell such as 10余吨 is kept as 10 with ">=", and said to be a bound."""
    reading = read_number(text, STOCK)
    assert (reading.value, reading.code, reading.details["bound"]) == (value, "BOUND_NOT_NUMBER", bound)


def test_bounds_of_the_seed_documents_are_understood() -> None:
    """The bounds that stand in the documents the registry was conceived from are taken apart rightly."""
    said = [parse_quantity(text) for text in ("200余辆", "1.2万余辆", "70%以上", "4500公斤左右")]
    assert said == [(200, ">=", "辆"), (12000, ">=", "辆"), (70, ">=", "%"), (4500, "~", "公斤")]
    assert read_number("70%以上", SHARE).value == 70


def test_counts_are_whole_and_may_have_a_measure_word() -> None:
    """A count takes 3, 3.0 and 3座; a fraction or a tonnage is refused."""
    assert [read_number(text, COUNT).value for text in ("3", "3.0", "3座", "３辆")] == [3, 3, 3, 3]
    assert {read_number(text, COUNT).code for text in ("3.5", "3吨", "1e300")} == {"VALUE_INVALID"}


@given(st.decimals(min_value=0, max_value=1000, places=3))
def test_a_number_reads_the_same_one_by_one_and_in_a_column(value: object) -> None:
    """Arrow's fast way and the reader of single cells agree to the last bit, in either width."""
    text = str(value)
    wide = text.translate({ord(narrow): ord(narrow) + 0xFEE0 for narrow in "0123456789."})
    column = read_column(pa.array([text, wide]), STOCK, ROWS, {})
    assert column.read.tolist() == [float(text), float(text)]
    assert read_number(text, STOCK).value == float(text)


@given(st.dates(min_value=date(1900, 1, 1), max_value=date(2200, 12, 31)))
def test_every_spelling_of_a_date_gives_that_date(day: date) -> None:
    """All spellings ledgers use are read, with or without a time of day."""
    y, m, d = day.year, day.month, day.day
    short = f"{y}-{m}-{d} {y}/{m}/{d} {y}.{m}.{d} {y}年{m}月{d}日"
    long = f"{day:%Y-%m-%d %Y/%m/%d %Y.%m.%d %Y%m%d %Y年%m月%d日 %Y-%m-%dT00:00:00}"
    assert {read_date(text).value for text in f"{short} {long}".split()} == {day}
    assert read_date(f"{day:%Y-%m-%d} 08:30:00").value == day
    assert read_date(f"{day.year} 年 {day.month} 月 {day.day} 日").value == day


@pytest.mark.parametrize(
    "text",
    "2025-02-30 2025-13-01 2025年3月 2025 25-3-1 3/1/2025 45000 昨天 2025-3/1 0025-03-01 2025-03-01x".split(),
)
def test_what_is_no_day_of_the_calendar_is_refused(text: str) -> None:
    """A date that does not exist, lacks its day or hides its order is DATE_INVALID, never guessed."""
    assert read_date(text).code == "DATE_INVALID"


def test_words_are_known_by_value_label_and_alias() -> None:
    """A choice is said by its value, either label or an alias, in any width, case and spacing."""
    words = vocabulary([Choice("held", Label("有", "Held"), ("有证",)), Choice("none", Label("无", "None"))])
    assert [read_choice(text, words).value for text in ("HELD", "有 证", "无", "Ｎｏｎｅ")] == [
        "held",
        "held",
        "none",
        "none",
    ]
    assert read_choice("丢失", words).details == {"expected": "held | none"}


def test_yes_and_no_are_known_in_every_spelling() -> None:
    """Each spelling ledgers have for yes and no is understood in a boolean of the real catalog."""
    field = kind_named("coal_sales_point").field("mobile")
    assert field is not None
    words = vocabulary(field.choices)
    assert {read_boolean(text, words).value for text in "是 √ yes true 1 Y 有".split()} == {True}
    assert {read_boolean(text, words).value for text in "否 × no false 0 N 无".split()} == {False}
    assert read_boolean("或许", words).code == "VALUE_INVALID"


def test_credit_codes_of_the_standard() -> None:
    """The vectors of GB 32100-2015 are told right from wrong, the one whose sum is 0 mod 31 too."""
    right = ["91350100M000100Y43", "91110000600037341L", "91110108551385082Q", "91411102MA00000090"]
    assert [read_credit_code(text).value for text in right] == right
    assert read_credit_code("９１３５０１００m000100y43").value == right[0]
    assert {
        read_credit_code(text).code for text in ("91350100M000100Y4Z", right[0][:-1], "9135010OM000100Y43")
    } == {"VALUE_INVALID"}


@given(st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=17, max_size=17))
def test_check_characters_agree_with_an_independent_library(body: str) -> None:
    """For any body exactly one check character is right, the one python-stdnum computes."""
    right = [letter for letter in "0123456789ABCDEFGHJKLMNPQRTUWXY" if read_credit_code(body + letter).value]
    assert right == [uscc.calc_check_digit(body)]


@pytest.mark.parametrize(
    ("text", "degrees"),
    [
        ("113.75833", 113.75833),
        ("１１３．７５", 113.75),
        ("113.75°", 113.75),
        ("E113.75", 113.75),
        ("113.75E", 113.75),
        ("113.75°e", 113.75),
        ("东经113.75°", 113.75),
        ("-113.75", -113.75),
        ("W113.75", -113.75),
        ("113°45′30″", 113.758333333333),
        ("113°45'30\"", 113.758333333333),
        ("113º45’30”", 113.758333333333),
        ("113˚45ʹ30ʺ", 113.758333333333),
        ("113°45'30''", 113.758333333333),
        ("113°45′30″E", 113.758333333333),
        ("E 113°45′30″", 113.758333333333),
        ("东经113度45分30秒", 113.758333333333),
        ("113°45.5′", 113.758333333333),
        ("E113°45.5'", 113.758333333333),
        ("113 45 30", 113.758333333333),
        ("113 45.5", 113.758333333333),
        ("113-45-30", 113.758333333333),
        ("113:45:30", 113.758333333333),
        ("113d45m30s", 113.758333333333),
        ("113D45M30S", 113.758333333333),
        ("113°45′30.12″", 113.7583666666667),
        ("113° 45′ 30″", 113.758333333333),
    ],
)
def test_longitudes_are_read_in_their_common_spellings(text: str, degrees: float) -> None:
    """Decimal degrees, degrees and minutes, degrees, minutes and seconds: all mean the same place."""
    angle = read_angle(text, "lon")
    assert angle.code is None
    assert angle.degrees == pytest.approx(degrees, abs=1e-12)


@pytest.mark.parametrize(
    ("text", "axis", "code"),
    [
        ("abc", "lon", "COORD_NOT_NUMBER"),
        ("113.75,33.58", "lon", "COORD_NOT_NUMBER"),
        ("113,75", "lon", "COORD_NOT_NUMBER"),
        ("113°75′30″", "lon", "COORD_NOT_NUMBER"),
        ("113°45′61″", "lon", "COORD_NOT_NUMBER"),
        ("113.45.30", "lon", "COORD_NOT_NUMBER"),
        ("W-113.75", "lon", "COORD_NOT_NUMBER"),
        ("E", "lon", "COORD_NOT_NUMBER"),
        ("nan", "lon", "COORD_NOT_FINITE"),
        ("-inf", "lat", "COORD_NOT_FINITE"),
        ("1e999", "lon", "COORD_NOT_FINITE"),
        ("N33.58", "lon", "COORD_SWAPPED"),
        ("东经113.75°", "lat", "COORD_SWAPPED"),
    ],
)
def test_what_is_no_longitude_or_latitude_says_why(text: str, axis: Axis, code: str) -> None:
    """Each way in which a coordinate cannot be read has its own code."""
    angle = read_angle(text, axis)
    assert math.isnan(angle.degrees)
    assert angle.code == code


def test_a_small_s_after_minutes_means_seconds_not_south() -> None:
    """A latitude of 33°34'30s lies north of the equator, one of 33°34'30"S south of it."""
    assert read_angle("33°34'30s", "lat").degrees == pytest.approx(33.575)
    assert read_angle("33°34'30\"S", "lat").degrees == pytest.approx(-33.575)
    assert read_angle("33.575S", "lat").degrees == pytest.approx(-33.575)


@given(st.integers(-179, 179), st.integers(0, 59), st.integers(0, 59), st.integers(0, 9999))
def test_degrees_minutes_and_seconds_come_back_exactly(
    degrees: int, minutes: int, seconds: int, fraction: int
) -> None:
    """Any angle written in degrees, minutes and seconds reads within a nanodegree of its value."""
    value = abs(degrees) + minutes / 60 + (seconds + fraction / 10000) / 3600
    sign = "-" if degrees < 0 else ""
    text = f"{sign}{abs(degrees)}°{minutes}′{seconds}.{fraction:04d}″"
    assert read_angle(text, "lon").degrees == pytest.approx(-value if sign else value, abs=1e-9)


def test_the_step_of_a_spelling_is_what_it_can_tell_apart() -> None:
    """Four decimals tell 0.0001° apart, whole minutes a sixtieth, tenths of a second 1/36000."""
    steps = [read_angle(text, "lon").step_deg for text in ("97", "113.7500", "113°45′", "113°45′30.5″")]
    assert steps == pytest.approx([1, 1e-4, 1 / 60, 1 / 36000])


@given(st.text())
def test_no_text_whatever_breaks_a_reader(text: str) -> None:
    """Whatever stands in a cell, the readers answer with a value or a code and never raise."""
    for reading in (read_number(text, STOCK), read_date(text), read_credit_code(text)):
        assert (reading.value is None) is (reading.code not in {None, "BOUND_NOT_NUMBER"})
    assert math.isnan(read_angle(text, "lon").degrees) is (read_angle(text, "lon").code is not None)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])) | st.none(), min_size=1))
def test_clean_cells_are_composed_and_tidy(cells: list[str | None]) -> None:
    """Cleaned text is NFC and has no spaces at its ends; cleaning it again changes nothing."""
    once = clean(pa.chunked_array([cells], pa.string()))
    assert clean(pa.chunked_array([once])).to_pylist() == once.to_pylist()
    for text in once.drop_null().to_pylist():
        assert text == unicodedata.normalize("NFC", text)
        assert text.strip(" \t\r\n\u3000") == text != ""


def test_blank_marks_are_blank_unless_they_are_values() -> None:
    """Dashes, slashes, 无 and N/A stand for nothing, but 无 is a value where a vocabulary lists it."""
    marks = ["-", "—", "——", "/", "／", "无", "N/A", "n/a", "NULL", "暂无", "...", "#N/A"]
    assert all(is_blank(mark) for mark in marks)
    assert without_blanks(pa.array(marks), {}).null_count == len(marks)
    assert without_blanks(pa.array(["无", "-"]), {"无": "none"}).to_pylist() == ["无", None]
    assert not any(is_blank(text) for text in ("0", "无锡", "否", "A-1"))


def test_texts_too_long_or_with_control_characters_are_refused() -> None:
    """A text beyond its field's length, or with a character that cannot be seen, is told with its row."""
    column = read_column(pa.array(["烤房一二三四", "a\x07b", "正好五个字", "a\u202eb"]), NOTE, ROWS, {})
    assert [(found.row, found.code) for found in column.findings] == [
        (3, "TEXT_CONTROL_CHAR"),
        (5, "TEXT_CONTROL_CHAR"),
        (2, "FIELD_TOO_LONG"),
    ]


def test_codes_are_half_width() -> None:
    """A code in full-width digits is the same code; a name keeps the brackets it was written with."""
    assert read_column(pa.array(["ＳＭ－０１"]), CODE, ROWS, {}).read.tolist() == ["SM-01"]
    assert read_column(pa.array(["甲（一）"]), NOTE, ROWS, {}).read.tolist() == ["甲（一）"]


def test_a_faulty_spelling_is_told_for_every_row_that_has_it() -> None:
    """Spellings are read once each, yet every row with a bad one has its finding."""
    column = read_column(pa.array(["3", "许多", None, "许多"]), COUNT, ROWS, {})
    assert [(found.row, found.value) for found in column.findings] == [(3, "许多"), (5, "许多")]
    assert column.read.isna().tolist() == [False, True, True, True]


def test_bounds_stand_beside_their_rows() -> None:
    """The bound of one row is no bound of the next."""
    column = read_column(pa.array(["10余吨", "5", None]), STOCK, ROWS, {})
    assert column.bounds is not None
    assert column.bounds.fillna("").tolist() == [">=", "", ""]
    assert only(column.findings).details == {"bound": ">=", "number": 10.0}


def test_plain_numbers_are_left_to_arrow_and_odd_ones_not() -> None:
    """Only unmistakable decimals take the fast way."""
    numbers = plain_numbers(pa.array(["1", "-2.5", "+3", "1e5", "１", ".5", "5.", "0x1", None]))
    assert np.isnan(numbers).tolist() == [False, False, False, True, True, True, True, True, True]


def test_headings_and_words_are_folded() -> None:
    """Width, case, spaces, stars and brackets' marks do not make another heading."""
    assert {key_of(text) for text in ("*名称", "名 称", "【名称】", "名称＊", "名_称")} == {"名称"}
    assert fold("ＧＰＳ 定位") == "gps定位"
    assert split_brackets("占地面积【㎡】（必填）") == ("占地面积", ("m2", "必填"))


def test_units_are_recognised_and_contradictions_seen() -> None:
    """吨 is t; 亩 contradicts m²; 必填 is no unit; a count is contradicted by a tonne."""
    assert [unit_of(text) for text in ("吨", "㎡", "平方米", "m3/h", "座", "必填")] == [
        "t",
        "m²",
        "m²",
        "m³/h",
        "",
        None,
    ]
    assert [
        contradicts(*pair) for pair in (("亩", "m²"), ("吨", "t"), ("万吨", "t"), ("吨", None), ("个", None))
    ] == [
        True,
        False,
        True,
        True,
        False,
    ]

"""Units as ledgers write them: a closed table, to notice a number that is meant in another unit."""

from __future__ import annotations

from geo_registry.core.ledger.reading.cell import fold

_SPELLINGS = {
    "t": "t 吨 公吨 ton tons tonne tonnes",
    "kg": "kg 公斤 千克",
    "g": "g 克",
    "斤": "斤 市斤",
    "m²": "m² m^2 sqm 平方米 平米 平方",
    "km²": "km² km^2 平方公里 平方千米",
    "亩": "亩 市亩",
    "ha": "ha 公顷",
    "m³": "m³ m^3 立方米 立方 方",
    "m³/h": "m³/h m^3/h m³/hr 立方米/小时 立方米/时 立方/小时 方/小时 方/时 方/h 立方米每小时",
    "t/h": "t/h 吨/小时 吨/时 蒸吨 蒸吨/小时",
    "t/a": "t/a 吨/年 吨每年",
    "m": "m 米",
    "km": "km 公里 千米",
    "cm": "cm 厘米",
    "mm": "mm 毫米",
    "%": "% 百分比",
    "°": "° 度 deg degree degrees",
    "h": "h 小时",
    "d": "d 天",
    "MW": "MW 兆瓦",
    "kW": "kW 千瓦",
    "元": "元",
    "万元": "万元",
}
"""Our symbol of a unit, and the spellings that mean it."""

_COUNTERS = frozenset(
    "个 台 辆 座 家 户 名 人 处 栋 幢 间 口 根 条 套 次 孔 眼 只 部 块 组 件 张 车 所 层 pcs".split()
)
"""Measure words: they stand after counts, which have no unit."""

_MYRIADS = {"百": 1e2, "千": 1e3, "万": 1e4, "亿": 1e8}
"""Chinese numerals that multiply the digits before them."""

_KNOWN = {fold(word): symbol for symbol, words in _SPELLINGS.items() for word in words.split()}


def unit_of(text: str) -> str | None:
    """Recognise a unit.

    Parameters
    ----------
    text
        What stands after a number or in a heading's brackets.

    Returns
    -------
    str or None
        Our symbol of the unit, ``""`` for a measure word, None for what is no unit.

    Examples
    --------
    >>> unit_of("公斤"), unit_of("㎡"), unit_of("辆"), unit_of("左右")
    ('kg', 'm²', '', None)
    """
    folded = fold(text)
    return "" if folded in _COUNTERS else _KNOWN.get(folded)


def split_myriad(text: str) -> tuple[float, str]:
    """Take a multiplying numeral off the front.

    Parameters
    ----------
    text
        What stands after the digits.

    Returns
    -------
    tuple
        The factor, 1 where there is none, and the rest of the text.

    Examples
    --------
    >>> split_myriad("万余辆"), split_myriad("千克")
    ((10000.0, '余辆'), (1.0, '千克'))
    """
    if text[:1] in _MYRIADS and unit_of(text) is None:
        return _MYRIADS[text[0]], text[1:]
    return 1.0, text


def contradicts(text: str, unit: str | None) -> bool:
    """Tell whether a text names another unit than the one a field is kept in.

    Parameters
    ----------
    text
        Perhaps a unit: what stands in a heading's brackets.
    unit
        Unit of the field, None for a count or a text.

    Examples
    --------
    >>> contradicts("亩", "m²"), contradicts("平方米", "m²"), contradicts("必填", "m²")
    (True, False, False)
    """
    factor, rest = split_myriad(fold(text))
    named = unit_of(rest)
    return named is not None and (factor != 1 or named != ("" if unit is None else unit_of(unit) or unit))

"""Every sentence in both languages."""

from __future__ import annotations

from string import Formatter

import pytest

from geo_registry.core.findings import FILE_FAULTS, ROW_FAULTS, WARNINGS
from geo_registry.core.kinds import Language
from geo_registry.wording import LANGUAGES, explain, say, texts


def places(text: str) -> set[str]:
    """Collect the places of a text that are filled in."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def test_both_languages_have_the_same_texts() -> None:
    """A text that stands in one language stands in the other."""
    assert set(texts("zh")) ^ set(texts("en")) == set()


def test_both_languages_fill_the_same_places() -> None:
    """What a sentence names in Chinese it names in English too."""
    zh, en = texts("zh"), texts("en")
    assert {key: places(zh[key]) ^ places(en[key]) for key in zh if places(zh[key]) != places(en[key])} == {}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_code_has_a_sentence_of_its_own(lang: Language) -> None:
    """Each code of the contract has one sentence, and no two codes share one."""
    codes = FILE_FAULTS | ROW_FAULTS | WARNINGS
    assert len({sentence(code, lang) for code in codes}) == len(codes)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_findings_say_what_is_wrong_and_then_what_to_do(lang: Language) -> None:
    """The sentence of a finding has two parts: the fault, and the way out of it."""
    said = {key: text for key, text in texts(lang).items() if key.startswith("findings.")}
    pause, stop = ("；，。", "。") if lang == "zh" else (";,:", ".")
    assert [code for code, text in said.items() if not any(mark in text[:-1] for mark in pause)] == []
    assert [code for code, text in said.items() if not text.endswith(stop)] == []


def test_no_sentence_is_about_a_code_that_does_not_exist() -> None:
    """Findings have sentences for the codes of the contract and for no others."""
    said = {key.removeprefix("findings.") for key in texts("zh") if key.startswith("findings.")}
    assert said - (FILE_FAULTS | ROW_FAULTS | WARNINGS) == set()


OF_A_FILE = {"ENCODING_GUESSED", "UNCHANGED", "LINK_IGNORED", "SHX_REBUILT", "ROWS_DELETED", "SHEET_HIDDEN"}


@pytest.mark.parametrize("code", sorted(ROW_FAULTS | (WARNINGS - OF_A_FILE)))
def test_a_finding_in_a_row_names_the_row(code: str) -> None:
    """Whoever reads of a row's fault learns which row it is."""
    assert all("row" in places(sentence(code, lang)) for lang in LANGUAGES)


def sentence(code: str, lang: Language) -> str:
    """Give the sentence of a code with its places open."""
    known = texts(lang)
    return known.get(f"findings.{code}") or known[f"errors.{code}"]


def test_a_sentence_is_filled_and_never_fails() -> None:
    """Known places are filled, unknown ones show a dash."""
    known = {"row": 7, "field": "stock_t", "value": "许多", "expected": "number"}
    assert explain("VALUE_INVALID", "zh", known) == "第 7 行“stock_t”的值“许多”不能用，应为：number；请改正。"
    assert "–" in say("findings.VALUE_INVALID", "en")

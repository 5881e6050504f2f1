"""The reasons of a score in words."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_registry.catalog import load
from geo_registry.core.audit.score import Case, score_of
from geo_registry.core.kinds import Catalog, Language
from geo_registry.publish.reasons import in_words
from geo_registry.wording import LANGUAGES

EVERY_PART = score_of(
    Case(
        ring=1,
        kind="coal_sales_point",
        weight=25,
        failed=3,
        rebounded=True,
        zone="coal_ban_zone",
        overdue="next_recheck",
    )
).reasons


@pytest.fixture(scope="module")
def catalog(project_root: Path) -> Catalog:
    """Return the project's own layer files."""
    return load(project_root / "layers")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_every_part_is_said_with_the_catalogs_labels(catalog: Catalog, lang: Language) -> None:
    """Each part of the score is a phrase in the reader's language, with labels for names and its points."""
    words = in_words(EVERY_PART, lang, catalog)
    assert words.count("; " if lang == "en" else "；") == EVERY_PART.count(";")
    for label in (catalog.kinds["coal_sales_point"].label, catalog.kinds["coal_ban_zone"].label):
        assert label.of(lang) in words
    assert "next_recheck" not in words
    assert "+50" in words


@pytest.mark.parametrize("lang", LANGUAGES)
@given(ring=st.integers(0, 4))
def test_every_place_has_its_phrase(catalog: Catalog, lang: Language, ring: int) -> None:
    """Siting breach, ring and beyond all rings each have words."""
    reasons = score_of(Case(ring=ring, kind="brick_kiln")).reasons
    assert in_words(reasons, lang, catalog)


def test_no_reasons_are_no_words(catalog: Catalog) -> None:
    """An empty list of reasons is an empty text, and an unknown name stands as it is."""
    assert in_words("", "en", catalog) == ""
    assert "retired_kind" in in_words("kind:retired_kind=5", "en", catalog)

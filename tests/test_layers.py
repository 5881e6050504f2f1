"""The layer files that come with the project."""

from __future__ import annotations

import re
import unicodedata
from itertools import combinations
from pathlib import Path

import pytest

from geo_registry.catalog import load
from geo_registry.core.frame import COMMON, DTYPES, SYSTEM
from geo_registry.core.kinds import Catalog, Field, Kind
from geo_registry.settings import Settings

STATUSES = (
    "lead registered operating rectifying suspended upgraded relocated banned closed rebounded void".split()
)
ACTIVE = {"registered", "operating", "rectifying", "suspended", "upgraded", "rebounded"}
WEIGHTS = {
    "brick_kiln": 25,
    "batching_plant": 25,
    "construction_site": 20,
    "industrial_enterprise": 20,
    "curing_kiln": 15,
    "coal_sales_point": 15,
}
CHINESE = re.compile(r"[\u4e00-\u9fff]")
KIND_WORDS = {
    "construction_site": "建筑工地 施工工地",
    "coal_sales_point": "散煤销售点 散煤点",
    "curing_kiln": "烤烟房 烟叶烤房 烤房 炕房",
    "batching_plant": "搅拌站 商混站 商砼站",
    "monitoring_station": "监测站 监测点 监测站点 国控站点 微型监测站",
}
HEADINGS = {
    "name": "名称 name",
    "category": "类别 category",
    "lon": "经度 lon lng longitude",
    "lat": "纬度 lat latitude",
    "discovered_on": "建档日期 date",
    "code": "编码 code 编号 监测点编码",
}


@pytest.fixture(scope="module")
def catalog() -> Catalog:
    """Load the project's own layer files."""
    return load(Settings().layers)


def declared() -> list[str]:
    """Name the kinds by their files."""
    return sorted(path.stem for path in Settings().layers.glob("[a-z]*.toml"))


def words(one: Field | Kind) -> set[str]:
    """Collect the words by which a ledger may mean a field or a kind."""
    spelt = {one.name, one.label.zh, one.label.en, *one.aliases}
    return {unicodedata.normalize("NFKC", word).casefold() for word in spelt}


def test_kinds_are_the_files(catalog: Catalog) -> None:
    """Every layer file is a kind, and the issue's eleven kinds are there."""
    assert list(catalog.kinds) == declared()
    assert set(catalog.of_role("source")) >= set(WEIGHTS)
    assert set(catalog.of_role("station")) >= {"monitoring_station"}
    assert set(catalog.of_role("zone")) >= {"coal_ban_zone", "district", "urban_core"}
    assert set(catalog.of_role("asset")) >= {"camera"}


def test_statuses_are_the_contract(catalog: Catalog) -> None:
    """The statuses and those that count by default are the contract's, word for word."""
    assert [status.value for status in catalog.statuses] == STATUSES
    assert set(catalog.active) == ACTIVE


def test_weights_are_the_contract(catalog: Catalog) -> None:
    """Each source kind weighs what the contract says, and nothing else weighs anything."""
    weights = {name: kind.weight for name, kind in catalog.kinds.items() if kind.weight}
    assert weights | WEIGHTS == weights
    assert all(5 <= weight <= 25 for weight in weights.values())


def test_levels_are_the_contract(catalog: Catalog) -> None:
    """A station has the contract's levels and site types."""
    level, site_type = (catalog.column(name, "monitoring_station") for name in ("level", "site_type"))
    assert level is not None
    assert site_type is not None
    assert [
        one.value for one in level.choices
    ] == "national provincial municipal county township micro".split()
    assert [one.value for one in site_type.choices] == "city regional background roadside".split()


def test_columns_of_the_frame_are_declared(catalog: Catalog) -> None:
    """Every system and common column of the canonical frame has a label, and one only."""
    base = next(iter(catalog.kinds.values())).base
    assert {one.name: DTYPES[one.type] for one in base} == COMMON
    assert SYSTEM.keys() <= {one.name for one in catalog.columns}


@pytest.mark.parametrize("name", declared())
def test_shapefile_names(catalog: Catalog, name: str) -> None:
    """A kind's shapefile columns have at most ten ASCII characters and differ from each other."""
    kind = catalog.kinds[name]
    names = [one.shp for one in (*kind.all_fields, *catalog.inputs, *catalog.columns)]
    assert all(re.fullmatch(r"[a-z][a-z0-9_]{0,9}", shp) for shp in names)
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("name", declared())
def test_headings_mean_one_field(catalog: Catalog, name: str) -> None:
    """No heading can mean two fields of a kind, in any case or width."""
    fields = (*catalog.kinds[name].all_fields, *catalog.inputs)
    clashes = {
        (a.name, b.name): words(a) & words(b) for a, b in combinations(fields, 2) if words(a) & words(b)
    }
    assert not clashes


def test_kind_words_mean_one_kind(catalog: Catalog) -> None:
    """No word can mean two kinds."""
    clashes = {(a.name, b.name) for a, b in combinations(catalog.kinds.values(), 2) if words(a) & words(b)}
    assert not clashes


@pytest.mark.parametrize(("name", "spelt"), KIND_WORDS.items())
def test_kinds_are_known_by_the_contracts_words(catalog: Catalog, name: str, spelt: str) -> None:
    """Each kind is known by the words the contract promises."""
    assert set(spelt.split()) <= words(catalog.kinds[name])


@pytest.mark.parametrize(("name", "spelt"), HEADINGS.items())
def test_headings_of_the_contract(catalog: Catalog, name: str, spelt: str) -> None:
    """The headings the contract promises are known in every kind."""
    for kind in catalog.kinds.values():
        found = next(one for one in (*kind.all_fields, *catalog.inputs) if one.name == name)
        assert set(spelt.split()) <= words(found)


@pytest.mark.parametrize("name", declared())
def test_both_languages(catalog: Catalog, name: str) -> None:
    """Every label says something in Chinese and something else, without Chinese, in English."""
    kind = catalog.kinds[name]
    fields = (*kind.all_fields, *catalog.inputs, *catalog.columns)
    labels = [kind.label, *(one.label for one in fields), *(one.label for one in kind.checklists)]
    labels += catalog.groups.values()
    labels += [choice.label for one in fields for choice in one.choices]
    for label in labels:
        assert CHINESE.search(label.zh) or label.zh == "GB/T 2260"
        assert label.en.strip()
        assert not CHINESE.search(label.en)


def test_checklists(catalog: Catalog) -> None:
    """The checklists have as many items as their names say, and every item knows pass, fail and na."""
    sizes = {one.name: len(one.items) for kind in catalog.kinds.values() for one in kind.checklists}
    assert sizes == {"six100": 6, "two_bans": 2, "three_clears": 3, "one_enclosure_five_in_place": 6}
    for kind in catalog.kinds.values():
        for item in kind.check_items:
            field = kind.field(item)
            assert field is not None
            assert field.type == "check"
            assert [choice.value for choice in field.choices] == ["pass", "fail", "na"]


def test_contacts_are_restricted(catalog: Catalog) -> None:
    """Contacts, and nothing else so far, need a right to be read."""
    base = next(iter(catalog.kinds.values())).base
    assert [one.name for one in base if one.restricted] == ["contact"]


def test_stock_keeps_its_bound(catalog: Catalog) -> None:
    """A stock of "10余吨" has a number and a field for its bound."""
    bound = catalog.column("stock_t_bound", "coal_sales_point")
    assert bound is not None
    assert bound.bound_of == "stock_t"


def test_own_status_words(catalog: Catalog) -> None:
    """A site stopped for rectification is suspended."""
    assert dict(catalog.kinds["construction_site"].statuses)["停工整改"] == "suspended"


def test_symbols_differ(catalog: Catalog) -> None:
    """Kinds drawn as points differ in colour, and those of the contract in shape too."""
    symbols = [kind.symbol for kind in catalog.kinds.values() if kind.role in {"source", "station"}]
    assert len({symbol.colour for symbol in symbols}) == len(symbols)
    of_contract = [catalog.kinds[name].symbol for name in WEIGHTS]
    assert len({symbol.shape for symbol in of_contract}) == len(of_contract)
    every = [kind.symbol for kind in catalog.kinds.values()]
    assert len(set(every)) == len(every)


def test_zones_that_weigh(catalog: Catalog) -> None:
    """Ban zones and the core add to a source's condition; districts do not."""
    weighing = {name for name, kind in catalog.kinds.items() if kind.condition_zone}
    assert weighing >= {"coal_ban_zone", "urban_core"}
    assert "district" not in weighing


def test_groups_are_used(catalog: Catalog) -> None:
    """Each of the three groupings of the provincial inspectors has a kind."""
    assert {kind.group for kind in catalog.kinds.values() if kind.group} == set(catalog.groups)
    assert len(catalog.groups) == 3


def test_layers_lie_beside_the_package() -> None:
    """The settings find the layer files without being told."""
    assert (Settings().layers / "_common.toml") in set(Path(Settings().layers).iterdir())

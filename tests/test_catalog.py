"""Loading a folder of layer files, whole and broken."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from geo_registry.catalog import load
from geo_registry.core.kinds import Label
from geo_registry.errors import CatalogError
from geo_registry.settings import Settings

KIND = """
role = "source"
label = { zh = "餐饮单位", en = "Restaurant" }
aliases = ["饭店"]
geometry = ["point"]
position = "required"
symbol = { shape = "circle", colour = "#112233" }
weight = 5

[statuses]
"歇业" = "suspended"

[[fields]]
name = "stoves"
type = "integer"
label = { zh = "灶头数", en = "Stoves" }
shp = "stoves"
minimum = 0

[[checklists]]
name = "fumes"
label = { zh = "油烟", en = "Fumes" }
items = [{ name = "purifier", label = { zh = "净化器", en = "Purifier" }, shp = "purifier" }]
"""

FAULTS = {
    "not toml": ('role = "source"', "role = ", "", "TOML 1.0, UTF-8"),
    "no role": ('role = "source"', "", "role", "string"),
    "unknown role": ('"source"', '"sauce"', "role", "source | station | zone | asset | event | record"),
    "label in one language": (', en = "Restaurant"', "", "label.en", "string"),
    "empty label": ('en = "Restaurant"', 'en = ""', "label.en", "string"),
    "third language": ('en = "Restaurant"', 'en = "Restaurant", fr = "Resto"', "label.fr", "en | zh"),
    "alias no text": ('["饭店"]', "[7]", "aliases", "array of strings"),
    "unknown geometry": ('["point"]', '["dot"]', "geometry", "point | line | polygon"),
    "no geometry": ('["point"]', "[]", "geometry", 'empty where position = "none", else not'),
    "unknown position": ('"required"', '"maybe"', "position", "required | optional | none"),
    "unknown shape": (
        '"circle"',
        '"blob"',
        "symbol.shape",
        "circle | square | triangle | diamond | star | hexagon | cross",
    ),
    "bad colour": ("#112233", "red", "symbol.colour", "#[0-9A-Fa-f]{6}"),
    "weight no number": ("weight = 5", 'weight = "5"', "weight", "number"),
    "weight out of range": ("weight = 5", "weight = 26", "weight", "0..25"),
    "unknown key": ("weight = 5", "wait = 5", "wait", None),
    "unknown status": ('"歇业" = "suspended"', '"歇业" = "asleep"', "statuses.歇业", None),
    "unknown group": ("weight = 5", 'group = "x"', "group", "scattered | loose_coal | dust"),
    "zone flag on a source": (
        "weight = 5",
        "condition_zone = true",
        "condition_zone",
        'only where role = "zone"',
    ),
    "bad name": ('"stoves"', '"Stoves 1"', "fields.Stoves 1.name", "[a-z][a-z0-9_]*"),
    "unknown type": ('"integer"', '"int"', "fields.stoves.type", None),
    "shapefile name too long": ('shp = "stoves"', 'shp = "stoves_count"', "fields.stoves.shp", None),
    "shapefile name taken": ('shp = "stoves"', 'shp = "uscc"', "fields.stoves.shp", "unique"),
    "name taken": ('name = "stoves"', 'name = "owner"', "fields.owner.name", "unique"),
    "heading taken": ("minimum = 0", 'aliases = ["ＮＡＭＥ"]', "fields.stoves.aliases", "unique"),
    "label taken": ('"灶头数"', '"距离"', "fields.stoves.label.zh", "unique"),
    "choice without choices": ('"integer"', '"choice"', "fields.stoves.choices", None),
    "limits crossed": ("minimum = 0", "minimum = 3\nmaximum = 2", "fields.stoves.maximum", ">= 3"),
    "no length": ("minimum = 0", "max_length = 0", "fields.stoves.max_length", "1..32767"),
    "deadline no date": (
        "minimum = 0",
        "deadline = true",
        "fields.stoves.deadline",
        'only where type = "date"',
    ),
    "bound of nothing": ("minimum = 0", 'bound_of = "x"', "fields.stoves.bound_of", "name of a number field"),
    "item of a checklist": ('shp = "purifier"', 'shp = ""', "checklists.fumes.items.purifier.shp", "string"),
    "kind's word taken": ('"饭店"', '"炕房"', "aliases", "unique"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Copy the project's layer files, to add to them and to break them."""
    return Path(shutil.copytree(Settings().layers, tmp_path / "layers"))


@pytest.fixture
def refusal(folder: Path) -> Callable[[str, str], CatalogError]:
    """Write a file into the folder and load it, expecting a refusal."""

    def load_with(file: str, content: str) -> CatalogError:
        (folder / file).write_text(content, encoding="utf-8")
        with pytest.raises(CatalogError) as caught:
            load(folder)
        return caught.value

    return load_with


def test_dropped_in_kind(folder: Path) -> None:
    """A new file is a new kind, with nothing else touched."""
    (folder / "restaurant.toml").write_text(KIND, encoding="utf-8")
    kind = load(folder).kinds["restaurant"]
    assert kind.label == Label("餐饮单位", "Restaurant")
    assert [field.name for field in kind.fields] == ["stoves", "purifier"]
    assert kind.check_items == ("purifier",)
    assert kind.statuses == (("歇业", "suspended"),)
    assert (kind.weight, kind.default_status, kind.group) == (5, "registered", None)


@pytest.mark.parametrize("sort", FAULTS)
def test_broken_kind_is_refused(refusal: Callable[[str, str], CatalogError], sort: str) -> None:
    """Whatever is wrong in a layer file, the error names the file, the key and what was expected."""
    whole, broken, key, expected = FAULTS[sort]
    assert whole in KIND
    fault = refusal("restaurant.toml", KIND.replace(whole, broken, 1))
    assert fault.code == "LAYER_INVALID"
    assert (fault.details["file"], fault.details["key"]) == ("restaurant.toml", key)
    assert fault.details["expected"] == expected or expected is None
    assert fault.details["expected"]


def test_choices_that_sound_alike(refusal: Callable[[str, str], CatalogError]) -> None:
    """Two choices of one field may not be meant by one word."""
    one = '{ value = "a", label = { zh = "甲", en = "A" } }'
    other = '{ value = "b", label = { zh = "乙", en = "Ａ" } }'
    broken = KIND.replace('"integer"', '"choice"').replace("minimum = 0", f"choices = [{one}, {other}]")
    fault = refusal("restaurant.toml", broken)
    assert fault.details["key"] == "fields.stoves.choices.b"
    assert fault.details["value"] == "Ａ"


def test_file_name_must_be_a_kinds_name(refusal: Callable[[str, str], CatalogError]) -> None:
    """A layer file whose name cannot name a kind is refused."""
    fault = refusal("My Kind.toml", KIND)
    assert (fault.details["file"], fault.details["value"]) == ("My Kind.toml", "My Kind")


@pytest.mark.parametrize(
    ("whole", "broken", "key"),
    [
        ('name = "township"', 'name = "town"', "fields"),
        ('name = "x_given"', 'name = "x_sent"', "columns"),
        ('active = ["registered"', 'active = ["sleeping"', "active"),
        (
            'name = "accuracy_m"\ntype = "number"',
            'name = "accuracy_m"\ntype = "text"',
            "fields.accuracy_m.type",
        ),
    ],
)
def test_common_file_must_fit_the_frame(folder: Path, whole: str, broken: str, key: str) -> None:
    """The common file may not depart from the columns of the canonical frame."""
    common = folder / "_common.toml"
    text = common.read_text("utf-8")
    assert whole in text
    common.write_text(text.replace(whole, broken, 1), encoding="utf-8")
    with pytest.raises(CatalogError) as caught:
        load(folder)
    assert (caught.value.details["file"], caught.value.details["key"]) == ("_common.toml", key)


def test_folder_without_common_file(tmp_path: Path) -> None:
    """A folder that is no folder of layer files is refused by the missing file's name."""
    with pytest.raises(CatalogError) as caught:
        load(tmp_path)
    assert caught.value.details["file"] == "_common.toml"


def test_not_utf8(folder: Path) -> None:
    """A layer file in another encoding is refused, not guessed."""
    (folder / "restaurant.toml").write_bytes(KIND.encode("gb18030"))
    with pytest.raises(CatalogError) as caught:
        load(folder)
    assert caught.value.details["expected"] == "TOML 1.0, UTF-8"


def test_digest_speaks_for_the_files(folder: Path) -> None:
    """The same files have the same digest; one changed letter has another."""
    before = load(folder).digest
    assert load(folder).digest == before == load(Settings().layers).digest
    camera = folder / "camera.toml"
    camera.write_text(camera.read_text("utf-8").replace("#4D4D4D", "#4D4D4E"), encoding="utf-8")
    assert load(folder).digest != before

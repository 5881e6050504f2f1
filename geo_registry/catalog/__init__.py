"""LAW the folder of layer files in, one Catalog out; an error names file, key and what was expected."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path
from types import MappingProxyType

from geo_registry.catalog.common import read_common
from geo_registry.catalog.fields import hold_apart, words_of
from geo_registry.catalog.kind import read_kind
from geo_registry.catalog.table import parse
from geo_registry.core.kinds import Catalog, Kind
from geo_registry.errors import CatalogError

COMMON_FILE = "_common.toml"
"""The layer file of what all kinds share; every other file of the folder is one kind."""


def load(folder: Path) -> Catalog:
    """Read every layer file of a folder.

    Parameters
    ----------
    folder
        Holds ``_common.toml`` and one ``<kind>.toml`` a kind.

    Returns
    -------
    Catalog
        Kinds in the order of the file names. Files that say the same give the same catalog, parsed once.

    Raises
    ------
    CatalogError
        ``LAYER_INVALID`` with details ``file``, ``key`` (dotted path inside the file, empty for
        the file itself), ``expected`` and ``value``.
    """
    contents = tuple((path.name, path.read_bytes()) for path in sorted(folder.glob("*.toml")))
    if COMMON_FILE not in dict(contents):
        raise CatalogError(file=COMMON_FILE, key="", expected="file", value=folder.name)
    return _read(contents)


@lru_cache(maxsize=4)
def _read(files: tuple[tuple[str, bytes], ...]) -> Catalog:
    contents = dict(files)
    tables = {file: parse(file, content) for file, content in contents.items()}
    common = read_common(tables.pop(COMMON_FILE))
    kinds = [read_kind(table, common) for table in tables.values()]
    _hold_kinds_apart(kinds)
    return Catalog(
        kinds=MappingProxyType({kind.name: kind for kind in kinds}),
        statuses=common.statuses,
        active=common.active,
        inputs=common.inputs,
        columns=common.columns,
        groups=MappingProxyType(common.groups),
        digest=_digest(contents),
    )


def _hold_kinds_apart(kinds: list[Kind]) -> None:
    """Refuse a word by which two kinds could be meant; the later file is named."""
    seen: list[tuple[str, tuple[str, ...]]] = []
    for kind in kinds:
        seen.append(("aliases", words_of(kind.name, kind.label, kind.aliases)))
        hold_apart(f"{kind.name}.toml", seen)


def _digest(contents: dict[str, bytes]) -> str:
    digest = hashlib.sha256()
    for file, content in contents.items():
        digest.update(f"{file}\0{len(content)}\0".encode())
        digest.update(content)
    return digest.hexdigest()

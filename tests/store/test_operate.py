from __future__ import annotations

import re
from pathlib import Path

import pytest

import geo_registry as gr
from geo_registry.registry import keeping
from geo_registry.registry.people import Grant
from tests.conftest import PROJECT
from tests.store.servers import serving
from tests.store.shelf import first_release

BLOCK = re.compile(r"^```sql\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def test_the_documented_preparation_works(tmp_path: Path) -> None:
    """What docs/operate.md has an administrator say makes a database for a store and lets a reader in."""
    preparation, reader = BLOCK.findall((PROJECT / "docs" / "operate.md").read_text(encoding="utf-8"))
    server = serving()
    try:
        server.run_script(preparation)
        address = server.url("registry", "registry")
        keeping.restore(address, first_release(tmp_path / "old.db"))
        registry = gr.open(address)
        registry.people.add("zhang", Grant("auditor"), None)
        registry.close()
        server.run_script(reader)
        within = "geom && ST_MakeEnvelope(-180, -90, 180, 90, 4326)"
        seen = f"SELECT count(*) FROM geo_registry.records_today WHERE {within}"  # noqa: S608 (our own words)
        assert server.execute(seen, database="registry", user="zhang") == "8"
        with pytest.raises(AssertionError, match="permission denied"):
            server.execute("TABLE geo_registry.accounts", database="registry", user="zhang")
    finally:
        server.close()

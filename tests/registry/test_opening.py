"""A store that was made is whole in its own file."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geo_registry as gr

if TYPE_CHECKING:
    from pathlib import Path


def test_a_fresh_store_is_one_file(tmp_path: Path) -> None:
    """After a store is made nothing of it lies in a log beside it: the file can be moved and copied."""
    gr.init(f"sqlite:///{tmp_path / 'store.db'}", by="tester")
    assert [path.name for path in tmp_path.iterdir()] == ["store.db"]

from __future__ import annotations

import re
from pathlib import Path

from geo_registry.core.access import RIGHTS

OPERATE = Path(__file__).resolve().parents[2] / "docs" / "operate.md"


def test_the_table_of_roles_is_the_programs_own() -> None:
    """What docs/operate.md says a role may do is what it may."""
    rows = re.findall(r"^\| `(\w+)` \| ([\w, ]+) \|", OPERATE.read_text("utf-8"), re.MULTILINE)
    told = {role: set(rights.split(", ")) for role, rights in rows if role in RIGHTS}
    assert told == {role: set(rights) for role, rights in RIGHTS.items() if role != "public"}

from __future__ import annotations

import json
import re

import pytest

from geo_registry.store import connect
from geo_registry.store.rows import Change
from tests.store.servers import Server
from tests.store.shelf import note, rows, sources

ACCOUNTS = {
    "auditor": ("auditor", [], []),
    "clerk": ("district", ["郾城区"], []),
    "officer": ("township", ["郾城区/孟庙镇"], []),
    "warden": ("warden", ["郾城区/孟庙镇/一网格"], []),
    "works": ("unit", [], ["91411100MA3X000001"]),
    "too_wide": ("township", ["郾城区"], []),
    "left": ("auditor", [], []),
}
"""Role, areas and units of each account; ``left`` is disabled, and ``stranger`` has none."""
SEEN = {
    "auditor": "abcdeg",
    "clerk": "abc",
    "officer": "ab",
    "warden": "a",
    "works": "e",
    "too_wide": "",
    "left": "",
    "stranger": "",
}
pytestmark = pytest.mark.usefixtures("logins")

BOX = "SELECT count(*) FROM records_today WHERE geom && ST_MakeEnvelope(114, 33.5, 114.01, 33.51, 4326)"


@pytest.fixture(scope="module")
def logins(postgres: Server) -> None:
    """Make a login for everybody; the role they are in is made with the first store of the server."""
    store = connect(postgres.database())
    store.create(note("init"))
    store.close()
    for name in SEEN:
        postgres.execute(f"CREATE ROLE {name} LOGIN IN ROLE geo_registry_reader")


def open_accounts(postgres: Server, address: str) -> None:
    """Make the accounts of those who have one."""
    for name, (role, areas, units) in ACCOUNTS.items():
        lists = f"'{json.dumps(areas, ensure_ascii=False)}', '{json.dumps(units)}'"
        insertion = f"INSERT INTO accounts VALUES ('{name}', '{role}', {lists}, NULL, 0, {name == 'left'})"  # noqa: S608 (our own words)
        postgres.change(address, insertion)


@pytest.fixture(scope="module")
def address(postgres: Server) -> str:
    """Give a store whose records lie in several areas."""
    address = postgres.database()
    store = connect(address)
    store.create(note("init"))
    written = rows(*"abcdef")
    written["district"] = ["郾城区", "郾城区", "郾城区", "源汇区", None, "郾城区"]
    written["township"] = ["孟庙镇", "孟庙镇", None, None, None, "孟庙镇"]
    written["village"] = ["一网格", None, None, None, None, "一网格"]
    written["uscc"] = [None, None, None, None, "91411100MA3X000001", None]
    written["contact"] = "0395-0000000"
    store.commit(Change(0, written), note("import", "b1"))
    store.commit(Change(1, rows("g"), (("f", 1),)), note("undo", "b2"))
    store.close()
    open_accounts(postgres, address)
    return address


@pytest.mark.parametrize("name", SEEN)
def test_a_reader_sees_what_its_account_sees(name: str, address: str, postgres: Server) -> None:
    """Who connects with a program of its own sees the records of its account's areas and units, open ones."""
    for table in ("records_today", "records"):
        found = postgres.change(address, f"SELECT string_agg(id, '' ORDER BY id) FROM {table}", user=name)  # noqa: S608
        assert found == SEEN[name]


@pytest.mark.parametrize(
    "statement",
    [
        "SELECT attributes FROM records",
        "SELECT * FROM accounts",
        "SELECT * FROM commits",
        "SELECT * FROM arrivals",
        "UPDATE records SET name = 'x'",
        "DELETE FROM records_today",
        "SET SESSION AUTHORIZATION auditor",
        "ALTER TABLE records DISABLE ROW LEVEL SECURITY",
    ],
)
def test_a_reader_gets_no_further(statement: str, address: str, postgres: Server) -> None:
    """Contacts, accounts and the history are closed to readers, and nothing can be written."""
    with pytest.raises(AssertionError, match=r"permission denied|must be owner|cannot set"):
        postgres.change(address, statement, user="clerk")


def test_a_function_of_the_readers_own_learns_nothing(address: str, postgres: Server) -> None:
    """A condition that tells what it is asked about is asked about no row that the reader may not see."""
    telling = """
        CREATE FUNCTION pg_temp.tell(said text) RETURNS boolean LANGUAGE plpgsql COST 0.0000001
            AS $$BEGIN RAISE NOTICE 'told %', said; RETURN true; END$$;
        SELECT count(*) FROM records WHERE pg_temp.tell(id);
    """
    told = re.findall(r"told (\w)", postgres.change(address, telling, user="clerk"))
    assert sorted(told) == list(SEEN["clerk"])


def test_a_reader_cannot_take_anothers_bounds(address: str, postgres: Server) -> None:
    """Settings and roles that a reader can choose do not widen what it sees."""
    tries = "SET role = geo_registry_reader; SELECT string_agg(id, '' ORDER BY id) FROM records"
    assert postgres.change(address, tries, user="clerk") == SEEN["clerk"]


def test_a_changed_account_is_felt_at_once(address: str, postgres: Server) -> None:
    """The next statement of a reader goes by its account as it is now."""
    count = "SELECT count(*) FROM records"
    postgres.change(address, "UPDATE accounts SET disabled = true WHERE name = 'officer'")
    assert postgres.change(address, count, user="officer") == "0"
    postgres.change(address, "UPDATE accounts SET disabled = false WHERE name = 'officer'")
    assert postgres.change(address, count, user="officer") == "2"


def test_today_is_the_days_of_the_store(address: str, postgres: Server) -> None:
    """The view shows what is valid today in the store's own time zone, both ends of the validity included."""
    postgres.change(address, "UPDATE records SET valid_from = registry_today() WHERE id = 'a'")
    postgres.change(address, "UPDATE records SET valid_to = registry_today() WHERE id = 'b'")
    postgres.change(address, "UPDATE records SET valid_from = '2999-01-01' WHERE id = 'c'")
    postgres.change(address, "UPDATE records SET valid_to = '2001-01-01' WHERE id = 'd'")
    shown = "SELECT string_agg(id, '' ORDER BY id) FROM records_today"
    assert postgres.change(address, shown, user="auditor") == "abeg"


@pytest.mark.parametrize("name", ["postgres", "auditor", "clerk"])
def test_the_fence_keeps_the_spatial_index(name: str, postgres: Server) -> None:
    """A query by a box uses the spatial index behind the fence too, once the operator is marked leakproof."""
    address = postgres.database()
    store = connect(address)
    store.create(note("init"))
    store.commit(Change(0, sources(5_000)), note("import", "b1"))
    store.close()
    open_accounts(postgres, address)
    leakproof = "ALTER FUNCTION geometry_overlaps(geometry, geometry) LEAKPROOF"
    postgres.change(address, f"{leakproof}; ANALYZE records")
    plan = postgres.change(address, f"EXPLAIN (COSTS OFF) {BOX}", user=name)
    assert re.search(r"Index (Scan|Cond).*records_geom|Index Scan on records_geom", plan), plan
    assert "Seq Scan" not in plan
    assert int(postgres.change(address, BOX, user=name)) == int(postgres.change(address, BOX))

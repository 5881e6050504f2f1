from __future__ import annotations

import multiprocessing
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import geopandas as gpd
import numpy as np
import pytest
import shapely
from sqlalchemy import make_url

import geo_registry as gr
from geo_registry.cli import main
from geo_registry.core.frame import conform
from geo_registry.errors import Conflict, StoreError
from geo_registry.registry import keeping
from geo_registry.store import Store, connect, schema
from geo_registry.store.keeping.findings import Break
from geo_registry.store.postgis.base import Base
from geo_registry.store.rows import Change, contents
from tests.store.servers import Server
from tests.store.shelf import SCHEMA_1_HEAD, first_release, note, rows, sources, up_to_date, url, values

WRITERS, COMMITS_EACH = 4, 6


@pytest.fixture
def address(postgres: Server) -> str:
    """Give the address of an empty database."""
    return postgres.database()


@pytest.fixture
def store(address: str) -> Iterator[Store]:
    """Give an empty store in a database."""
    made = connect(address)
    made.create(note("init"))
    yield made
    made.close()


def code_of(call: Callable[[], object]) -> str:
    """Give the code of the refusal that a call meets."""
    with pytest.raises(StoreError) as told:
        call()
    return told.value.code


def shapes(count: int) -> gpd.GeoDataFrame:
    """Make sources of which every third is a line, a polygon, or nowhere."""
    frame = sources(count)
    geometry = np.asarray(frame.geometry.array, dtype=object)
    geometry[1::6] = shapely.LineString([(114, 33), (114.1, 33.1)])
    geometry[3::6] = shapely.box(114, 33, 114.1, 33.1)
    geometry[5::6] = None
    return conform(frame.set_geometry(gpd.GeoSeries(geometry, index=frame.index, crs=4326)))


def test_both_stores_write_the_same_chain(store: Store, tmp_path: Path) -> None:
    """The same commits have the same digests and hashes in a file and in a database, and read alike."""
    other = connect(url(tmp_path / "store.db"))
    other.create(note("init"))
    for one in (store, other):
        one.commit(Change(0, shapes(300)), note("import", "b1"))
        one.commit(Change(1, rows("z"), ((f"{7:016x}", 1), (f"{2:016x}", 1))), note("import", "b2"))
    assert store.commits() == other.commits()
    assert store.touched(2) == other.touched(2)
    assert contents(conform(store.records())) == contents(conform(other.records()))
    other.close()


def test_the_database_keeps_the_geometry(store: Store, address: str, postgres: Server) -> None:
    """Every record with a place has a geometry that PostGIS understands, and an index of where it is."""
    written = shapes(60)
    store.commit(Change(0, written), note("import", "b1"))
    wkb = postgres.change(address, "SELECT encode(ST_AsBinary(geom, 'NDR'), 'hex') FROM records ORDER BY seq")
    read = [line and shapely.from_wkb(line) for line in wkb.split("\n")]
    assert [one or None for one in read] == list(written.geometry)
    assert "gist" in postgres.change(
        address, "SELECT indexdef FROM pg_indexes WHERE indexname = 'records_geom'"
    )


WRONGS = {
    "a name": ("UPDATE records SET name = 'x' WHERE seq = 5", Break("versions", 2)),
    "a lost version": ("DELETE FROM records WHERE seq = 5", Break("order", 2, "eefa5bbfa4f8fa35")),
    "a closing undone": ("UPDATE records SET known_to = NULL WHERE seq = 4", Break("versions", 4)),
    "who": ("UPDATE commits SET by = 'other' WHERE revision = 3", Break("commit", 3)),
    "a lost commit": ("DELETE FROM commits WHERE revision = 3", Break("gap", 3, None, "4")),
    "the schema": ("UPDATE meta SET value = 'two'", Break("schema", None, None, "[('schema', 'two')]")),
    "a newer schema": ("UPDATE meta SET value = '99'", Break("newer", None, None, "99")),
    "no notes": ("DROP TABLE meta", Break("schema", None, None, "[]")),
    "a table more": ("CREATE TABLE seen (x integer)", Break("objects", None, None, "seen")),
    "a column more": ("ALTER TABLE records ADD COLUMN x integer", Break("objects", None, None, "records.x")),
    "a trigger": (
        "CREATE TRIGGER quiet BEFORE INSERT ON commits EXECUTE FUNCTION suppress_redundant_updates_trigger()",
        Break("objects", None, None, "quiet"),
    ),
    "a rule": (
        "CREATE RULE quiet AS ON INSERT TO commits DO INSTEAD NOTHING",
        Break("objects", None, None, "quiet"),
    ),
    "an index lost": ("DROP INDEX records_closed", Break("objects", None, None, "records_closed")),
    "the fence down": (
        "ALTER TABLE records DISABLE ROW LEVEL SECURITY",
        Break("objects", None, None, "records"),
    ),
}


@pytest.fixture(scope="module")
def sound(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> str:
    """Give a database that holds the store of the first release; tests copy it."""
    address = postgres.database()
    restored = keeping.restore(address, first_release(tmp_path_factory.mktemp("sound") / "store.db"))
    assert (str(restored.head), restored.kept) == (SCHEMA_1_HEAD, None)
    return address


@pytest.fixture
def copy(sound: str, postgres: Server) -> str:
    """Give this test's own copy of the sound store."""
    return postgres.database(template=sound.partition("@/")[2].partition("?")[0])


@pytest.mark.parametrize("wrong", WRONGS)
def test_the_first_broken_entry_is_named(copy: str, wrong: str, postgres: Server) -> None:
    """Whatever was changed in the database, the proof says what is wrong, at which revision, and where."""
    statement, expected = WRONGS[wrong]
    postgres.change(copy, statement)
    assert keeping.verify(copy).broken == expected


def test_a_head_kept_outside_is_looked_for(copy: str) -> None:
    """The head of a whole store is in its chain, and a longer one is not."""
    assert keeping.verify(copy, SCHEMA_1_HEAD).whole
    assert keeping.verify(copy, "7:" + "0" * 64).broken == Break("cut", 7)


def test_a_backup_is_a_file_of_the_same_tables(copy: str, tmp_path: Path) -> None:
    """A file store restored into a database and backed up from there is equal to the last value."""
    store = connect(copy)
    assert str(store.back_up(tmp_path / "backup.db")) == SCHEMA_1_HEAD
    store.close()
    assert values(tmp_path / "backup.db") == values(up_to_date(tmp_path / "store.db"))
    assert keeping.verify(url(tmp_path / "backup.db"), SCHEMA_1_HEAD).whole


def test_a_broken_store_is_not_backed_up(copy: str, tmp_path: Path, postgres: Server) -> None:
    """A copy that does not hold gets no name."""
    postgres.change(copy, "UPDATE records SET name = 'x' WHERE seq = 5")
    store = connect(copy)
    assert code_of(lambda: store.back_up(tmp_path / "backup.db")) == "STORE_BROKEN"
    store.close()
    assert list(tmp_path.iterdir()) == []


def test_what_stood_there_is_kept_under_another_name(copy: str, tmp_path: Path, postgres: Server) -> None:
    """A store is replaced only when that is asked for and nobody has it open; the old one stays beside it."""
    backup, store = first_release(tmp_path / "backup.db"), connect(copy)
    store.commit(Change(6, rows("z")), note("import", "b7"))
    assert code_of(lambda: keeping.restore(copy, backup)) == "STORE_EXISTS"
    assert code_of(lambda: keeping.restore(copy, backup, replace=True)) == "STORE_IN_USE"
    assert store.revision() == 7
    store.close()
    done = keeping.restore(copy, backup, replace=True)
    assert str(done.head) == SCHEMA_1_HEAD
    assert keeping.verify(copy, SCHEMA_1_HEAD).whole
    assert postgres.change(copy, f'TABLE "{done.kept}".commits').count("\n") == 7
    store = connect(copy)
    assert store.commit(Change(6, rows("z")), note("import", "b7")).revision == 7
    store.close()


def test_a_copy_that_does_not_hold_is_not_restored(copy: str, tmp_path: Path, postgres: Server) -> None:
    """A copy the database cannot take, or that was changed, leaves the store as it was."""
    file = connect(url(tmp_path / "nul.db"))
    file.create(note("init"))
    file.commit(Change(0, rows("a", name="甲\x00")), note("import", "b1"))
    file.close()
    assert code_of(lambda: keeping.restore(copy, tmp_path / "nul.db", replace=True)) == "STORE_UNFIT"
    assert keeping.verify(copy, SCHEMA_1_HEAD).whole
    assert "replaced" not in postgres.change(copy, "SELECT string_agg(nspname, ' ') FROM pg_namespace")


def _commit_often(address: str, ready: Callable[[], object], name: str) -> None:
    store = connect(address)
    ready()
    done = 0
    while done < COMMITS_EACH:
        base = store.revision()
        try:
            store.commit(Change(base, rows(f"{name}-{done}")), note("import", f"b{base + 1}"))
        except Conflict:
            continue
        done += 1
    store.close()


def test_many_processes_agree(store: Store, address: str) -> None:
    """Processes that commit at the same time make one chain without a gap, and see each other's commits."""
    context = multiprocessing.get_context("fork")
    barrier = context.Barrier(WRITERS + 1)
    store.close()
    started = [
        context.Process(target=_commit_often, args=(address, barrier.wait, str(number)))
        for number in range(WRITERS)
    ]
    for process in started:
        process.start()
    barrier.wait()
    seen: set[str] = set()
    followed = 0
    while followed < WRITERS * COMMITS_EACH:
        for revision in range(followed + 1, store.revision() + 1):
            seen |= set(store.touched(revision))
            followed = revision
    for process in started:
        process.join(60)
    assert [process.exitcode for process in started] == [0] * WRITERS
    assert seen == {f"{name}-{number}" for name in range(WRITERS) for number in range(COMMITS_EACH)}
    assert store.revision() == WRITERS * COMMITS_EACH
    assert store.verify().whole


def test_a_store_of_a_newer_program_is_refused(copy: str, postgres: Server) -> None:
    """A store whose schema is newer than the program is not touched."""
    postgres.change(copy, "UPDATE meta SET value = '999'")
    store = connect(copy)
    with pytest.raises(StoreError) as told:
        store.revision()
    store.close()
    assert (told.value.code, told.value.details["expected"]) == ("STORE_NEWER", schema.VERSION)


def test_steps_may_be_taken_twice(copy: str, postgres: Server) -> None:
    """A store whose note of the schema was set back is brought up again without harm, by who owns it."""
    postgres.change(copy, "UPDATE meta SET value = '1'")
    postgres.execute("CREATE ROLE guest LOGIN")
    postgres.change(copy, "GRANT USAGE ON SCHEMA geo_registry TO guest")
    postgres.change(
        copy, "GRANT ALL ON ALL TABLES IN SCHEMA geo_registry TO guest; ALTER ROLE guest BYPASSRLS"
    )
    guest = connect(copy.replace("postgres@", "guest@"))
    assert code_of(guest.revision) == "STORE_OLDER"
    guest.close()
    store = connect(copy)
    assert store.revision() == 6
    assert store.verify().whole
    store.close()


def test_who_sees_a_part_is_no_keeper(copy: str, postgres: Server) -> None:
    """A role whose rows the fence would choose cannot serve the store: it would take a part for all."""
    postgres.execute("CREATE ROLE other LOGIN")
    postgres.change(copy, "GRANT USAGE ON SCHEMA geo_registry TO other")
    postgres.change(copy, "GRANT ALL ON ALL TABLES IN SCHEMA geo_registry TO other")
    store = connect(copy.replace("postgres@", "other@"))
    assert code_of(store.records) == "STORE_UNWRITABLE"
    store.close()


def test_a_dump_is_a_store_too(copy: str, postgres: Server) -> None:
    """What pg_dump writes makes a whole store in another database, fence and geometry included."""
    dumped = postgres.database()
    postgres.pour(copy, dumped)
    assert keeping.verify(dumped, SCHEMA_1_HEAD).whole
    assert postgres.change(dumped, "SELECT count(geom) FROM records") == "12"


def test_a_store_is_made_once(store: Store, address: str) -> None:
    """A second store is not made over the first one."""
    other = connect(address)
    assert code_of(lambda: other.create(note("init"))) == "STORE_EXISTS"
    other.close()
    assert len(store.commits()) == 1


def test_an_owner_without_power_can_make_a_store(postgres: Server) -> None:
    """A role that only owns its database can make a store where PostGIS is, and is told where it is not."""
    postgres.execute("CREATE ROLE bureau LOGIN NOSUPERUSER NOCREATEROLE")
    made = connect(postgres.database("bureau"))
    made.create(note("init"))
    made.commit(Change(0, rows("a")), note("import", "b1"))
    assert made.verify().whole
    made.close()
    bare = connect(postgres.database("bureau", "template0"))
    assert code_of(lambda: bare.create(note("init"))) == "STORE_EXTENSION_MISSING"
    assert not bare.exists()
    bare.close()


def test_a_database_of_another_encoding_is_refused(postgres: Server) -> None:
    """A database that could not keep every character is refused before anything is made in it."""
    postgres.execute("CREATE DATABASE latin TEMPLATE template0 ENCODING LATIN1 LOCALE 'C'")
    store = connect(postgres.url("latin"))
    assert code_of(lambda: store.create(note("init"))) == "STORE_SERVER_UNFIT"
    assert not store.exists()
    store.close()


def test_who_waits_too_long_is_told(store: Store, address: str) -> None:
    """While another program writes, a second one waits as long as it has patience, and reads go on."""
    first, second = (Base(make_url(address)) for _ in range(2))
    with first.writing():
        with pytest.raises(StoreError) as told, second.writing(patience_ms=1):
            pytest.fail("two may not write at once")
        assert told.value.code == "STORE_BUSY"
        assert store.revision() == 0
    for base in (first, second):
        base.close()


def test_a_server_that_says_nothing_is_unreachable() -> None:
    """A machine that takes connections and never answers is given up, as one that is not there."""
    with socket.create_server(("127.0.0.1", 0)) as silent:
        store = connect(f"postgresql://keeper@127.0.0.1:{silent.getsockname()[1]}/x?connect_timeout=2")
        assert code_of(store.exists) == "STORE_UNREACHABLE"


def test_a_lost_connection_is_replaced(store: Store, address: str, postgres: Server) -> None:
    """When the server ends a connection the question on it is refused, and the next one is answered."""
    ours = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = current_database()"
    held = Base(make_url(address))

    def be_cut_off() -> None:
        with held.reading() as connection:
            postgres.change(address, f"{ours} AND pid != pg_backend_pid()")
            connection.exec_driver_sql("SELECT 1")

    assert code_of(be_cut_off) == "STORE_UNREACHABLE"
    assert store.revision() == 0
    with held.reading() as connection:
        assert connection.exec_driver_sql("SELECT 1").scalar() == 1
    held.close()


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Say something to the command line, and give what it answers."""
    with pytest.raises(SystemExit) as ended:
        main([*words, "--lang", "en"])
    assert ended.value.code == 2
    told = capsys.readouterr()
    return told.out + told.err


def test_a_wrong_password_is_told_and_never_shown(
    postgres: Server, capsys: pytest.CaptureFixture[str]
) -> None:
    """Who is not let in reads one sentence, in which the password does not stand."""
    postgres.execute("CREATE ROLE locked LOGIN PASSWORD 'right'")
    sentence = said(capsys, "init", "--store", postgres.url("template", "locked", "hush-hush"))
    assert "STORE_LOGIN_REFUSED" in sentence
    assert "hush" not in sentence


def test_a_missing_database_is_told(postgres: Server, capsys: pytest.CaptureFixture[str]) -> None:
    """A database that is not there is told apart from a server that is not there."""
    assert "STORE_DATABASE_MISSING" in said(capsys, "verify", "--store", postgres.url("nowhere"))
    elsewhere = "postgresql://keeper:hush-hush@127.0.0.1:1/nowhere"
    sentence = said(capsys, "verify", "--store", elsewhere)
    assert "STORE_UNREACHABLE" in sentence
    assert "hush" not in sentence


def test_an_empty_database_has_no_store(address: str, capsys: pytest.CaptureFixture[str]) -> None:
    """A database in which no store was made is told like a file that is not there."""
    assert "STORE_MISSING" in said(capsys, "verify", "--store", address)
    assert "STORE_MISSING" in said(capsys, "audit", "--store", address)


def test_a_mistyped_address_does_not_show_its_password(capsys: pytest.CaptureFixture[str]) -> None:
    """An address that no store serves is quoted without the password in it."""
    sentence = said(capsys, "init", "--store", "postgre://keeper:hush-hush@127.0.0.1/x?password=hush-hush")
    assert "STORE_URL_UNKNOWN" in sentence
    assert "hush" not in sentence


def test_without_the_extra_the_sentence_says_what_to_install() -> None:
    """Where psycopg is not installed a database's address is refused by the name of the extra."""
    script = """
import sys
sys.modules["psycopg"] = None
from geo_registry.cli import main
main(["init", "--lang", "en", "--store", "postgresql://127.0.0.1/x"])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert (ran.returncode, ran.stderr.partition(":")[0]) == (2, "EXTRA_MISSING")
    assert "geo-registry[postgis]" in ran.stderr


def test_a_file_store_loads_no_driver(tmp_path: Path) -> None:
    """Who keeps a file needs no psycopg: nothing of it is loaded."""
    script = f"""
import sys
from geo_registry.store import connect
connect("sqlite:///{tmp_path / "x.db"}").exists()
print([name for name in sys.modules if name in {{"psycopg", "geo_registry.store.postgis"}}])
"""
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert ran.stdout == "[]\n"


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_the_shell_works_on_a_database(scheme: str, postgres: Server) -> None:
    """A store is made, opened and counted by any spelling of its address."""
    address = postgres.database().replace("postgresql", scheme)
    gr.init(address, by="tester")
    registry = gr.open(address)
    assert (registry.revision, registry.counts()) == (0, {})
    registry.close()

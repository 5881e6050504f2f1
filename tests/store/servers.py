"""A PostgreSQL of the tests' own: a folder, a socket in it, no network; stopped by its own number."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import quote

from tests.conftest import lacking

NOBODY = 65_534
FAST = ("-c", "fsync=off", "-c", "full_page_writes=off", "-c", "autovacuum=off")
"""For tests that end no server hard."""
SETTINGS = ("-c", "listen_addresses=", "-c", "max_connections=60", "-c", "shared_buffers=64MB")


def serving(settings: Sequence[str] = FAST) -> Server:
    """Start a server, or skip the test where PostgreSQL or PostGIS is not installed."""
    server = Server(programs() or lacking("PostgreSQL"), settings)
    if server.execute("SELECT count(*) FROM pg_available_extensions WHERE name = 'postgis'") == "0":
        server.close()
        lacking("PostGIS")
    server.execute("CREATE DATABASE template")
    server.execute("CREATE EXTENSION postgis", database="template")
    # five megabytes that every copy would carry along
    server.execute("DELETE FROM spatial_ref_sys WHERE srid != 4326", database="template")
    server.execute("VACUUM FULL spatial_ref_sys", database="template")
    return server


def programs() -> Path | None:
    """Find the folder of PostgreSQL's programs: the newest that Debian installed, else that on the path."""
    known = shutil.which("initdb")
    debian = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), key=lambda path: int(path.parts[-3]))
    found = debian[-1] if debian else Path(known).resolve() if known else None
    return found and found.parent


WHO = "local all locked scram-sha-256\nlocal all all trust\n"
"""Who gets in: the role ``locked`` by its password, everybody else by the name."""


class Server:
    """One server; its database ``template`` has PostGIS.

    Parameters
    ----------
    found
        Folder of PostgreSQL's programs.
    settings
        Further options of the server program.
    """

    def __init__(self, found: Path, settings: Sequence[str] = FAST) -> None:
        self._programs = found
        # a socket's path may have 107 bytes, which pytest's own folders can pass
        self.folder = Path(tempfile.mkdtemp(prefix="geo-registry-pg-"))
        if os.geteuid() == 0:
            os.chown(self.folder, NOBODY, NOBODY)
        self._settings = settings
        self._databases = 0
        options = ["--auth=trust", "--username=postgres", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        self._run("initdb", *options, "--pgdata", self._data)
        (self.folder / "data" / "pg_hba.conf").write_text(WHO)
        self.start()

    def start(self) -> None:
        """Start the server, and wait until it answers."""
        options = " ".join(["-k", str(self.folder), *SETTINGS, *self._settings])
        log = str(self.folder / "log")
        self._run("pg_ctl", "start", "--wait", "-D", self._data, "-o", options, "-l", log)

    def stop(self, mode: str = "fast") -> None:
        """End the server by its own number: ``fast`` sends everybody away, ``immediate`` does not tidy up."""
        self._run("pg_ctl", "stop", "--wait", "-D", self._data, "-m", mode)

    def close(self) -> None:
        """End the server and delete all it had."""
        self.stop("immediate")
        shutil.rmtree(self.folder)

    def url(self, database: str, user: str = "postgres", password: str = "") -> str:
        """Give the address of a database."""
        secret = f":{quote(password)}" if password else ""
        return f"postgresql://{user}{secret}@/{database}?host={quote(str(self.folder), safe='')}"

    def database(self, owner: str = "postgres", template: str = "template") -> str:
        """Make a fresh database, with PostGIS where the template has it, and give its address."""
        self._databases += 1
        name = f"store{self._databases}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} OWNER {owner}")
        return self.url(name, owner)

    def change(self, url: str, statement: str, *, user: str = "postgres") -> str:
        """Have psql execute statements in a store's schema, behind the program's back."""
        database = url.partition("@/")[2].partition("?")[0]
        return self.execute(
            f"SET search_path = geo_registry, public; {statement}", database=database, user=user
        )

    def pour(self, source: str, target: str) -> None:
        """Dump one database, and have psql read the dump into another."""
        names = [url.partition("@/")[2].partition("?")[0] for url in (source, target)]
        where = ["--host", str(self.folder), "--username", "postgres"]
        self.run_script(self._run("pg_dump", *where, "--schema", "geo_registry", names[0]), names[1])

    def run_script(self, script: str, database: str = "postgres") -> None:
        """Have psql read a file of statements."""
        file = self.folder / "script.sql"
        file.write_text(script, encoding="utf-8")
        where = ["--host", str(self.folder), "--username", "postgres", "--dbname", database]
        self._run("psql", "--no-psqlrc", "--quiet", "--set", "ON_ERROR_STOP=1", *where, "--file", str(file))

    def execute(self, statement: str, *, database: str = "postgres", user: str = "postgres") -> str:
        """Have psql execute statements, and give what it prints."""
        options = ["--no-psqlrc", "--quiet", "--tuples-only", "--no-align", "--set", "ON_ERROR_STOP=1"]
        where = ["--host", str(self.folder), "--username", user, "--dbname", database]
        return self._run("psql", *options, *where, "--command", statement).removesuffix("\n")

    @property
    def _data(self) -> str:
        return str(self.folder / "data")

    def _run(self, program: str, *arguments: str) -> str:
        command = [*self._as_nobody(), str(self._programs / program), *arguments]
        # into files: a server that was started keeps what it inherits open
        with tempfile.TemporaryFile("w+") as said:
            ran = subprocess.run(command, cwd=self.folder, stdout=said, stderr=said, timeout=120, check=False)
            said.seek(0)
            words = said.read()
        assert ran.returncode == 0, words
        return words

    def _as_nobody(self) -> list[str]:
        """Give what runs a program as nobody: a server refuses to be root's."""
        if os.geteuid():
            return []
        return ["setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups"]

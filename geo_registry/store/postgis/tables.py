"""What only PostgreSQL has beside the tables: geometry with its index, and a fence for direct readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sqlalchemy.exc import DBAPIError

from geo_registry.errors import StoreError
from geo_registry.store.postgis.driver import SCHEMA

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from sqlalchemy import Connection

OLDEST = "150000"
"""Number of the oldest server that a store can be on: views that ask by who looks came with PostgreSQL 15."""
READER = "geo_registry_reader"
"""Role of those who read with programs of their own; it is granted to their logins."""
SHOWN = (
    "seq", "id", "version", "kind", "code", "name", "status", "district", "township", "uscc", "lon", "lat",
    "accuracy_m", "valid_from", "valid_to", "synthetic", "batch", "known_from", "geom",
)  # fmt: skip
"""Columns of the records that readers see; a kind's own fields, contacts among them, are none of these."""
_HOME = """
SELECT quote_ident(nspname) FROM pg_extension JOIN pg_namespace ON pg_namespace.oid = extnamespace
WHERE extname = 'postgis'
"""
_GEOMETRY = """
ALTER TABLE records ADD COLUMN IF NOT EXISTS geom geometry(Geometry, 4326) GENERATED ALWAYS AS (
    CASE
        WHEN lon IS NOT NULL THEN ST_SetSRID(ST_MakePoint(lon, lat), 4326)
        WHEN shape IS NOT NULL THEN ST_Force2D(ST_GeomFromWKB(shape, 4326))
    END
) STORED
"""
_INDEX = "CREATE INDEX IF NOT EXISTS records_geom ON records USING gist (geom)"
_FENCE = f"""
CREATE OR REPLACE FUNCTION reader_sees_all() RETURNS boolean
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
BEGIN ATOMIC
    SELECT EXISTS (
        SELECT FROM accounts
        WHERE name = session_user::text AND NOT disabled AND role IN ('auditor', 'city', 'admin')
    );
END;

CREATE OR REPLACE FUNCTION reader_areas(levels integer) RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(area), '{{}}')
    FROM accounts, json_array_elements_text(areas::json) AS area
    WHERE name = session_user::text AND NOT disabled
        AND levels = CASE role WHEN 'district' THEN 1 WHEN 'township' THEN 2 WHEN 'warden' THEN 3 END
        AND levels = cardinality(string_to_array(area, '/'));
END;

CREATE OR REPLACE FUNCTION reader_units() RETURNS text[]
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
BEGIN ATOMIC
    SELECT coalesce(array_agg(unit), '{{}}')
    FROM accounts, json_array_elements_text(units::json) AS unit
    WHERE name = session_user::text AND NOT disabled AND role = 'unit';
END;

CREATE OR REPLACE FUNCTION registry_today() RETURNS text
LANGUAGE sql STABLE SECURITY DEFINER PARALLEL SAFE
BEGIN ATOMIC
    SELECT to_char(now() AT TIME ZONE (details::json ->> 'tz'), 'YYYY-MM-DD') FROM commits WHERE revision = 0;
END;

ALTER TABLE records ENABLE ROW LEVEL SECURITY;
DROP POLICY IF EXISTS records_of_reader ON records;
CREATE POLICY records_of_reader ON records FOR SELECT USING (
    known_to IS NULL AND (
        (SELECT reader_sees_all())
        OR district = ANY ((SELECT reader_areas(1))::text[])
        OR district || '/' || township = ANY ((SELECT reader_areas(2))::text[])
        OR district || '/' || township || '/' || (attributes::json ->> 'village')
            = ANY ((SELECT reader_areas(3))::text[])
        OR uscc = ANY ((SELECT reader_units())::text[])
    )
);

CREATE OR REPLACE VIEW records_today WITH (security_invoker = true) AS
SELECT {", ".join(SHOWN)} FROM records
WHERE known_to IS NULL
    AND (valid_from IS NULL OR valid_from <= (SELECT registry_today()))
    AND (valid_to IS NULL OR valid_to >= (SELECT registry_today()));

DO $$
BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}')
        AND (SELECT rolsuper OR rolcreaterole FROM pg_roles WHERE rolname = current_user)
    THEN
        CREATE ROLE {READER} NOLOGIN;
    END IF;
    IF EXISTS (SELECT FROM pg_roles WHERE rolname = '{READER}') THEN
        GRANT USAGE ON SCHEMA {SCHEMA} TO {READER};
        GRANT SELECT ({", ".join(SHOWN)}, known_to) ON records TO {READER};
        GRANT SELECT ON records_today TO {READER};
    END IF;
END
$$;
"""  # noqa: S608 (our own names)


PARTS = {
    ("records.geom", "generated"),
    ("records_geom", "index"),
    ("records", "fence"),
    ("records_of_reader", "policy"),
    ("records_today", "view"),
    ("reader_areas", "function"),
    ("reader_sees_all", "function"),
    ("reader_units", "function"),
    ("registry_today", "function"),
}
"""Names of all this, and what each of them is."""


def prepare(connection: Connection, store: str) -> None:
    """Look whether a database can hold a store, and add PostGIS where that is allowed.

    Parameters
    ----------
    connection
        One that may write.
    store
        What the store is called in a refusal.

    Raises
    ------
    StoreError
        ``STORE_SERVER_UNFIT`` if the server is too old or the database of another encoding,
        ``STORE_EXTENSION_MISSING`` if there is no PostGIS, and none can be had.
    """
    needed = {"server_version_num": OLDEST, "server_encoding": "UTF8"}
    for name, expected in needed.items():
        found = str(connection.exec_driver_sql(f"SHOW {name}").scalar_one())
        if found < expected:
            raise StoreError("STORE_SERVER_UNFIT", path=store, value=f"{name} {found}", expected=expected)
    try:
        with connection.begin_nested():
            connection.exec_driver_sql("CREATE EXTENSION IF NOT EXISTS postgis SCHEMA public")
    except DBAPIError as fault:
        words = str(fault.orig).strip().splitlines()[0]
        raise StoreError("STORE_EXTENSION_MISSING", path=store, value=words) from fault


def _geometry(connection: Connection) -> None:
    """Give each version its geometry, kept by the database itself, and the index of where it is."""
    place = connection.exec_driver_sql(_HOME).scalar_one()
    connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}, {place}")
    connection.exec_driver_sql(_GEOMETRY)
    connection.exec_driver_sql(_INDEX)
    connection.exec_driver_sql(f"SET LOCAL search_path = {SCHEMA}")


def _fence(connection: Connection) -> None:
    """Let those who connect with programs of their own see today's records within their account's bounds."""
    connection.exec_driver_sql(_FENCE)


BESIDE: Mapping[int, Callable[[Connection], None]] = {1: _geometry, 2: _fence}
"""What is made beside the tables of each step of the schema, by its number; may be made twice as they may."""

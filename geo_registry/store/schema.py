"""Two tables and one word: record versions, chained commits, and the schema's number."""

from __future__ import annotations

from sqlalchemy import (
    Boolean,
    Column,
    Float,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
)

VERSION = 1
"""Number of this schema; a store that says more was written by a newer program."""

tables = MetaData()

meta = Table("meta", tables, Column("key", String, primary_key=True), Column("value", String, nullable=False))

commits = Table(
    "commits",
    tables,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("action", String, nullable=False),
    Column("batch", String),
    Column("details", Text, nullable=False),
    Column("digest", String, nullable=False),
    Column("previous", String, nullable=False),
    Column("hash", String, nullable=False),
)

records = Table(
    "records",
    tables,
    Column("seq", Integer, primary_key=True),
    Column("id", String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", String, nullable=False),
    Column("code", String),
    Column("code_no", Integer, nullable=False),
    Column("name", String),
    Column("status", String),
    Column("district", String),
    Column("township", String),
    Column("uscc", String),
    Column("lon", Float),
    Column("lat", Float),
    Column("shape", LargeBinary),
    Column("datum", String),
    Column("x_given", String),
    Column("y_given", String),
    Column("accuracy_m", Float),
    Column("coord_method", String),
    Column("valid_from", String),
    Column("valid_to", String),
    Column("synthetic", Boolean, nullable=False),
    Column("batch", String),
    Column("row", Integer),
    Column("attributes", Text, nullable=False),
    Column("known_from", Integer, nullable=False),
    Column("known_to", Integer),
)

Index("records_version", records.c.id, records.c.version, unique=True)
Index("records_opened", records.c.known_from)
Index("records_closed", records.c.known_to)
Index(
    "records_open",
    records.c.kind,
    records.c.code,
    sqlite_where=records.c.known_to.is_(None),
)

STORED = tuple(column.name for column in records.columns if column.name not in {"seq", "known_to"})
"""Columns a record version is written with and its digest covers, in order."""

CONTENT = tuple(name for name in STORED if name not in {"id", "version", "batch", "row", "known_from"})
"""Columns that say what is known of a thing; two versions that agree in them are the same."""

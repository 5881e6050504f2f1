"""The tables: record versions and chained commits; beside them what arrived, and who may sign in."""

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

VERSION = 2
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

arrivals = Table(
    "arrivals",
    tables,
    Column("id", String, primary_key=True),
    Column("at", String, nullable=False),
    Column("by", String, nullable=False),
    Column("file", String, nullable=False),
    Column("sha256", String),
    Column("batch", String),
    Column("document", Text, nullable=False),
)
"""Every file that was sent to be stored, whatever came of it: the import's document as it was answered."""

refusals = Table(
    "refusals",
    tables,
    Column("arrival", String, primary_key=True),
    Column("sheet", String, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("cells", Text, nullable=False),
)
"""The refused rows of an arrival: their cells by heading, JSON; what is wrong stands in the document."""

accounts = Table(
    "accounts",
    tables,
    Column("name", String, primary_key=True),
    Column("role", String, nullable=False),
    Column("areas", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("password", String),
    Column("epoch", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
"""Who may sign in: role, areas and units (JSON), Argon2 hash, a count whose rise ends older sessions."""

tokens = Table(
    "tokens",
    tables,
    Column("id", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("digest", String, nullable=False),
    Column("scope", String, nullable=False),
    Column("made_at", String, nullable=False),
    Column("expires_at", String, nullable=False),
    Column("revoked", Boolean, nullable=False),
)
"""API tokens: the SHA-256 of the secret, what it is good for, and until when."""

sessions = Table(
    "sessions",
    tables,
    Column("digest", String, primary_key=True),
    Column("account", String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("csrf", String, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)
"""Signed-in browsers, by the SHA-256 of their cookie; times are seconds since 1970."""

attempts = Table(
    "attempts",
    tables,
    Column("key", String, primary_key=True),
    Column("failures", Integer, nullable=False),
    Column("until", Float, nullable=False),
)
"""Failed sign-ins by account and by address, and until when (seconds since 1970) the next one waits."""

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

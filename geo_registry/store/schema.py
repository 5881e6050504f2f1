"""The tables: record versions and chained commits; beside them what arrived, and who may sign in."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from sqlalchemy import (
    JSON,
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
    TypeDecorator,
    and_,
    cast,
    func,
    or_,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from sqlalchemy import ColumnElement, Dialect

_NUL, _STAND_IN = "\x00", "\ufffd"


class _Compared(TypeDecorator[str]):
    """Text in PostgreSQL, which holds no NUL: what is asked or kept with one has the stand-in for it.

    It is compared and sorted by its characters' numbers, whatever language the server speaks.
    """

    impl = String
    cache_ok = True

    def __init__(self) -> None:
        super().__init__(collation="C")

    def process_bind_param(self, value: str | None, dialect: Dialect) -> str | None:
        """Give a text as PostgreSQL can hold it."""
        del dialect
        return None if value is None else value.replace(_NUL, _STAND_IN)


_Chained = String().with_variant(String(collation="C"), "postgresql")
"""Text of a commit, which is hashed as it was said: one with NUL is refused by PostgreSQL."""
_String = String().with_variant(_Compared(), "postgresql")
"""Any other text."""
VERSION = 2
"""Number of this schema; a store that says more was written by a newer program."""

tables = MetaData()

meta = Table(
    "meta", tables, Column("key", _String, primary_key=True), Column("value", _String, nullable=False)
)

commits = Table(
    "commits",
    tables,
    Column("revision", Integer, primary_key=True, autoincrement=False),
    Column("at", _Chained, nullable=False),
    Column("by", _Chained, nullable=False),
    Column("action", _Chained, nullable=False),
    Column("batch", _Chained),
    Column("details", Text, nullable=False),
    Column("digest", _Chained, nullable=False),
    Column("previous", _Chained, nullable=False),
    Column("hash", _Chained, nullable=False),
)

records = Table(
    "records",
    tables,
    Column("seq", Integer, primary_key=True, autoincrement=False),
    Column("id", _String, nullable=False),
    Column("version", Integer, nullable=False),
    Column("kind", _String, nullable=False),
    Column("code", _String),
    Column("code_no", Integer, nullable=False),
    Column("name", _String),
    Column("status", _String),
    Column("district", _String),
    Column("township", _String),
    Column("uscc", _String),
    Column("lon", Float),
    Column("lat", Float),
    Column("shape", LargeBinary),
    Column("datum", _String),
    Column("x_given", _String),
    Column("y_given", _String),
    Column("accuracy_m", Float),
    Column("coord_method", _String),
    Column("valid_from", _String),
    Column("valid_to", _String),
    Column("synthetic", Boolean, nullable=False),
    Column("batch", _String),
    Column("row", Integer),
    Column("attributes", Text, nullable=False),
    Column("known_from", Integer, nullable=False),
    Column("known_to", Integer),
)

arrivals = Table(
    "arrivals",
    tables,
    Column("id", _String, primary_key=True),
    Column("at", _String, nullable=False),
    Column("by", _String, nullable=False),
    Column("file", _String, nullable=False),
    Column("sha256", _String),
    Column("batch", _String),
    Column("document", Text, nullable=False),
)
"""Every file that was sent to be stored, whatever came of it: the import's document as it was answered."""

refusals = Table(
    "refusals",
    tables,
    Column("arrival", _String, primary_key=True),
    Column("sheet", _String, primary_key=True),
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("cells", Text, nullable=False),
)
"""The refused rows of an arrival: their cells by heading, JSON; what is wrong stands in the document."""

accounts = Table(
    "accounts",
    tables,
    Column("name", _String, primary_key=True),
    Column("role", _String, nullable=False),
    Column("areas", Text, nullable=False),
    Column("units", Text, nullable=False),
    Column("password", _String),
    Column("epoch", Integer, nullable=False),
    Column("disabled", Boolean, nullable=False),
)
"""Who may sign in: role, areas and units (JSON), Argon2 hash, a count whose rise ends older sessions."""

tokens = Table(
    "tokens",
    tables,
    Column("id", _String, primary_key=True),
    Column("account", _String, nullable=False),
    Column("digest", _String, nullable=False),
    Column("scope", _String, nullable=False),
    Column("made_at", _String, nullable=False),
    Column("expires_at", _String, nullable=False),
    Column("revoked", Boolean, nullable=False),
)
"""API tokens: the SHA-256 of the secret, what it is good for, and until when."""

sessions = Table(
    "sessions",
    tables,
    Column("digest", _String, primary_key=True),
    Column("account", _String, nullable=False),
    Column("epoch", Integer, nullable=False),
    Column("csrf", _String, nullable=False),
    Column("made_at", Float, nullable=False),
    Column("seen_at", Float, nullable=False),
)
"""Signed-in browsers, by the SHA-256 of their cookie; times are seconds since 1970."""

attempts = Table(
    "attempts",
    tables,
    Column("key", _String, primary_key=True),
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
    postgresql_where=records.c.known_to.is_(None),
)

STORED = tuple(column.name for column in records.columns if column.name not in {"seq", "known_to"})
"""Columns a record version is written with and its digest covers, in order."""

CONTENT = tuple(name for name in STORED if name not in {"id", "version", "batch", "row", "known_from"})
"""Columns that say what is known of a thing; two versions that agree in them are the same."""


def mentions(dialect: str, words: Sequence[str]) -> ColumnElement[bool]:
    """Say of a record version that its code, name, township, USCC or address holds one of some words.

    Parameters
    ----------
    dialect
        Name of the database's language.
    words
        As they may be written; the case of ASCII letters does not matter.
    """
    attributes, lite = records.c.attributes, dialect == "sqlite"
    told = func.json_extract(attributes, "$.address"), cast(attributes, JSON)["address"].as_string()
    address = told[0] if lite else told[1]

    def holds(column: ColumnElement[Any], word: str) -> ColumnElement[bool]:
        # SQLite's LIKE takes ASCII letters of either case for the same, three times as fast as lower()
        return column.contains(word, autoescape=True) if lite else column.icontains(word, autoescape=True)

    own = [records.c[name] for name in ("code", "name", "township", "uscc")]
    each = [holds(column, word) for word in words for column in own]
    # JSON is read where its text holds the word at all
    spelled = [(json.dumps(word, ensure_ascii=False)[1:-1], word) for word in words]
    each += [and_(holds(attributes, inside), holds(address, word)) for inside, word in spelled]
    return or_(*each)

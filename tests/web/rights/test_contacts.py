"""Contacts, and cells that no field took, are on the card of a record for who has the right, nowhere else."""

from __future__ import annotations

import io
import json
import re
import zipfile
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from click.testing import CliRunner
from pypdf import PdfReader

import geo_registry as gr
from geo_registry.cli.group import Verbs
from tests.web.rights.test_rights_table import ROWS, address, named
from tests.web.rights.world import OWN, PLACES, ROLES, SEEN, informant, phone

if TYPE_CHECKING:
    from flask.testing import FlaskClient

    from tests.web.rights.world import Districts

CARDS = {
    "/sources/<record_id>",
    "/sources/<record_id>/edit",
    "/api/records/<record_id>",
    "/api/records/<record_id>/history",
}
"""Addresses that tell all of one record."""
FORMS = ("shp", "gpkg", "geojson", "csv", "xlsx")
SECRETS = {place: (phone(place), informant(place)) for place in PLACES}


def texts(content: bytes) -> str:
    """Give all that can be read in a file: of an archive its members, of a PDF its pages."""
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "".join(texts(archive.read(name)) for name in archive.namelist())
    if content[:4] == b"%PDF":
        return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    return content.decode("utf-8", "replace")


def told(text: str) -> set[str]:
    """Name the secrets that stand in a text."""
    return {secret for place in PLACES for secret in SECRETS[place] if secret in text}


def test_a_file_that_held_a_secret_would_be_found_out() -> None:
    """The search for secrets sees into archives."""
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("a.csv", f"x,{phone(OWN)}")
    assert told(texts(content.getvalue())) == {phone(OWN)}


@pytest.mark.parametrize("role", ROLES)
def test_no_address_but_a_card_tells_a_contact(client: FlaskClient, districts: Districts, role: str) -> None:
    """Whatever a role reads, administrators too, holds no contact; a card does where the right reaches it."""
    for row in ROWS.values():
        if row.method != "GET" or row.rule.startswith("/static"):
            continue
        for place in PLACES if row.what else PLACES[:1]:
            answer = districts.get(client, role, address(row.rule, named(districts, row.rule, place)))
            let_in = role != "public" and row.refused(role) is None
            allowed = row.rule in CARDS and let_in and place in SEEN[role]
            assert told(texts(answer.data)) == ({phone(place)} if allowed else set()), (row.rule, place)


@pytest.mark.parametrize("role", ["public", "district", "city"])
def test_a_stations_contact_is_for_its_own_district(
    client: FlaskClient, districts: Districts, role: str
) -> None:
    """A station is seen everywhere, its contact only by those whose own it is."""
    for place in PLACES:
        answer = districts.get(client, role, f"/api/records/{districts.ids[f'S-{place}']}")
        allowed = role != "public" and place in SEEN[role]
        assert told(answer.text) == ({phone(place)} if allowed else set()), place
        fields = {field["name"] for field in (answer.json or {})["fields"]}
        assert ("contact" in fields) == allowed, "what one may not read is not called empty"


KINDS = ("all", "brick_kiln", "monitoring_station", "rings")
WRITTEN = [*((kind, form) for kind in KINDS for form in FORMS), ("unlocated", "csv")]


@pytest.mark.parametrize(("kind", "form"), WRITTEN)
def test_no_file_has_a_column_of_contacts(districts: Districts, kind: str, form: str) -> None:
    """An export has neither contacts nor cells that no field took, not even the owner's, not as columns."""
    content = texts(districts.registry.export(gr.ExportOrder(kind=kind, form=form)).content)
    assert told(content) == set()
    assert re.findall(r"\bcontact\b|\bextra\b|联系方式|举报人", content) == []


def test_reports_and_audits_of_the_owner_tell_none(districts: Districts) -> None:
    """PDF and HTML reports, audits in every form and the shell's own answers are free of contacts."""
    registry = districts.registry
    question = gr.Question(status="all")
    made = [registry.report(f"S-{OWN}", form, "zh").content for form in ("pdf", "html")]
    made += [
        registry.export_audit(question, form, "zh", summary=summary).content
        for form in (*FORMS, "json")
        for summary in (False, True)
    ]
    made.append(registry.audit(question=question).to_json().encode())
    assert [told(texts(content)) for content in made] == [set()] * len(made)
    shell = ["--store", registry.settings.store_url, "--json"]
    for words in (["near", "114", "33.5", "9000"], ["audit", "--status", "all"]):
        ran = CliRunner().invoke(Verbs("zh"), [*shell, *words])
        assert (ran.exit_code, told(ran.stdout)) == (0, set())


def test_searching_for_a_number_finds_nobody(client: FlaskClient, districts: Districts) -> None:
    """A contact cannot be searched, so that a number does not lead to its owner."""
    for secret in SECRETS[OWN]:
        answer = districts.get(client, "admin", f"/api/search?q={secret}")
        assert (answer.json or {})["found"] == []


def test_the_owner_reads_contacts_in_python(districts: Districts) -> None:
    """Who holds the store reads contacts with Python, as a column and on a record."""
    kilns = districts.registry.sources("brick_kiln").set_index("code")
    assert kilns["contact"].to_dict() == {f"K-{place}": phone(place) for place in PLACES}
    record = districts.registry.record(districts.ids[f"K-{OWN}"])
    assert (record["contact"], json.loads(record["extra"])) == (phone(OWN), {"举报人": informant(OWN)})


@pytest.mark.parametrize("form", FORMS)
def test_an_export_sent_back_keeps_the_contacts(districts: Districts, tmp_path: Path, form: str) -> None:
    """A file without contacts, sent back unedited, changes nothing: absent columns keep what is known."""
    order = gr.ExportOrder(kind="brick_kiln", form=form)
    path = tmp_path / f"kilns.{'zip' if form == 'shp' else form}"
    path.write_bytes(districts.registry.export(order).content)
    asked = gr.ImportOrder(
        kind="brick_kiln", datum="wgs84" if form in {"csv", "xlsx"} else None, dry_run=True
    )
    said = districts.registry.import_file(path, asked).document
    assert (said["unchanged"], said["rows"]) == (len(PLACES), len(PLACES))

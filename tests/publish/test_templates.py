"""A report in a bureau's own template: the same numbers, and nothing but words for the template."""

from __future__ import annotations

import io
import shutil
import subprocess
import zipfile
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

import docx
import pytest

import geo_registry as gr
from geo_registry.errors import ValueRefused
from geo_registry.publish.report import fill, sample, station_report, to_docx
from geo_registry.publish.report.layout import lay_out, printable
from geo_registry.publish.report.model import Facts, Paragraph, Table, Verdict
from geo_registry.publish.report.templates import filling, sandbox
from tests.cli.shell import run
from tests.publish.report_world import FONT_FOLDERS, inputs, report

if TYPE_CHECKING:
    from geo_registry.core.kinds import Language

HOSTILE = (
    "<script>alert(1)</script>",
    "{{ 7*7 }}",
    "{% for x in y %}",
    "a\x07b\u202ec",
    "&amp;",
    "{_{ code }_}",
)


def template(*lines: str) -> bytes:
    """Make a template of paragraphs."""
    paper = docx.Document()
    for line in lines:
        paper.add_paragraph(line)
    made = io.BytesIO()
    paper.save(made)
    return made.getvalue()


def said(content: bytes) -> list[str]:
    """Read the paragraphs of a document."""
    return [one.text for one in docx.Document(io.BytesIO(content)).paragraphs]


@cache
def filled(count: int, lang: Language) -> bytes:
    """Set the report of so many sources in the template to begin with."""
    return fill(report(count, lang), sample(), FONT_FOLDERS)


def refusal(*lines: str) -> ValueRefused:
    """Tell why a template is refused."""
    with pytest.raises(ValueRefused) as refused:
        fill(report(3, "en"), template(*lines), FONT_FOLDERS)
    return refused.value


@pytest.mark.parametrize("lang", ["zh", "en"])
def test_the_template_to_begin_with_says_everything(lang: Language) -> None:
    """Every cell, fact and sentence of the report is in the document, tables in their order."""
    told, paper = report(40, lang), docx.Document(io.BytesIO(filled(40, lang)))
    blocks = [block for section in told.sections for block in section.blocks]
    wanted = [[["\n".join(lines) for lines in row] for row in grid.rows]
              for block in blocks if isinstance(block, Table) for grid in lay_out(block, lang)]  # fmt: skip
    made = [[[cell.text for cell in row.cells] for row in table.rows] for table in paper.tables]
    for rows in wanted:
        assert any(rows == table[1:] for table in made), rows[0]
    texts = {one.text for one in paper.paragraphs}
    assert {section.title for section in told.sections} <= texts
    assert {block.text for block in blocks if isinstance(block, Verdict | Paragraph)} <= texts
    pairs = {tuple(row) for table in made for row in table if len(row) == 2}
    facts = [block.pairs for block in blocks if isinstance(block, Facts)]
    assert {pair for each in facts for pair in each} <= pairs
    assert len(paper.inline_shapes) == 1
    assert paper.sections[0].footer.paragraphs[0].text == told.footer


def test_names_stand_for_what_they_say() -> None:
    """Station, code, day, revision and digests are the report's; a table is reached by its name."""
    told = report(3, "en")
    named = dict(told.named)
    names = ("station", "code", "on", "revision", "chain", "content")
    lines = [f"{{{{ {name} }}}}" for name in names] + ["{{ table.within.rows | length }}"]
    assert said(fill(told, template(*lines), FONT_FOLDERS)) == [
        *(named[name] for name in names),
        str(len(told.table("within").rows)),
    ]
    assert named["content"][:12] in told.footer


def test_equal_reports_in_equal_templates_are_equal() -> None:
    """To the byte."""
    assert fill(station_report(inputs(40), "zh"), sample(), FONT_FOLDERS) == filled(40, "zh")
    assert filled(40, "zh") != to_docx(report(40, "zh"), FONT_FOLDERS)


def test_hostile_names_are_text() -> None:
    """What would be markup or a template in a record's name stands as it is."""
    told = station_report(inputs(40, hostile=HOSTILE), "zh")
    reached = {str(row[1]) for row in told.table("listing").rows} & set(HOSTILE)
    assert len(reached) >= 4
    paper = docx.Document(io.BytesIO(fill(told, sample(), FONT_FOLDERS)))
    lines = {line for table in paper.tables for row in table.rows for cell in row.cells
             for line in cell.text.split("\n")}  # fmt: skip
    assert {printable(name) for name in reached - {"{_{ code }_}"}} <= lines
    assert not any(line == "49" for line in lines)


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("{{ statoin }} {{ codes }}", "codes, statoin"),
        ("{{ section.counts.titel }}", "titel"),
        ("{{ table.within.rows[0][99] }}", "99"),
        ("{% for one in tabel.within.rows %}{% endfor %}", "tabel"),
    ],
)
def test_a_wrong_field_is_named(line: str, value: str) -> None:
    """The refusal names what there is not, and what there is."""
    fault = refusal("{{ title }}", line)
    assert fault.code == "TEMPLATE_FIELD_UNKNOWN"
    assert value in str(fault.details["value"])
    assert "station" in str(fault.details["known"])


@pytest.mark.parametrize(
    "line", ["{% for %}", "{{ title", "{% if title %}", "{{ title | shout }}", "{% endfor %}"]
)
def test_what_is_no_template_is_refused(line: str) -> None:
    """A slip between the braces is told with what the reader says of it."""
    fault = refusal(line)
    assert fault.code == "TEMPLATE_UNREADABLE"
    assert fault.details["reason"]


@pytest.mark.parametrize(
    "content", [b"", b"no archive", b"PK\x03\x04 broken", "xlsx"], ids=["empty", "text", "broken", "another"]
)
def test_what_is_no_document_is_refused(content: bytes | str) -> None:
    """So is a file that is no DOCX, or half of one."""
    if content == "xlsx":
        packed = io.BytesIO()
        with zipfile.ZipFile(packed, "w") as parts:
            parts.writestr("xl/workbook.xml", "<workbook/>")
        content = packed.getvalue()
    with pytest.raises(ValueRefused) as refused:
        fill(report(3, "en"), content, FONT_FOLDERS)  # type: ignore[arg-type]
    assert refused.value.code == "TEMPLATE_UNREADABLE"


@pytest.mark.parametrize(
    "line",
    [
        "{{ title.__class__.__mro__ }}",
        "{{ title['__class__'] }}",
        "{{ title.format }}",
        "{{ title.format(1) }}",
        "{{ sections.append(1) }}",
        "{{ range(10) }}",
        "{{ lipsum() }}",
        "{{ cycler.__init__.__globals__ }}",
        "{{ self.__init__ }}",
        "{{ title * 1000000000 }}",
        "{{ '%1000000000d' % 1 }}",
        "{{ 9 ** 9 ** 9 }}",
        "{{ title ~ title }}",
        "{{ [title, title] }}",
        "{{ title | center(1000000000) }}",
        "{{ title | replace('x', 'xxxxxxxxxx') }}",
        "{{ title | attr('__class__') }}",
        "{{ title | safe }}",
        "{% set x = title ~ title %}{{ x | length }}",
        "{% macro m() %}{{ m() }}{% endmacro %}",
        "{% include 'x' %}",
        "{% import 'os' as os %}",
        "{% for a in sections recursive %}{{ loop(sections) }}{% endfor %}",
        "{% for a in sections %}{{ loop.__class__ }}{% endfor %}",
        "{{ " + "(" * 5_000 + "title" + ")" * 5_000 + " }}",
        "{% for a in title %}" * 30 + "{% endfor %}" * 30,
    ],
    ids=str,
)
def test_a_template_does_nothing_but_say(line: str) -> None:
    """It reaches nothing of the program, calls nothing, and makes nothing huge."""
    assert refusal(line).code.startswith("TEMPLATE_")


def test_loops_come_to_an_end(monkeypatch: pytest.MonkeyPatch) -> None:
    """Loops in loops are stopped after so many steps, and so is what writes too much."""
    deep = "".join(f"{{% for a{n} in content %}}" for n in range(6)) + "{% endfor %}" * 6
    assert refusal(deep).code == "TEMPLATE_FORBIDDEN"
    monkeypatch.setattr(sandbox, "MOST_SIGNS", 1_000)
    assert refusal("{% for a in content %}{{ content }}{% endfor %}").code == "TEMPLATE_FORBIDDEN"


def test_the_documents_own_data_are_texts() -> None:
    """A title with an ampersand is in the file's properties as it is, not as markup."""
    paper = docx.Document(io.BytesIO(sample()))
    assert paper.core_properties.title == "{{ title }}"
    told = replace(report(3, "en"), title="A & B <i>")
    made = docx.Document(io.BytesIO(fill(told, sample(), FONT_FOLDERS)))
    assert made.core_properties.title == "A & B <i>"


def test_floods_are_refused_unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """A template too large, packed or unpacked, is refused by its size."""
    for name in ("MOST_BYTES", "MOST_UNPACKED_BYTES"):
        with monkeypatch.context() as patch:
            patch.setattr(filling, name, 1_000)
            assert refusal("{{ title }}").code == "TEMPLATE_TOO_LARGE"


def test_the_shell_and_the_server_set_papers_in_it(demo_store: str, tmp_path: Path) -> None:
    """`--template`, its archive, and the setting's template give what Python gives."""
    own = tmp_path / "own.docx"
    assert run(demo_store, "template", "-o", str(own)).exit_code == 0
    assert own.read_bytes() == sample()
    own.write_bytes(template("{{ code }} {{ revision }}"))
    made = tmp_path / "report"
    assert run(demo_store, "report", "2399A", "--template", str(own), "-o", str(made)).exit_code == 0
    registry = gr.open(demo_store)
    expected = [f"2399A {registry.revision}"]
    assert said(made.read_bytes()) == expected
    refused = run(demo_store, "report", "2399A", "--template", str(own), "--format", "pdf")
    assert (refused.exit_code, "docx" in refused.output) == (2, True)
    missing = run(demo_store, "report", "2399A", "--template", str(tmp_path / "none.docx"))
    assert (missing.exit_code, "none.docx" in missing.output) == (2, True)
    whole = tmp_path / "reports.zip"
    assert run(demo_store, "report", "--all", "--template", str(own), "-o", str(whole)).exit_code == 0
    with zipfile.ZipFile(whole) as archive:
        words = [said(archive.read(name)) for name in archive.namelist()]
    assert expected in words
    assert [f" {registry.revision}"] in words


def test_a_template_of_the_settings(demo_store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The browser's DOCX is set in it, and a PDF is not."""
    from_settings = tmp_path / "own.docx"
    from_settings.write_bytes(template("{{ title }}"))
    monkeypatch.setenv("GEO_REGISTRY_REPORT_TEMPLATE", str(from_settings))
    registry = gr.open(demo_store)
    assert len(said(registry.report("2399A", "docx", "zh").content)) == 1
    assert registry.report("2399A", "pdf", "zh").content[:5] == b"%PDF-"


@pytest.mark.skipif(shutil.which("soffice") is None, reason="LibreOffice is not installed")
def test_an_office_opens_it(tmp_path: Path) -> None:
    """LibreOffice makes pages of a filled template."""
    file = tmp_path / "filled.docx"
    file.write_bytes(filled(40, "zh"))
    command = [
        "soffice",
        f"-env:UserInstallation=file://{tmp_path}/profile",
        "--headless",
        "--convert-to",
        "pdf",
    ]
    subprocess.run(
        [*command, "--outdir", str(tmp_path), str(file)], check=True, capture_output=True, timeout=180
    )
    assert (tmp_path / "filled.pdf").stat().st_size > 10_000

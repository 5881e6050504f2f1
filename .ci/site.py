"""Make the documents a site to read without a network: ``site.py [FOLDER]``, by default dist/docs.

README.md becomes index.html, docs/x.md becomes x.html; what they link to beside that is copied. A link that
leads nowhere ends it.
"""

from __future__ import annotations

import shutil
import sys
from html import escape
from pathlib import Path
from urllib.parse import urlsplit

from markdown_it import MarkdownIt
from markdown_it.token import Token

PROJECT = Path(__file__).resolve().parents[1]
DOCS = PROJECT / "docs"
README = PROJECT / "README.md"
DOCUMENTS = (README, *sorted(DOCS.glob("**/*.md")), PROJECT / "CHANGELOG.md")
PAGE = """<!doctype html>
<html lang="{lang}">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<link rel="stylesheet" href="{up}site.css">
<nav>{nav}</nav>
<main>
{body}</main>
</html>
"""
STYLE = """:root { color-scheme: light dark; --line: color-mix(in srgb, currentcolor 25%, transparent) }
body { display: grid; grid-template-columns: 14rem minmax(0, 54rem); gap: 2rem; margin: 2rem }
body { font: 1rem/1.6 sans-serif }
nav a { display: block; padding: .15rem 0 } nav [aria-current] { font-weight: 700 }
img { max-width: 100%; height: auto; border: 1px solid var(--line) }
pre { overflow-x: auto; padding: .8rem; border: 1px solid var(--line) } code { font-size: .92em }
table { display: block; overflow-x: auto; border-collapse: collapse }
td, th { padding: .3rem .6rem; border: 1px solid var(--line); vertical-align: top }
@media (max-width: 48rem) { body { display: block; margin: 1rem } }
"""


def place_of(document: Path) -> Path:
    """Say where in the site a file of the project stands."""
    if document == README:
        return Path("index.html")
    within = document.relative_to(DOCS if document.is_relative_to(DOCS) else PROJECT)
    return within.with_suffix(".html") if document in DOCUMENTS else within


def title_of(document: Path) -> str:
    """Read a document's first heading."""
    return document.read_text(encoding="utf-8").split("\n", 1)[0].lstrip("# ").strip()


def led(link: str, document: Path, copied: set[Path]) -> str:
    """Turn a link of a document into one of the site, and note what it needs."""
    parts = urlsplit(link)
    if parts.scheme or not parts.path:
        return link
    target = (document.parent / parts.path).resolve()
    if not target.exists():
        sys.exit(f"{document.relative_to(PROJECT)} links to {link}, which is not there")
    if target not in DOCUMENTS:
        copied.add(target)
    up = "../" * (len(place_of(document).parts) - 1)
    return up + place_of(target).as_posix() + (f"#{parts.fragment}" if parts.fragment else "")


def written(document: Path, copied: set[Path]) -> str:
    """Write a document as a page."""
    parser = MarkdownIt("commonmark", {"html": False}).enable(["table", "strikethrough"])
    tokens = parser.parse(document.read_text(encoding="utf-8"))
    for token in (inner for one in tokens for inner in (one, *(one.children or ()))):
        _relink(token, document, copied)
    up = "../" * (len(place_of(document).parts) - 1)
    shown = [one for one in DOCUMENTS if one.parent in {PROJECT, DOCS} or one == document]
    nav = "\n".join(
        f'<a href="{up}{place_of(one).as_posix()}"{" aria-current=page" * (one == document)}>'
        f"{escape(title_of(one))}</a>"
        for one in shown
    )
    body = parser.renderer.render(tokens, parser.options, {})
    lang = "zh-Hans-CN" if document.name.endswith(".zh.md") else "en"
    return PAGE.format(lang=lang, title=escape(title_of(document)), up=up, nav=nav, body=body)


def _relink(token: Token, document: Path, copied: set[Path]) -> None:
    for name in ("href", "src"):
        link = token.attrGet(name)
        if isinstance(link, str):
            token.attrSet(name, led(link, document, copied))


def main(folder: Path) -> None:
    """Write the site."""
    copied = set[Path]()
    pages = {document: written(document, copied) for document in DOCUMENTS}
    shutil.rmtree(folder, ignore_errors=True)
    for document, page in pages.items():
        place = folder / place_of(document)
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(page, encoding="utf-8")
    for file in copied:
        place = folder / place_of(file)
        place.parent.mkdir(parents=True, exist_ok=True)
        if file.is_dir():
            shutil.copytree(file, place, dirs_exist_ok=True)
        else:
            shutil.copy(file, place)
    (folder / "site.css").write_text(STYLE, encoding="utf-8")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if sys.argv[1:] else PROJECT / "dist" / "docs")

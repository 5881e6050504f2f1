"""What a browser is told beside every answer: fetch nothing from elsewhere, guess nothing, frame nothing."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import TYPE_CHECKING
from urllib.parse import quote

from geo_registry.web.context import kept

if TYPE_CHECKING:
    from werkzeug.datastructures import Headers

PAGE_POLICY = (
    "default-src 'self'; script-src 'self'; worker-src 'self'; style-src 'self'; "
    "img-src 'self' data: blob:; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "frame-ancestors 'none'; form-action 'self'"
)
"""Content policy of everything: nothing from elsewhere, nothing inline; MapLibre draws from blobs."""
FRAMED_POLICY = "sandbox allow-scripts; frame-ancestors 'self'"
"""Policy of a file in a frame of ours: it runs as from nowhere, and what it may load it says itself."""
FRAMED = {"Content-Security-Policy": FRAMED_POLICY, "X-Frame-Options": "SAMEORIGIN"}
"""Headers of such a file."""
UNUSED = ("camera", "display-capture", "geolocation", "gyroscope", "microphone", "payment", "usb")
"""What no page of ours asks of a browser, and so no page may."""
ALWAYS = {
    "Content-Security-Policy": PAGE_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{feature}=()" for feature in UNUSED),
    "X-Frame-Options": "DENY",
    "Cache-Control": "no-cache",
}
"""Headers of every answer that does not bring its own."""
HTTPS_ONLY = "max-age=31536000"
"""A year (RFC 6797); other hosts of the domain are not ours to speak for."""
_STYLE = re.compile(rb"<style>(.*?)</style>", re.DOTALL)
_PLAIN = re.compile(r"[^A-Za-z0-9._-]+")


def dress(headers: Headers) -> None:
    """Give an answer the headers it lacks.

    Parameters
    ----------
    headers
        The answer's.
    """
    own = {name.lower() for name, _ in headers}
    for name, value in ALWAYS.items():
        if name.lower() not in own:
            headers.add(name, value)
    if kept().settings.serving.https:
        headers.setdefault("Strict-Transport-Security", HTTPS_ONLY)


def report_policy(content: bytes) -> str:
    """Give the content policy of an HTML report: the very style it brings, pictures within it, nothing else.

    Parameters
    ----------
    content
        The report.

    Examples
    --------
    >>> report_policy(b"<style>p{}</style>")[:44]
    "default-src 'none'; style-src 'sha256-gG2yIS"
    """
    digests = (hashlib.sha256(style).digest() for style in _STYLE.findall(content))
    styles = " ".join(f"'sha256-{base64.b64encode(digest).decode()}'" for digest in digests) or "'none'"
    return (
        f"default-src 'none'; style-src {styles}; img-src data:; base-uri 'none'; frame-ancestors 'none'; "
        "form-action 'none'"
    )


def disposition(name: str, *, attachment: bool) -> str:
    r"""Say under which name a file is to be kept (RFC 6266: the name itself, and one for older readers).

    Parameters
    ----------
    name
        File name; a folder before it, and what would end the header, are left out.
    attachment
        Whether a browser should save it rather than show it.

    Examples
    --------
    >>> disposition("a.csv", attachment=True)
    'attachment; filename="a.csv"'
    >>> disposition("砖窑.csv", attachment=False)
    'inline; filename="_.csv"; filename*=UTF-8\'\'%E7%A0%96%E7%AA%91.csv'
    """
    bare = "".join(letter for letter in re.split(r"[/\\]", name)[-1] if letter.isprintable())
    plain = _PLAIN.sub("_", bare)
    kind = "attachment" if attachment else "inline"
    told = f'{kind}; filename="{plain}"'
    return told if plain == bare else f"{told}; filename*=UTF-8''{quote(bare, safe='')}"

"""The map is light where the page is light and dark where it is dark, and legible in both."""

from __future__ import annotations

import base64
from typing import TYPE_CHECKING

import numpy as np

from tests.e2e.pages import VIEW, MapPage

if TYPE_CHECKING:
    from collections.abc import Callable

READ_AT_LEAST = 4.5
"""Contrast of text to what it stands on, WCAG 2.2, success criterion 1.4.3."""
LAYERS = f"JSON.stringify({VIEW}.getStyle().layers)"
INKS = (
    f"() => {VIEW}.getStyle().layers.flatMap(({{ id, paint }}) => typeof paint?.['text-color'] === 'string'"
    " ? [[id, paint['text-color']]] : [])"
)
RGB = (
    "(colour) => { const context = new OffscreenCanvas(1, 1).getContext('2d'); context.fillStyle = colour;"
    " context.fillRect(0, 0, 1, 1); return [...context.getImageData(0, 0, 1, 1).data].slice(0, 3); }"
)
INSIDE = (
    f"() => {{ const {{ data, width, height }} = {VIEW}.getImage('coal_sales_point:off').data;"
    " return [...data.slice(4 * (Math.floor(height / 2) * width + Math.floor(width / 2))).slice(0, 3)]; }"
)
TURNED = (
    f"{VIEW}.getPaintProperty('ground', 'background-color')"
    " === getComputedStyle(document.documentElement).getPropertyValue('--stage').trim()"
)
GREENS = """async (png) => {
  const bytes = Uint8Array.from(atob(png), (letter) => letter.charCodeAt(0));
  const image = await createImageBitmap(new Blob([bytes]));
  const context = new OffscreenCanvas(image.width, image.height).getContext("2d");
  context.drawImage(image, 0, 0);
  const { data } = context.getImageData(0, 0, image.width, image.height);
  return Array.from(data.filter((_, at) => at % 4 === 1));
}"""
"""What the eye takes most brightness from."""


def luminance(rgb: list[int]) -> float:
    """Give the relative luminance of a colour, as WCAG 2.2 defines it."""
    share = np.asarray(rgb) / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return float(linear @ [0.2126, 0.7152, 0.0722])


def brightness(page: MapPage) -> float:
    """Wait until the map has the page's colours, and give the picture's median green, from 0 to 1."""
    page.until(TURNED)
    page.settle()
    png = base64.b64encode(page.page.screenshot()).decode()
    return float(np.median(page.page.evaluate(GREENS, png))) / 255


def legible(page: MapPage) -> dict[str, float]:
    """Give the contrast of every layer's text to the land."""
    land = luminance(
        page.page.evaluate(RGB, page.page.evaluate(f"{VIEW}.getPaintProperty('ground', 'background-color')"))
    )
    inks = {layer: luminance(page.page.evaluate(RGB, ink)) for layer, ink in page.page.evaluate(INKS)}
    return {layer: (max(ink, land) + 0.05) / (min(ink, land) + 0.05) for layer, ink in inks.items()}


def test_the_map_turns_dark_and_back(open_page: Callable[..., MapPage]) -> None:
    """The button turns ground, text and hollow symbols at once; turned back, all is as it was."""
    page = open_page()
    page.settle()
    light, hollow, bright = page.page.evaluate(LAYERS), page.page.evaluate(INSIDE), brightness(page)
    assert bright > 0.85
    assert min(legible(page).values()) >= READ_AT_LEAST
    page.page.click("#theme")
    assert brightness(page) < 0.25
    assert min(legible(page).values()) >= READ_AT_LEAST
    assert luminance(page.page.evaluate(INSIDE)) < 0.1 < luminance(hollow)
    page.page.click("#theme")
    assert brightness(page) == bright
    assert page.page.evaluate(LAYERS) == light


def test_a_dark_system_gets_a_dark_map(open_page: Callable[..., MapPage]) -> None:
    """A map that is open follows the system, and so does one that opens."""
    page = open_page()
    page.page.emulate_media(color_scheme="dark")
    assert brightness(page) < 0.25
    page.page.reload()
    page.until("performance.getEntriesByName('map-drawn').length > 0")
    assert brightness(page) < 0.25

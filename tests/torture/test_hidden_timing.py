"""What is hidden takes as long to refuse as what is not there."""

from __future__ import annotations

from dataclasses import replace
from statistics import median
from time import perf_counter
from typing import TYPE_CHECKING

import pytest

import geo_registry as gr
from geo_registry.registry.people.grants import Grant
from geo_registry.registry.seeing import many
from geo_registry.web import create_app

if TYPE_CHECKING:
    from flask.testing import FlaskClient

ROUNDS = 400
TOLERANCE = 0.2
"""How far the two medians may lie apart (promise P12)."""
PATHS = ("/api/records/{}", "/sources/{}", "/api/stations/{}/audit", "/api/stations/{}/report.html")


def taken_s(client: FlaskClient, path: str, headers: dict[str, str]) -> float:
    """Ask once for what is answered 404, and tell how long it took in seconds."""
    began = perf_counter()
    status = client.get(path, headers=headers).status_code
    took_s = perf_counter() - began
    assert status == 404
    return took_s


@pytest.mark.torture
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize("whole", [many.WHOLE, -1], ids=["frames", "numbers"])
def test_a_hidden_id_takes_as_long_as_a_missing_one(
    demo_copy: str, path: str, whole: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over 400 interleaved requests the medians of a hidden and a missing id differ by less than a fifth."""
    monkeypatch.setattr(many, "WHOLE", whole)
    registry = gr.open(demo_copy)
    registry.people.add("clerk", Grant("district", ("郾城区",)), None)
    bearer = {"Authorization": f"Bearer {registry.people.make_token('clerk', 'read', 1).text}"}
    served = replace(registry.settings.serving, heavy_reads=0)
    client = create_app(replace(registry.settings, serving=served), registry).test_client()
    rows = registry.sources(contacts=False)
    hidden = rows.loc[rows["district"].ne("郾城区"), "id"].tolist()
    times: dict[bool, list[float]] = {True: [], False: []}
    for number in range(ROUNDS):
        for is_there, name in ((True, hidden[number % len(hidden)]), (False, f"{number:016x}")):
            times[is_there].append(taken_s(client, path.format(name), bearer))
    ratio = median(times[True]) / median(times[False])
    print(f"{path}: hidden {median(times[True]) * 1e3:.2f} ms, ratio {ratio:.3f}")  # noqa: T201 (a figure)
    assert abs(ratio - 1) < TOLERANCE

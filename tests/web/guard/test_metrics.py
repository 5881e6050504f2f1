from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from geo_registry.web.guard import metrics
from geo_registry.web.guard.metrics import DURATION, IN_FLIGHT, REQUESTS, SECONDS, Book

if TYPE_CHECKING:
    from flask.testing import FlaskClient

OTHER = """
import sys
from pathlib import Path
from geo_registry.web.guard.metrics import *
book = Book(Path(sys.argv[1]))
book.add(REQUESTS, "/", "GET", "200", amount=5)
book.add(IN_FLIGHT, amount=7)
book.observe(DURATION, "/", amount=0.2)
"""


def told(text: bytes, name: str) -> dict[str, float]:
    """Read the numbers of one metric by their labels."""
    found = re.findall(rf"^geo_registry_{name}(\{{.*\}})? (\S+)$", text.decode(), re.MULTILINE)
    return {labels: float(number) for labels, number in found}


def test_counts_of_all_processes_add_up(tmp_path: Path) -> None:
    """Any process tells the counts of all, the ended ones too; what is under way there ended with them."""
    book = Book(tmp_path)
    book.add(REQUESTS, "/", "GET", "200", amount=2)
    book.add(IN_FLIGHT)
    subprocess.run([sys.executable, "-c", OTHER, str(tmp_path)], check=True)
    text = book.read()
    assert told(text, "requests_total") == {'{method="GET",route="/",status="200"}': 7.0}
    assert told(text, "requests_in_flight") == {"": 1.0}
    assert told(text, "request_seconds_count") == {'{route="/"}': 1.0}


def test_a_histogram_has_all_its_classes(tmp_path: Path) -> None:
    """Classes count what is at most their edge, the last one everything; the sum is that of the seconds."""
    book = Book(tmp_path)
    for seconds in (0.001, 0.2, 0.25, 99.0):
        book.observe(DURATION, "/", amount=seconds)
    text = book.read()
    classes = told(text, "request_seconds_bucket")
    assert len(classes) == len(SECONDS)
    assert classes['{le="0.25",route="/"}'] == 3.0
    assert classes['{le="0.1",route="/"}'] == 1.0
    assert classes['{le="+Inf",route="/"}'] == 4.0
    assert told(text, "request_seconds_sum") == {'{route="/"}': pytest.approx(99.451)}


def test_a_private_folder_goes_with_its_book() -> None:
    """A book without a folder makes one, and leaves nothing behind."""
    book = Book()
    book.add(IN_FLIGHT)
    folder = book.folder
    assert folder.is_dir()
    del book
    assert not folder.exists()


def test_what_is_asked_is_counted_by_its_rule(client: FlaskClient) -> None:
    """Requests are counted by rule, method and status, their seconds by rule; memory and store are told."""
    rule = '{method="GET",route="/api/records/<record_id>",status="404"}'
    before = told(client.get("/metrics").data, "requests_total").get(rule, 0.0)
    client.get("/api/records/nobody")
    client.open("/api/records/nobody", method="BREW")
    answer = client.get("/metrics")
    assert answer.content_type == metrics.MEDIA_TYPE
    assert told(answer.data, "requests_total")[rule] == before + 1
    assert "BREW" not in answer.text
    assert told(answer.data, "requests_in_flight") == {"": 1.0}
    registry = client.application.extensions["geo_registry"].registry
    assert told(answer.data, "store_revision") == {"": registry.revision}
    assert told(answer.data, "cache_misses_total").keys() == {'{cache="answers"}', '{cache="tiles"}'}


@pytest.mark.parametrize(
    "environ",
    [
        {"REMOTE_ADDR": "198.51.100.7"},
        {"HTTP_X_FORWARDED_FOR": "198.51.100.7"},
        {"HTTP_FORWARDED": "for=198.51.100.7"},
        {"HTTP_VIA": "1.1 proxy"},
    ],
)
def test_counts_are_for_this_machine_and_administrators(client: FlaskClient, environ: dict[str, str]) -> None:
    """Who comes from elsewhere, be it through a proxy of this very machine, must be an administrator."""
    assert client.get("/metrics", environ_overrides=environ).status_code == 401

"""The process in which GDAL writes; run by path, so that it loads nothing else.

Its words are the folder of its work and a date. The folder holds ``jobs.json``, one Arrow file
``<number>.arrow`` a job, and the empty folder ``out``. Each job becomes a layer there, which is opened again;
what was found goes to standard output as JSON, one entry a job.
"""

from __future__ import annotations

import json
import sys
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyogrio


def main(folder: Path, date: str) -> None:
    """Write every job of a folder and print what is found when the files are opened again.

    Parameters
    ----------
    folder
        Folder of the work, laid out as the module says.
    date
        Written where a format wants the time of its last change.
    """
    warnings.simplefilter("error", RuntimeWarning)  # GDAL only warns when it cuts or rounds
    pyogrio.set_gdal_config_options({"OGR_CURRENT_DATE": date})
    jobs = json.loads((folder / "jobs.json").read_text("utf-8"))
    written = [_write(job, folder / f"{number}.arrow", folder / "out") for number, job in enumerate(jobs)]
    json.dump(written, sys.stdout)


def _write(job: Mapping[str, Any], rows: Path, folder: Path) -> dict[str, Any]:
    path = folder / job["file"]
    with pa.memory_map(str(rows)) as source:
        table = pa.ipc.open_file(source).read_all()
        pyogrio.write_arrow(table, path, **job["options"])
    found = pyogrio.read_info(path, layer=job["options"]["layer"], force_feature_count=True)
    return {"rows": found["features"], "names": list(found["fields"])}


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

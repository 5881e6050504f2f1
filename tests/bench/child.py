"""A contender's process: it makes itself ready, and then does its work whenever a line says so."""

from __future__ import annotations

import gc
import json
import os
import sys
import time
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple


class Missing(Exception):
    """A peer is not installed; says which."""


class Ready(NamedTuple):
    """A contender that is ready.

    Attributes
    ----------
    work
        What is timed.
    judge
        Looks at the last result, after memory was read, and says what was found.
    close
        Lets go of what must be let go.
    has_cpu
        Whether the work is this process's own.
    before
        What happens before each round, untimed.
    """

    work: Callable[[], object]
    judge: Callable[[Any], dict[str, Any]] = lambda _: {}
    close: Callable[[], object] = lambda: None
    has_cpu: bool = True
    before: Callable[[], object] = lambda: None


def peak_mb() -> float:
    """Tell the most memory that this process, as this program, ever held, in 10**6 bytes."""
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) * 1024 / 1e6


def main() -> None:
    """Do as standard input says; answer in lines of JSON."""
    # what libraries print must not come between the answers
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", buffering=1)
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())
    module, _, name = sys.argv[1].partition(":")
    try:
        ready: Ready = getattr(import_module(module), name)(**json.loads(sys.argv[2]))
    except Missing as fault:
        answers.write(json.dumps({"missing": str(fault)}) + "\n")
        return
    try:
        answers.write("{}\n")
        result: object = None
        for line in sys.stdin:
            if line == "end\n":
                peak = peak_mb()
                answers.write(json.dumps({"peak_mb": peak, "said": ready.judge(result)}) + "\n")
                break
            result = None
            ready.before()
            gc.collect()
            wall, cpu = time.perf_counter(), time.process_time()
            result = ready.work()
            spent = {"wall_s": time.perf_counter() - wall, "cpu_s": time.process_time() - cpu}
            answers.write(json.dumps(spent if ready.has_cpu else spent | {"cpu_s": None}) + "\n")
    finally:
        ready.close()


if __name__ == "__main__":
    main()

"""Which files the reader of what strangers send may open: its own folder, and the code it runs.

Landlock (Linux 5.13, Documentation/userspace-api/landlock.rst) needs no privilege; where the kernel has
none, nothing is restricted and the other fences stand alone.
"""

from __future__ import annotations

import ctypes
import os
import struct
import sys
import sysconfig
from pathlib import Path

CREATE, ADD, RESTRICT = 444, 445, 446
"""System calls, the same on every architecture."""
VERSION, PATH_BENEATH = 1, 1
"""LANDLOCK_CREATE_RULESET_VERSION, LANDLOCK_RULE_PATH_BENEATH (landlock.h)."""
READ = 0b1100
"""LANDLOCK_ACCESS_FS_READ_FILE and READ_DIR."""
RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15}
"""How many rights over files each version knows: REFER came with the second, TRUNCATE with the third."""
RIGHTS_SINCE_5 = 16
"""And IOCTL_DEV with the fifth."""
LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib")
"""Where systems keep what compiled modules load late."""


def confine(folder: Path) -> bool:
    """Let this process open nothing any more but its own folder, and code to read.

    Parameters
    ----------
    folder
        Private folder, in which everything stays allowed.

    Returns
    -------
    bool
        False where the kernel knows no Landlock, and nothing has changed.
    """
    known = version()
    if not known:
        return False
    libc = ctypes.CDLL(None)
    every = (1 << RIGHTS.get(known, RIGHTS_SINCE_5)) - 1
    handled = struct.pack("=Q", every)
    rules = libc.syscall(CREATE, handled, len(handled), 0)
    for path in code():
        _allow(libc, rules, path, READ)
    _allow(libc, rules, folder, every)
    confined = bool(libc.syscall(RESTRICT, rules, 0) == 0)
    os.close(rules)
    return confined


def version() -> int:
    """Tell which version of Landlock the kernel has in force, 0 for none."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(CREATE, None, 0, VERSION)))


def code() -> list[Path]:
    """List the folders whose files the child runs: this package, Python's and the system's libraries."""
    package = Path(__file__).resolve().parents[1]
    installed = {Path(sysconfig.get_path(which)).resolve() for which in ("purelib", "platlib")}
    # a checkout round the package may hold the store
    closed = {package.parent} - installed
    searched = [Path(entry) for entry in sys.path if Path(entry).resolve() not in closed]
    return [package, *searched, *map(Path, LIBRARIES)]


def _allow(libc: ctypes.CDLL, rules: int, path: Path, rights: int) -> None:
    if not path.is_dir():
        return
    held = os.open(path, os.O_PATH)
    # struct landlock_path_beneath_attr is packed: rights, descriptor
    libc.syscall(ADD, rules, PATH_BENEATH, struct.pack("=Qi", rights, held), 0)
    os.close(held)

"""A filter of system calls for whoever reads what strangers send: no network, no other process, no mounts.

The filter is a small BPF program (Linux, Documentation/userspace-api/seccomp_filter.rst). It forbids a list
and not all the rest: it stands behind limits, name spaces and Landlock, and a list of what is allowed would
differ from one C library to the next.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import struct
import sys
from dataclasses import dataclass, field

PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 22, 2
"""prctl.h, seccomp.h."""
LOAD, JUMP_IF_EQUAL, JUMP_IF_AT_LEAST, RETURN = 0x20, 0x15, 0x35, 0x06
"""BPF_LD | BPF_W | BPF_ABS; BPF_JMP | BPF_JEQ; BPF_JMP | BPF_JGE; BPF_RET (bpf_common.h)."""
NUMBER_AT, ARCHITECTURE_AT = 0, 4
"""Places in ``struct seccomp_data``."""
ALLOW, FAIL = 0x7FFF_0000, 0x0005_0000 | errno.EPERM
"""SECCOMP_RET_ALLOW; SECCOMP_RET_ERRNO: the call fails as one that is not permitted."""
X32_FROM = 0x4000_0000
"""Calls from here on are those of the x32 ABI, which nobody here uses."""

EVERYWHERE = {
    "pidfd_send_signal": 424,
    "io_uring_setup": 425,
    "io_uring_enter": 426,
    "io_uring_register": 427,
    "pidfd_open": 434,
    "clone3": 435,
    "pidfd_getfd": 438,
}
"""Numbers that are the same on every architecture."""


@dataclass(frozen=True, slots=True)
class Machine:
    """Numbers of one architecture.

    Attributes
    ----------
    audit
        AUDIT_ARCH of audit.h.
    forbidden
        Name to number of what is forbidden (asm/unistd_64.h, asm-generic/unistd.h).
    """

    audit: int
    forbidden: dict[str, int] = field(default_factory=dict)


MACHINES = {
    "x86_64": Machine(
        0xC000_003E,
        {
            "socket": 41,
            "connect": 42,
            "accept": 43,
            "sendto": 44,
            "recvfrom": 45,
            "sendmsg": 46,
            "recvmsg": 47,
        }
        | {"bind": 49, "listen": 50, "socketpair": 53, "accept4": 288, "recvmmsg": 299, "sendmmsg": 307}
        | {"clone": 56, "fork": 57, "vfork": 58, "execve": 59, "execveat": 322}
        | {"kill": 62, "tkill": 200, "tgkill": 234, "ptrace": 101}
        | {"process_vm_readv": 310, "process_vm_writev": 311, "perf_event_open": 298, "bpf": 321}
        | {"pivot_root": 155, "chroot": 161, "mount": 165, "umount2": 166, "unshare": 272, "setns": 308}
        | {"init_module": 175, "delete_module": 176, "finit_module": 313, "kexec_load": 246}
        | {"kexec_file_load": 320, "add_key": 248, "request_key": 249, "keyctl": 250}
        | {"name_to_handle_at": 303, "open_by_handle_at": 304, "userfaultfd": 323},
    ),
    "aarch64": Machine(
        0xC000_00B7,
        {"socket": 198, "socketpair": 199, "bind": 200, "listen": 201, "accept": 202, "connect": 203}
        | {"sendto": 206, "recvfrom": 207, "sendmsg": 211, "recvmsg": 212, "accept4": 242}
        | {"recvmmsg": 243, "sendmmsg": 269, "clone": 220, "execve": 221, "execveat": 281}
        | {"kill": 129, "tkill": 130, "tgkill": 131, "ptrace": 117}
        | {"process_vm_readv": 270, "process_vm_writev": 271, "perf_event_open": 241, "bpf": 280}
        | {"umount2": 39, "mount": 40, "pivot_root": 41, "chroot": 51, "unshare": 97, "setns": 268}
        | {"kexec_load": 104, "init_module": 105, "delete_module": 106, "finit_module": 273}
        | {"kexec_file_load": 294, "add_key": 217, "request_key": 218, "keyctl": 219}
        | {"name_to_handle_at": 264, "open_by_handle_at": 265, "userfaultfd": 282},
    ),
}
"""Architectures for which the numbers are known, by the name the system gives them."""


def machine() -> Machine | None:
    """Give the numbers of this system, or None where there is no filter for it."""
    return MACHINES.get(platform.machine()) if sys.platform == "linux" else None


def program(of: Machine) -> bytes:
    """Write the filter.

    Parameters
    ----------
    of
        The architecture.

    Returns
    -------
    bytes
        Instructions of 8 bytes each: 32-bit calls fail, forbidden ones fail, all others go through.
    """
    numbers = sorted({*of.forbidden.values(), *EVERYWHERE.values()})
    last = len(numbers)
    steps = [
        (LOAD, 0, 0, ARCHITECTURE_AT),
        (JUMP_IF_EQUAL, 0, last + 2, of.audit),
        (LOAD, 0, 0, NUMBER_AT),
        (JUMP_IF_AT_LEAST, last + 1, 0, X32_FROM),
        *((JUMP_IF_EQUAL, last - at, 0, number) for at, number in enumerate(numbers)),
        (RETURN, 0, 0, ALLOW),
        (RETURN, 0, 0, FAIL),
    ]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def apply() -> bool:
    """Put this process under the filter for good, where the system allows.

    Returns
    -------
    bool
        False where it does not: another system or architecture, or a kernel without filters.
    """
    here = machine()
    if here is None:
        return False
    steps = program(here)
    held = ctypes.create_string_buffer(steps, len(steps))
    # struct sock_fprog: a count, padding, a pointer
    filtered = struct.pack("@HP", len(steps) // 8, ctypes.addressof(held))
    return bool(ctypes.CDLL(None).prctl(PR_SET_SECCOMP, SECCOMP_MODE_FILTER, filtered, 0, 0) == 0)

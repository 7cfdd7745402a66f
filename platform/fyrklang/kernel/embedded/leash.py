"""Runs one command so that it cannot outlive its parent: `leash.py SIGNAL PARENT UID GID COMMAND…`.

Started as a file of its own rather than as a hook between fork and exec, because such hooks may
deadlock in a process with threads. Stepping down comes first: a change of account clears the wish.
"""

from __future__ import annotations

import ctypes
import os
import sys

PR_SET_PDEATHSIG = 1
UNCHANGED = -1


def follow_parent(signal_number: int) -> None:
    """Ask the kernel for `signal_number` when the parent dies. Does nothing outside Linux."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)


def main(arguments: list[str]) -> None:
    """Step down, tie this process to its parent, and become the command."""
    signal_number, parent, uid, gid = (int(value) for value in arguments[:4])
    command = arguments[4:]
    if uid != UNCHANGED:
        os.setgroups([])
        os.setgid(gid)
        os.setuid(uid)
    if signal_number:
        follow_parent(signal_number)
        if os.getppid() != parent:
            raise SystemExit(1)
    try:
        os.execv(command[0], command)  # noqa: S606
    except OSError as error:
        raise SystemExit(f"{command[0]}: {error.strerror}") from error


if __name__ == "__main__":
    main(sys.argv[1:])

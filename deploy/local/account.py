"""PostgreSQL refuses to run as root: the user it runs as then, and what that user can reach."""

from __future__ import annotations

import os
import pwd
import shutil
from pathlib import Path

from deploy.local.children import Account, ask
from deploy.local.console import StartError, say

NAME = "anju"
_MAKERS = (
    ("useradd", "--system", "--no-create-home", "--home-dir", "/nonexistent", "--shell", "/usr/sbin/nologin", NAME),
    ("adduser", "-S", "-D", "-H", "-s", "/sbin/nologin", NAME),
)
_SPARE = "nobody"


def needed() -> bool:
    """Are we root?"""
    return os.geteuid() == 0


def of_owner(path: Path) -> Account | None:
    """The user that a cluster belongs to, where we are root; None: run it as ourselves. Raises StartError."""
    if not needed():
        return None
    owner = path.stat().st_uid
    if owner == 0:
        raise StartError(
            f"{path} belongs to root, as which PostgreSQL does not run: `make reset`, or give it to another user."
        )
    try:
        entry = pwd.getpwuid(owner)
    except KeyError:
        raise StartError(f"{path} belongs to user {owner}, who is not known here: give it to one who is.") from None
    return Account(entry.pw_name, entry.pw_uid, entry.pw_gid)


def of_our_own() -> Account:
    """The system user `anju`, made where it is missing and can be made; else `nobody`. Raises StartError."""
    found = _find(NAME) or _make() or _find(_SPARE)
    if found is None:
        raise StartError(
            "PostgreSQL does not run as root, and no other user can be made here: run as an ordinary user."
        )
    return found


def _find(name: str) -> Account | None:
    try:
        entry = pwd.getpwnam(name)
    except KeyError:
        return None
    return Account(name, entry.pw_uid, entry.pw_gid) if entry.pw_uid else None


def _make() -> Account | None:
    for command in _MAKERS:
        if shutil.which(command[0]):
            # Two runs may come here at once: whether the user is there afterwards is what counts.
            ask(command, os.environ)
            if found := _find(NAME):
                say(f"Made the system user {NAME!r} for PostgreSQL, which does not run as root.")
                return found
    return None


def reaches(account: Account, path: Path, flag: str = "-x") -> bool:
    """Can that user get at the path (`-x` pass through or run it, `-r` read it)? Asked of the system, as that user."""
    asked = ask(["/bin/sh", "-c", 'test "$0" "$1"', flag, str(path)], {}, account)
    return asked.returncode == 0

"""Files that are never half-written, and never readable by others where they hold secrets."""

from __future__ import annotations

import errno
import json
import os
from pathlib import Path
from typing import Any

from deploy.local.console import StartError

PRIVATE = 0o600


def write(path: Path, text: str, mode: int = 0o644) -> None:
    """Replaces the file in one step. Raises OSError."""
    beside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, mode)
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            os.fchmod(file.fileno(), mode)
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        os.replace(beside, path)
    except BaseException:
        beside.unlink(missing_ok=True)
        raise


def write_json(path: Path, value: Any, mode: int = 0o644) -> None:
    """Replaces the file with the value as indented JSON."""
    write(path, json.dumps(value, indent=2, ensure_ascii=False) + "\n", mode)


def read_json(path: Path) -> Any | None:
    """The value, or None where there is no such file. Raises StartError where it is not JSON."""
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except ValueError:
        raise StartError(f"{path} is damaged: restore it, or `make reset` to begin anew.") from None


def explain(error: OSError, path: Path) -> StartError:
    """The line for a folder that cannot be used."""
    if error.errno == errno.ENOSPC:
        return StartError(f"No space is left on the disk of {path}: free some, or set ANJU_DATA to a folder elsewhere.")
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return StartError(f"{error.filename or path} cannot be written: set ANJU_DATA to a folder that you may write.")
    return StartError(f"{error.filename or path} cannot be used ({error.strerror}): set ANJU_DATA to another folder.")

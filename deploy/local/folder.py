"""The folder of one run, $ANJU_DATA: what lies where, and that only one run uses it at a time."""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from deploy.local.console import StartError
from deploy.local.files import explain

NEEDED_BYTES = 300 * 1024 * 1024
_LOG_BYTES = 5 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class Folder:
    """Paths inside $ANJU_DATA. `reset` removes these and nothing else."""

    path: Path

    @property
    def state(self) -> Path:
        return self.path / "state.json"

    @property
    def run(self) -> Path:
        """Every process there is now."""
        return self.path / "run.json"

    @property
    def credentials(self) -> Path:
        return self.path / "credentials.json"

    @property
    def keys(self) -> Path:
        return self.path / "keys.json"

    @property
    def signing_key(self) -> Path:
        return self.path / "signing-key.json"

    @property
    def logs(self) -> Path:
        return self.path / "logs"

    @property
    def kafka(self) -> Path:
        return self.path / "kafka"

    @property
    def postgres(self) -> Path:
        return self.path / "postgres"

    @property
    def jars(self) -> Path:
        return self.path / "jars"

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    def contents(self) -> list[Path]:
        """Everything the runtime may have made here, the lock last."""
        files = [self.run, self.credentials, self.keys, self.signing_key, self.state]
        unfinished = [self.path / "postgres.new", self.path / "postgres.password"]
        return [self.postgres, *unfinished, self.kafka, self.jars, self.logs, *files, self.lock]

    def log(self, name: str) -> Path:
        """The log of a process; one that has grown large is put aside as `.1`."""
        path = self.logs / f"{name}.log"
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".log.1"))
        return path


def prepare(path: Path) -> Folder:
    """Makes the folder where it is missing and sees that it can be written and has room. Raises StartError."""
    folder = Folder(path)
    try:
        _make(path)
        folder.logs.mkdir(mode=0o700, exist_ok=True)
        probe = path / f".probe.{os.getpid()}"
        probe.touch()
        probe.unlink()
        free = shutil.disk_usage(path).free
    except OSError as error:
        raise explain(error, path) from None
    if free < NEEDED_BYTES:
        raise StartError(
            f"Only {free // 2**20} MB are free on the disk of {path}, {NEEDED_BYTES // 2**20} are needed: free some, or set ANJU_DATA."
        )
    return folder


def _make(path: Path) -> None:
    # The database runs as a user of its own where we are root; that user must be able to pass through a folder of ours.
    if not path.is_dir():
        path.mkdir(parents=True, exist_ok=True)
        path.chmod(0o711 if os.geteuid() == 0 else 0o700)


@contextmanager
def held(folder: Folder) -> Iterator[None]:
    """Holds the folder for this process; the lock falls with the process, however it ends. Raises StartError."""
    try:
        descriptor = os.open(folder.lock, os.O_RDWR | os.O_CREAT, 0o600)
    except OSError as error:
        raise explain(error, folder.path) from None
    try:
        _lock(descriptor, folder)
        os.ftruncate(descriptor, 0)
        os.write(descriptor, f"{os.getpid()}\n".encode())
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int, folder: Folder) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.read(descriptor, 32).decode(errors="replace").strip() or "unknown"
        raise StartError(
            f"Another run (process {holder}) is using {folder.path}: stop it, or set ANJU_DATA (and ANJU_PORT) to others for this one."
        ) from None
    except OSError as error:
        raise explain(error, folder.path) from None

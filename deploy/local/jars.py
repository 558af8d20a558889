"""Kafka's jars: resolved by jgo into a lock that is committed, fetched by what the lock says, and checked by us against it.

    python -m deploy.local.jars FOLDER      fetch what is missing into FOLDER, showing progress
    python -m deploy.local.jars --lock      resolve anew and write kafka.lock.toml

A download that breaks off goes on where it stopped, in this run or the next. ANJU_MAVEN_REPOSITORY names a mirror.
"""

from __future__ import annotations

import errno
import fcntl
import hashlib
import http.client
import os
import sys
import tempfile
import time
import tomllib
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local.console import StartError, say

LOCK = Path(__file__).with_name("kafka.lock.toml")
MIRROR = "ANJU_MAVEN_REPOSITORY"
KAFKA = "org.apache.kafka:kafka_2.13:4.3.1"
LOGGING = "org.apache.logging.log4j:log4j-slf4j-impl:2.25.4!"
"""Without a binding the broker logs nothing. `!`: its parent must not choose the versions of Kafka's own jars."""

_TRIES = 6
_TIMEOUT = 30
_CHUNK = 256 * 1024
_GONE_ON, _WHOLE_AGAIN, _ALL_THERE = 206, 200, 416


@dataclass(frozen=True, slots=True)
class Jar:
    """One jar of the lock."""

    group: str
    artifact: str
    version: str
    sha256: str

    @property
    def name(self) -> str:
        return f"{self.artifact}-{self.version}.jar"

    @property
    def path(self) -> str:
        """Inside a Maven repository, and inside our folder of jars."""
        return "/".join((*self.group.split("."), self.artifact, self.version, self.name))


def locked(lock: Path = LOCK) -> list[Jar]:
    """The jars that the lock names."""
    rows = tomllib.loads(lock.read_text(encoding="utf-8"))["dependencies"]
    return [Jar(row["groupId"], row["artifactId"], row["version"], row["sha256"]) for row in rows]


def cache_folder(spare: Path) -> Path:
    """Where jars are kept for all runs of this user; `spare` where there is no home to keep them in."""
    home = os.environ.get("XDG_CACHE_HOME") or os.path.join(os.path.expanduser("~"), ".cache")
    folder = Path(home) / "anju" / "jars"
    for each in (folder, spare):
        try:
            each.mkdir(parents=True, exist_ok=True)
        except OSError:
            continue
        if os.access(each, os.W_OK):
            return each
    return spare


def missing(jars: Sequence[Jar], folder: Path) -> list[Jar]:
    """The jars that are not there as the lock says; one with another checksum is removed."""
    return [jar for jar in jars if not _is_right(folder / jar.path, jar)]


def _is_right(path: Path, jar: Jar) -> bool:
    try:
        with path.open("rb") as file:
            right = hashlib.file_digest(file, "sha256").hexdigest() == jar.sha256
    except FileNotFoundError:
        return False
    if not right:
        say(f"{jar.name} is not what kafka.lock.toml says: removing it.")
        path.unlink()
    return right


def fetch(jars: Sequence[Jar], folder: Path, repository: str) -> None:
    """Downloads the jars. Raises StartError where one cannot be had or is not what the lock says."""
    progress = _Progress(len(jars))
    for jar in jars:
        _fetch_one(jar, folder / jar.path, f"{repository.rstrip('/')}/{jar.path}", progress)
        progress.next()
    progress.end()


def _fetch_one(jar: Jar, path: Path, url: str, progress: _Progress) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_suffix(".part")
    for attempt in range(1, _TRIES + 1):
        try:
            for count in _download(url, part):
                progress.add(count)
            break
        except (OSError, http.client.HTTPException) as error:
            if attempt == _TRIES or _is_final(error):
                raise StartError(_advice(jar, error)) from None
            wait = min(2.0**attempt, 20.0)
            progress.line(f"{jar.name}: broken off ({_reason(error)}); going on in {wait:g} s")
            time.sleep(wait)
    if not _is_right(part, jar):
        raise StartError(
            f"What the Maven repository serves as {jar.name} is not what kafka.lock.toml says: is {MIRROR} right?"
        )
    part.replace(path)


def _download(url: str, part: Path) -> Iterator[int]:
    """Appends what is still missing to the part; yields how many bytes came."""
    have = part.stat().st_size if part.exists() else 0
    request = urllib.request.Request(url, headers={"Range": f"bytes={have}-"} if have else {})
    try:
        answer = urllib.request.urlopen(request, timeout=_TIMEOUT)
    except urllib.error.HTTPError as error:
        if error.code == _ALL_THERE:
            return
        raise
    with answer, part.open("ab" if answer.status == _GONE_ON else "wb") as file:
        expected = int(answer.headers.get("Content-Length") or -1)
        came = 0
        while chunk := answer.read(_CHUNK):
            file.write(chunk)
            came += len(chunk)
            yield len(chunk)
    if 0 <= came < expected:
        raise http.client.IncompleteRead(b"", expected - came)


def _is_final(error: Exception) -> bool:
    return (isinstance(error, urllib.error.HTTPError) and error.code in (401, 403, 404, 410)) or _is_disk(error)


def _is_disk(error: Exception) -> bool:
    if isinstance(error, urllib.error.URLError) or not isinstance(error, OSError):
        return False
    return error.filename is not None or error.errno in (errno.ENOSPC, errno.EDQUOT)


def _reason(error: Exception) -> str:
    return str(getattr(error, "reason", None) or error or type(error).__name__)


def _advice(jar: Jar, error: Exception) -> str:
    if _is_disk(error):
        return f"{jar.name} cannot be stored: {error}"
    return (
        f"{jar.name} cannot be downloaded ({_reason(error)}). What came is kept: start again when the network is back, or set "
        f"{MIRROR} to a Maven mirror you can reach (and HTTPS_PROXY where there is a proxy)."
    )


class _Progress:
    """One line that is drawn over on a terminal; elsewhere a line now and then."""

    def __init__(self, total: int) -> None:
        self.total, self.done, self.bytes, self.drawn = total, 0, 0, 0.0
        self.terminal = sys.stdout.isatty()

    def add(self, count: int) -> None:
        self.bytes += count
        self._draw()

    def next(self) -> None:
        self.done += 1
        self._draw()

    def _draw(self) -> None:
        pause = 0.1 if self.terminal else 5
        if time.monotonic() - self.drawn > pause:
            self.drawn = time.monotonic()
            self._print()

    def _print(self) -> None:
        text = f"Kafka: {self.done} of {self.total} jars, {self.bytes / 2**20:.1f} MB"
        print(f"\r{text}" if self.terminal else text, end="" if self.terminal else "\n", flush=True)

    def line(self, text: str) -> None:
        """Says something in between."""
        say(f"\n{text}" if self.terminal else text)

    def end(self) -> None:
        self._print()
        if self.terminal:
            print(flush=True)


def public_repository() -> str:
    """The mirror that was set, else the one jgo knows."""
    from jgo.constants import MAVEN_CENTRAL_URL

    return os.environ.get(MIRROR) or MAVEN_CENTRAL_URL


def write_lock(lock: Path = LOCK) -> int:
    """Resolves Kafka's jars with jgo, downloads them and writes the lock; their number."""
    from jgo.env import LockFile
    from jgo.maven import MavenContext

    with tempfile.TemporaryDirectory() as cache:
        context = MavenContext(repo_cache=Path(cache), remote_repos={"central": public_repository()})
        given, more = context.resolver.resolve([context.create_dependency(each) for each in (KAFKA, LOGGING)])
        needed = [each for each in (*given, *more) if each.scope in (None, "compile", "runtime")]
        needed.sort(key=lambda each: (each.groupId, each.artifactId))
        LockFile.from_resolved_dependencies(needed, environment_name="kafka").save(lock)
    return len(needed)


def main() -> None:
    """Command line; see the module's docstring."""
    if sys.argv[1:] == ["--lock"]:
        say(f"{write_lock()} jars locked")
        return
    folder = Path(sys.argv[1])
    try:
        with (folder / ".lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)  # another run may be fetching into the same folder
            fetch(missing(locked(), folder), folder, public_repository())
    except (StartError, OSError) as error:
        sys.exit(f"{error}")


if __name__ == "__main__":
    main()

"""Jars come whole or not at all, from a server that breaks off, and only those that the lock names."""

from __future__ import annotations

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from deploy.local import jars
from deploy.local.console import StartError
from deploy.local.jars import Jar

BODY = bytes(range(256)) * 4000


@dataclass
class Repository:
    """Serves BODY under any path, `cut` bytes at a time, and remembers the ranges that were asked for."""

    url: str = ""
    cut: int = len(BODY)
    ranges: bool = True
    status: int | None = None
    asked: list[str | None] = field(default_factory=list)


def _handler(repository: Repository) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range")
            repository.asked.append(wanted)
            if repository.status:
                self.send_error(repository.status)
                return
            start = int(wanted.removeprefix("bytes=").rstrip("-")) if wanted and repository.ranges else 0
            if start >= len(BODY):
                self.send_error(416)
                return
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(BODY) - start))
            self.end_headers()
            self.wfile.write(BODY[start : start + repository.cut])

        def log_message(self, *_: object) -> None: ...

    return Handler


@pytest.fixture
def repository() -> Iterator[Repository]:
    served = Repository()
    server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(served))
    served.url = f"http://127.0.0.1:{server.server_port}/maven"
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield served
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.fixture(autouse=True)
def no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("time.sleep", lambda _: None)
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")


def _jar(content: bytes = BODY) -> Jar:
    return Jar("org.example.deep", "thing", "1.0", hashlib.sha256(content).hexdigest())


def test_lies_where_a_maven_repository_has_it() -> None:
    assert _jar().path == "org/example/deep/thing/1.0/thing-1.0.jar"


def test_goes_on_where_it_broke_off(repository: Repository, tmp_path: Path) -> None:
    repository.cut = len(BODY) // 3
    jars.fetch([_jar()], tmp_path, repository.url)
    assert (tmp_path / _jar().path).read_bytes() == BODY
    third = len(BODY) // 3
    assert repository.asked == [None, f"bytes={third}-", f"bytes={2 * third}-", f"bytes={3 * third}-"]
    assert jars.missing([_jar()], tmp_path) == []


def test_goes_on_in_the_next_run(repository: Repository, tmp_path: Path) -> None:
    repository.cut = 1000
    with pytest.raises(StartError, match="ANJU_MAVEN_REPOSITORY"):
        jars.fetch([_jar()], tmp_path, repository.url)
    assert jars.missing([_jar()], tmp_path) == [_jar()]
    repository.cut = len(BODY)
    jars.fetch([_jar()], tmp_path, repository.url)
    assert repository.asked[-1] == "bytes=6000-"
    assert jars.missing([_jar()], tmp_path) == []


def test_begins_anew_where_the_server_cannot_go_on(repository: Repository, tmp_path: Path) -> None:
    part = (tmp_path / _jar().path).with_suffix(".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(b"x" * 5)
    repository.ranges = False
    jars.fetch([_jar()], tmp_path, repository.url)
    assert (tmp_path / _jar().path).read_bytes() == BODY


def test_a_part_that_is_whole_is_taken(repository: Repository, tmp_path: Path) -> None:
    part = (tmp_path / _jar().path).with_suffix(".part")
    part.parent.mkdir(parents=True)
    part.write_bytes(BODY)
    jars.fetch([_jar()], tmp_path, repository.url)
    assert jars.missing([_jar()], tmp_path) == []


def test_refuses_what_the_lock_does_not_name(repository: Repository, tmp_path: Path) -> None:
    other = _jar(b"something else")
    with pytest.raises(StartError, match="is not what kafka"):
        jars.fetch([other], tmp_path, repository.url)
    assert list(tmp_path.rglob("*.jar")) == list(tmp_path.rglob("*.part")) == []


def test_does_not_insist_where_there_is_nothing(repository: Repository, tmp_path: Path) -> None:
    repository.status = 404
    with pytest.raises(StartError, match="cannot be downloaded"):
        jars.fetch([_jar()], tmp_path, repository.url)
    assert len(repository.asked) == 1


def test_a_jar_that_was_changed_on_disk_is_fetched_again(repository: Repository, tmp_path: Path) -> None:
    jars.fetch([_jar()], tmp_path, repository.url)
    (tmp_path / _jar().path).write_bytes(b"changed")
    assert jars.missing([_jar()], tmp_path) == [_jar()]
    jars.fetch([_jar()], tmp_path, repository.url)
    assert jars.missing([_jar()], tmp_path) == []


def test_the_lock_is_whole() -> None:
    locked = jars.locked()
    names = {each.artifact: each for each in locked}
    assert len(locked) == len(names) > 40
    assert names["kafka_2.13"].version == names["kafka-clients"].version == jars.KAFKA.rpartition(":")[2]
    assert f"{names['log4j-slf4j-impl'].version}!" == jars.LOGGING.rpartition(":")[2]
    assert all(len(each.sha256) == 64 for each in locked)
    assert "://" not in jars.LOCK.read_text()


def test_the_cache_falls_back_where_there_is_no_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    assert jars.cache_folder(tmp_path / "spare") == tmp_path / "cache" / "anju" / "jars"
    (tmp_path / "file").touch()
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    assert jars.cache_folder(tmp_path / "spare") == tmp_path / "spare"

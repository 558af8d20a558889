"""The loader, against a server that answers as the gateway does."""

from __future__ import annotations

import io
import json
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from rich.console import Console

from deploy.demo import files, load, report
from deploy.demo.expected import Expected
from deploy.demo.gateway import Gateway, Refused
from deploy.demo.small import Later

HERE = Expected("522731003012", units=4, households=3, people=7, labour=4, employed=3)
CREDENTIALS = [{"role": "developer", "id": "developer", "secret": "s"}]
CONTENTS = {files.DWELLINGS: b"dwellings", files.CELLS: b"cells", files.ROSTER_LARGE: b"people"}
PERSON = "/v1/registry/persons/p1/facts"


@dataclass
class Platform:
    """What it holds, and what it was asked."""

    acts: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of all that was asked, but for looks at an import or at figures."""
    keys: dict[str, str] = field(default_factory=dict)
    """Import by Idempotency-Key."""
    brought: list[Any] = field(default_factory=list)
    looks: int = 0
    slow: int = 2
    """Looks at an import, or at figures, before there is something to see."""
    faults: tuple[dict[str, Any], ...] = ()
    status: str = "done"
    employed: int = HERE.employed

    def get(self, path: str) -> Any:
        if "/imports/" in path or path.endswith("/statistics"):
            self.looks += 1
            return self._import() if "/imports/" in path else self._figures()
        self.acts.append(("GET", path))
        if path == "/v1/registry/households":
            return {"items": [{"household_id": "h1", "block": "1", "unit": "2", "flat": "101"}], "next": None}
        return {"members": [{"person_id": "p0", "relation": "02"}, {"person_id": "p1", "relation": "12"}]}

    def _import(self) -> dict[str, Any]:
        counts = {
            "rows": 9,
            "rows_read": 9,
            "rows_checked": 9,
            "rejected": len(self.faults),
            "rows_settled": self.looks,
            "created": 9,
        }
        if self.looks <= self.slow:
            return counts | {"status": "running"}
        return counts | {"status": self.status, "errors": self.faults, "problem": {"detail": "the disk is full"}}

    def _figures(self) -> dict[str, Any]:
        if self.looks <= self.slow:
            return {"items": []}
        return {
            "items": [
                {
                    "community": HERE.community,
                    "units": HERE.units,
                    "people": HERE.people,
                    "labour": HERE.labour,
                    "employed": self.employed,
                    "households": HERE.households,
                    "schemes": {"170": {"keep": {"assessed": HERE.people - 1}, "change": {"assessed": 1}}},
                    "visits_by_reason": {"first-visit": {"requested": 1, "done": HERE.households - 1}},
                }
            ]
        }


class _Handler(BaseHTTPRequestHandler):
    platform: Platform

    def do_GET(self) -> None:
        self._answer(200, self.platform.get(self.path.partition("?")[0]))

    def do_PATCH(self) -> None:
        self.platform.acts.append(("PATCH", self.path))
        self.platform.brought.append((self.headers["if-match"], json.loads(self._body())))
        self._answer(200, {})

    def do_POST(self) -> None:
        body = self._body()
        if self.path == "/oauth2/token":
            self._answer(200, {"access_token": "t"})
            return
        assert self.headers["authorization"] == "Bearer t"
        assert b'name="file"' in body
        self.platform.acts.append(("POST", self.path))
        number = self.platform.keys.setdefault(self.headers["idempotency-key"], str(len(self.platform.keys)))
        self._answer(202, {}, f"{self.path}/{number}")

    def _body(self) -> bytes:
        return self.rfile.read(int(self.headers["content-length"]))

    def _answer(self, status: int, body: Any, location: str = "") -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-length", str(len(content)))
        if location:
            self.send_header("location", location)
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: Any) -> None:
        """Says nothing."""


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def gateway(platform: Platform, monkeypatch: pytest.MonkeyPatch) -> Iterator[Gateway]:
    monkeypatch.setattr(load, "_EVERY", 0.01)
    monkeypatch.setattr(load, "_LIMIT", 0.3)
    handler = type("Handler", (_Handler,), {"platform": platform})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield Gateway(f"http://127.0.0.1:{server.server_port}", CREDENTIALS)
        server.shutdown()
        thread.join(5)


def _load(gateway: Gateway, later: Sequence[tuple[str, Later]] = ()) -> None:
    load.load(gateway, CONTENTS, later, [HERE], Console(file=io.StringIO()))


def test_brings_each_file_in_by_its_route_and_then_what_comes_later(gateway: Gateway, platform: Platform) -> None:
    facts = {"organised_transfer": True}
    _load(gateway, [(HERE.community, Later("1", "2", "101", "12", facts))])
    assert platform.acts == [
        ("POST", "/v1/registry/dwellings/imports"),
        ("POST", "/v1/grid/cells/imports"),
        ("POST", "/v1/registry/imports"),
        ("GET", "/v1/registry/households"),
        ("GET", "/v1/registry/households/h1"),
        ("PATCH", PERSON),
    ]
    assert platform.brought == [("*", facts)]


def test_loading_again_is_the_same_act(gateway: Gateway, platform: Platform) -> None:
    _load(gateway)
    _load(gateway)
    assert len(platform.keys) == len(CONTENTS)


def test_says_which_rows_were_not_taken(gateway: Gateway, platform: Platform) -> None:
    fault = {"row": 12, "column": "房号", "code": "flat-unknown", "severity": "error", "detail": "no such flat"}
    platform.faults = (fault, fault | {"severity": "warning", "code": "age"})
    with pytest.raises(Refused, match=r"1-房屋名册.xlsx: 2 of 9 rows .*: row 12, 房号: no such flat \(flat-unknown\)$"):
        _load(gateway)


def test_says_why_a_file_failed(gateway: Gateway, platform: Platform) -> None:
    platform.status = "failed"
    with pytest.raises(Refused, match=r"failed: the disk is full"):
        _load(gateway)


def test_gives_up_where_nothing_moves_and_says_who_lacks_what(gateway: Gateway, platform: Platform) -> None:
    platform.employed = 2
    with pytest.raises(Refused, match=r"nothing has moved .*\(jobs has 2 of 3 people in work in 522731003012\)"):
        _load(gateway)


def test_a_flat_that_nobody_lives_in_is_told(gateway: Gateway) -> None:
    with pytest.raises(Refused, match=r"nobody lives in 1-1-999 of 522731003012"):
        _load(gateway, [(HERE.community, Later("1", "1", "999", "02", {}))])


def test_the_report_tells_what_differs_from_the_article() -> None:
    out = io.StringIO()
    report.show({"figures": {"labour": 3209, "employed": 2906}}, Console(file=out, width=100))
    lines = {line.split("  ")[0]: line.split()[-1] for line in out.getvalue().splitlines()}
    assert (lines["labour"], lines["employed"], lines["dispatched"]) == ("ok", "differs", "differs")

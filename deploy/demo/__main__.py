"""Loads the demo community through the gateway, as a client would.

    python -m deploy.demo --gateway http://127.0.0.1:8080 --credentials .anju/credentials.json

Every write has an Idempotency-Key of its own that stays the same: loading again changes nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import time
import uuid
from pathlib import Path
from typing import Any

import httpx
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from deploy.demo import community
from deploy.demo.accounts import COMMUNITY

_NAMESPACE = uuid.UUID("5227a000-0000-5000-8000-000000000000")


class Refused(Exception):
    """The gateway did not take something; the text says what and why."""


class Gateway:
    """The gateway, in the operator's name."""

    def __init__(self, url: str, credentials: list[dict[str, Any]]) -> None:
        self._http = httpx.Client(base_url=url, timeout=30, trust_env=False)
        operator = next(entry for entry in credentials if entry["role"] == "operator")
        answer = self._http.post(
            "/oauth2/token",
            data={"grant_type": "client_credentials", "client_id": operator["id"], "client_secret": operator["secret"]},
        )
        self._http.headers["authorization"] = f"Bearer {_taken(answer, 'a token')['access_token']}"

    def put_new(self, path: str, body: Any) -> None:
        """Puts what is not there yet, and leaves what is."""
        answer = self._http.put(path, json=body, headers={"if-none-match": "*"})
        if answer.status_code not in (412, 428):
            _taken(answer, path)

    def post(self, path: str, body: Any) -> dict[str, Any]:
        key = str(uuid.uuid5(_NAMESPACE, path + json.dumps(body, sort_keys=True)))
        return _taken(self._http.post(path, json=body, headers={"idempotency-key": key}), path)

    def overview(self, household_id: str) -> dict[str, Any]:
        return _taken(self._http.get(f"/v1/households/{household_id}/overview"), "the overview")


def _taken(answer: httpx.Response, what: str) -> dict[str, Any]:
    if not answer.is_success:
        raise Refused(f"{what}: {answer.status_code} {answer.text[:500]}")
    found: dict[str, Any] = answer.json()
    return found


def load(gateway: Gateway, block_head: str | None, console: Console) -> list[str]:
    """Community, cells, households; the households' ids. Waits until all four services have spoken of each."""
    gateway.put_new(f"/v1/registry/communities/{COMMUNITY}", community.plan())
    gateway.put_new(f"/v1/grid/communities/{COMMUNITY}/cells", community.cells(block_head))
    bodies = community.households()
    ids: list[str] = []
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=not console.is_terminal) as progress:
        for body in progress.track(bodies, description="demo households settled "):
            ids.append(gateway.post("/v1/registry/households", body)["household_id"])
        sizes = [len(body["members"]) for body in bodies]
        for household_id, members in progress.track(
            list(zip(ids, sizes, strict=True)), description="answered by all services"
        ):
            _await_answers(gateway, household_id, members)
    return ids


def _await_answers(gateway: Gateway, household_id: str, members: int) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end:
        view = gateway.overview(household_id)
        spoken = {a["person_id"] for a in view.get("benefits", {}).get("assessments", [])}
        if len(spoken) == members + 1 and view.get("grid", {}).get("visit") and "jobs" in view:
            return
        time.sleep(0.1)
    raise Refused("not all services answered within a minute; their logs say why")


def main() -> None:
    """Command line; see the module's docstring."""
    parser = argparse.ArgumentParser(
        prog="python -m deploy.demo", description="Loads the demo community through the gateway."
    )
    parser.add_argument("--gateway", default="http://127.0.0.1:8080", help="address of the gateway")
    parser.add_argument(
        "--credentials", type=Path, default=Path(".anju/credentials.json"), help="credentials.json of the run"
    )
    options = parser.parse_args()
    console = Console()
    try:
        credentials = json.loads(options.credentials.read_text("utf-8"))
        heads = [entry["id"] for entry in credentials if entry["role"] == "block-head"]
        ids = load(Gateway(options.gateway, credentials), heads[0] if heads else None, console)
    except (OSError, httpx.HTTPError, Refused) as error:
        sys.exit(f"The demo was not loaded: {error}")
    console.print(f"demo community {COMMUNITY}: {len(ids)} households", highlight=False)


if __name__ == "__main__":
    main()

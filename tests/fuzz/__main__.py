"""Requests that schemathesis makes from the OpenAPI document: see --help."""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from rich.console import Console

from tests.fuzz.hooks import KNOWN, put_known
from tests.support.platform import ROOT, Platform, started

_ABOUT = """\
Starts a platform of its own with the demo's people, and has schemathesis make requests from the OpenAPI document of the gateway: the
examples, the edges of every field, and whatever fits or does not fit the document; every second id is that of somebody who is there.
No request may be answered with 5xx, with a status or a type that is not documented, or with a body or headers of another shape.
The seed in the last lines repeats a run (SEED=…).
"""
_CHECKS = (
    "not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance,"
    "response_schema_conformance"
)
_OF_EACH = 20
"""Things that are looked at, to learn ids of others."""
_PARAMETER = re.compile(r"\{(\w+)\}")


def main() -> None:
    """Command line; see --help."""
    form = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser("python -m tests.fuzz", description=_ABOUT, formatter_class=form)
    parser.add_argument("--paths", default="^/", help="only these, a pattern (default: %(default)s)")
    parser.add_argument("--role", default="developer", help="whose account asks (default: %(default)s)")
    parser.add_argument(
        "--examples",
        type=int,
        default=40,
        help="made up for each operation, beside the edges of its fields (default: %(default)s)",
    )
    parser.add_argument("--seed", type=int, default=int(os.environ.get("SEED", "1")))
    options = parser.parse_args()
    console = Console()
    with (
        console.status("starting the platform, with the demo"),
        started() as platform,
        tempfile.TemporaryDirectory() as folder,
    ):
        known = Path(folder) / "known.json"
        found = _known(platform, options.paths)
        known.write_text(json.dumps(found), "utf-8")
        console.print("known: " + ", ".join(f"{len(ids)} {name}" for name, ids in found.items()))
        sys.exit(_run(options, platform, known, Path(folder)))


def _run(options: argparse.Namespace, platform: Platform, known: Path, folder: Path) -> int:
    command = [
        *(sys.executable, "-m", "schemathesis.cli", "run", f"{platform.url}/openapi.json"),
        *("--include-path-regex", options.paths, "--checks", _CHECKS, "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", str(options.examples), "--seed", str(options.seed), "--request-timeout", "30"),
        *("--continue-on-failure", "--no-shrink", "--suppress-health-check", "all", "--warnings", "off"),
        *("--header", f"Authorization: Bearer {platform.token(options.role)}"),
    ]
    env = os.environ | {"SCHEMATHESIS_HOOKS": "tests.fuzz.hooks", KNOWN: str(known), "PYTHONPATH": str(ROOT)}
    return subprocess.run(command, env=env, cwd=folder, check=False).returncode


def _known(platform: Platform, pattern: str) -> dict[str, list[str]]:
    """Ids of things that are there, by the name under which requests give them: what lists show, what the document's own examples make,
    and what each of these shows."""
    found: dict[str, list[str]] = {}

    def ask(method: str, path: str, body: Any = None) -> None:
        names = _PARAMETER.findall(path)
        pools = [found.get(name, ())[:_OF_EACH] for name in names]
        for n, ids in enumerate(zip(*pools, strict=False) if names else [()]):
            put_known(body, found, n)
            answer = platform.ask(method, path.format_map(dict(zip(names, ids, strict=True))), body)
            if answer.is_success and answer.headers.get("content-type") == "application/json":
                for name, value in _ids(answer.json()):
                    if value not in (there := found.setdefault(name, [])):
                        there.append(value)

    paths = platform.http.get("/openapi.json").json()["paths"]
    operations = [(p, m, each) for p, some in paths.items() for m, each in some.items() if re.search(pattern, p)]
    for path, method, _ in operations:
        if method == "get" and "{" not in path:
            ask("GET", path)
    for path, method, operation in operations:
        body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        if method == "post" and "example" in body:
            ask("POST", path, body["example"])
    for path, method, _ in operations:
        if method == "get" and "{" in path:
            ask("GET", path)
    return found


def _ids(shown: Any) -> Iterator[tuple[str, str]]:
    """Names and values of everything that is called an id or a code."""
    if isinstance(shown, Mapping):
        for name, value in shown.items():
            if isinstance(value, str) and name.endswith(("_id", "code")):
                yield name, value
            yield from _ids(value)
    elif isinstance(shown, list):
        for each in shown:
            yield from _ids(each)


if __name__ == "__main__":
    main()

"""The servers of a test session do not outlive it."""

from __future__ import annotations

import subprocess
import sys
import time
from pathlib import Path

from deploy.local import roster
from deploy.local.options import ROOT

_SESSION = """
import sys, time
from pathlib import Path
from deploy.local.testing import postgres_and_kafka
with postgres_and_kafka(Path(sys.argv[1])) as servers:
    print(servers.dsn, servers.bootstrap_servers, flush=True)
    time.sleep(600)
"""


def test_servers_end_with_a_session_that_was_killed_and_leave_only_logs(tmp_path: Path) -> None:
    data = tmp_path / "data"
    session = subprocess.Popen([sys.executable, "-c", _SESSION, str(data)], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert session.stdout
    said = session.stdout.readline()
    assert said.startswith("postgresql://anju:")
    assert len(roster.left_behind(str(data))) >= 2
    session.kill()
    session.wait()
    session.stdout.close()
    end = time.monotonic() + 30
    while roster.left_behind(str(data)) or (data / "state.json").exists():
        assert time.monotonic() < end
        time.sleep(0.1)
    assert {each.name for each in data.iterdir()} == {"logs", "lock", "run.json"}

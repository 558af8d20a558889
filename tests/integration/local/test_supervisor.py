"""The supervisor, with small processes in place of the platform's."""

from __future__ import annotations

import errno
import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from deploy.local import children, roster
from deploy.local.children import Spec, python
from deploy.local.console import StartError
from deploy.local.folder import Folder, held, prepare
from deploy.local.options import ROOT
from deploy.local.supervisor import Stopped, Supervisor

SLEEP = "import time; time.sleep(600)"
STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"
)


@pytest.fixture
def supervisor(tmp_path: Path) -> Iterator[Supervisor]:
    made = Supervisor(prepare(tmp_path / "data"))
    yield made
    made.stop()


def _spec(supervisor: Supervisor, name: str, code: str, rank: int = 2, **more: object) -> Spec:
    log = supervisor.folder.log(name)
    return Spec(name, python("-c", code), dict(os.environ), ROOT, log, rank=rank, **more)  # type: ignore[arg-type]


def _until(supervisor: Supervisor, check: Callable[[], bool], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not check():
        assert time.monotonic() < end
        supervisor.pause(0.05)


def _run_json(supervisor: Supervisor) -> list[dict[str, object]]:
    rows: list[dict[str, object]] = json.loads(supervisor.folder.run.read_text())
    return rows


def test_what_a_full_disk_kept_from_run_json_is_written_once_there_is_room(
    supervisor: Supervisor, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    supervisor.keep(_spec(supervisor, "sleeper", SLEEP))
    first = supervisor.running["sleeper"].pid

    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr("deploy.local.supervisor.write_roster", full)
        os.kill(first, signal.SIGKILL)
        _until(supervisor, lambda: "sleeper" in supervisor.running and supervisor.running["sleeper"].pid != first)
        supervisor.pause(0.3)
    assert [row["pid"] for row in _run_json(supervisor)][1:] == [first]
    supervisor.pause(0)
    assert [row["pid"] for row in _run_json(supervisor)][1:] == [supervisor.running["sleeper"].pid]
    assert capsys.readouterr().out.count("trying again") == 1


def test_what_dies_is_started_again_and_said(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor.keep(_spec(supervisor, "sleeper", SLEEP, port=1234))
    first = supervisor.running["sleeper"].pid
    os.kill(first, signal.SIGKILL)
    _until(supervisor, lambda: "sleeper" in supervisor.running and supervisor.running["sleeper"].pid != first)
    second = supervisor.running["sleeper"].pid
    assert _run_json(supervisor) == [
        {"name": "supervisor", "pid": os.getpid(), "port": None},
        {"name": "sleeper", "pid": second, "port": 1234},
    ]
    said = capsys.readouterr().out
    assert "sleeper stopped (SIGKILL); starting it again in 0.5 s" in said
    assert f"sleeper started again (process {second})" in said


def test_waits_longer_each_time(supervisor: Supervisor, capsys: pytest.CaptureFixture[str]) -> None:
    supervisor.keep(_spec(supervisor, "faulty", "raise SystemExit('no luck')"))
    _until(supervisor, lambda: supervisor.falls.get("faulty", 0) == 3)
    waits = re.findall(r"again in ([\d.]+) s", capsys.readouterr().out)
    assert waits == ["0.5", "1", "2"]


def test_one_that_never_comes_up_ends_the_start_with_its_last_words(supervisor: Supervisor) -> None:
    faulty = _spec(supervisor, "faulty", "raise SystemExit('no luck today')", is_ready=lambda: False)
    supervisor.keep(faulty)
    with pytest.raises(StartError, match="faulty does not start: no luck today"):
        supervisor.await_ready([faulty], 30)


def test_one_that_is_never_ready_ends_the_start(supervisor: Supervisor) -> None:
    slow = _spec(supervisor, "slow", SLEEP, is_ready=lambda: False)
    supervisor.keep(slow)
    with pytest.raises(StartError, match=r"slow not ready after 0\.3 s"):
        supervisor.await_ready([slow], 0.3)


def test_a_program_that_fails_ends_the_others_beside_it(supervisor: Supervisor) -> None:
    fails = _spec(supervisor, "fails", "raise SystemExit('it broke')", rank=0)
    beside = _spec(supervisor, "beside", SLEEP, rank=0)
    with pytest.raises(StartError, match="it broke"):
        supervisor.run(beside, fails)
    assert roster.left_behind(supervisor.mark) == []


def test_hands_over_standard_input(supervisor: Supervisor) -> None:
    supervisor.run(_spec(supervisor, "reader", "import sys; assert sys.stdin.read() == 'order'", rank=0, stdin="order"))


def test_stops_in_order_and_kills_what_does_not_listen(supervisor: Supervisor) -> None:
    note = (
        "import signal, sys, time; signal.signal(signal.SIGTERM, lambda *_: sys.exit(print(time.time(), flush=True))); "
    )
    for rank, name in ((4, "database"), (3, "broker"), (1, "gateway")):
        supervisor.keep(_spec(supervisor, name, f"{note}print('up', flush=True); time.sleep(600)", rank=rank))
    supervisor.keep(_spec(supervisor, "deaf", STUBBORN, rank=2, stop_seconds=0.3))
    logs = {name: supervisor.folder.logs / f"{name}.log" for name in ("gateway", "deaf", "broker", "database")}
    _until(supervisor, lambda: all(log.exists() and log.read_text() for log in logs.values()))
    supervisor.stop()
    moments = [float(logs[name].read_text().split()[-1]) for name in ("gateway", "broker", "database")]
    assert moments == sorted(moments)
    assert roster.left_behind(supervisor.mark) == []
    assert _run_json(supervisor) == []


def test_a_wish_to_stop_interrupts_any_wait(supervisor: Supervisor) -> None:
    supervisor.wish.number = signal.SIGTERM
    with pytest.raises(Stopped, match="SIGTERM"):
        supervisor.pause(60)


def test_what_a_killed_supervisor_left_is_ended_and_nothing_else(tmp_path: Path) -> None:
    one, other = Supervisor(prepare(tmp_path / "one")), Supervisor(prepare(tmp_path / "other"))
    one.keep(_spec(one, "sleeper", SLEEP), _spec(one, "deaf", STUBBORN))
    other.keep(_spec(other, "bystander", SLEEP))
    try:
        assert {each.pid for each in roster.left_behind(one.mark)} == {each.pid for each in one.running.values()}
        roster.end_left_behind(one.mark)
        assert roster.left_behind(one.mark) == []
        assert other.running["bystander"].code is None
        assert [child.code is not None for child in one.running.values()] == [True, True]
    finally:
        one.stop()
        other.stop()


def test_children_are_out_of_reach_of_ctrl_c(supervisor: Supervisor) -> None:
    supervisor.keep(_spec(supervisor, "sleeper", SLEEP))
    child = supervisor.running["sleeper"]
    assert os.getsid(child.pid) == os.getpgid(child.pid) == child.pid != os.getsid(0)


def test_one_run_per_folder(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "data")
    with held(folder), pytest.raises(StartError, match=f"process {os.getpid()}") as refused, held(folder):
        pass
    assert "set ANJU_DATA" in str(refused.value)
    with held(folder):
        pass


def test_the_lock_falls_with_its_holder(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "data")
    code = (
        "import sys, time; from deploy.local.folder import *\n"
        "with held(Folder(Path(sys.argv[1]))): print('held', flush=True); time.sleep(600)"
    )
    holder = subprocess.Popen([sys.executable, "-c", code, str(folder.path)], cwd=ROOT, stdout=subprocess.PIPE)
    assert holder.stdout
    assert holder.stdout.readline() == b"held\n"
    with pytest.raises(StartError), held(folder):
        pass
    holder.kill()
    holder.wait()
    holder.stdout.close()
    with held(folder):
        pass


def test_a_log_that_has_grown_is_put_aside(tmp_path: Path) -> None:
    folder = prepare(tmp_path / "data")
    folder.log("x").write_bytes(b"a" * (6 * 1024 * 1024))
    assert not folder.log("x").exists()
    assert (folder.logs / "x.log.1").stat().st_size == 6 * 1024 * 1024


def test_the_last_words_are_the_last_line_that_says_something(tmp_path: Path) -> None:
    log = tmp_path / "x.log"
    log.write_text("old\n")
    begin = log.stat().st_size
    assert children.last_words(log, begin) == ""
    log.write_text("old\nTraceback\nError: this\n\n  \n")
    assert children.last_words(log, begin) == "Error: this"


def test_a_file_in_place_of_the_folder_is_one_line(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(StartError, match="set ANJU_DATA"):
        prepare(tmp_path / "file" / "data")


def test_marks_only_its_own(tmp_path: Path) -> None:
    assert psutil.Process().environ().get(children.MARK) is None
    assert roster.left_behind(str(Folder(tmp_path).path)) == []

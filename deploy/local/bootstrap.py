"""Makes the virtual environment from requirements.lock where it is missing or out of date, then runs Python in it.

    python deploy/local/bootstrap.py                make it
    python deploy/local/bootstrap.py ARGUMENTS…     make it, then become `.venv/bin/python ARGUMENTS…`

Standard library only. Ctrl-C and SIGTERM end it and the installer at any moment; what was downloaded is kept for the next try.
"""

from __future__ import annotations

import fcntl
import hashlib
import importlib.util
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "anju-stamp"
INSTALLING = VENV / "anju-installing"
PIP_LOG = VENV / "anju-pip.log"
OLDEST, NEWEST = (3, 11), (3, 13)
_TRIES = 4
_VERSION = "import sys; print('%d.%d' % sys.version_info[:2])"


class Fault(Exception):
    """The environment cannot be made; one line says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """The exit code; does not return where there are arguments and the environment stands."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(each, _end)
    try:
        _refuse_version()
        with LOCK.open("rb") as lock:
            ensure(lock.fileno(), hashlib.sha256(lock.read()).hexdigest())
    except Fault as fault:
        print(f"anju: {fault}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"anju: {error.filename or VENV} cannot be used: {error.strerror or error}", file=sys.stderr)
        return 1
    if arguments:
        os.execv(PYTHON, [str(PYTHON), *arguments])
    return 0


def _end(number: int, _frame: object) -> NoReturn:
    signal.signal(number, signal.SIG_IGN)
    raise SystemExit(128 + number)


def _refuse_version() -> None:
    if not OLDEST <= sys.version_info[:2] <= NEWEST:
        raise Fault(
            f"Python {sys.version_info[0]}.{sys.version_info[1]} is not supported, 3.11 to 3.13 are: set PYTHON to one."
        )


def ensure(lock: int, wanted: str) -> None:
    """Makes or completes the environment so that it is what the lock's hash says. One process at a time: `lock` is an open
    file that the installer inherits, so that even an installer whose parent was killed is waited for. Raises Fault."""
    version = _version_there()
    if _stamped(wanted, version):
        return
    _wait_for_turn(lock)
    version = _version_there()
    if _stamped(wanted, version):
        return
    if version is None or INSTALLING.exists():
        _make(lock)
        version = _version_there()
    INSTALLING.touch()
    _install(lock)
    STAMP.write_text(f"{wanted} {version}\n")
    INSTALLING.unlink()


def _version_there() -> str | None:
    """The version of the environment's Python; None where there is none that runs, or PYTHON asks for another."""
    if not PYTHON.exists():
        return None
    asked = subprocess.run([PYTHON, "-c", _VERSION], capture_output=True, text=True, check=False)
    version = asked.stdout.strip() if asked.returncode == 0 else None
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return None if os.environ.get("PYTHON") and version != own else version


def _stamped(wanted: str, version: str | None) -> bool:
    try:
        return STAMP.read_text() == f"{wanted} {version}\n" and not INSTALLING.exists()
    except FileNotFoundError:
        return False


def _wait_for_turn(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Another process is making the virtual environment: waiting for it.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _make(lock: int) -> None:
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Fault(
            f"{sys.executable} comes without the module venv: install it (on Debian and Ubuntu the package "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv), or set PYTHON to a complete Python."
        )
    print(f"Making the virtual environment {VENV}", flush=True)
    # Interrupted, it must be made anew: it may have a Python and no pip.
    VENV.mkdir(exist_ok=True)
    code = _run([sys.executable, "-m", "venv", "--clear", str(VENV)], lock)
    if code:
        raise Fault(f"The virtual environment {VENV} could not be made (exit code {code}; see above).")


def _install(lock: int) -> None:
    print("Installing the packages of requirements.lock (once; some 170 MB)", flush=True)
    for attempt in range(1, _TRIES + 1):
        PIP_LOG.unlink(missing_ok=True)
        if _run(_pip(), lock) == 0:
            return
        said = PIP_LOG.read_text(errors="replace") if PIP_LOG.exists() else ""
        if "DO NOT MATCH THE HASHES" in said:
            raise Fault("A package is not what requirements.lock says (see above): is PIP_INDEX_URL a faithful mirror?")
        if "No space left on device" in said:
            raise Fault(
                f"No space is left on the disk while installing into {VENV} (or into TMPDIR): free some 700 MB."
            )
        if attempt < _TRIES:
            wait = 3 * 2**attempt
            print(f"The installation broke off; going on in {wait} s with what has been downloaded", flush=True)
            time.sleep(wait)
    raise Fault(
        "The packages could not be installed (see above). What came is kept: start again when the network is back, or set "
        "PIP_INDEX_URL to a mirror you can reach (and HTTPS_PROXY where there is a proxy)."
    )


def _pip() -> list[str]:
    options = [
        "--require-hashes",
        "--disable-pip-version-check",
        "--retries",
        "5",
        "--timeout",
        "30",
        "--log",
        str(PIP_LOG),
    ]
    return [str(PYTHON), "-m", "pip", "install", *options, "-r", str(LOCK)]


def _run(command: Sequence[str], lock: int) -> int:
    """Runs it to its end in a session of its own, and ends all of it where we are ended."""
    env = {name: value for name, value in os.environ.items() if name not in ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET")}
    env |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_RESUME_RETRIES": "5"}
    process = subprocess.Popen(command, env=env, stdin=subprocess.DEVNULL, start_new_session=True, pass_fds=(lock,))
    try:
        return process.wait()
    finally:
        if process.poll() is None:
            _end_group(process)


def _end_group(process: subprocess.Popen[bytes]) -> None:
    for number, patience in ((signal.SIGTERM, 3.0), (signal.SIGKILL, 3.0)):
        try:
            os.killpg(process.pid, number)
            process.wait(patience)
        except (ProcessLookupError, PermissionError, subprocess.TimeoutExpired):
            continue
    print("Stopped.", flush=True)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))

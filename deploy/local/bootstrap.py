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
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parents[2]
VENV = ROOT / ".venv"
PYTHON = VENV / "bin" / "python"
LOCK = ROOT / "requirements.lock"
STAMP = VENV / "anju-stamp"
WHEELS = VENV / "anju-wheels"
UNFINISHED = VENV / "anju-unfinished"
OLDEST, NEWEST = (3, 11), (3, 13)
_TRIES = 4
_PART = 8
_NEEDED = "some 800 MB"
_MEDDLING = ("PYTHONHOME", "PYTHONPATH", "PIP_TARGET", "PIP_PREFIX")
_VERSION = "import pip, sys; print('%d.%d' % sys.version_info[:2])"


class Fault(Exception):
    """The environment cannot be made; one line says why and what to do."""


def main(arguments: Sequence[str]) -> int:
    """The exit code; does not return where there are arguments and the environment stands."""
    for each in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        if each != signal.SIGHUP or signal.getsignal(each) != signal.SIG_IGN:
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
    """Makes or completes the environment so that it is what the lock's hash says. Raises Fault.

    One process at a time: `lock` is an open file that the installer inherits, so that even an installer whose parent was
    killed is waited for.
    """
    version = _version_there()
    if stamped(wanted, version):
        return
    _wait_for_turn(lock)
    version = _version_there()
    if stamped(wanted, version):
        return
    if version is None or UNFINISHED.exists():
        _make(lock)
        version = _version_there()
    else:
        _bring_up_to_date(lock)
    STAMP.write_text(f"{wanted} {version}\n")
    UNFINISHED.unlink()


def _version_there() -> str | None:
    """The version of the environment's Python; None where there is none that runs and has pip, or PYTHON asks for another."""
    if not PYTHON.exists():
        return None
    asked = subprocess.run([PYTHON, "-c", _VERSION], capture_output=True, text=True, check=False)
    version = asked.stdout.strip() if asked.returncode == 0 else None
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    return None if os.environ.get("PYTHON") and version != own else version


def stamped(wanted: str, version: str | None) -> bool:
    try:
        return STAMP.read_text() == f"{wanted} {version}\n" and not UNFINISHED.exists()
    except FileNotFoundError:
        return False


def _wait_for_turn(lock: int) -> None:
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        print("Another process is making the virtual environment: waiting for it.", flush=True)
        fcntl.flock(lock, fcntl.LOCK_EX)


def _make(lock: int) -> None:
    """A new environment. Packages are downloaded in parts into a folder inside, which outlives a break."""
    if importlib.util.find_spec("ensurepip") is None or importlib.util.find_spec("venv") is None:
        raise Fault(
            f"{sys.executable} comes without the module venv: install it (on Debian and Ubuntu the package "
            f"python{sys.version_info[0]}.{sys.version_info[1]}-venv), or set PYTHON to a complete Python."
        )
    print(f"Making the virtual environment {VENV}", flush=True)
    _begin_anew()
    code, _ = _run([sys.executable, "-m", "venv", str(VENV)], lock)
    if code:
        raise Fault(f"The virtual environment {VENV} could not be made (exit code {code}; see above).")
    _download(lock)
    print("Installing the packages", flush=True)
    # A package that comes as source may need others to be built with, and those are not among the downloads.
    offline = [] if any(WHEELS.glob("*.tar.gz")) else ["--no-index"]
    _pip(lock, "install", "--quiet", "--find-links", str(WHEELS), *offline, "--requirement", str(LOCK))
    shutil.rmtree(WHEELS)


def _begin_anew() -> None:
    """Empties the folder of all but downloads, and marks it as unfinished: broken off, it may have a Python that runs and
    half a pip."""
    WHEELS.mkdir(parents=True, exist_ok=True)
    UNFINISHED.touch()
    for each in VENV.iterdir():
        if each.is_dir() and not each.is_symlink() and each != WHEELS:
            shutil.rmtree(each)
        elif each not in (WHEELS, UNFINISHED):
            each.unlink()


def _download(lock: int) -> None:
    pieces = parts(LOCK.read_text(encoding="utf-8"))
    for number, part in enumerate(pieces, 1):
        listed = WHEELS / f"{hashlib.sha256(part.encode()).hexdigest()[:16]}.txt"
        done = listed.with_suffix(".done")
        if not done.exists():
            print(f"Downloading the packages of requirements.lock (once): part {number} of {len(pieces)}", flush=True)
            listed.write_text(part, encoding="utf-8")
            _pip(lock, "download", "--no-deps", "--dest", str(WHEELS), "--requirement", str(listed))
            done.touch()


def parts(text: str) -> list[str]:
    """The requirements of a lock file, with their hashes, some at a time."""
    requirements: list[str] = []
    for line in text.splitlines(keepends=True):
        if line.startswith(" ") and requirements and not line.lstrip().startswith("#"):
            requirements[-1] += line
        elif line.strip() and not line.lstrip().startswith("#"):
            requirements.append(line)
    return ["".join(requirements[at : at + _PART]) for at in range(0, len(requirements), _PART)]


def _bring_up_to_date(lock: int) -> None:
    print("Bringing the virtual environment up to date with requirements.lock", flush=True)
    UNFINISHED.touch()
    _pip(lock, "install", "--quiet", "--requirement", str(LOCK))


def _pip(lock: int, act: str, *arguments: str) -> None:
    """Runs pip, more than once where the network breaks. Raises Fault."""
    options = ["--require-hashes", "--disable-pip-version-check", "--retries", "5", "--timeout", "30"]
    command = [str(PYTHON), "-m", "pip", act, *options, *arguments]
    for attempt in range(1, _TRIES + 1):
        code, errors = _run(command, lock)
        if code == 0:
            return
        if "DO NOT MATCH THE HASHES" in errors:
            raise Fault("A package is not what requirements.lock says (see above): is PIP_INDEX_URL a faithful mirror?")
        if "No space left on device" in errors:
            raise Fault(
                f"No space is left on the disk of {VENV}, or of TMPDIR: free some, {_NEEDED} in all are needed."
            )
        if attempt < _TRIES:
            wait = 2 * 2**attempt
            print(f"That broke off; going on in {wait} s with what has been downloaded", flush=True)
            time.sleep(wait)
    raise Fault(
        "The packages could not be installed (see above). What came is kept: start again when the network is back, or "
        "set PIP_INDEX_URL to a mirror you can reach (and HTTPS_PROXY where there is a proxy)."
    )


def _run(command: Sequence[str], lock: int) -> tuple[int, str]:
    """Runs it to its end in a session of its own, and ends all of it where we are ended. Its exit code and what it said on
    standard error, which is passed on; standard output it has itself, for its progress."""
    env = {name: value for name, value in os.environ.items() if name not in _MEDDLING}
    env |= {"PIP_USER": "0", "PIP_REQUIRE_VIRTUALENV": "0", "PIP_RESUME_RETRIES": "5"}
    process = subprocess.Popen(
        command, env=env, stdin=subprocess.DEVNULL, stderr=subprocess.PIPE, start_new_session=True, pass_fds=(lock,)
    )
    try:
        errors = b"".join(_passed_on(process))
        return process.wait(), errors.decode(errors="replace")
    finally:
        if process.poll() is None:
            _end_group(process)


def _passed_on(process: subprocess.Popen[bytes]) -> Iterator[bytes]:
    for line in process.stderr or ():
        sys.stderr.buffer.write(line)
        sys.stderr.flush()
        yield line


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

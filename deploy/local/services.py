"""The processes of the five services, and what each is told by its environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from deploy.local import addresses, probes
from deploy.local.children import Spec, python
from deploy.local.folder import Folder
from deploy.local.options import ROOT, Options
from deploy.local.ports import HOST
from deploy.local.state import SERVICES, State
from shared.divisions import DEMO_AREA

GATEWAY = "gateway"
BUSINESS = tuple(name for name in SERVICES if name != GATEWAY)
GATEWAY_RANK, SERVICE_RANK = 1, 2
_NOT_PASSED_ON = {
    "DATABASE_URL",
    "KAFKA_BOOTSTRAP_SERVERS",
    "ANJU_DATA",
    "ANJU_PORT",
    "ANJU_APART",
    "ANJU_RESTART_SECONDS",
    "ANJU_POSTGRES_BUFFERS",
    "PYTHONHOME",
    "PYTHONPATH",
}


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the services live in: the servers, the files, the ports by process name."""

    options: Options
    folder: Folder
    state: State
    admin_url: str
    kafka_servers: str
    ports: Mapping[str, int]

    @property
    def topic_prefix(self) -> str:
        """Only a broker that others use too needs one."""
        return self.state.prefix if self.options.kafka_servers else ""

    @property
    def gateway_url(self) -> str:
        return f"http://{HOST}:{self.options.port}"

    def database_url(self, service: str) -> str:
        name = self.state.prefix + service
        return addresses.of_service(self.admin_url, name, self.state.passwords[service], name)


@dataclass(frozen=True, slots=True)
class _Part:
    """A process of a service: `registry` in one, or `registry-api` and `registry-worker`."""

    name: str
    service: str
    module: str


def parts(apart: bool) -> list[_Part]:
    """All processes of the services, by the names they have in run.json."""
    gateway = _Part(GATEWAY, GATEWAY, f"services.{GATEWAY}.app")
    if not apart:
        return [*(_Part(each, each, f"services.{each}.app") for each in BUSINESS), gateway]
    apis = [_Part(f"{each}-api", each, f"services.{each}.app") for each in BUSINESS]
    workers = [_Part(f"{each}-worker", each, f"services.{each}.worker") for each in BUSINESS]
    return [*apis, *workers, gateway]


def api_name(service: str, apart: bool) -> str:
    """The process that answers a service's requests."""
    return f"{service}-api" if apart and service != GATEWAY else service


def specs(around: Surroundings) -> list[Spec]:
    """What to start."""
    return [_spec(part, around) for part in parts(around.options.apart)]


def _spec(part: _Part, around: Surroundings) -> Spec:
    port = around.ports[part.name]
    return Spec(
        name=part.name,
        argv=python("-m", part.module),
        env=_environment(part.service, port, around),
        cwd=ROOT,
        log=around.folder.log(part.name),
        rank=GATEWAY_RANK if part.service == GATEWAY else SERVICE_RANK,
        port=port,
        is_ready=_ready_on(port),
    )


def _ready_on(port: int) -> Callable[[], bool]:
    return lambda: probes.answers_ready(port)


def base_environment() -> dict[str, str]:
    """Ours, less what is meant for the supervisor alone, and with no proxy between our own processes."""
    kept = {name: value for name, value in os.environ.items() if name not in _NOT_PASSED_ON}
    direct = [each for each in (kept.get("NO_PROXY") or kept.get("no_proxy") or "").split(",") if each]
    without = ",".join(dict.fromkeys([*direct, HOST, "localhost"]))
    return {**kept, "NO_PROXY": without, "no_proxy": without, "PYTHONUNBUFFERED": "1"}


def _environment(service: str, port: int, around: Surroundings) -> dict[str, str]:
    env = {
        **base_environment(),
        "ANJU_DATABASE_URL": around.database_url(service),
        "ANJU_KAFKA_BOOTSTRAP_SERVERS": around.kafka_servers,
        "ANJU_TOPIC_PREFIX": around.topic_prefix,
        "ANJU_HOST": HOST,
        "ANJU_PORT": str(port),
        "ANJU_ISSUER": around.gateway_url,
        "ANJU_JWKS_URL": f"{around.gateway_url}/.well-known/jwks.json",
        "ANJU_KEYS_FILE": str(around.folder.keys),
    }
    if around.options.demo:
        env["ANJU_REGISTRY_KNOWN_AREAS"] = json.dumps([DEMO_AREA])
    if around.options.apart and service != GATEWAY:
        env["ANJU_APART"] = "1"
    return env | (_gateway_only(around) if service == GATEWAY else {})


def _gateway_only(around: Surroundings) -> dict[str, str]:
    urls = {
        f"ANJU_{each.upper()}_URL": f"http://{HOST}:{around.ports[api_name(each, around.options.apart)]}"
        for each in BUSINESS
    }
    files = {"ANJU_SIGNING_KEY_FILE": around.folder.signing_key, "ANJU_BOOTSTRAP_FILE": around.folder.credentials}
    return urls | {name: str(path) for name, path in files.items()}


def migration(around: Surroundings) -> Spec:
    """Brings the five databases up to date, in one process: most starts find nothing to do."""
    urls = {f"ANJU_{each.upper()}_DATABASE_URL": around.database_url(each) for each in SERVICES}
    return _step("migrate", around.folder, ["-m", "shared.migrate", *SERVICES], urls)


def topics(around: Surroundings) -> Spec:
    """Makes the topics that are missing."""
    env = {"ANJU_KAFKA_BOOTSTRAP_SERVERS": around.kafka_servers, "ANJU_TOPIC_PREFIX": around.topic_prefix}
    return _step("topics", around.folder, ["-m", "shared.kafka"], env)


def demo(around: Surroundings) -> Spec:
    """Brings the demo's files in through the gateway; what it says goes to the terminal."""
    arguments = ["-m", "deploy.demo", "--gateway", around.gateway_url, "--credentials", str(around.folder.credentials)]
    log = around.folder.log("demo")
    return Spec(name="demo", argv=python(*arguments), env=base_environment(), cwd=ROOT, log=log, shows=True)


def _step(name: str, folder: Folder, arguments: list[str], env: dict[str, str]) -> Spec:
    return Spec(name=name, argv=python(*arguments), env=base_environment() | env, cwd=ROOT, log=folder.log(name))

"""One Apache Kafka node, broker and controller in one (KRaft), small enough for a developer's machine."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deploy.local import files, jars, java, probes
from deploy.local.children import Spec, python
from deploy.local.console import StartError, say
from deploy.local.folder import Folder
from deploy.local.java import Java
from deploy.local.options import ROOT
from deploy.local.ports import HOST
from deploy.local.state import State
from deploy.local.supervisor import Supervisor

RANK = 3
_HEAP = ("-Xms32m", "-Xmx128m", "-Xss512k", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1")
_SETTINGS = """\
process.roles=broker,controller
node.id=1
controller.listener.names=CONTROLLER
listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT
auto.create.topics.enable=false
num.partitions=12
default.replication.factor=1
min.insync.replicas=1
offsets.topic.replication.factor=1
offsets.topic.num.partitions=1
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
transaction.state.log.num.partitions=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
share.coordinator.state.topic.num.partitions=1
group.initial.rebalance.delay.ms=0
# The default of 128 MB is the whole heap: the cleaner dies of it without a word.
log.cleaner.dedupe.buffer.size=16777216
# A node that was killed may register again only when its old session has run out.
broker.session.timeout.ms=4000
broker.heartbeat.interval.ms=1000
log.segment.bytes=67108864
log.index.size.max.bytes=1048576
num.network.threads=2
num.io.threads=4
background.threads=2
"""
_LOGGING = """\
status=error
appender.out.type=Console
appender.out.name=out
appender.out.layout.type=PatternLayout
appender.out.layout.pattern=%d{ISO8601} %p %c{1}: %m%n
rootLogger.level=warn
rootLogger.appenderRef.out.ref=out
logger.server.name=kafka.server.KafkaRaftServer
logger.server.level=info
"""


@dataclass(frozen=True, slots=True)
class Node:
    """What a node needs to run: its folder, a Java runtime, the jars. Its data is in `data` inside the folder, and all paths in
    its settings are relative to it, since Kafka splits a path at commas."""

    folder: Path
    java: Java
    classpath: str

    def command(self, main: str, *arguments: str, options: Sequence[str] = ()) -> list[str]:
        logging = "-Dlog4j2.configurationFile=log4j2.properties"
        return [str(self.java.program), *_HEAP, *options, logging, "-cp", self.classpath, main, *arguments]


def fetch_jars(folder: Folder, supervisor: Supervisor) -> Path:
    """Sees that every jar of the lock is there and right, downloading those that are not; their folder. Raises StartError."""
    wanted = jars.locked()
    place = jars.cache_folder(folder.jars)
    if absent := jars.missing(wanted, place):
        say(f"Kafka: downloading {len(absent)} jars into {place}")
        supervisor.run(
            Spec(
                name="jars",
                argv=python("-m", "deploy.local.jars", str(place)),
                env=java.environment(),
                cwd=ROOT,
                log=folder.log("jars"),
                shows=True,
                explains_itself=True,
            )
        )
    return place


def prepare(folder: Folder, state: State, supervisor: Supervisor, ports: tuple[int, int]) -> Node:
    """Writes the node's settings for these ports (clients, controller) and formats its storage the first time."""
    place = fetch_jars(folder, supervisor)
    node = Node(folder.kafka, java.find(), ":".join(str(place / jar.path) for jar in jars.locked()))
    try:
        node.folder.mkdir(mode=0o700, exist_ok=True)
        files.write(node.folder / "log4j2.properties", _LOGGING)
        files.write(node.folder / "server.properties", _settings(*ports, "data"))
        if not (node.folder / "data").exists():
            _format(node, state, supervisor, folder, ports)
    except OSError as error:
        raise files.explain(error, node.folder) from None
    return node


def _settings(clients: int, controller: int, data: str) -> str:
    listeners = f"PLAINTEXT://{HOST}:{clients},CONTROLLER://{HOST}:{controller}"
    return (
        f"{_SETTINGS}controller.quorum.voters=1@{HOST}:{controller}\nlisteners={listeners}\n"
        f"advertised.listeners=PLAINTEXT://{HOST}:{clients}\nlog.dirs={data}\n"
    )


def _format(node: Node, state: State, supervisor: Supervisor, folder: Folder, ports: tuple[int, int]) -> None:
    """Formats beside its place and moves it there: one that was broken off is never taken for whole."""
    beside = node.folder / "data.new"
    shutil.rmtree(beside, ignore_errors=True)
    files.write(node.folder / "format.properties", _settings(*ports, beside.name))
    arguments = ("format", "--cluster-id", state.kafka_cluster, "--config", "format.properties")
    supervisor.run(
        Spec(
            name="kafka-format",
            argv=node.command("kafka.tools.StorageTool", *arguments),
            env=java.environment(),
            cwd=node.folder,
            log=folder.log("kafka-format"),
        )
    )
    beside.rename(node.folder / "data")


def server(node: Node, port: int, folder: Folder, lasting: bool) -> Spec:
    """The broker's process; `lasting`: it will be started again, so that an archive of its classes pays."""
    options = node.java.archive_options(node.folder) if lasting else []
    return Spec(
        name="kafka",
        argv=node.command("kafka.Kafka", "server.properties", options=options),
        env=java.environment(),
        cwd=node.folder,
        log=folder.log("kafka"),
        rank=RANK,
        port=port,
        stop_seconds=20,
        is_ready=lambda: probes.broker_answers(f"{HOST}:{port}"),
    )


def check_given(servers: str) -> None:
    """Raises StartError where the brokers that were given do not answer."""
    if not probes.broker_answers(servers):
        raise StartError(
            f"No Kafka broker answers at {servers}: start it, correct KAFKA_BOOTSTRAP_SERVERS (host:port,…), or unset it."
        )

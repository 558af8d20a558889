"""Settings every service has. Read from the environment (prefix `ANJU_`) when a process starts, never at import."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """A service adds its own knobs in a subclass, each named after the service: `grid_first_visit_working_days`."""

    model_config = SettingsConfigDict(env_prefix="ANJU_", extra="ignore", frozen=True)

    database_url: SecretStr
    pool_size: int = Field(default=8, ge=1, le=64)
    kafka_bootstrap_servers: str = "127.0.0.1:9092"
    topic_prefix: str = ""
    host: str = "127.0.0.1"
    port: int = 0
    issuer: str = "http://127.0.0.1:8080"
    jwks_url: str = "http://127.0.0.1:8080/.well-known/jwks.json"
    keys_file: Path | None = None
    apart: bool = False
    """True: this process serves HTTP only; its worker runs as a process of its own."""
    log_level: str = "INFO"
    max_body_bytes: int = 4 * 1024 * 1024
    max_upload_bytes: int = Field(default=64 * 1024 * 1024, ge=1024)
    """Of a file that is imported; so much for all routes that end with /imports."""
    import_keep_days: int = Field(default=30, ge=1)
    """Uploaded files and their reports are forgotten after so many days."""
    most_streams: int = Field(default=64, ge=0)
    """Streams of progress that a process keeps open at once."""
    stream_seconds: float = Field(default=600, gt=0)
    """A stream ends after so long; who goes on watching comes back, and is asked anew whether it may."""
    stream_poll_seconds: float = Field(default=0.5, gt=0)
    """Between two looks at a job that is watched."""
    behind_gateway: bool = True
    """True: the request id that the gateway gave is taken over, so that one id names the request everywhere."""
    relay_idle_seconds: float = Field(default=0.05, gt=0, le=0.25)
    idempotency_hours: int = Field(default=48, ge=24)
    inbox_days: int = Field(default=14, ge=1)
    """Must exceed what the broker keeps: a record replayed after its inbox row is gone would be applied again."""

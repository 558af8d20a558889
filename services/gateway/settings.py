"""The gateway's own knobs."""

from __future__ import annotations

from pathlib import Path

from pydantic import Field

from shared.settings import Settings


class GatewaySettings(Settings):
    """`signing_key_file`: the private Ed25519 JWK. `bootstrap_file`: accounts to create where they are absent (local runtime only).
    `resident_logins_file`: by which logins residents act through an app (`residents.logins`); without it none do."""

    behind_gateway: bool = False
    signing_key_file: Path
    bootstrap_file: Path | None = None
    resident_logins_file: Path | None = None
    registry_url: str = "http://127.0.0.1:8081"
    jobs_url: str = "http://127.0.0.1:8082"
    grid_url: str = "http://127.0.0.1:8083"
    benefits_url: str = "http://127.0.0.1:8084"
    gateway_client_token_seconds: int = 1800
    gateway_staff_token_seconds: int = 3600
    gateway_resident_token_seconds: int = Field(default=300, ge=10, le=3600)
    """At most, and never longer than the ID token it was exchanged for."""
    gateway_upstream_seconds: float = 60
    """A request of which nothing moves for so long, neither to nor from the service, is given up."""
    gateway_view_seconds: float = 2
    gateway_disabled_refresh_seconds: float = 2
    """How soon another gateway process hears that an account was disabled; in the process that did it, at once."""

    @property
    def upstreams(self) -> dict[str, str]:
        """Base URL by service, without a slash at the end."""
        urls = {
            "registry": self.registry_url,
            "jobs": self.jobs_url,
            "grid": self.grid_url,
            "benefits": self.benefits_url,
        }
        return {service: url.rstrip("/") for service, url in urls.items()}

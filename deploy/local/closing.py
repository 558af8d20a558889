"""What is printed when all is ready: addresses, accounts, three calls to try, and the last line that scripts wait for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from deploy.demo.accounts import COMMUNITY
from deploy.local import probes
from deploy.local.identity import Credential
from deploy.local.services import Surroundings


def lines(around: Surroundings, credentials: Sequence[Credential], seconds: float) -> Iterable[str]:
    """The closing lines; the last is `ready: …`."""
    developer = next(each for each in credentials if each["role"] == "developer")
    yield ""
    yield f"Everything is running ({seconds:.0f} s). Ctrl-C stops it; the data stays in {around.folder.path}"
    yield from _addresses(around)
    yield ""
    yield "Accounts of this machine (the developer exists only in the local runtime):"
    yield from (_account(each) for each in credentials)
    yield ""
    yield "Try:"
    yield from (f"  {call}" for call in _calls(around, developer))
    yield ""
    yield f"ready: {around.gateway_url}"


def _addresses(around: Surroundings) -> Iterable[str]:
    yield f"  gateway    {around.gateway_url}    API: {around.gateway_url}/docs"
    yield f"  accounts   {around.folder.credentials}"
    yield f"  processes  {around.folder.run}    logs: {around.folder.logs}"


def _account(each: Credential) -> str:
    return f"  {each['id']:<22} {each['kind']:<7} {each['secret']}  {each['place'] or 'everywhere'}"


def _calls(around: Surroundings, developer: Credential) -> Iterable[str]:
    """Each works on its own, at any time: those that need a token fetch one."""
    form = f"-d grant_type=client_credentials -d client_id={developer['id']} -d client_secret={developer['secret']}"
    token = f"curl -s {form} {around.gateway_url}/oauth2/token"
    bearer = f"""-H "Authorization: Bearer $({token} | sed 's/.*"access_token": *"\\([^"]*\\)".*/\\1/')\""""
    listing = f"/v1/registry/households?community={COMMUNITY}"
    household = _a_household(around, developer, listing)
    yield token
    yield f"curl -s {bearer} '{around.gateway_url}{listing if household else '/v1/registry/communities'}'"
    yield f"curl -s {bearer} {around.gateway_url}{f'/v1/households/{household}/overview' if household else '/v1/registry/households'}"


def _a_household(around: Surroundings, developer: Credential, listing: str) -> str | None:
    """The id of some household of the demo community, by the same calls that are printed."""
    port = around.options.port
    form = {"grant_type": "client_credentials", "client_id": developer["id"], "client_secret": developer["secret"]}
    token: Any = probes.fetch_json(port, "/oauth2/token", form=form)
    if not token:
        return None
    page: Any = probes.fetch_json(port, listing, token["access_token"])
    items = page.get("items") if page else None
    return items[0].get("household_id") or items[0].get("id") if items else None

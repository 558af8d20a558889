"""All code lists by name. Pure."""

from __future__ import annotations

from services.registry.codes import kinship, national, platform
from services.registry.codes.domain import CodeList

CODE_LISTS: dict[str, CodeList] = {
    found.name: found
    for module in (national, kinship, platform)
    for found in vars(module).values()
    if isinstance(found, CodeList)
}

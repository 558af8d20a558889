"""Which alarms somebody may see."""

from __future__ import annotations

from services.registry.alarms.domain import AlarmKind
from services.registry.sight import may_see
from shared.auth import Actor, Scope
from shared.errors import Forbidden


class AlarmsNotShown(Forbidden):
    slug = "alarms-not-shown"
    title_en, title_zh = "This account may not read alarms", "该账号无权查看预警"


_DECIDING = (frozenset({Scope.REGISTRY_WRITE}), frozenset({Scope.BENEFITS_DECIDE, Scope.WELFARE_FLAGS}))


def kinds_for(actor: Actor) -> list[str]:
    """For those who keep the register or decide on welfare: what they see of the matter itself. Raises AlarmsNotShown."""
    if not any(scopes <= actor.scopes for scopes in _DECIDING):
        raise AlarmsNotShown
    sees_dibao = may_see(actor, "dibao") or actor.may(Scope.WELFARE_FLAGS)
    found = {AlarmKind.TWO_HUKOU: may_see(actor, "hukou"), AlarmKind.TWO_DIBAO: sees_dibao}
    return [kind for kind, is_seen in found.items() if is_seen]

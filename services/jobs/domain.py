"""What all topics of jobs decide alike. Pure."""

from __future__ import annotations

from shared.errors import Conflict


class IllegalMove(Conflict):
    slug = "illegal-move"
    title_en, title_zh = "The present status does not allow this", "当前状态不允许此操作"

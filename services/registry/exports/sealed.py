"""What is kept of an export, sealed under the file's own key."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.registry.exports.domain import Part
from shared.errors import DomainError
from shared.privacy import DataKey, KeyRing


class ExportForgotten(DomainError):
    status, slug = 410, "export-forgotten"
    title_en, title_zh = "The file is kept no longer", "文件已删除或已超过保存期限"


class Sealed:
    """Seals and opens the parts of one export. Raises ExportForgotten where they are kept no longer."""

    def __init__(self, keys: KeyRing, row: Mapping[str, Any]) -> None:
        if row["wrapped"] is None:
            raise ExportForgotten("Ask for the export again.", "请重新申请导出。")
        self._id: str = row["export_id"]
        self._key: DataKey = keys.unwrap(row["wrapped"], row["key_id"])

    def seal(self, part: Part, n: int, plain: bytes) -> bytes:
        return self._key.seal(plain, self._context(part, n))

    def open(self, part: Part, n: int, sealed: bytes) -> bytes:
        return self._key.open(sealed, self._context(part, n))

    def _context(self, part: Part, n: int) -> str:
        return f"export/{self._id}/{part}/{n}"

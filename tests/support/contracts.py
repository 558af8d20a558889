"""The stored JSON schemas of all events.

python -m tests.support.contracts     stores the schemas of new events and of optional fields that were added
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from shared.events import REGISTRY
from shared.kafka import declare_all

FOLDER = Path(__file__).parent.parent / "contract" / "schemas"


def schemas() -> dict[str, dict[str, Any]]:
    """By event type, with definitions in place; without texts, which may change freely."""
    declare_all()
    return {name: _bare(cls.model_json_schema()) for name, cls in sorted(REGISTRY.items())}


def _bare(node: Any) -> Any:
    if isinstance(node, dict):
        return {key: _bare(value) for key, value in node.items() if key not in ("title", "description")}
    if isinstance(node, list):
        return [_bare(item) for item in node]
    return node


def stored() -> dict[str, dict[str, Any]]:
    return {path.stem: json.loads(path.read_text("utf-8")) for path in sorted(FOLDER.glob("*.json"))}


def breaks(old: Any, new: Any, where: str = "") -> list[str]:
    """What of `old` does not stand in `new`. Added optional properties, and enum values, are no break for a tolerant reader."""
    if isinstance(old, dict) and isinstance(new, dict):
        found = [f"{where}/{key}: gone" for key in old if key not in new]
        if where.rsplit("/", 1)[-1] not in ("properties", "$defs"):
            found += [f"{where}/{key}: added" for key in new if key not in old and key not in ("default", "$defs")]
        for key in old.keys() & new.keys():
            found += breaks(old[key], new[key], f"{where}/{key}")
        return found
    if where.endswith("/required"):
        return [f"{where}: {sorted(new)} instead of {sorted(old)}"] if set(old) != set(new) else []
    if where.endswith("/enum"):
        return [f"{where}: values gone"] if not set(old) <= set(new) else []
    return [] if old == new else [f"{where}: {new!r} instead of {old!r}"]


def main() -> None:
    FOLDER.mkdir(parents=True, exist_ok=True)
    there = stored()
    for name, schema in schemas().items():
        if found := breaks(there.get(name, schema), schema):
            raise SystemExit(f"{name} breaks its listeners; make it a .v2 beside it:\n  " + "\n  ".join(found))
        text = json.dumps(schema, indent=1, sort_keys=True, ensure_ascii=False)
        (FOLDER / f"{name}.json").write_text(text + "\n", "utf-8")
    print(f"{len(schemas())} event schemas stored")


if __name__ == "__main__":
    main()

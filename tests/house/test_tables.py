"""The JSON tables that the program reads: of a name that stands twice, the first entry would be lost."""

import json
from collections import Counter
from pathlib import Path

_ROOT = Path(__file__).parents[2]


def _refuse_twice(pairs: list[tuple[str, object]]) -> dict[str, object]:
    twice = [name for name, count in Counter(name for name, _ in pairs).items() if count > 1]
    assert not twice, twice
    return dict(pairs)


def test_no_name_stands_twice_in_a_table() -> None:
    tables = [
        table for room in ("check", "composer", "tags", "wiki") for table in (_ROOT / room).glob("*.json")
    ]
    assert len(tables) > 10
    for table in tables:
        json.loads(table.read_text(encoding="utf-8"), object_pairs_hook=_refuse_twice)

"""Tags that no caption says, whatever their category: of the file, its makers, its rating and its quality.

unsaid.json has them by subject, with "*" for any letters. The composer leaves them out, and the check does
not ask for them.
"""

import fnmatch
import json
import re
from functools import cache, lru_cache
from pathlib import Path

_REMEMBERED_TAGS = 1 << 16


@lru_cache(maxsize=_REMEMBERED_TAGS)
def is_unsaid(tag: str) -> bool:
    """Whether no caption says this tag: signature, hi_res, 2024."""
    return _patterns().fullmatch(tag) is not None


@cache
def _patterns() -> re.Pattern[str]:
    table: dict[str, str] = json.loads(Path(__file__).with_suffix(".json").read_text(encoding="utf-8"))
    return re.compile("|".join(fnmatch.translate(glob) for globs in table.values() for glob in globs.split()))

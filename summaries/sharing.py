"""New entries for a tags_cache.json that other runs and people write as well."""

from __future__ import annotations

from pathlib import Path

from dataset.disk import locked_file, make_folder, write_whole
from errors import UserError
from wiki import cache
from wiki.cache import Cache


def add_to(path: Path, new: Cache) -> int:
    """Bring entries into the file at `path`, beside what stands in it by now; how many came in.

    Raises UserError, and leaves the file as it is, when it cannot be read or written.
    """
    make_folder(path.parent)
    with locked_file(path):
        there = cache.load(path)
        taken = there.merge(new)
        if taken:
            write_whole(path, there.dump())
    return taken


def merge(path: Path, other: Path) -> str:
    """Bring somebody else's tags_cache.json into the one at `path`; a sentence that says what came of it."""
    if not other.is_file():
        raise UserError(f"there is no file {other}: name a tags_cache.json after --merge-cache")
    theirs = cache.load(other)
    taken = add_to(path, theirs)
    return f"{taken:,} of the {len(theirs):,} entries of {other} came into {path}; what stood there is kept."

"""Checks whose results are kept: a run checks a caption when it is written, and its report asks again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache

from check import Coverage, check

# As many captions as a report shows: about 30 MB.
_MOST_REMEMBERED = 10_000

_Frozen = tuple[tuple[str, tuple[str, ...]], ...]


def checked(
    caption: str,
    tags: Sequence[str],
    categories: Mapping[str, str],
    aliases: Mapping[str, Sequence[str]],
    known_names: frozenset[str] = frozenset(),
    own_tags: Mapping[str, Sequence[str]] | None = None,
    told: Iterable[str] = (),
) -> Coverage:
    """What `check` returns; for what was asked before in this process, without checking again."""
    kinds = tuple(map(categories.get, tags))
    known = known_names, _frozen(own_tags or {}), tuple(told)
    return _checked(caption, tuple(tags), kinds, _frozen(aliases), *known)


@lru_cache(maxsize=_MOST_REMEMBERED)
def _checked(
    caption: str,
    tags: tuple[str, ...],
    kinds: tuple[str | None, ...],
    aliases: _Frozen,
    known_names: frozenset[str],
    own_tags: _Frozen,
    told: tuple[str, ...],
) -> Coverage:
    categories = {tag: kind for tag, kind in zip(tags, kinds, strict=True) if kind is not None}
    return check(caption, tags, categories, dict(aliases), known_names, dict(own_tags), told)


def _frozen(tags: Mapping[str, Sequence[str]]) -> _Frozen:
    return tuple((tag, tuple(others)) for tag, others in tags.items())

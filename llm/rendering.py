"""What the rendering of one prompt may take: turns of its loops, characters that it makes, and seconds.

Characters are counted when a text or a list is made, wherever it goes, and not only in the finished prompt: a
template that doubles a text again and again is stopped before its memory runs out. Nothing that a template
may do takes long by itself, so it is enough to look at the clock between two operations.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator
from typing import Any

from jinja2 import TemplateRuntimeError, pass_context
from jinja2.runtime import Context, Undefined

MOST_CHARACTERS = 1_000_000
MOST_TURNS = 10_000
LONGEST = 1.0  # seconds of the processor
# An item of a list counts as this many characters beside its text, because Python needs 60 more bytes for it.
_ITEM = 8
# Python looks through the characters to strip once for each character of the text.
_MOST_STRIPPED = 100
# No template can spell this name, so none can read or replace the budget.
KEY = "\0budget"


class Budget:
    """What the rendering of one prompt may still take; raises TemplateRuntimeError beyond that."""

    def __init__(self) -> None:
        self._characters = MOST_CHARACTERS
        self._turns = MOST_TURNS
        self._started, self._worked_before = time.perf_counter(), time.thread_time()

    def has_taken(self, seconds: float) -> bool:
        """Whether the processor has worked longer than this on the rendering."""
        # The system is asked for the time of the processor only where so much time has passed at all.
        if time.perf_counter() - self._started <= seconds:
            return False
        return time.thread_time() - self._worked_before > seconds

    def look_at_the_clock(self) -> None:
        """Called before each operation whose time depends on the texts."""
        if self.has_taken(LONGEST):
            raise TemplateRuntimeError(f"it takes longer than {LONGEST:g} second")

    def turn(self) -> None:
        """Count one turn of a loop."""
        self._turns -= 1
        if self._turns < 0:
            raise TemplateRuntimeError(f"its loops take more than {MOST_TURNS:,} turns")
        self.look_at_the_clock()

    def count(self, value: object) -> None:
        """Count the characters of a value that was made."""
        if isinstance(value, str):
            self.spend(len(value))
        elif isinstance(value, list | tuple | dict):
            for item in value.values() if isinstance(value, dict) else value:
                self.spend(_ITEM)
                self.count(item)

    def spend(self, characters: int) -> None:
        """Count characters that were made."""
        self._characters -= characters
        self.require(0)

    def require(self, characters: int) -> None:
        """Refuse to make a text of this length if that is more than is left."""
        if characters > self._characters:
            raise TemplateRuntimeError(f"it makes more than {MOST_CHARACTERS:,} characters")


def budget_of(context: Context) -> Budget:
    """What the rendering that is under way may still take."""
    budget: Budget = context[KEY]
    return budget


def metered(function: Callable[..., Any]) -> Callable[..., Any]:
    """A filter whose result is counted."""

    @pass_context
    def run(context: Context, *given: Any, **named: Any) -> Any:  # noqa: ANN401
        budget = budget_of(context)
        budget.look_at_the_clock()
        result = function(*given, **named)
        if not isinstance(result, str | int | float | list | tuple | dict | Undefined | None):
            result = list(result)
        budget.count(result)
        return result

    return run


def call_method(budget: Budget, text: str, name: str, *given: Any, **named: Any) -> object:  # noqa: ANN401
    """The result of a method of a text, which is counted."""
    budget.look_at_the_clock()
    if name == "replace":
        return _replace(budget, text, *given, **named)
    if name.endswith("strip"):
        _refuse_many(*given)
    result: object = getattr(text, name)(*given, **named)
    budget.count(result)
    return result


def add(budget: Budget, left: Any, right: Any) -> Any:  # noqa: ANN401
    """The sum of two numbers, texts or lists."""
    budget.look_at_the_clock()
    budget.count(left)
    budget.count(right)
    return left + right


def _replace(budget: Budget, text: str, old: str, new: str, count: int = -1) -> str:
    found = text.count(old) if count < 0 else min(count, text.count(old))
    budget.spend(len(text) + found * (len(new) - len(old)))
    return text.replace(old, new, found)


def _refuse_many(characters: str | None = None) -> None:
    if characters is not None and len(characters) > _MOST_STRIPPED:
        raise TemplateRuntimeError(f"it strips more than {_MOST_STRIPPED} different characters")


@pass_context
def replace(context: Context, text: object, old: str, new: str, count: int | None = None) -> str:
    """The filter `replace`."""
    return _replace(budget_of(context), str(text), old, new, -1 if count is None else count)


@pass_context
def join(context: Context, items: Iterable[object], between: str = "") -> str:
    """The filter `join`, and what `~` does."""
    budget = budget_of(context)
    budget.look_at_the_clock()
    texts = []
    for item in items:
        texts.append(str(item))
        budget.spend(len(texts[-1]) + len(between))
    return between.join(texts)


@pass_context
def as_list(context: Context, value: Any) -> list[Any]:  # noqa: ANN401
    """The filter `list`."""
    budget = budget_of(context)
    budget.require(_ITEM * len(value))
    items = list(value)
    budget.count(items)
    return items


@metered
def trim(text: object, characters: str | None = None) -> str:
    """The filter `trim`."""
    _refuse_many(characters)
    return str(text).strip(characters)


@metered
def made(value: Any) -> Any:  # noqa: ANN401
    """Count a list that the template spells out, or a slice."""
    return value


@pass_context
def watched(context: Context, value: Any) -> Any:  # noqa: ANN401
    """Look at the clock before a comparison."""
    budget_of(context).look_at_the_clock()
    return value


@pass_context
def counted(context: Context, items: Iterable[Any]) -> Iterator[Any]:
    """Count the turns of a loop."""
    budget = budget_of(context)
    for item in items:
        budget.turn()
        yield item

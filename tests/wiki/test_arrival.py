"""Pages on their way from the thread that reads a wiki to the event loop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator

import pytest

from errors import StageError
from wiki.source import Page, pages_as_they_arrive


def pages_then(error: BaseException | None) -> Iterator[Page]:
    yield Page.unknown("a")
    yield Page.unknown("b")
    if error is not None:
        raise error


async def tags_of(pages: Iterator[Page], on_arrival: Callable[[Page], None], seen: list[str]) -> None:
    async for page in pages_as_they_arrive(pages, on_arrival):
        seen += [page.tag]


@pytest.mark.parametrize("error", [StageError("the wiki is away"), ZeroDivisionError(), MemoryError()])
def test_whatever_ends_the_reading_is_raised_after_the_pages_before_it(error: BaseException) -> None:
    seen: list[str] = []
    with pytest.raises(type(error)):
        asyncio.run(tags_of(pages_then(error), lambda page: None, seen))
    assert seen == ["a", "b"]


def test_whatever_goes_wrong_with_a_page_on_its_arrival_is_raised() -> None:
    def on_arrival(page: Page) -> None:
        if page.tag == "b":
            raise ZeroDivisionError

    seen: list[str] = []
    with pytest.raises(ZeroDivisionError):
        asyncio.run(tags_of(pages_then(None), on_arrival, seen))
    assert seen == ["a"]

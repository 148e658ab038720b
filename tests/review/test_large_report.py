"""The report of ten thousand pictures in a real browser, from disk and served."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

import config
from commands.reviewing import serving
from commands.reviewing.session import Session
from dataset.text_digests import digest
from review.pages import Values
from review.report import MOST_SHOWN, Page, render
from tests.program.project import Project
from tests.review.browser import Browser


def large_page(count: int) -> Page:
    """The values of a page with `count` pictures, each with its own caption."""
    caption = "A girl with long hair stands in a garden of roses, smiling at the viewer, number"
    pictures: list[dict[str, object]] = [
        {
            "name": f"a/{number}",
            "file": f"a/{number}.png",
            "src": "",
            "caption": f"{caption} {number}.",
            "description": "What another model saw. " * 20,
            "seen": digest(str(number)),
            "tags": [number % 300, 300, 301],
            "marks": "sms",
            "score": number % 11 / 10,
        }
        for number in range(count)
    ]
    tags = [(f"tag {number}", "general") for number in range(302)]
    return {
        "made": "2026-11-22T10:00:00+00:00",
        "id": "large",
        "images": "../",
        "totals": {"pictures": 104_233, "captions": count, "prompt_tokens": 0, "completion_tokens": 0},
        "structured": False,
        "tokens": {"encoder": "clip", "letters": 8, "factor": 1.05, "most": 0},
        "findings": [],
        "tags": tags,
        "pictures": pictures,
    }


class LargeReview(Session):
    """A review whose pictures are only in the page: to read ten thousand tag files takes many seconds."""

    def __init__(self, project: Project, values: Page) -> None:
        super().__init__(config.load(project.folder / "config.ini"))
        self._values = values

    async def page(self) -> str:
        """The page as `Session` makes it."""
        return render(self._values, served=0)

    async def correct(self, entries: Sequence[object]) -> Values:
        """Take the correction of one picture."""
        (entry,) = entries
        assert isinstance(entry, dict)
        (picture,) = (each for each in self._values["pictures"] if each["name"] == entry["picture"])
        changed = {**picture, "caption": entry["caption"], "edited": True}
        now = {"pictures": [changed], "totals": self._values["totals"], "tags": self._values["tags"]}
        return {"done": [entry["picture"]], "problems": [], **now}


@contextmanager
def served(session: Session) -> Iterator[str]:
    """The address of a session that is served in a thread."""
    is_there, end, found = threading.Event(), asyncio.Event(), list[str]()
    loop = asyncio.new_event_loop()

    async def serve() -> None:
        async with serving(session) as address:
            found.append(address)
            is_there.set()
            await end.wait()

    thread = threading.Thread(target=loop.run_until_complete, args=(serve(),))
    thread.start()
    is_there.wait()
    try:
        yield found[0]
    finally:
        loop.call_soon_threadsafe(end.set)
        thread.join()
        loop.close()


@pytest.fixture(scope="module")
def values() -> Page:
    return large_page(MOST_SHOWN)


def look_through(browser: Browser, page: Path | str) -> None:
    """Go through ten thousand pictures, at the width of a telephone."""
    browser.complaints()
    browser.size(390, 800)
    browser.open(page)
    assert browser.text("#count") == "10,000 pictures, page 1 of 209"
    assert "10,000 pictures of 104,233" in browser.text("#chosen")
    assert len(browser.all(".card")) == 48
    overhang = "return document.documentElement.scrollWidth - document.documentElement.clientWidth"
    assert browser.run(overhang) == 0
    browser.choose("#sort", "As in the folder")
    browser.choose("#pages select", "209")
    assert browser.texts(".card h3")[-1] == "a/9999.png"
    browser.write("#search", "number 77")
    found = sum("77" in str(number) for number in range(MOST_SHOWN))
    browser.wait(lambda: browser.text("#count") == f"{found} of 10,000 pictures, page 1 of 6")
    browser.run("[...document.querySelectorAll('.open')].at(-1).click()")
    browser.press("j")
    assert browser.text("#count").endswith("page 2 of 6")


def test_ten_thousand_pictures_are_shown_in_pages_from_disk(
    browser: Browser, values: Page, tmp_path: Path
) -> None:
    page = tmp_path / "report.html"
    page.write_text(render(values), encoding="utf-8")
    look_through(browser, page)
    assert browser.complaints() == []


def test_ten_thousand_pictures_are_served_and_one_is_corrected(
    browser: Browser, values: Page, tmp_path: Path
) -> None:
    with served(LargeReview(Project(tmp_path), values)) as address:
        look_through(browser, address)
        browser.press("e")
        browser.write("#caption-text", "A girl in my own words.")
        browser.click("#keep")
        browser.wait(lambda: "1 correction written" in browser.text("#toast"))
        assert "edited" in browser.texts(".badge")
        assert browser.complaints() == []

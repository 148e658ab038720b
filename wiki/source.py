"""Where wiki pages come from: what a source of them is, and how the one of [TagProvider] is opened."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from config import VERSION
from settings import TagProviderSettings
from settings.wikis import WIKIS, Manners


@dataclass(frozen=True, slots=True)
class Page:
    """What a source knows about one tag.

    `tag` is the tag that was asked about, and `name` the tag whose page it is: they differ for an alias.
    `text` is plain text, "" when there is no usable page. `category` is one of `tags.categories.CATEGORIES`,
    and it and `post_count` are None when the source does not tell. `known` is False when the source says that
    there is no such tag and no such page. `implies` are the tags that this one implies by a rule of the wiki
    (`sun_hat` implies `hat`), in canonical spelling; those that they imply in turn may be left out. It is
    empty when the source does not tell.
    """

    tag: str
    name: str
    text: str
    category: str | None
    post_count: int | None
    known: bool
    implies: tuple[str, ...] = ()

    @classmethod
    def unknown(cls, tag: str) -> Page:
        """The page of a tag that the source does not know."""
        return cls(tag=tag, name=tag, text="", category=None, post_count=None, known=False)


@dataclass(frozen=True, slots=True)
class Access:
    """How a wiki is reached: its address, who asks, and how politely. Login and key may be empty."""

    url: str
    manners: Manners
    user_agent: str = "Tagscribe"
    login: str = ""
    api_key: str = ""


class Source(Protocol):
    """Where wiki pages come from. To add another wiki, write a class of this shape.

    1. Write `wiki/yourwiki.py` with a class that has a `name` and a method `pages`, and that is made from
       an `Access`. It need not inherit from anything. `wiki/danbooru.py` is an example;
       `wiki/client.py` is the HTTP client that all wikis share: it keeps the pace, waits, tries again
       and turns every failure into a sentence.
    2. Add an entry to the table in `settings/wikis.py`. Then `source = yourwiki` is allowed, and a run and
       `--check` ask your wiki. Write `python caption.py --settings ini > config.ini` to name it there.
    3. Write a fake server in `tests/fakes/` and tests in `tests/wiki/`, like those of the other wikis.

    What a source promises:

    - It gets tags in canonical spelling: lower case, underscores for spaces, each of them once.
    - `pages` is a generator: it yields one `Page` for each tag, in any order and as soon as it is known, so
      that what was fetched before an interruption is kept.
    - A tag that the source does not know is yielded with `known=False`, and that is kept in the cache. A tag
      that could not be asked about is not yielded at all, so that the next run asks about it.
    - When the source cannot be reached, it raises `StageError` with one sentence that says what
      happened and what to do.
    - `text` is plain text: `wiki.dtext.definition` takes the markup out, or a function of your own.
    - `implies` is filled where that takes no further request. The other tags are compared by their words.
    """

    name: str

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        """Yield one page for each tag that could be asked about.

        Raises StageError when the source cannot be reached; tags not yielded were not asked.
        """


def open_source(settings: TagProviderSettings, tries: int | None = None) -> Source:
    """The wiki that [TagProvider] names; raises UserError where it cannot be used.

    `tries` is how often each question is asked, where that is not as usual.
    """
    wiki = WIKIS.get(settings.source)
    if wiki is None:
        open_dump: Callable[[Path], Source] = resolve_name("wiki.dump:DumpSource")
        return open_dump(Path(settings.source))
    login = settings.wiki_login
    access = Access(
        url=settings.wiki_url or wiki.address,
        manners=wiki.manners._replace(tries=tries or wiki.manners.tries),
        user_agent=settings.user_agent or f"Tagscribe/{VERSION}" + (f" (by {login})" if login else ""),
        login=login,
        api_key=settings.wiki_api_key.get_secret_value(),
    )
    open_wiki: Callable[[Access], Source] = resolve_name(wiki.source)
    return open_wiki(access)


async def pages_as_they_arrive(
    pages: Iterable[Page], on_arrival: Callable[[Page], None]
) -> AsyncGenerator[Page, None]:
    """Yield pages in order, while a thread reads the wiki, so that it is read on however busy the caller is.

    `on_arrival` is called in the event loop with each page as soon as it is there, which may be long before
    the page is yielded. Raises what `pages` and `on_arrival` raise, after the pages that came before.
    """
    reader = _Reader(pages, on_arrival)
    # A daemon, because a run that is interrupted does not wait for the wiki.
    threading.Thread(target=reader.read_all, name="wiki", daemon=True).start()
    try:
        while (item := await reader.queue.get()) is not None:
            if not isinstance(item, Page):
                raise item
            yield item
    finally:
        reader.stopped.set()


class _Reader:
    """Hands over from the thread that reads to the event loop: pages, an error if there is one, then None."""

    def __init__(self, pages: Iterable[Page], on_arrival: Callable[[Page], None]) -> None:
        self.queue: asyncio.Queue[Page | BaseException | None] = asyncio.Queue()
        self.stopped = threading.Event()
        self._pages = pages
        self._on_arrival = on_arrival
        self._loop = asyncio.get_running_loop()

    def read_all(self) -> None:
        """Read to the end; runs in the thread."""
        try:
            for page in self._pages:
                if self.stopped.is_set():
                    return
                self._hand_over(page)
        except BaseException as error:  # noqa: BLE001 - the code that waits for pages raises it
            # Nobody else sees an error of this thread, and that code would wait for ever.
            self._hand_over(error)
        else:
            self._hand_over(None)

    def _hand_over(self, item: Page | BaseException | None) -> None:
        # RuntimeError: the loop is closed, because the run ended before the wiki answered.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._receive, item)

    def _receive(self, item: Page | BaseException | None) -> None:
        try:
            if isinstance(item, Page) and not self.stopped.is_set():
                self._on_arrival(item)
        except BaseException as error:  # noqa: BLE001 - the code that waits for pages raises it
            # The loop would only log an error of this callback.
            self.stopped.set()
            item = error
        self.queue.put_nowait(item)

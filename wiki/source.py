"""Where wiki pages come from: what a source of them is, and how the one of [TagProvider] is opened."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from config import VERSION
from settings import TagProviderSettings
from settings.wikis import WIKIS, Manners

# Loaded when it is needed, like the classes of the wikis.
_DUMP_SOURCE = "wiki.dump:DumpSource"


@dataclass(frozen=True, slots=True)
class Page:
    """What a source knows about one tag.

    `tag` is the tag that was asked for, and `name` the tag its page stands under: they differ for
    an alias. `text` is plain text, "" when there is no usable page. `category` is one of general,
    artist, copyright, character, meta, species, contributor, lore, or None when the source does
    not tell; likewise `post_count`. `known` is False when the source says that there is no such
    tag and no such page. `implies` are the tags that stand beside this one as a rule of the wiki
    (`sun_hat` implies `hat`), in canonical spelling; those that they imply in turn need not be among
    them. It is empty where the source does not tell.
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
        """Say that the source has no such tag and no such page."""
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

    - Tags come in canonical spelling: lower case, underscores for spaces, each of them once.
    - `pages` is a generator: it yields one `Page` for each tag it could ask about, in any order and as
      soon as it is known, so that what was fetched before an interruption is kept.
    - A tag that the source does not know is yielded with `known=False`. That is an answer, and it is
      remembered. A tag that could not be asked about is not yielded at all: "could not ask" is
      never "no such page".
    - When the source cannot be reached, it raises `StageError` with one sentence that says what
      happened and what to do.
    - `text` is plain text: markup is taken out by `wiki.dtext.definition` or the like.
    - `implies` is asked for where that takes no further request. A tag without it is compared with
      others by its words.
    """

    name: str

    def pages(self, tags: Sequence[str]) -> Iterator[Page]:
        """Yield one page for each tag that could be asked about.

        Raises StageError when the source cannot be reached; tags not yielded were not asked.
        """
        ...


def open_source(settings: TagProviderSettings, tries: int | None = None) -> Source:
    """The wiki that [TagProvider] names; raises UserError where it cannot be used.

    `tries` is how often each question is asked, where that is not as usual.
    """
    wiki = WIKIS.get(settings.source)
    if wiki is None:
        open_dump: Callable[[Path], Source] = resolve_name(_DUMP_SOURCE)
        return open_dump(Path(settings.source))
    login = settings.wiki_login
    access = Access(
        url=settings.wiki_url or wiki.address,
        manners=replace(wiki.manners, tries=tries or wiki.manners.tries),
        user_agent=settings.user_agent or f"Tagscribe/{VERSION}" + (f" (by {login})" if login else ""),
        login=login,
        api_key=settings.wiki_api_key.get_secret_value(),
    )
    open_wiki: Callable[[Access], Source] = resolve_name(wiki.source)
    return open_wiki(access)

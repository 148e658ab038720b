"""The one plug-in point of the wiki wing: a source turns tags into wiki pages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol


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


class Source(Protocol):
    """Where wiki pages come from. To add another wiki, write a class of this shape.

    1. Write `wiki/yourwiki.py` with a class that has a `name` and a method `pages`. It need not
       inherit from anything. `wiki/dump.py` is the example without a network; `wiki/danbooru.py`
       is the one with it, and `wiki/client.py` is the polite HTTP client that they share: it paces,
       waits, tries again and turns every failure into a sentence.
    2. Give it a branch in `wiki/sources.py`, and name it in the description of `[TagProvider] source`
       in `settings.py`.
    3. Give it a fake server and tests beside the others in `tests/`.

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

"""What a model says of wiki pages: a numbered sentence for each page that the shipped template asks about."""

from __future__ import annotations

import re

from tests.fakes.answers import Json

_PAGE = re.compile(r"^(\d+)\. (.+?) \([a-z]+\): ", re.MULTILINE)


def pages_in(body: Json) -> list[str]:
    """The names of the pages in the last message of a request."""
    return [name for _, name in _PAGE.findall(body["messages"][-1]["content"])]


def sentence_about(name: str) -> str:
    """What the model says of a page."""
    return f"Something like a {name} stands in plain sight."


def gists(body: Json) -> str:
    """The whole answer."""
    return "\n".join(
        f"{number}. {sentence_about(name)}" for number, name in enumerate(pages_in(body), start=1)
    )

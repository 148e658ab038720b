"""Turning sentences about the picture into sentences about what it shows.

"The image shows a girl" teaches a diffusion model the words "the image shows". The opening is dropped if the
rest is a correct sentence; otherwise the answer is rejected. A picture can also be a thing in the scene ("a
painting of a ship hangs on the wall"), and then the sentence stays as it is.
"""

import re
from collections.abc import Callable, Iterator

from english import sentence_spans
from llm.replies.patterns import LazyPattern, pattern
from llm.replies.text import mask_quotations

_OPENING = pattern("openings", "opening")
_PREDICATE = pattern("openings", "predicate")
_SENTENCE = re.compile(r"[^.!?\n]{0,2000}")
INSIDE = pattern("openings", "inside")
_ABOUT = pattern("openings", "about")
ABOUT_ANYWHERE = pattern("openings", "about_anywhere")


def drop_openings(text: str) -> str:
    """Each sentence without its opening about the picture, if the rest is still a sentence or a phrase."""
    text = _replace(_at_starts(_OPENING, mask_quotations(text)), text, _can_be_dropped)
    if not INSIDE.may_match(text):
        return text
    return _replace(INSIDE.pattern.finditer(mask_quotations(text)), text, lambda text, found: True)


def _at_starts(wanted: LazyPattern, said: str) -> Iterator[re.Match[str]]:
    """The matches that begin where a sentence begins, and do not overlap."""
    end = 0
    for first, _ in sentence_spans(said):
        found = wanted.pattern.match(said, first) if first >= end else None
        if found:
            yield found
            end = found.end()


def _replace(
    openings: Iterator[re.Match[str]], text: str, can_be_dropped: Callable[[str, re.Match[str]], bool]
) -> str:
    """The text without the matches that are safe to drop; new beginnings of sentences are capitalized."""
    kept: list[str] = []
    end = 0
    for found in openings:
        if not can_be_dropped(text, found):
            continue
        kept.append(text[end : found.start()])
        end = found.end()
        if found.start() == 0 or text[found.start() - 1] in "\n ":
            kept.append(text[end : end + 1].upper())
            end += 1
    return "".join([*kept, text[end:]]) if kept else text


def _can_be_dropped(text: str, opening: re.Match[str]) -> bool:
    """Whether the opening can be dropped: it can't if the picture is itself a thing in the scene."""
    if opening.group("medium") is None:
        return True
    rest = _SENTENCE.match(mask_quotations(text[opening.end() : opening.end() + 2000]))
    return rest is None or _PREDICATE.pattern.search(rest.group()) is None


def talks_about_the_picture(text: str) -> bool:
    """Whether the subject of a sentence is still the picture, its mood or its artist."""
    said = mask_quotations(text)
    return any(_at_starts(_ABOUT, said)) or ABOUT_ANYWHERE.matches(said)

"""Tags that were left in a caption as tags: underscores, `(series)` qualifiers, 1girl, weights.

A list of words with commas between them is a style, not a fault.
"""

import re
from collections.abc import Collection, Iterator

from check.faults import TAG_SPELLING, Fault
from tags.people import NUMBERED

_UNDERSCORED = re.compile(r"[^\W_]_+[^\W_(]|[^\W_]_+\(")
_DIGIT = re.compile(r"\d")
_COUNT = re.compile(rf"(?<![\w-]){NUMBERED}(?!\w)", re.IGNORECASE)
_WEIGHT = re.compile(r"\([^():\n]{1,80}:\d\.\d{1,2}\)")
_ESCAPED = re.compile(r"\\[()]")
_NAMESPACED = re.compile(r"(?<!\w)(?:rating|score|artist|character|copyright|species|meta|creator):\w{1,40}")
_BRACKETED = re.compile(r"\(([^()\n]{1,60})\)")
_QUALIFIER = re.compile(r"_\(([^()]{1,60})\)")
_QUOTES = re.compile('["“”]')
_PUNCTUATION = ",.;!?\"'“”‘’"


def spelling_faults(caption: str, tags: Collection[str], series: Collection[str]) -> list[Fault]:
    """Find the spellings of tags; `tags` may be said as they are where they have no word in them (`^_^`)."""
    found = dict.fromkeys(_spellings(_unquoted(caption), tags, series))
    return [Fault(TAG_SPELLING, said, f'Write "{said}" in words, not as a tag.') for said in found]


def _unquoted(caption: str) -> str:
    """Leave out what is written in the picture: `a sign reads "open_24h"`."""
    if not _QUOTES.search(caption):
        return caption
    pieces = caption.replace("“", '"').replace("”", '"').split('"')
    return " ".join(pieces[::2]) if len(pieces) % 2 else caption


def _spellings(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    if "_" in text:
        for chunk in text.split():
            said = chunk.strip(_PUNCTUATION) if "_" in chunk else ""
            if "://" not in said and _UNDERSCORED.search(said) and not _is_face(said, tags):
                yield said
    if ":" in text:
        yield from (found[0] for found in _NAMESPACED.finditer(text))
    if _DIGIT.search(text):
        yield from (found[0] for found in _COUNT.finditer(text))
    if "(" in text:
        yield from (found[0] for found in _WEIGHT.finditer(text))
        yield from (found[0] for found in _ESCAPED.finditer(text))
        yield from _qualifiers(text, tags, series)


def _is_face(said: str, tags: Collection[str]) -> bool:
    return said in tags and not re.search(r"[^\W_]{2}", said)


def _qualifiers(text: str, tags: Collection[str], series: Collection[str]) -> Iterator[str]:
    """Yield brackets whose words are the qualifier of a tag or a series: "Saber (Fate)"."""
    known = {found[1].replace("_", " ") for tag in tags if "(" in tag for found in _QUALIFIER.finditer(tag)}
    known |= {name.partition("_(")[0].replace("_", " ") for name in series}
    known |= {"series", "character", "cosplay", "medium", "object", "symbol"}
    for found in _BRACKETED.finditer(text):
        if found[1].strip("\\ ").lower().replace("_", " ") in known:
            yield found[0]

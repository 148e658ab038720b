"""Two files beside tags_cache.json that people may read, edit, share and delete.

`said_as.json` has the words that say a tag, with how often a model quoted them:

    "ripped_jeans": {"torn jeans": 2}

Words that were quoted twice are found without asking; those that a person adds need no number. With the
number 0 words are never believed. `judges.json` has what came of the examination of each model.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from functools import partial
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from check.text import read as cut
from check.text import words_in
from dataset.locks import change_shared
from decoding import text_of_edited
from errors import UserError
from limits import refuse_many_values
from reading.questions import FORMS
from tags.spelling import canonical
from wiki.cache import in_sorted_lines, parse_json, read

SAID_AS, JUDGES = "said_as.json", "judges.json"
# Words that were quoted this often are trusted.
_ENOUGH = 2
# A longer quotation is more than the words for one tag, so it says nothing of another caption.
_MOST_WORDS_LEARNT = 6
# In letters: "she has" or "of it" stands in every other caption.
_SHORTEST_TELLING = 4
# A larger number is wrong; a run adds to it.
_MOST = 10**9

Known = dict[str, dict[str, int]]


@dataclass(frozen=True, slots=True)
class Certificate:
    """What came of an examination: the forms by which a model is asked from now on, each with the least
    probability that means yes, or none if it is not trusted.

    `right` has how many of the pairs were right by each form, `of` how many pairs there were, `wording` is
    the digest of the questions, and `examined` a date.
    """

    forms: Mapping[str, float]
    right: Mapping[str, int]
    of: int
    wording: str
    examined: str = ""

    @property
    def share_right(self) -> float:
        """The share of the pairs that the best form has right."""
        return max(self.right.values(), default=0) / self.of if self.of else 0.0


_CERTIFICATE = TypeAdapter(Certificate)


class SaidAs:
    """The words that say a tag, as far as a model has quoted them or a person has added them."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises UserError where it cannot be used."""
        self._path = path
        self._known = _said_as(_object(read(path), path), path)
        self._new: Known = {}

    def said_in(self, caption: str, tags: Iterable[str]) -> frozenset[str]:
        """Those of `tags` for which the caption has words that are trusted."""
        trusted = [
            (tag, words)
            for tag in tags
            for words, count in self._known.get(tag, {}).items()
            if count >= _ENOUGH
        ]
        text = cut(caption) if trusted else None
        return frozenset(tag for tag, words in trusted if text and text.has_words(words_in(words)))

    def add(self, tag: str, words: str) -> None:
        """Note that a model quoted these words for a tag; `save` writes it down."""
        if self._known.get(tag, {}).get(words) != 0:
            _count(self._known, tag, words)
            _count(self._new, tag, words)

    def save(self) -> None:
        """Add what is new to the file, beside what it holds by now; raises UserError."""
        if self._new:
            change_shared(self._path, read, partial(self._text_with, self._new))
            self._new = {}

    def merge(self, other: Path) -> int:
        """Add the words of another such file that this one lacks; returns how many; raises UserError."""
        theirs = _said_as(_object(read(other), other), other)
        for tag, quoted in theirs.items():
            mine = self._known.get(tag, {})
            if lacking := {words: count for words, count in quoted.items() if words not in mine}:
                self._new[tag] = lacking
        added = sum(map(len, self._new.values()))
        self.save()
        return added

    def _text_with(self, new: Known, content: bytes) -> str:
        raw = _object(content, self._path)
        known = _said_as(raw, self._path)
        for tag, quoted in new.items():
            mine = known.setdefault(tag, {})
            for words, count in quoted.items():
                # A number of 0 is a person's, who does not want these words to be believed.
                mine[words] = mine[words] and mine[words] + count if words in mine else count
            # People may have spelled the tag in another way: their entry is changed, and no second one added.
            written = next((each for each in raw if canonical(each) == tag), tag)
            raw[written] = mine
        return in_sorted_lines(raw)


def merge_words(cache: Path, other: Path) -> Iterator[str]:
    """Add the words beside another tags_cache.json to those beside `cache`; what to tell of it."""
    theirs, ours = other.with_name(SAID_AS), cache.with_name(SAID_AS)
    if theirs.is_file() and theirs.resolve() != ours.resolve():
        yield f"{SaidAs(ours).merge(theirs):,} of the words for tags in {theirs} were added."


def as_learnt(quote: str) -> str:
    """The form in which words for a tag are remembered; "" for words that are too common."""
    found = words_in(quote)
    if len(found) > _MOST_WORDS_LEARNT or all(len(word) < _SHORTEST_TELLING for word in found):
        return ""
    return " ".join(found)


class Judges:
    """What came of the examination of each model."""

    def __init__(self, path: Path) -> None:
        """Read the file; raises UserError where it cannot be used."""
        self._path = path
        self._known = _object(read(path), path)

    def get(self, model: str, wording: str) -> Certificate | None:
        """The certificate of a model; None where it was not examined with questions in these words."""
        try:
            found = _CERTIFICATE.validate_python(self._known.get(model))
        except ValidationError:
            return None
        is_known = found.wording == wording and found.forms.keys() <= FORMS.keys()
        return found if is_known else None

    def add(self, model: str, certificate: Certificate) -> None:
        """Remember the certificate of a model; raises UserError where it cannot be written."""
        self._known[model] = asdict(certificate)
        change_shared(self._path, read, partial(self._text_with, model))

    def _text_with(self, model: str, content: bytes) -> str:
        return in_sorted_lines({**_object(content, self._path), model: self._known[model]})


def _object(content: bytes, path: Path) -> dict[str, Any]:
    remedy = "correct it, or delete the file"
    text = text_of_edited(content, str(path))
    try:
        refuse_many_values(text)
    except ValueError as error:
        raise UserError(f"{path} has {error}: {remedy}") from error
    raw = parse_json(text, path, remedy) if text.strip() else {}
    if not isinstance(raw, dict):
        raise UserError(f"{path} should be a JSON object: {remedy}")
    return raw


def _said_as(raw: Mapping[str, Any], path: Path) -> Known:
    """The words for each tag, by how often they were quoted. A text or a list of texts is a person's."""
    known: Known = {}
    for tag, value in raw.items():
        listed = [value] if isinstance(value, str) else value
        is_of_a_person = isinstance(listed, list) and all(isinstance(each, str) for each in listed)
        counts = dict.fromkeys(listed, _ENOUGH) if is_of_a_person else value
        if not isinstance(counts, dict) or not all(type(count) is int for count in counts.values()):
            raise UserError(
                f'{path}: the entry {tag} should be words for this tag, such as ["torn jeans"]; correct it'
            )
        quoted = known.setdefault(canonical(tag), {})
        quoted.update({words: min(max(count, 0), _MOST) for words, count in counts.items()})
    return known


def _count(known: Known, tag: str, words: str) -> None:
    quoted = known.setdefault(tag, {})
    quoted[words] = quoted.get(words, 0) + 1

"""The captions that a run makes of each picture, and how each is joined from tags and sentences.

A caption is called by what stands in it: "long", "medium" and "short" are sentences of a model, "tags" a list
of tags, "all-tags" one with the hidden traits, and "tags+short" or "short+tags" are both. "caption" is the
one that the style says.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from errors import UserError
from settings import InterpreterSettings
from styling.sections import TRIGGER
from styling.structures import STRUCTURES, Structure
from styling.style import DEFAULT, SENTENCES, Style, read_style
from styling.tag_line import SubjectOf, Tagged, no_subject, written
from styling.tokens import Limit

# The caption where no variants are asked for.
CAPTION = "caption"
_TAGS = ("tags", "all-tags")

_PLACEHOLDER = re.compile(r"\{(\w+)\}")
_SENTENCE_BEHIND_TAGS = re.compile(r"\.\s+(?=[^\W\d_a-z])")
_ENDS = (".", "!", "?")
ONLY_SENTENCES = f"{{{SENTENCES}}}"
_TAGS_FIRST, _TAGS_LAST = "{tags}. {sentences}", "{sentences} {tags}"
_BETWEEN = ", "


@dataclass(frozen=True)
class Forms:
    """The captions of a picture by their names, in the form that a style says."""

    style: Style
    names: Sequence[str]
    vocabulary: Path | None = None
    subject_of: SubjectOf = no_subject

    @classmethod
    def of(cls, settings: InterpreterSettings, subject_of: SubjectOf = no_subject) -> Forms:
        """What [Interpreter] asks for; raises UserError where style or vocabulary cannot be used."""
        style = read_style(settings.style)
        if style.structure and settings.variants:
            raise UserError(
                f"style = {style.name} makes one caption of a picture: leave [Interpreter] variants empty"
            )
        forms = cls(style, settings.variants or (CAPTION,), settings.tokenizer_file, subject_of)
        if forms.limit is not None:
            forms.limit.count("")
        return forms

    @property
    def structure(self) -> Structure | None:
        """How the captions are built where they are no line of text."""
        return STRUCTURES.get(self.style.structure)

    @cached_property
    def limit(self) -> Limit | None:
        """How much of a caption the text encoder reads, counted by its `vocabulary` where that is named."""
        limit = self.style.limit
        return replace(limit, vocabulary=self.vocabulary) if limit else None

    def exceeded(self, caption: str) -> str:
        """The message about a caption that the text encoder does not read to its end; "" where it does.

        The prefix is read too where the trainer adds it itself.
        """
        return self.limit.exceeded(self.style.with_prefix(caption)) if self.limit else ""

    @property
    def written_by_model(self) -> list[str]:
        """The kinds of sentences that a model writes for these captions, each once, in order."""
        return list(dict.fromkeys(kind for kind in map(self.sentences_of, self.names) if kind))

    def sentences_of(self, name: str) -> str:
        """The kind of the sentences in a caption: "short" of "tags+short"; "" where it is tags alone."""
        kind = _kind(name)
        if kind == CAPTION:
            return CAPTION if ONLY_SENTENCES in self.style.form else ""
        return next((part for part in kind.split("+") if part not in _TAGS), "")

    def shows_hidden(self, name: str) -> bool:
        """Whether the tags of a caption are all tags, hidden traits too."""
        return _TAGS[1] in _kind(name).split("+")

    def has_tags(self, name: str) -> bool:
        """Whether tags stand in a caption."""
        return any(key != SENTENCES for key in _PLACEHOLDER.findall(self.form_of(name)))

    def form_of(self, name: str) -> str:
        """How a caption is joined."""
        kind, own = _kind(name), self.style.form
        if kind == CAPTION:
            return own
        if kind in _TAGS:
            return self._list_of_tags
        first, *second = kind.split("+")
        if not second:
            return ONLY_SENTENCES
        own_keys = _PLACEHOLDER.findall(own)
        tags_first = first in _TAGS
        if SENTENCES in own_keys and len(own_keys) > 1 and (own_keys[0] != SENTENCES) == tags_first:
            return own
        return (_TAGS_FIRST if tags_first else _TAGS_LAST).replace("{tags}", self._list_of_tags)

    def has_place_for_trigger(self, form: str) -> bool:
        """Whether the trigger word stands among the tags of this form, and not before all of it."""
        groups = (self.style.sections.get(key, ()) for key in _PLACEHOLDER.findall(form))
        return any(TRIGGER in names for each in groups for names in each)

    @property
    def _list_of_tags(self) -> str:
        keys = [key for key in _PLACEHOLDER.findall(self.style.form) if key != SENTENCES]
        return _BETWEEN.join(f"{{{key}}}" for key in keys or self.style.sections)

    def tells_in_tags(self, kind: str) -> bool:
        """Whether tags stand beside these sentences wherever they stand, so that they need not say each."""
        return all(self.has_tags(name) for name in self.names if self.sentences_of(name) == kind)

    @property
    def number_of_sentences(self) -> range | None:
        """How many sentences a caption may have; None where style or variants do not say it."""
        if not self.style.sentences or self.written_by_model != [CAPTION]:
            return None
        fewest, _, most = self.style.sentences.partition("-")
        return range(int(fewest), int(most or fewest) + 1)

    @property
    def request(self) -> str:
        """What the style adds to the request for a caption; "" for nothing."""
        count = self.style.sentences.replace("-", " to ")
        noun = "sentence" if count == "1" else "sentences"
        length = f"Write the caption in {count} {noun}." if self.number_of_sentences else ""
        return " ".join(filter(None, (length, self.style.ask)))

    def tags_of(self, tagged: Tagged, trigger: str) -> dict[str, str]:
        """The tags of a picture as the style has them; see `written`."""
        return written(self.style, tagged, trigger, self.subject_of)

    def fixed_part(self, tagged: Tagged, trigger: str = "") -> str:
        """All of a caption that depends on the style and the tags alone, to tell whether it is outdated.

        It is "" for the usual style.
        """
        if self.style.name == DEFAULT:
            return ""
        if self.style.structure:
            return "\0".join((self.style.digest, trigger, *tagged.tags))
        tags = self.tags_of(tagged, trigger) if any(map(self.has_tags, self.names)) else {}
        return "\0".join((self.style.digest, *self.names, *tags.values()))


def _kind(name: str) -> str:
    """What a caption is, without the name of its template, which stands before it where there are several."""
    return name.rpartition(" ")[2]


def joined(form: str, parts: Mapping[str, str]) -> str:
    """The parts in the form, without those that are empty and what joins them to others.

    "1girl" and "A girl" in "{tags}. {sentences}" become "1girl. A girl".
    """
    pieces = _PLACEHOLDER.split(form)
    text, gap = "", pieces[0]
    for key, following in zip(pieces[1::2], pieces[2::2], strict=True):
        part = parts.get(key, "")
        if not part:
            continue
        text += _fitting(gap, text) + part
        gap = following
    # The text at the end of the form is added if the last part is there.
    return text + (gap if pieces[-2:-1] and parts.get(pieces[-2]) else "")


def _fitting(gap: str, before: str) -> str:
    """What joins two parts, so that a sentence before it ends with one mark."""
    if before.endswith(_ENDS) and gap.startswith("."):
        return gap[1:]
    if before and gap.isspace() and before[-1].isalnum():
        return f".{gap}"
    return gap


def sentences_in(caption: str, form: str, parts: Mapping[str, str]) -> str:
    """The sentences in a caption of this form; a guess where people have edited the caption.

    `parts` are the tags as the form has them.
    """
    keys = _PLACEHOLDER.findall(form)
    if SENTENCES not in keys:
        return ""
    found = [part for key in keys if (part := parts.get(key))]
    if all(part in caption for part in found):
        for part in found:
            before, _, behind = caption.partition(part)
            caption = before.rstrip(" ,") + " " + behind.lstrip(" ,.")
        return caption.strip()
    if keys[0] == SENTENCES:
        return caption[: max(map(caption.rfind, _ENDS)) + 1] or caption
    begin = _SENTENCE_BEHIND_TAGS.search(caption)
    return caption[begin.end() :] if begin else caption

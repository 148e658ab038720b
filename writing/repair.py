"""Mending a caption part by part: with a sentence made from tags, or with one sentence of the model.

A model that is asked to write the whole caption again writes the same words again, or loses others. So a
request is for one sentence alone, and none is sent if the sentence can be made from the tags.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from check import TAG_SPELLING, new_words
from composer import compose
from english import sentence_spans
from tags.categories import CHARACTER, COPYRIGHT
from tags.implications import without_implied
from tags.people_counts import fewest_people
from tags.spelling import words
from writing.judging import Judgement, PictureTags

_MOST_MADE_UP = 1
_PRONOUNS = {"1girl": "She", "1boy": "He"}


@dataclass(frozen=True, slots=True)
class Repair:
    """A sentence that the model is asked for: `request` says which, and `span` what it replaces.

    The span is empty at the end of the caption where the sentence is added to it.
    """

    request: str
    span: tuple[int, int]

    def applied(self, caption: str, sentence: str) -> str:
        """The caption with the sentence in its place."""
        start, end = self.span
        return " ".join(filter(None, (caption[:start].rstrip(), sentence, caption[end:].lstrip())))

    def is_sound(self, sentence: str, caption: str, asked: str) -> bool:
        """Whether a sentence is new and makes nothing up; `asked` is what the model was told."""
        start, end = self.span
        is_copy = sentence == caption[start:end] if start < end else sentence.rstrip(".") in caption
        return not is_copy and len(new_words(sentence, asked, caption)) <= _MOST_MADE_UP


def without_request(caption: str, judged: Judgement, picture: PictureTags) -> str:
    """The caption with tags written in words, and a sentence from the tags for who is not named."""
    for fault in judged.coverage.faults:
        if fault.kind == TAG_SPELLING:
            caption = caption.replace(fault.said, fault.said.replace("_", " "))
    naming = _naming(judged, picture) if judged.unnamed else ""
    end = "" if caption.endswith((".", "!", "?")) else "."
    return f"{caption}{end} {naming}" if naming else caption


def request_for(caption: str, judged: Judgement, unsaid: Sequence[str]) -> Repair | None:
    """The sentence to ask the model for; None where none would mend the caption."""
    wrong = [(trait, f"it must not say {trait}") for trait in judged.leaked]
    wrong += [
        (fault.said, fault.message[:1].lower() + fault.message[1:].rstrip("."))
        for fault in judged.coverage.faults
    ]
    for said, what in wrong:
        span = _sentence_with(said, caption)
        if span is not None:
            return Repair(
                f'This sentence is not right: "{caption[slice(*span)]}" In it, {what}. Write this one '
                "sentence again so that it is right and the rest stays. Answer with the sentence alone.",
                span,
            )
    if not unsaid:
        return None
    return Repair(
        "One more sentence is needed behind that. It says only this of the same picture: "
        f"{', '.join(map(words, unsaid))}. Answer with the sentence alone.",
        (len(caption), len(caption)),
    )


def _sentence_with(said: str, caption: str) -> tuple[int, int] | None:
    spans = sentence_spans(caption)
    return next((span for span in spans if said.lower() in caption[slice(*span)].lower()), None)


def _naming(judged: Judgement, picture: PictureTags) -> str:
    """A sentence that names the characters whom a caption leaves unnamed: "She is Hatsune Miku."

    It is "" where it would not be clear who is meant.
    """
    characters = [tag for tag in picture.tags if picture.categories.get(tag) == CHARACTER]
    characters = list(without_implied(characters, picture.categories, picture.implied))
    series = [tag for tag in judged.unsaid if picture.categories.get(tag) == COPYRIGHT]
    names = compose([*judged.unnamed, *series], picture.categories).rstrip(".")
    people, unnamed = fewest_people(picture.tags), len(judged.unnamed)
    if unnamed == len(characters) == people:
        if unnamed > 1:
            return f"They are {names}."
        return f"{next((_PRONOUNS[tag] for tag in picture.tags if tag in _PRONOUNS), 'This')} is {names}."
    if len(characters) == people == unnamed + 1 == 2:
        return f"The other is {names}."
    return ""

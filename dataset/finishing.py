"""What settings and style do to an accepted caption before it is written: strip, join, shorten, trigger."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from dataset.trainers import Target, text_of
from english import sentence_spans
from errors import ItemError, Problem, UserError
from settings import InterpreterSettings
from settings.strip_patterns import SlowPatternError, without
from styling.forms import ONLY_SENTENCES, Forms, joined, sentences_in
from styling.structures import Structure
from styling.style import SENTENCES
from styling.tag_line import Tagged
from styling.tokens import CLIP, estimated_encoder_tokens
from tags.filters import HiddenTraits
from tags.spelling import words

_POSSESSIVE = ("'s", "’s")
# After this many captions on which `strip` takes too long, the run ends.
_MOST_SLOW_CAPTIONS = 3
_LEADING_MARKS = tuple(",.;:!?")
# Words with which a caption begins, and which no name begins with when a small letter follows.
_FIRST_WORD = re.compile(r"(?:An?|The|She|He|They|One|Two|Three|Four|Five|Six|Several|Many)(?= [a-z])")


@dataclass(slots=True)
class Finishing:
    """Turns the captions of a picture into its text, as settings, style and trainer ask for.

    `slow_captions` is how many captions failed because a pattern of `strip` took too long.
    """

    settings: InterpreterSettings
    trigger: str
    hidden: HiddenTraits
    target: Target
    forms: Forms
    slow_captions: int = 0

    def text(self, sentences: Mapping[str, str], tagged: Tagged) -> tuple[str, list[Problem]]:
        """The text of a picture, and what the user should know of it.

        `sentences` are those of each caption by its name, "" where it is tags alone. Raises ItemError if
        `strip` leaves nothing of them or takes too long, UserError if it took too long before.
        """
        lines, notes = [], []
        for name, said in sentences.items():
            tags = self.tags_in_style(tagged, name) if self.forms.has_tags(name) else {}
            line, noted = self._finish(self.forms.form_of(name), said, tags)
            lines.append(line)
            said_of = f"{name}: " if len(sentences) > 1 else ""
            notes += [note._replace(message=said_of + note.message) for note in noted]
        text = text_of(lines)
        return self.target.caption(text, self.forms.style) if self.forms.structure else text, notes

    def sentences_in(self, text: str, tagged: Tagged) -> tuple[str, bool]:
        """The sentences of the first caption in a text, and whether tags stand beside them."""
        first, name = text.partition("\n")[0], self.forms.names[0]
        if structure := self.forms.structure:
            return structure.said_in(first), structure.is_tags
        if not self.forms.has_tags(name):
            return first, False
        first = first.removeprefix(self.forms.style.prefix).strip()
        return sentences_in(first, self.forms.form_of(name), self.tags_in_style(tagged, name)), True

    def tags_in_style(self, tagged: Tagged, name: str) -> dict[str, str]:
        """The tags of a caption as the style has them, usually without those that say a hidden trait."""
        if self.forms.shows_hidden(name):
            shown = tuple(tagged.whole or tagged.tags)
        else:
            shown = tuple(tag for tag in tagged.tags if not self.hidden.said_in(words(tag)))
        tags = self.forms.tags_of(replace(tagged, tags=shown), self.trigger)
        left = {key: self._without_patterns(text).split(",") for key, text in tags.items()}
        return {key: ", ".join(filter(None, map(str.strip, pieces))) for key, pieces in left.items()}

    def _finish(self, form: str, sentences: str, tags: Mapping[str, str]) -> tuple[str, list[Problem]]:
        if structure := self.forms.structure:
            return self._finish_structure(structure, sentences)
        bare = self._strip(sentences) if sentences else ""

        def whole(said: str) -> str:
            return self._with_surroundings(form, said, tags)

        if self.settings.shorten and bare and self._exceeded_limits(whole(bare)):
            bare = self._shorten(bare, whole)
        text = whole(bare)
        if not text:
            raise ItemError(
                "nothing left", "the style has no place for any tag of this picture: add sections to it"
            )
        return self._noted(text, bare)

    def _finish_structure(self, structure: Structure, caption: str) -> tuple[str, list[Problem]]:
        """A caption that is no line of text: `strip` and `shorten` would break it."""
        text = structure.around(
            caption, lambda said: self._with_surroundings(ONLY_SENTENCES, said, {}), self.trigger
        )
        return self._noted(text, structure.said_in(text))

    def _noted(self, text: str, sentences: str) -> tuple[str, list[Problem]]:
        """A text with its faults, among them the hidden traits that its sentences say."""
        leaked = self.hidden.said_in(sentences)
        notes = [Problem("", "hidden trait said", f"it says {trait}") for trait in leaked]
        return text, [*notes, *self._exceeded_limits(text)]

    def _strip(self, caption: str) -> str:
        text = self._without_patterns(caption)
        bare = _in_one_line(text)
        if not any(map(str.isalnum, bare)):
            message = "nothing is left of the caption once [Interpreter] strip is applied"
            raise ItemError("nothing left", message)
        if text == caption:
            return bare
        # The punctuation that surrounded what was removed goes too.
        bare = re.sub(r"\s+([,.;:!?])", r"\1", bare)
        bare = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", bare)
        bare = re.sub(r"[,;:]+(?=[.!?])", "", bare).strip(" ,;:")
        return bare[:1].upper() + bare[1:] if caption[:1].isupper() else bare

    def _without_patterns(self, caption: str) -> str:
        try:
            return without(self.settings.strip, caption)
        except SlowPatternError as error:
            self.slow_captions += 1
            message = f"the pattern {error} on this caption: write it in a simpler way in [Interpreter] strip"
            if self.slow_captions >= _MOST_SLOW_CAPTIONS:
                # Nothing else is done while a pattern is searched for, so the run would take far too long.
                raise UserError(message.replace("this caption", "several captions")) from error
            raise ItemError("strip takes too long", message) from error

    def _with_surroundings(self, form: str, sentences: str, tags: Mapping[str, str]) -> str:
        """The whole caption; "" where there is nothing to say."""
        has_place = self.forms.has_place_for_trigger(form)
        if self.trigger and has_place:
            sentences = _without_word(sentences, _pattern_of(self.trigger))
        caption = joined(form, {**tags, SENTENCES: sentences})
        if not caption:
            return ""
        prefix, suffix = self.settings.prefix, self.settings.suffix
        gap = "" if suffix.startswith(_LEADING_MARKS) else " "
        caption = _in_one_line(f"{prefix} {caption}{gap}{suffix}")
        caption = caption if has_place else with_trigger(caption, self.trigger)
        return self.forms.style.with_prefix(caption, self.target.name)

    def _shorten(self, sentences: str, whole: Callable[[str], str]) -> str:
        """As many of the sentences as fit into the `whole` caption, but at least the first one."""
        ends = [end for _, end in sentence_spans(sentences)]
        fitting = [end for end in ends if not self._exceeded_limits(whole(sentences[:end]))]
        return sentences[: fitting[-1] if fitting else ends[0]]

    def _exceeded_limits(self, caption: str) -> list[Problem]:
        """A problem for each limit that a caption exceeds."""
        most_words, most_tokens = self.settings.max_words, self.settings.max_tokens_clip
        exceeded = []
        if most_words is not None and (count := len(caption.split())) > most_words:
            exceeded.append(Problem("", "over max_words", f"it has {count} words"))
        if most_tokens is not None and (count := estimated_encoder_tokens(caption, CLIP)) > most_tokens:
            exceeded.append(Problem("", "over max_tokens_clip", f"it has about {count} CLIP tokens"))
        if sentence := self.forms.exceeded(caption):
            exceeded.append(Problem("", "longer than its encoder reads", sentence))
        return exceeded


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger word at its start and nowhere else."""
    if not trigger:
        return caption
    word = _pattern_of(trigger)
    leading = re.match(rf"\W*{word}(?P<mark>\s*[,:])?", caption, re.IGNORECASE)
    rest = caption[leading.end() :] if leading else caption
    rest = _without_word(rest, word).strip()
    if not rest:
        return trigger
    if leading is None or leading["mark"]:
        first = _FIRST_WORD.match(rest)
        return f"{trigger}, {rest[0].lower() + rest[1:] if first else rest}"
    return f"{trigger}{'' if rest.startswith(_POSSESSIVE) else ' '}{rest}"


def _pattern_of(trigger: str) -> str:
    return rf"(?<!\w){re.escape(trigger)}(?!\w)"


def _without_word(text: str, word: str) -> str:
    """The text with a word removed or replaced, so that its sentences are still correct."""
    text = re.sub(rf",\s*{word}(?=\s*(?:[,.;!?]|$))", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s+(?:named|called)\s+{word}", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"(?<=[.!?] ){word}", "The character", text, flags=re.IGNORECASE)
    return re.sub(word, "the character", text, flags=re.IGNORECASE)


def _in_one_line(text: str) -> str:
    """The text on one line, because some trainers read only the first line of a file."""
    return " ".join(text.split())

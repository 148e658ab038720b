"""What the settings do to an accepted caption before it is written: strip, shorten, prefix, suffix, trigger.

CLIP reads 75 tokens and ignores the rest. Its tokenizer would be another library and a download, so tokens
are estimated: a word is one token for every eight letters or part of that, a digit and a group of punctuation
marks are one each, and 5 % are added for names. On 1,440 English descriptions the estimate was within 5 % of
the real number for 90 % of them, and within 9 % for 98 %. Other scripts need more tokens.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataset.trainers import Target
from english import sentence_spans
from errors import ItemError, Problem, UserError
from settings import InterpreterSettings
from settings.patterns import SlowPatternError, without
from tags.filters import HiddenTraits

_LETTERS_PER_TOKEN = 8
_ADDED_FOR_NAMES = 1.05
# How CLIP splits a text into pieces before it looks them up in its vocabulary.
_PIECE = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
_POSSESSIVE = ("'s", "’s")
# Then the run ends.
_MOST_SLOW_CAPTIONS = 3
_LEADING_MARKS = tuple(",.;:!?")
# Words with which a caption begins, and which no name begins with when a small letter follows.
_FIRST_WORD = re.compile(r"(?:An?|The|She|He|They|One|Two|Three|Four|Five|Six|Several|Many)(?= [a-z])")


@dataclass(slots=True)
class Finishing:
    """Turns the captions of a picture into its text, as the settings and the trainer's format ask for.

    `slow_captions` is how many captions failed because a pattern of `strip` took too long.
    """

    settings: InterpreterSettings
    trigger: str
    hidden: HiddenTraits
    target: Target
    slow_captions: int = 0

    def text(self, captions: Mapping[str, str]) -> tuple[str, list[Problem]]:
        """The text of a picture, and what the user should know of it.

        `captions` are by the names of their variants. Raises ItemError if `strip` leaves nothing of one or
        takes too long, UserError if it took too long before.
        """
        lines, notes = [], []
        for name, caption in captions.items():
            line, noted = self._finish(caption)
            lines.append(line)
            said_of = f"{name}: " if len(captions) > 1 else ""
            notes += [note._replace(message=said_of + note.message) for note in noted]
        return self.target.text(lines), notes

    def _finish(self, caption: str) -> tuple[str, list[Problem]]:
        bare = self._strip(caption)
        if self.settings.shorten and self._exceeded_limits(self._with_surroundings(bare)):
            bare = self._shorten(bare)
        leaked = self.hidden.said_in(bare)
        notes = [Problem("", "hidden trait said", f"it says {trait}") for trait in leaked]
        whole = self._with_surroundings(bare)
        return whole, [*notes, *self._exceeded_limits(whole)]

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
                # Nothing else is done while a pattern is searched for, so the run would all but stand still.
                raise UserError(message.replace("this caption", "several captions")) from error
            raise ItemError("strip takes too long", message) from error

    def _with_surroundings(self, caption: str) -> str:
        prefix, suffix = self.settings.prefix, self.settings.suffix
        gap = "" if suffix.startswith(_LEADING_MARKS) else " "
        return with_trigger(_in_one_line(f"{prefix} {caption}{gap}{suffix}"), self.trigger)

    def _shorten(self, caption: str) -> str:
        """As many whole sentences as fit, but at least the first one."""
        ends = [end for _, end in sentence_spans(caption)]
        fitting = [end for end in ends if not self._exceeded_limits(self._with_surroundings(caption[:end]))]
        return caption[: fitting[-1] if fitting else ends[0]]

    def _exceeded_limits(self, caption: str) -> list[Problem]:
        """A problem for each limit that a caption exceeds."""
        most_words, most_tokens = self.settings.max_words, self.settings.max_tokens_clip
        exceeded = []
        if most_words is not None and (count := len(caption.split())) > most_words:
            exceeded.append(Problem("", "over max_words", f"it has {count} words"))
        if most_tokens is not None and (count := clip_tokens(caption)) > most_tokens:
            exceeded.append(Problem("", "over max_tokens_clip", f"it has about {count} CLIP tokens"))
        return exceeded


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger word at its start and nowhere else."""
    if not trigger:
        return caption
    word = rf"(?<!\w){re.escape(trigger)}(?!\w)"
    leading = re.match(rf"\W*{word}(?P<mark>\s*[,:])?", caption, re.IGNORECASE)
    rest = caption[leading.end() :] if leading else caption
    rest = _without_word(rest, word).strip()
    if not rest:
        return trigger
    if leading is None or leading["mark"]:
        first = _FIRST_WORD.match(rest)
        return f"{trigger}, {rest[0].lower() + rest[1:] if first else rest}"
    return f"{trigger}{'' if rest.startswith(_POSSESSIVE) else ' '}{rest}"


def _without_word(text: str, word: str) -> str:
    """The text with a word removed or replaced, so that its sentences are still correct."""
    text = re.sub(rf",\s*{word}(?=\s*(?:[,.;!?]|$))", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s+(?:named|called)\s+{word}", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"(?<=[.!?] ){word}", "The character", text, flags=re.IGNORECASE)
    return re.sub(word, "the character", text, flags=re.IGNORECASE)


def clip_tokens(text: str) -> int:
    """An estimate of CLIP's tokens for a text, without the two that mark its start and end."""
    pieces: Sequence[str] = _PIECE.findall(text)
    return math.ceil(sum(map(_tokens_of, pieces)) * _ADDED_FOR_NAMES)


def _tokens_of(piece: str) -> int:
    if not piece[0].isalpha():
        return 1
    # Rare words with letters beyond ASCII are looked up byte by byte.
    letters = len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace")) * 4
    return math.ceil(letters / _LETTERS_PER_TOKEN)


def _in_one_line(text: str) -> str:
    """The text on one line, because some trainers read only the first line of a file."""
    return " ".join(text.split())

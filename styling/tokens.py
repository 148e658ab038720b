"""How many tokens a text has for the text encoder of a base model, and what of it the encoder would not read.

They are counted by the library `tokenizers` where the user names the vocabulary of the encoder (a
tokenizer.json). Otherwise they are estimated: a word has a token for each six to nine letters, as the encoder
needs, digits and groups of punctuation marks have one each, and some are added for names. `python -m
benchmarks.encoders` measures the error, see docs/BENCHMARKS.md. Other scripts than the Latin one need more
tokens.
"""

from __future__ import annotations

import math
import re
from bisect import bisect_right
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING

from errors import UserError

if TYPE_CHECKING:
    from tokenizers import Tokenizer

CLIP = "clip"
# Letters of a word for each token, and what all tokens are multiplied by.
ESTIMATES: Mapping[str, tuple[int, float]] = {
    CLIP: (8, 1.05),
    "gemma": (9, 1.05),
    "llama": (8, 1.19),
    "mistral": (7, 1.1),
    "qwen": (7, 1.05),
    "t5": (6, 1.2),
}
ENCODERS = tuple(ESTIMATES)
# A text may have this many times the estimated tokens: none of the measured texts had more.
_MARGIN = 1.11
# How CLIP splits a text into pieces before it looks them up in its vocabulary; others do nearly the same.
_PIECE = re.compile(r"'s|'t|'re|'ve|'m|'ll|'d|[^\W\d_]+|\d|(?:[^\s\w]|_)+", re.IGNORECASE)
# The most words that are shown of what is cut.
_MOST_SHOWN = 6


def estimated_encoder_tokens(text: str, encoder: str) -> int:
    """An estimate of the tokens of a text, without those that mark its start and end."""
    letters, factor = ESTIMATES[encoder]
    return math.ceil(sum(_tokens_of(piece, letters) for piece in _PIECE.findall(text)) * factor)


def _tokens_of(piece: str, letters_per_token: int) -> int:
    if not piece[0].isalpha():
        return 1
    # Rare words with letters beyond ASCII are looked up byte by byte.
    letters = len(piece) if piece.isascii() else len(piece.encode("utf-8", "replace")) * 4
    return math.ceil(letters / letters_per_token)


@dataclass(frozen=True)
class Limit:
    """How many tokens an encoder reads; `beside` of them are not the caption's, but the trainer's.

    `vocabulary` is the encoder's tokenizer.json, None where its tokens are estimated.
    """

    encoder: str
    most: int
    beside: int = 0
    vocabulary: Path | None = None

    def exceeded(self, text: str) -> str:
        """The message about a text that the encoder does not read to its end; "" where it does.

        Raises UserError where the vocabulary cannot be used.
        """
        count = self.count(text) + self.beside
        is_sure = self.vocabulary is not None
        if count <= (self.most if is_sure else self.most / _MARGIN):
            return ""
        about = "" if is_sure else "about "
        beside = f" with the {self.beside} of the trainer's" if self.beside else ""
        sentence = f"it has {about}{count} {self.encoder} tokens{beside}, and {self.most} are read"
        if count <= self.most:
            return f"{sentence}: its end may be cut"
        return f'{sentence}: what is cut begins with "{self._cut(text)}"'

    def count(self, text: str) -> int:
        """The tokens of a text."""
        if self._tokenizer is None:
            return estimated_encoder_tokens(text, self.encoder)
        return len(self._tokenizer.encode(text, add_special_tokens=False))

    def _cut(self, text: str) -> str:
        """The first words that the encoder does not read."""
        words = text.split()
        ends = range(1, len(words) + 1)
        read = bisect_right(ends, self.most - self.beside, key=lambda end: self.count(" ".join(words[:end])))
        return " ".join(words[read : read + _MOST_SHOWN])

    @cached_property
    def _tokenizer(self) -> Tokenizer | None:
        if self.vocabulary is None:
            return None
        try:
            from tokenizers import Tokenizer
        except ImportError as error:
            raise UserError(
                "tokens are counted by tokenizers, which is not installed: pip install tokenizers, or leave "
                "[Interpreter] tokenizer_file empty to have them estimated"
            ) from error
        remedy = (
            "name the tokenizer.json of the text encoder as [Interpreter] tokenizer_file, or leave it empty"
        )
        if not self.vocabulary.exists():
            raise UserError(f"there is no file {self.vocabulary}: {remedy}")
        try:
            return Tokenizer.from_file(str(self.vocabulary))
        except Exception as error:  # the library raises no narrower class, whatever is wrong with a file
            raise UserError(f"{self.vocabulary} is no tokenizer.json ({error}): {remedy}") from error

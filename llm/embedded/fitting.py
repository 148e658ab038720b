"""How much context and how many requests at once fit an embedded model, the data set and the memory."""

from __future__ import annotations

import math
from dataclasses import dataclass

from errors import UserError
from llm.embedded.files import ModelFiles
from llm.embedded.table import GB
from settings import EndpointSettings

# Requests at once: they share one cache, so that most of them cost no more than what they really use.
_SLOTS = (8, 4, 2, 1)
# Tokens of an answer: the most where the settings have no limit, and what nearly all answers stay below.
_LONGEST_ANSWER, _USUAL_ANSWER = 2048, 512
# Of tokens estimated from characters, for models whose tokens are shorter.
_SPARE = 1.25
_STEP = 256
# In bytes, for llama.cpp itself and what is computed; pictures take more. It took 670 MB with 1.5 billion
# weights.
_COMPUTED, _COMPUTED_FOR_PICTURES = 700_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """The context in tokens that all requests share, how many there are at once, and the memory in bytes."""

    context: int
    slots: int
    memory: int

    def __str__(self) -> str:
        at_once = "1 request" if self.slots == 1 else f"{self.slots} requests at once"
        return f"context of {self.context:,} tokens for {at_once}, about {self.memory / GB:.1f} GB"


def fit(files: ModelFiles, prompt: int, chosen: EndpointSettings, card: float, computer: float) -> Fit:
    """The most requests at once for which there is room; `prompt` is the longest one, in tokens.

    `card` and `computer` are bytes of free memory; what does not go onto the card is computed beside it.
    Raises UserError where the model does not fit at all.
    """
    trained, request = files.header.number("context_length"), _tokens_of_request(prompt, chosen)
    if trained and request > trained:
        if prompt > trained:
            raise UserError(
                f"{files.name} reads {trained:,} tokens, and the longest prompt has about {prompt:,}: take a "
                "model with a longer context, or a shorter template"
            )
        request = trained
    for room in (card, card + computer):
        for slots in _numbers_of_slots(chosen):
            found = _fit(files, request, min(request, round(prompt * _SPARE) + _USUAL_ANSWER), slots)
            if found.memory <= room:
                return found
    raise UserError(
        f"{files.name} takes about {found.memory / GB:.1f} GB of memory, and {room / GB:.1f} GB are free: "
        "close other programs, or take a smaller model"
    )


def _tokens_of_request(prompt: int, chosen: EndpointSettings) -> int:
    if chosen.context != "auto":
        return chosen.context
    return round(prompt * _SPARE) + (chosen.max_tokens or _LONGEST_ANSWER)


def _numbers_of_slots(chosen: EndpointSettings) -> tuple[int, ...]:
    if chosen.concurrency == "auto":
        return _SLOTS
    return tuple(dict.fromkeys(min(chosen.concurrency, each) for each in (chosen.concurrency, *_SLOTS)))


def _fit(files: ModelFiles, request: int, usual: int, slots: int) -> Fit:
    """One request may have the longest prompt and answer while the others have usual answers."""
    context = math.ceil((request + (slots - 1) * usual) / _STEP) * _STEP
    computed = _COMPUTED_FOR_PICTURES if files.projector else _COMPUTED
    return Fit(context, slots, files.size + context * files.header.bytes_per_token + computed)

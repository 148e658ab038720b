"""How much context and how many requests at once fit an embedded model, the data set and the memory."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from errors import UserError
from llm.embedded import Demand
from llm.embedded.files import ModelFiles
from llm.embedded.picking import GB

# Numbers of requests at once that are tried. Requests share one cache, so an idle one costs little.
_SLOTS = (8, 4, 2, 1)
# Tokens of an answer: the limit if the settings have none, and a length that few answers exceed.
_LONGEST_ANSWER, _USUAL_ANSWER = 2048, 512
# Estimated tokens are multiplied by this, because the tokens of some models are shorter.
_SPARE = 1.25
_STEP = 256
# Bytes for llama.cpp itself and its buffers, which are larger with pictures. A model of 1.5 billion weights
# took 670 MB.
_COMPUTED, _COMPUTED_FOR_PICTURES = 700_000_000, 1_000_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """The context in tokens that all requests share, how many there are at once, and the memory in bytes.

    `may_reason` is whether a stage lets the model reason.
    """

    context: int
    slots: int
    memory: int
    may_reason: bool

    def __str__(self) -> str:
        at_once = "1 request" if self.slots == 1 else f"{self.slots} requests at once"
        return f"context of {self.context:,} tokens for {at_once}, about {self.memory / GB:.1f} GB"


def fit(files: ModelFiles, demands: Sequence[Demand], card: float, computer: float) -> Fit:
    """The most requests at once for which there is room, with what all stages ask that share the model.

    `card` and `computer` are bytes of free memory; what does not go onto the card is computed beside it.
    Raises UserError where the model does not fit at all.
    """
    trained = files.header.number("context_length")
    prompt, request = max(each.prompt for each in demands), max(map(_tokens_of_request, demands))
    if trained and request > trained:
        if prompt > trained:
            raise UserError(
                f"{files.name} reads {trained:,} tokens, and the longest prompt has about {prompt:,}: take a "
                "model with a longer context, or a shorter template"
            )
        request = trained
    usual = min(request, round(prompt * _SPARE) + _USUAL_ANSWER)
    may_reason = any(each.settings.reasoning != "off" for each in demands)
    computed = _COMPUTED_FOR_PICTURES if files.projector else _COMPUTED
    for room in (card, card + computer):
        for slots in _numbers_of_slots(demands):
            # One request may have the longest prompt and answer while the others have usual answers.
            context = math.ceil((request + (slots - 1) * usual) / _STEP) * _STEP
            memory = files.size + context * files.header.bytes_per_token + computed
            if memory <= room:
                return Fit(context, slots, memory, may_reason)
    raise UserError(
        f"{files.name} takes about {memory / GB:.1f} GB of memory, and {room / GB:.1f} GB are free: "
        "close other programs, or take a smaller model"
    )


def _tokens_of_request(demand: Demand) -> int:
    chosen = demand.settings
    if chosen.context != "auto":
        return chosen.context
    return round(demand.prompt * _SPARE) + (chosen.max_tokens or _LONGEST_ANSWER)


def _numbers_of_slots(demands: Sequence[Demand]) -> Iterable[int]:
    """How many requests at once are tried, the most first."""
    chosen = [each.settings.concurrency for each in demands]
    most = max(_SLOTS[0] if each == "auto" else each for each in chosen)
    return dict.fromkeys(min(most, each) for each in (most, *_SLOTS))

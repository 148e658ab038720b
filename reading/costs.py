"""An estimate of the requests and tokens of a second reading, before it."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from english import amount
from llm.prompts import estimated_prompt_tokens
from reading.examination import pairs
from reading.memory import JUDGES, Judges
from reading.questions import EXAMPLES, FORMS, LIST, WORDING

# The number of tags that the rules usually fail to find in a long caption.
_USUAL_TAGS = 10
# In tokens: a question with a caption of sixty words, and its answer.
_QUESTION = 150
# With fewer captions than these, the examination of a model would take longer than they do.
_FEWEST_CAPTIONS = 100


def costs(folder: Path, model: str, mode: str, captions: int) -> str:
    """One sentence with what reading may take in a run over this many captions.

    Raises UserError where a file of earlier examinations cannot be used.
    """
    certificate = Judges(folder / JUDGES).get(model, WORDING)
    if certificate is None and not is_worth_examining(mode, captions):
        return (
            f"No caption is read a second time: {model} would have to be examined for that, which a run "
            f"of fewer than {_FEWEST_CAPTIONS} captions does only with reading = always."
        )
    forms = list(FORMS) if certificate is None else list(certificate.forms)
    if not forms:
        return (
            f"No caption is read a second time: {model} failed its examination (delete it from {JUDGES} to "
            "examine it again)."
        )
    requests, tokens = _of_caption(forms)
    which = (
        "each caption that seems to miss tags" if mode == "always" else "each caption that would be repaired"
    )
    once = "" if certificate is not None else f", and once {_of_examination()} to examine the model"
    return (
        f"With reading = {mode}, {which} takes about {amount(requests, 'further short request')} with "
        f"{tokens:,} tokens{once}."
    )


def is_worth_examining(mode: str, captions: int) -> bool:
    """Whether a model that was not examined yet is to be."""
    return mode == "always" or captions >= _FEWEST_CAPTIONS


def _of_caption(forms: Sequence[str]) -> tuple[int, int]:
    """How many requests and tokens the reading of one caption may take."""
    requests = [1 if form == LIST else _USUAL_TAGS for form in forms]
    tokens = [count * _tokens_of_request(form) for count, form in zip(requests, forms, strict=True)]
    # Which form a model gets is not known before its examination, so the most expensive one is assumed.
    return max(requests), max(tokens)


def _tokens_of_request(form: str) -> int:
    return estimated_prompt_tokens("".join(message.text for message in EXAMPLES[form])) + _QUESTION


def _of_examination() -> str:
    requests = len(pairs()) * len(FORMS)
    tokens = len(pairs()) * sum(map(_tokens_of_request, FORMS))
    return f"{requests} with {tokens:,}"

"""Whether a model can tell what a caption says, and asked in which form: it is examined once.

It is asked about the pairs of examination.txt, whose right answers are known, in one form after the other.
The first form with nearly all answers right is used from then on; otherwise the best form that passes the
bar, or two forms that have to agree. The answers of a model that passes in no form are not used. How many
requests and tokens this and the reading of captions may take is estimated before.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import NamedTuple

from english import amount
from errors import ExcludedError, ItemError
from llm.picture_requests import Requests
from llm.prompts import estimated_prompt_tokens
from reading.memory import JUDGES, Certificate, Judges
from reading.questions import EXAMPLES, FORMS, LIST, PROBABILITY, WORDING
from tags.spelling import canonical

AGREEMENT = "two of these forms agreeing"

# The bar: so large a share of all pairs has to be right, and of those said as of those not said. Somebody who
# guesses reaches the first with 46 pairs in one try of ten thousand.
_BAR, _BAR_OF_EACH = 0.78, 0.65
# With such a share right, no further form is tried.
GOOD_ENOUGH = 0.9
# After the first number of pairs, a form with a smaller share right than the second is given up.
_TRIED, _HOPELESS = 16, 0.6
_EVEN = 0.5
# The tags of other pairs that stand in a list beside the one that counts.
_OTHERS_IN_A_LIST = 3

# The number of tags that the rules usually fail to find in a long caption.
_USUAL_TAGS = 10
# In tokens: a question with a caption of sixty words, and its answer.
_QUESTION = 150
# With fewer captions than these, the examination of a model would take longer than they do.
_FEWEST_CAPTIONS = 100

_FILE = Path(__file__).with_name("examination.txt")


class Pair(NamedTuple):
    """A tag, a caption, and whether the caption says the tag."""

    tag: str
    caption: str
    is_said: bool


@cache
def pairs() -> Sequence[Pair]:
    """The pairs that ship, in lines of the form `yes | tag | caption`."""
    lines = _FILE.read_text(encoding="utf-8").splitlines()
    fields = [[field.strip() for field in line.split("|")] for line in lines]
    return [Pair(canonical(tag), caption, label == "yes") for label, tag, caption in fields]


class Examination:
    """The examination of one model. What was answered is kept, so it can go on after it was broken off."""

    def __init__(self) -> None:
        # For each form the probability of yes, pair by pair; None where the answer could not be used.
        self._answers: dict[str, list[float | None]] = {form: [] for form in FORMS}
        self._given_up: set[str] = set()

    async def finish(self, requests: Requests) -> Certificate:
        """Ask whatever is still to be asked.

        Raises ItemError where a request failed that may succeed later, and what `requests` raises otherwise.
        """
        for form in FORMS:
            await self._ask_in(form, requests)
            if self._is_finished(form) and self._count_right(self._method(form)) >= GOOD_ENOUGH * len(
                pairs()
            ):
                break
        finished = [form for form in FORMS if self._is_finished(form)]
        methods = [self._method(form) for form in finished]
        if len(methods) > 1:
            methods.append({form: threshold for each in methods for form, threshold in each.items()})
        passed = [each for each in methods if self._passes(each)]
        # If two are equally good, the first one is kept, because it takes fewer requests.
        best = max(passed, key=self._count_right, default={})
        right = {name_of(each): self._count_right(each) for each in methods}
        return Certificate(best, right, len(pairs()), WORDING, date.today().isoformat())

    def _is_finished(self, form: str) -> bool:
        return form not in self._given_up and len(self._answers[form]) == len(pairs())

    async def _ask_in(self, form: str, requests: Requests) -> None:
        answers = self._answers[form]
        while len(answers) < len(pairs()) and form not in self._given_up:
            try:
                answers.append(await _ask(form, len(answers), requests))
            except ExcludedError:
                raise
            except ItemError as error:
                if error.passing:
                    raise
                answers.append(None)
            if self._is_hopeless(form):
                self._given_up.add(form)

    def _is_hopeless(self, form: str) -> bool:
        """Whether a form is not worth more requests: the first answer is of no use, or most are wrong."""
        answers = self._answers[form]
        if answers == [None]:
            return True
        return len(answers) >= _TRIED and self._count_right(self._method(form)) < _HOPELESS * len(answers)

    def _method(self, form: str) -> Mapping[str, float]:
        """A form, with the threshold by which most of its answers are right."""
        if form != PROBABILITY:
            return {form: _EVEN}
        known = sorted({each for each in self._answers[form] if each is not None})
        between = [(low + high) / 2 for low, high in pairwise(known)]
        thresholds = [_EVEN, *between]
        best = max(thresholds, key=lambda each: (self._count_right({form: each}), -abs(each - _EVEN)))
        return {form: round(best, 3)}

    def _verdicts(self, method: Mapping[str, float]) -> list[bool | None]:
        """For each pair whether it is said by this method; None without an answer."""
        columns = zip(*(self._answers[form] for form in method), strict=True)
        return [
            None if None in column else is_said(dict(zip(method, column, strict=True)), method)
            for column in columns
        ]

    def _count_right(self, method: Mapping[str, float]) -> int:
        return sum(self._right_of(method, said) for said in (True, False))

    def _right_of(self, method: Mapping[str, float], said: bool) -> int:
        return sum(
            verdict is said and pair.is_said is said
            for pair, verdict in zip(pairs(), self._verdicts(method), strict=False)
        )

    def _passes(self, method: Mapping[str, float]) -> bool:
        if self._count_right(method) < _BAR * len(pairs()):
            return False
        return all(
            self._right_of(method, said) >= _BAR_OF_EACH * sum(pair.is_said is said for pair in pairs())
            for said in (True, False)
        )


def is_said(probabilities: Mapping[str, float], method: Mapping[str, float]) -> bool:
    """Whether a tag counts as said: by the one form of a method, or by two of its forms."""
    votes = sum(probabilities[form] >= threshold for form, threshold in method.items())
    return votes >= min(2, len(method))


def name_of(method: Mapping[str, float]) -> str:
    """What a method is called where people read it."""
    return next(iter(method)) if len(method) == 1 else AGREEMENT


async def _ask(form: str, at: int, requests: Requests) -> float:
    """The probability of yes for one pair."""
    pair, tags = pairs()[at], {pairs()[at].tag: ""}
    if form == LIST:
        step = len(pairs()) // (_OTHERS_IN_A_LIST + 1) // 2 * 2
        others = [
            pairs()[(at + step * count) % len(pairs())].tag for count in range(1, _OTHERS_IN_A_LIST + 1)
        ]
        place = at // 2 % (_OTHERS_IN_A_LIST + 1)
        tags = dict.fromkeys([*others[:place], pair.tag, *others[place:]], "")
    return (await FORMS[form](pair.caption, tags, requests))[pair.tag].probability


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

"""Recognizing an answer that copies from the prompt: from an example's answer, or from the instructions.

Small models do. "Alice sits on a branch" is no caption of a picture whose tags have neither Alice nor a
branch, but it is one of the examples of a template. What the last message of the prompt says itself, such as
a draft, may come back word for word.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from english import stem
from llm.replies.text import words

# In words: a run that two texts on different pictures do not share by chance.
_RUN_OF_EXAMPLE, _RUN_OF_INSTRUCTIONS = 7, 8
# At least this many words of a run must not be of this picture, as two girls may have "long silver hair".
_FEWEST_FOREIGN = 2
_SHORTEST_TELLING = 4
_CAPITALIZED = re.compile(r"(?<![.!?:] )(?<!^)(?<![\w-])(?!The\b)[A-Z][\w'’-]{2,}")

Run = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Prompted:
    """The texts of a prompt: its instructions, questions and answers of its examples, and what is asked."""

    instructions: str = ""
    examples: tuple[tuple[str, str], ...] = ()
    asked: str = ""

    @classmethod
    def by(cls, messages: Sequence[tuple[str, str]]) -> Prompted:
        """The texts of a prompt, from the role and the text of each message; the last one is the question."""
        *before, (_, asked) = messages
        instructions = "\n".join(text for role, text in before if role == "system")
        turns = [(role, text) for role, text in before if role != "system"]
        examples = tuple(
            (question, answer) for (_, question), (role, answer) in pairwise(turns) if role == "assistant"
        )
        return cls(instructions, examples, asked)


def copies(text: str, prompted: Prompted) -> bool:
    """Whether an answer repeats an example or the instructions of its prompt."""
    said = words(text)
    lower = [word.lower() for word in said]
    runs = frozenset(_runs(lower, _RUN_OF_EXAMPLE))
    return _copies_an_example(said, runs, prompted) or (
        # A longer run of the instructions begins with a shorter one.
        not runs.isdisjoint(_of_instructions(prompted.instructions, _RUN_OF_EXAMPLE))
        and _copies_instructions(lower, prompted)
    )


def _copies_an_example(said: Sequence[str], runs: frozenset[Run], prompted: Prompted) -> bool:
    """Whether an answer has a name of an example, or a long run of words that is not about this picture."""
    if not prompted.examples:
        return False
    of_answers, names = _of_examples(prompted.examples)
    named, copied = names.intersection(said), of_answers & runs
    if not (named or copied):
        return False
    own = frozenset(stem(word.lower()) for word in words(prompted.asked))
    return any(stem(name.lower()) not in own for name in named) or any(
        sum(_is_foreign(word, own) for word in run) >= _FEWEST_FOREIGN for run in copied
    )


def _copies_instructions(lower: Sequence[str], prompted: Prompted) -> bool:
    """Whether an answer has a long run of words of the instructions that the question does not have too."""
    known = _of_instructions(prompted.instructions, _RUN_OF_INSTRUCTIONS)
    shared = known.intersection(_runs(lower, _RUN_OF_INSTRUCTIONS))
    return bool(shared) and not shared.issubset(_runs(words(prompted.asked.lower()), _RUN_OF_INSTRUCTIONS))


def _is_foreign(word: str, own: frozenset[str]) -> bool:
    return len(word) >= _SHORTEST_TELLING and stem(word) not in own


# All pictures of a run share their examples and instructions.
@lru_cache(maxsize=8)
def _of_examples(examples: tuple[tuple[str, str], ...]) -> tuple[frozenset[Run], frozenset[str]]:
    """The runs of words of all answers, and the names that question and answer of an example have."""
    runs = frozenset(run for _, answer in examples for run in _runs(words(answer.lower()), _RUN_OF_EXAMPLE))
    names = frozenset(
        name
        for question, answer in examples
        for name in _CAPITALIZED.findall(answer)
        if name.lower() in words(question.lower())
    )
    return runs, names


@lru_cache(maxsize=8)
def _of_instructions(text: str, length: int) -> frozenset[Run]:
    return frozenset(_runs(words(text.lower()), length))


def _runs(lower: Sequence[str], length: int) -> Iterator[Run]:
    """Each run of `length` words."""
    return zip(*(lower[at:] for at in range(length)), strict=False)

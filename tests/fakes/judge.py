"""A model that is asked what captions say, as the fake endpoint plays it."""

from __future__ import annotations

import math
import re
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

from reading.examination import pairs
from tags.spelling import words
from tests.fakes.answers import Json, completion
from tests.fakes.faults import Exchange

_CAPTION = re.compile(r"\ACaption: (.*?)\n\n(.*)", re.DOTALL)
_NAME = re.compile(r'"(.+?)"')
_LINE = re.compile(r"^\d+\. (.*?)(?: \(.*\))?$", re.MULTILINE)

Opinion = Callable[[str, str], float]
"""How probable a model finds it that a caption says a tag, which is given in words."""


def knows(*said: tuple[str, str]) -> Opinion:
    """Somebody who knows the pairs of the examination, and these captions with tags that they say."""
    known = {(pair.caption, words(pair.tag)) for pair in pairs() if pair.is_said} | set(said)
    return lambda caption, tag: 0.9 if (caption, tag) in known else 0.1


def says_yes(caption: str, tag: str) -> float:
    """Somebody who says yes to everything."""
    return 0.9


def quotes_first_sentence(caption: str, tag: str) -> str:
    """Words that stand in the caption, whatever the tag."""
    return caption.partition(".")[0]


@dataclass(slots=True)
class Judge:
    """Answers each form of question by an opinion of its own; other requests get the next of `captions`."""

    quotes: Opinion
    lists: Opinion
    probabilities: Opinion | None
    quote: Callable[[str, str], str] = quotes_first_sentence
    captions: deque[str] = field(default_factory=deque)
    questions: list[str] = field(default_factory=list)

    def send(self, exchange: Exchange) -> None:
        """Answer one request."""
        body = exchange.request.body
        found = _CAPTION.match(body["messages"][-1]["content"])
        if found is None:
            exchange.answer(200, completion(body, self.captions.popleft()))
            return
        caption, question = found.groups()
        self.questions.append(f"{caption} | {question}")
        exchange.answer(200, self._answer(body, caption, question))

    def _answer(self, body: Json, caption: str, question: str) -> Json:
        if "every line" in question:
            tags = _LINE.findall(question)
            said = ("yes" if self.lists(caption, tag) > 0.5 else "no" for tag in tags)
            return completion(body, "\n".join(f"{at}. {each}" for at, each in enumerate(said, start=1)))
        [tag] = _NAME.findall(question)
        if "Copy" in question:
            is_said = self.quotes(caption, tag) > 0.5
            return completion(body, f'"{self.quote(caption, tag)}"' if is_said else "NOT SAID")
        answer = completion(body, "yes")
        if body.get("logprobs") and self.probabilities is not None:
            yes = self.probabilities(caption, tag)
            told = {"yes": 0.6 * yes, " Yes": 0.3 * yes, "no": 0.9 * (1 - yes), "The": 0.1}
            top = [{"token": token, "logprob": math.log(each)} for token, each in told.items()]
            answer["choices"][0]["logprobs"] = {"content": [{**top[0], "top_logprobs": top}]}
        return answer


def good_judge(*said: tuple[str, str]) -> Judge:
    """One that is right in every form."""
    return Judge(knows(*said), knows(*said), knows(*said))

"""Turns template files into chat messages, and estimates how many tokens a model reads of them."""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from hashlib import blake2b
from pathlib import Path
from typing import Any, Literal

from jinja2 import Template, TemplateError, TemplateSyntaxError

from decoding import read_edited, text_of_edited
from english import did_you_mean, estimated_tokens
from errors import ItemError, UserError
from llm import sandbox
from llm.rendering import Budget

Role = Literal["system", "user", "assistant"]
# Computing in a template with values of another kind than its author expected may raise any of these.
_FAILURES = (
    *(TemplateError, ArithmeticError, AssertionError, AttributeError, LookupError, RecursionError),
    *(TypeError, ValueError),
)
# In bytes. Real templates are far shorter, and a huge file would take long to read.
_LARGEST_FILE = 100_000
# Seconds of the processor for one prompt; real templates take some thousandths of one.
_SLOW, _MOST_SLOW = 0.3, 5
# The mean length of a token of an English prompt in characters; a little low, so that estimates are high.
CHARACTERS_PER_TOKEN = 3.5
# For many vision models a patch of 28 by 28 pixels is a token; others use fewer tokens for a picture.
_PIXELS_PER_TOKEN = 28 * 28
# What stood for the values in the templates of tag-based-image-captioning.
_OLD_MARKS = re.compile(r"<(?:tags|tag_descriptions|description|tag|wiki)>")
# A message without any of these is text that no value changes.
_SYNTAX = ("{{", "{%", "{#")
_ROLE_LINE = re.compile(r"^\[(system|user|assistant)\][ \t]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Message:
    """One chat message; `picture` is a data URL that goes before the text."""

    role: str
    text: str
    picture: str | None = None

    def as_json(self) -> dict[str, Any]:
        """The message in the form of the chat completions protocol."""
        if self.picture is None:
            return {"role": self.role, "content": self.text}
        image = {"type": "image_url", "image_url": {"url": self.picture}}
        return {"role": self.role, "content": [image, {"type": "text", "text": self.text}]}


def with_picture(messages: Sequence[Message], mime: str, data: bytes) -> list[Message]:
    """The messages, with a picture in the last one."""
    url = f"data:{mime};base64,{base64.b64encode(data).decode('ascii')}"
    return [*messages[:-1], replace(messages[-1], picture=url)]


def with_request(messages: Sequence[Message], request: str) -> list[Message]:
    """The messages, with a further request at their end, so that servers can reuse all that is before it."""
    return [*messages[:-1], replace(messages[-1], text=f"{messages[-1].text}\n\n{request}")]


def question_in_shape(roles: Sequence[str], question: str) -> list[Message]:
    """A short prompt whose messages have these roles, and whose last one asks a question.

    Some models refuse the role of the system, or messages that do not take turns.
    """
    words = {"system": "Answer with one word.", "user": "Are you there?", "assistant": "Yes."}
    return [*(Message(role, words[role]) for role in roles[:-1]), Message("user", question)]


class Prompt:
    """A template file, which is read and checked once and rendered for each picture or tag.

    `uses` are the names of the variables that occur in it, and `text` is all of it as it was written.
    """

    def __init__(self, path: Path, variables: Sequence[str]) -> None:
        """Read the template at `path`, which may use `variables`; raises UserError with the line at fault."""
        self.path = path
        self._variables = variables
        self.uses: set[str] = set()
        self.text = _read(path)
        self._slow = 0
        self._messages: list[tuple[Role, Template | str]] = [
            (role, self._piece(text, line, variables)) for role, text, line in _messages(self.text)
        ]
        if not self._messages:
            raise UserError(f"the template {path} is empty: write what the model should do")
        if self._messages[-1][0] != "user":
            raise UserError(
                f"the template {path} must end with a [user] message, which the model then answers"
            )

    @property
    def roles(self) -> list[str]:
        """The roles of its messages, in their order."""
        return [role for role, _ in self._messages]

    def refuse_sameness(self) -> None:
        """Raise UserError for a template without a variable, which asks the same of every picture or tag."""
        if not self.uses:
            marks = _OLD_MARKS.findall(self.text)
            older = f"; {marks[0]} is of an older script: see python caption.py --import-old" if marks else ""
            fill_in = " or ".join(f"{{{{ {name} }}}}" for name in self._variables[:2])
            raise UserError(
                f"the template {self.path} uses no variable, so each prompt would be the same: "
                f"write {fill_in} into it{older}"
            )

    def messages(self, values: Mapping[str, object]) -> list[Message]:
        """The chat messages for these values; values are data, and never read as a template.

        Raises ItemError where the template cannot be computed with these values, and UserError where that
        has taken long again and again.
        """
        budget = Budget()
        try:
            rendered = [
                Message(role, piece if isinstance(piece, str) else sandbox.render(piece, values, budget))
                for role, piece in self._messages
            ]
        except _FAILURES as error:
            self._refuse_slow(budget)
            line = sandbox.line_of(error)
            place = f"{self.path}, line {line}," if line else self.path
            message = f"the template {place} fails: {' '.join(str(error).split()).rstrip('.')}"
            raise ItemError("template fails", message) from error
        self._refuse_slow(budget)
        if not rendered[-1].text:
            raise ItemError("template fails", f"the template {self.path} asks nothing with these values")
        return [message for message in rendered if message.text]

    def _refuse_slow(self, budget: Budget) -> None:
        """Raise UserError for a template that would keep a run waiting for hours."""
        self._slow += budget.has_taken(_SLOW)
        if self._slow >= _MOST_SLOW:
            raise UserError(
                f"the template {self.path} took more than {_SLOW:g} seconds {_MOST_SLOW} times, "
                "which is too long for a whole data set: make its loops shorter"
            )

    def _piece(self, text: str, line: int, variables: Sequence[str]) -> Template | str:
        """A message as it is rendered: a template, or the text itself, as of most examples."""
        if not any(mark in text for mark in _SYNTAX):
            return text.strip()
        try:
            # With as many empty lines before it as there are in the file, errors name the right line.
            used, template = sandbox.ready("\n" * (line - 1) + text)
            for name, place in used:
                if name not in variables:
                    guess = did_you_mean(name, variables)
                    message = f"there is nothing called {name} to fill in; {guess}"
                    raise TemplateSyntaxError(message, place)
                self.uses.add(name)
            return template
        except TemplateSyntaxError as error:
            what = str(error.message).rstrip(".")
            raise UserError(f"the template {self.path}, line {error.lineno}: {what}") from error
        except (TemplateError, RecursionError, SyntaxError, ValueError, MemoryError) as error:
            # Too deeply nested for Python's own compiler, or a number of too many digits.
            message = f"the template {self.path} cannot be read ({error}): make it simpler"
            raise UserError(message) from error


def _read(path: Path) -> str:
    named = f"the template {path}"
    try:
        return text_of_edited(read_edited(path, _LARGEST_FILE, named, "make it shorter"), named)
    except FileNotFoundError:
        shipped = sorted(each.name for each in path.parent.glob("*.txt"))
        there = f"; there are {', '.join(shipped)}" if shipped else ""
        raise UserError(f"{named} does not exist: correct prompt_template_file{there}") from None


def _messages(text: str) -> list[tuple[Role, str, int]]:
    """Role, text and first line of each message; a file without role lines is one user message."""
    before, *rest = _ROLE_LINE.split(text)
    pieces: list[tuple[Role, str, int]] = []
    line = 1
    for role, piece in zip(("user", *rest[::2]), (before, *rest[1::2]), strict=True):
        if piece.strip():
            pieces.append((role, piece, line))  # type: ignore[arg-type]
        line += piece.count("\n")
    return pieces


def fingerprint(model: str, messages: Sequence[Message]) -> str:
    """A digest of the model and the texts of the messages, which tells whether a result is up to date.

    Pictures are left out.
    """
    parts = [model, *(part for message in messages for part in (message.role, message.text))]
    return blake2b("\0".join(parts).encode("utf-8", "replace"), digest_size=8).hexdigest()


def estimated_prompt_tokens(text: str) -> int:
    """About how many tokens a model reads in the text of a prompt."""
    return estimated_tokens(text, CHARACTERS_PER_TOKEN)


def estimated_picture_tokens(width: int, height: int) -> int:
    """About how many tokens a model reads in a picture."""
    return round(width * height / _PIXELS_PER_TOKEN)

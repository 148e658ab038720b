"""What the rest of the program knows of a server: its program, its models, and how it wants to be asked."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar, Literal

from llm.listings import Model, text, usual_models

Reasoning = Literal["off", "low", "on"]
Fields = Mapping[str, object]
Ask = Callable[..., Awaitable[object]]
"""The JSON at a place relative to the url of a server, None if there is none; a question makes it a POST."""

EFFORT: Mapping[Reasoning, Fields] = {
    "off": {"reasoning_effort": "none"},
    "low": {"reasoning_effort": "low"},
    "on": {},
}

TEMPLATE: Mapping[Reasoning, Fields] = {
    "off": {"chat_template_kwargs": {"enable_thinking": False}},
    "low": {"chat_template_kwargs": {"enable_thinking": True}},
    "on": {"chat_template_kwargs": {"enable_thinking": True}},
}
SWITCH: Mapping[Reasoning, Fields] = {
    "off": {"enable_thinking": False},
    "low": {"enable_thinking": True},
    "on": {"enable_thinking": True},
}


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A server's program, its models, and how many requests it works on at once, None if it does not say."""

    program: Program
    models: Sequence[Model] = ()
    slots: int | None = None

    def model(self, name: str) -> Model | None:
        """The model that a request for this name gets, by the list of the server."""
        return next((model for model in self.models if model.is_called(name)), None)

    def answering(self, asked: str, reported: str) -> str:
        """The model that answered a request for one, by the name in the answer, "" if there is none.

        A server that repeats a name which it does not list may have answered with another model: that is
        said behind the name.
        """
        name = reported or asked
        if name != asked or not self.models or self.model(asked):
            return name
        only = f"the server lists only {self.models[0].name}"
        return f"{name} ({only if len(self.models) == 1 else 'not in the list of the server'})"


class Program:
    """Any server that speaks the protocol; the subclasses know more about theirs.

    `ports` are those that it listens on unless told otherwise; one that `owns_port` is taken to be what
    listens there. `answers_any_name`: whether a request for a model that it does not have is answered by
    one that it has. `has_no_other`: whether it answers no model but those that it lists. `owner` is who owns
    the models in its list, and `header` the name and the beginning of a header that only it sends.
    `get_a_model`, `get_a_seer` and `longer_context` tell a user what to do.
    """

    name: ClassVar[str] = ""
    ports: ClassVar[tuple[int, ...]] = ()
    owns_port: ClassVar[bool] = False
    answers_any_name: ClassVar[bool] = False
    has_no_other: ClassVar[bool] = False
    get_a_model: ClassVar[str] = "load a model in it"
    get_a_seer: ClassVar[str] = "load a vision model such as Qwen3.5 9B"
    longer_context: ClassVar[str] = "load the model with a longer context"
    owner: ClassVar[str] = ""
    header: ClassVar[tuple[str, str]] = ("", "")
    reasoning: ClassVar[tuple[Mapping[Reasoning, Fields], ...]] = (EFFORT,)

    def has_listed(self, listed: Sequence[object], headers: Mapping[str, str]) -> bool:
        """Whether the rows of GET /models are this program's; names of headers are in lower case."""
        name, begin = self.header
        is_owner = bool(self.owner) and any(text(row, "owned_by") == self.owner for row in listed)
        return is_owner or (name in headers and headers[name].startswith(begin))

    async def catalogue(self, ask: Ask, listed: Sequence[object]) -> Catalogue:
        """Its models, from the rows of GET /models and its own routes."""
        return Catalogue(self, usual_models(listed))

    def reasoning_fields(self, wanted: Reasoning, model: Model) -> Fields:
        """The fields of a request that turn the reasoning of a model off, down or on."""
        if model.reasons is False:
            return {}
        return {name: value for form in self.reasoning for name, value in form[wanted].items()}

"""The requests for one picture, and what they take together."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, TypeVar

from llm.answers import Reply, Usage
from llm.prompts import Message
from llm.replies import Form

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

Result = TypeVar("Result")
Written = TypeVar("Written", str, dict[str, str])
Admit = Callable[..., object]
"""Raises ExcludedError where a picture must not be sent, by its tags and by texts about it."""


class Requests:
    """Sends the requests for one picture and adds up what they cost.

    `admit` is called before each request, and with each text that the model has written in the `form`.
    """

    def __init__(self, endpoint: Endpoint, admit: Admit, form: Form | None = None) -> None:
        self._endpoint = endpoint
        self._admit = admit
        self._form = form or Form()
        self.usage = Usage()
        self.seconds = 0.0
        self.model = endpoint.model

    async def write(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply, Form], Written],
        *,
        extra_fields: Mapping[str, object] | None = None,
        retries: int | None = None,
        attempt: int = 0,
    ) -> Written:
        """Like `send`, for one or several texts that have the form.

        Raises ExcludedError where they exclude the picture.
        """
        written = await self.send(
            messages,
            lambda reply: accept(reply, self._form),
            extra_fields=extra_fields,
            retries=retries,
            attempt=attempt,
        )
        # It is judged at once, because the next request may contain this text.
        self._admit(*([written] if isinstance(written, str) else written.values()))
        return written

    async def send(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply], Result],
        *,
        extra_fields: Mapping[str, object] | None = None,
        retries: int | None = None,
        attempt: int = 0,
    ) -> Result:
        """The result of `Endpoint.ask`, which raises what this raises; its cost is added."""
        answer = await self._endpoint.ask(
            messages,
            accept,
            retries=retries,
            attempt=attempt,
            extra_fields=extra_fields,
            may_send=self._admit,
        )
        self.usage += answer.usage
        self.seconds += answer.seconds
        self.model = answer.model
        return answer.result

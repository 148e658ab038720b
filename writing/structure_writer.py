"""Has a model write captions that are a structure.

It is asked by a JSON schema, where the server knows that, and by words. What it answers is held to the rules
of the structure and to the tags, and asked for once more where something is wrong. Where that does not help,
what is made from the tags alone stands in, unless [Interpreter] floor says otherwise.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from errors import ExcludedError, ItemError
from llm.answers import Reply
from llm.picture_requests import Admit, Requests
from llm.prompts import Message, with_request
from llm.replies import Form, clean
from llm.replies.copies import Prompted
from settings import InterpreterSettings
from styling.forms import CAPTION, Forms
from styling.structures import STRUCTURES
from tags.spelling import words
from writing import variants
from writing.floor import SPOILED_ANSWERS, note_on_draft
from writing.judging import Judgement, PictureTags, judge
from writing.structure_tasks import TASKS
from writing.writer import Captions

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

_NOT_THE_FORM = "not the form asked for"


@dataclass(frozen=True, slots=True)
class _Made:
    """A caption, what is wrong with its structure, and what the check makes of what it says."""

    caption: str
    faults: Sequence[str]
    judged: Judgement

    @property
    def rank(self) -> tuple[float, ...]:
        """The rank, which is higher for a better caption."""
        return -len(self.faults), *self.judged.rank

    @property
    def wrong(self) -> list[str]:
        """What to tell the model of it."""
        leaked = (f"it must not say {trait}" for trait in self.judged.leaked)
        unnamed = (f"it does not name {words(name)}" for name in self.judged.unnamed)
        said = (fault.message.rstrip(".") for fault in self.judged.coverage.faults)
        return [*self.faults, *leaked, *unnamed, *said]


class StructuredWriter:
    """Writes structured captions with the model of one endpoint."""

    def __init__(self, settings: InterpreterSettings, forms: Forms, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._task = TASKS[forms.style.structure]
        self._structure = STRUCTURES[forms.style.structure]
        self._form = Form(language=settings.language, one_line=False, plain_text=False)
        self._is_checked = settings.may_be_english and not self._structure.is_tags

    async def write(self, messages: Sequence[Message], picture: PictureTags, admit: Admit) -> Captions:
        """The caption of one picture; raises ItemError where the model gives none that can be used."""
        form = replace(self._form, prompted=Prompted.by([(each.role, each.text) for each in messages]))
        requests = Requests(self._endpoint, admit, form)
        from_tags = self._judged(self._task.from_tags(picture, picture.draft), [], picture)
        request = self._task.request(picture)
        if not request:
            return self._answer(from_tags, picture, requests)
        asked = with_request(messages, request)
        try:
            made, repaired = await self._ask(asked, picture, requests), False
        except ItemError as error:
            if not picture.draft or error.reason not in (_NOT_THE_FORM, *SPOILED_ANSWERS):
                raise
            return self._answer(from_tags, picture, requests, floor=f"is not right: {error}")
        for attempt in range(1, self._settings.repairs + 1):
            if made.wrong and not repaired:
                again = await self._ask_again(asked, made, picture, requests, attempt)
                made, repaired = (again, True) if again and again.rank > made.rank else (made, False)
        # XML is made of what is right in an answer.
        is_broken = bool(made.faults) and not self._structure.is_tags
        is_worse = made.judged.spoils > from_tags.judged.spoils
        if is_broken and not picture.draft:
            raise ItemError(_NOT_THE_FORM, f"the answer is not as asked for: {'; '.join(made.faults)}")
        if picture.draft and (is_broken or is_worse):
            return self._answer(from_tags, picture, requests, floor=f"is not right: {made.wrong[0]}")
        return self._answer(made, picture, requests, repaired=repaired)

    def _judged(self, caption: str, faults: Sequence[str], picture: PictureTags) -> _Made:
        if self._is_checked:
            return _Made(caption, faults, judge(self._structure.said_in(caption), picture))
        # Without a check, all tags count as said.
        return _Made(caption, faults, judge("", replace(picture, said_beside=frozenset(picture.tags))))

    async def _ask(
        self, asked: Sequence[Message], picture: PictureTags, requests: Requests, **how: int
    ) -> _Made:
        """What the model answers; `how` are numbers of tries as `Requests.write` takes them."""
        fields = variants.response_format("caption", self._task.schema(picture))
        text = await requests.write(asked, _object_in, extra_fields=fields, **how)
        caption, faults = self._task.read(json.loads(text), picture)
        return self._judged(caption, faults, picture)

    async def _ask_again(
        self, asked: Sequence[Message], made: _Made, picture: PictureTags, requests: Requests, attempt: int
    ) -> _Made | None:
        """The next answer of the model, after it was told what is wrong; None where it gives none."""
        correction = (
            f"This is not right: {'; '.join(made.wrong)}. Write the whole JSON object again so that it is "
            "right and the rest stays."
        )
        turns = [*asked, Message("assistant", made.caption), Message("user", correction)]
        try:
            return await self._ask(turns, picture, requests, retries=0, attempt=attempt)
        except ExcludedError:
            raise
        except ItemError:
            return None

    def _answer(
        self,
        made: _Made,
        picture: PictureTags,
        requests: Requests,
        *,
        repaired: bool = False,
        floor: str = "",
    ) -> Captions:
        coverage = made.judged.coverage
        details: dict[str, object] = {
            "coverage": round(coverage.score, 3),
            "missed": list(coverage.missed),
            "faults": [fault.message for fault in coverage.faults],
            "repaired": repaired,
            **({"floor": floor} if floor else {}),
        }
        notes = list(made.judged.notes(self._settings.min_coverage))
        if floor:
            notes.append(note_on_draft(floor))
        return Captions({CAPTION: made.caption}, details, notes, requests)


def _object_in(reply: Reply, form: Form) -> str:
    """The JSON object in a reply, which may have text around it; raises ItemError where there is none."""
    text = clean(reply.text, reply.finish_reason, form)
    try:
        return json.dumps(variants.first_object_in(text), ensure_ascii=False)
    except ValueError as error:
        raise ItemError(_NOT_THE_FORM, "the answer is no JSON object; use a larger model") from error

"""Has a model write the captions of one picture, the first of which is then checked and improved."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING

from errors import ExcludedError, ItemError, Problem
from llm.answers import Reply
from llm.picture_requests import Admit, Requests
from llm.prompts import Message
from llm.replies import Form
from llm.replies.copies import Prompted
from settings import InterpreterSettings
from styling.forms import Forms
from writing import variants
from writing.floor import SPOILED_ANSWERS, note_on_draft
from writing.improving import MainCaption, Rereading
from writing.judging import PictureTags

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# After so many spoiled answers the model is not asked again, because the next one would be spoiled too.
_MOST_SPOILED = 2


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant.

    `journal_details` are what the journal keeps of the first of them, which alone is checked, and `notes` the
    faults that it still has. `requests` know the model that wrote them, and what its answers took together.
    """

    by_variant: Mapping[str, str]
    journal_details: Mapping[str, object]
    notes: Sequence[Problem]
    requests: Requests


class CaptionWriter:
    """Writes captions with the model of one endpoint; `rereading` tells what they say in unknown words."""

    def __init__(
        self, settings: InterpreterSettings, forms: Forms, endpoint: Endpoint, rereading: Rereading
    ) -> None:
        self._settings = settings
        self._forms = forms
        self._endpoint = endpoint
        self._rereading = rereading
        self._names = forms.written_by_model
        self._form = Form(language=settings.language)
        # What the check misses in another language means nothing.
        self._is_checked = settings.may_be_english

    async def write(self, messages: Sequence[Message], picture: PictureTags, admit: Admit) -> Captions:
        """The captions of one picture; raises ItemError where the model gives none that can be used.

        `admit` is called before each request, and with each text that the model has written.
        """
        form = replace(self._form, prompted=Prompted.by([(each.role, each.text) for each in messages]))
        requests = Requests(self._endpoint, admit, form)
        if not self._is_checked or not self._draft_fits(picture.draft):
            picture = replace(picture, draft="")
        captions, spoiled = await self._write_all(messages, requests, picture.draft)
        first = self._names[0]
        if self._forms.tells_in_tags(first):
            picture = replace(picture, said_beside=frozenset(picture.tags))
        known = self._rereading.known(captions[first], picture)
        main = MainCaption(
            self._settings, self._rereading, requests, picture, messages, first, known, floor=spoiled
        )
        if self._is_checked and not spoiled:
            await main.improve()
        number = self._forms.number_of_sentences if self._is_checked else None
        miscounted = main.keep_to(number) if number else []
        captions[first] = main.known.text
        kinds = {name: self._forms.sentences_of(name) for name in self._forms.names}
        ordered = {name: captions[kind] if kind else "" for name, kind in kinds.items()}
        notes = list(main.judged.notes(self._settings.min_coverage)) if self._is_checked else []
        notes += miscounted
        if main.floor:
            notes.append(note_on_draft(main.floor))
        return Captions(ordered, main.journal_details, notes, requests)

    def _draft_fits(self, draft: str) -> bool:
        """Whether the draft may take the place of the first caption: a short variant is another text."""
        most = variants.MOST_WORDS.get(self._names[0])
        return most is None or len(draft.split()) <= most

    async def _write_all(
        self, messages: Sequence[Message], requests: Requests, draft: str
    ) -> tuple[dict[str, str], str]:
        """All variants from one answer where the model can do that, the missing ones one by one.

        Where the answers for the first one are spoiled it is the draft, if there is one, and the second
        value says how they are.
        """
        found: dict[str, str] = {}
        spoiled: list[str] = []
        is_draft = False
        if len(self._names) > 1:
            found = await self._write_at_once(variants.asking_for(messages, self._names), requests)
        for name in self._names:
            if name in found:
                continue
            stand_in = draft if name == self._names[0] else ""
            accept = partial(self._read_or_stand_in, name=name, stand_in=stand_in, spoiled=spoiled)
            try:
                found[name] = await requests.write(variants.asking_for(messages, [name]), accept)
            except ItemError as error:
                if not stand_in or error.reason not in SPOILED_ANSWERS:
                    raise
                found[name], is_draft = stand_in, True
        is_draft |= len(spoiled) >= _MOST_SPOILED
        return found, spoiled[-1] if is_draft else ""

    async def _write_at_once(self, messages: Sequence[Message], requests: Requests) -> dict[str, str]:
        accept = partial(variants.read_several, names=self._names)
        form = variants.response_format("captions", variants.schema_for(self._names))
        try:
            return await requests.write(messages, accept, extra_fields=form, retries=0)
        except ExcludedError:
            raise
        except ItemError:
            return {}

    @staticmethod
    def _read_or_stand_in(reply: Reply, form: Form, *, name: str, stand_in: str, spoiled: list[str]) -> str:
        """The caption in a reply, or what stands in for it where several replies were `spoiled`."""
        try:
            return variants.read_caption(reply, form, name=name)
        except ItemError as error:
            if stand_in and error.reason in SPOILED_ANSWERS:
                spoiled.append(error.reason)
                if len(spoiled) >= _MOST_SPOILED:
                    return stand_in
            raise

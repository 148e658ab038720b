"""Has a model write the captions of one picture, checks the first, mends it, and falls back on the draft."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from check import Coverage, is_list
from errors import DRAFT_WAS_BETTER, ExcludedError, ItemError, Problem
from llm.answers import Answer, Reply
from llm.picture_requests import Admit, Requests
from llm.prompts import Message
from llm.replies import Form, clean
from llm.replies.copies import Prompted
from llm.trouble import RequestRefusedError
from settings import InterpreterSettings
from tags.spelling import as_written
from writing import repair, variants
from writing.floor import SPOILED_ANSWERS, why_the_draft_is_better
from writing.judging import Judgement, PictureTags, alike, judge
from writing.rereading import Known, Rereading

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# Of so many answers that are spoiled in the same way, another one would be too.
_MOST_SPOILED = 2
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant; the rest tells of the first of them, which alone is checked.

    `repaired` is whether the model's text was mended. `floor` says why the draft was kept in its place, "" if
    it was not, and `alike` how alike the model's text and the draft are, None where there is no draft.
    `read` are the tags that were found in it beside those that the rules find, and `reading` is the form by
    which the model was asked for them, "" if it was not. `notes` are the faults that remain.
    """

    by_variant: Mapping[str, str]
    coverage: Coverage
    repaired: bool
    floor: str
    alike: float | None
    read: frozenset[str]
    reading: str
    notes: Sequence[Problem]

    @property
    def journal_details(self) -> dict[str, object]:
        """What the journal keeps of the check."""
        return {
            "coverage": round(self.coverage.score, 3),
            "missed": list(self.coverage.missed),
            **({"perhaps": list(self.coverage.perhaps)} if self.coverage.perhaps else {}),
            **({"adds": list(map(str, self.coverage.adds))} if self.coverage.adds else {}),
            "faults": [fault.message for fault in self.coverage.faults],
            "repaired": self.repaired,
            **({"floor": self.floor} if self.floor else {}),
            **({} if self.alike is None else {"alike": round(self.alike, 2)}),
            **({"read": sorted(self.read)} if self.read or self.reading else {}),
            **({"reading": self.reading} if self.reading else {}),
        }


@dataclass(slots=True)
class _Main:
    """The first caption of a picture while it is worked on; `asked` is all that the model was told of it."""

    known: Known
    asked: str
    repaired: bool = False
    floor: str = ""
    alike: float | None = None

    @property
    def text(self) -> str:
        """The caption as it is now."""
        return self.known.text

    @property
    def judged(self) -> Judgement:
        """What the check makes of it."""
        return self.known.judged


class CaptionWriter:
    """Writes captions with the model of one endpoint; `rereading` tells what they say in unknown words."""

    def __init__(self, settings: InterpreterSettings, endpoint: Endpoint, rereading: Rereading) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._rereading = rereading
        self._names = _written_by_model(settings)
        self._server_knows_response_format = True
        self._form = Form(language=settings.language)
        # The check reads English only: what it misses in another language means nothing.
        self._is_checked = self._form.is_english or not settings.language

    async def write(
        self, messages: Sequence[Message], picture: PictureTags, admit: Admit
    ) -> Answer[Captions]:
        """The captions of one picture; raises ItemError where the model gives none that can be used.

        `admit` is called before each request, and with each text that the model has written.
        """
        form = replace(self._form, prompted=Prompted.by([(each.role, each.text) for each in messages]))
        requests = Requests(self._endpoint, admit, form)
        if not self._is_checked or not self._can_be(picture.draft):
            picture = replace(picture, draft="")
        captions, spoiled = await self._write_all(messages, requests, picture.draft)
        text = captions[self._names[0]]
        main = _Main(self._rereading.known(text, picture), messages[-1].text, floor=spoiled)
        if self._is_checked and not spoiled:
            await self._improve(main, messages, picture, requests)
        captions[self._names[0]] = main.text
        if variants.TAGS in self._settings.variants:
            captions[variants.TAGS] = ", ".join(map(as_written, picture.tags))
        ordered = {name: captions[name] for name in self._settings.variants or captions}
        notes = list(main.judged.notes(self._settings.min_coverage)) if self._is_checked else []
        if main.floor:
            notes.append(Problem("", DRAFT_WAS_BETTER, f"{DRAFT_WAS_BETTER}: the model's text {main.floor}"))
        written = Captions(
            ordered,
            main.judged.coverage,
            main.repaired,
            main.floor,
            main.alike,
            main.known.said,
            main.known.form,
            notes,
        )
        return Answer(written, requests.model, requests.usage, requests.seconds)

    def _can_be(self, draft: str) -> bool:
        """Whether the draft may take the place of the first caption: a short variant is another text."""
        most = variants.MOST_WORDS.get(self._names[0])
        return most is None or len(draft.split()) <= most

    async def _improve(
        self, main: _Main, messages: Sequence[Message], picture: PictureTags, requests: Requests
    ) -> None:
        """Mend the first caption, or put the draft in its place where that is better."""
        if picture.draft:
            main.alike = alike(main.text, picture.draft)
        if self._settings.reading == "always":
            main.known = await self._rereading.read(main.known, picture, requests)
        await self._repair(main, messages, picture, requests)
        if picture.draft:
            await self._fall_back(main, picture, requests)

    async def _fall_back(self, main: _Main, picture: PictureTags, requests: Requests) -> None:
        """Put the draft in the place of the first caption where it is better."""
        draft = judge(picture.draft, picture)

        def why(judged: Judgement, unsaid: Sequence[str]) -> str:
            return why_the_draft_is_better(
                main.text, judged, picture.draft, draft, main.asked, says_too_little=bool(unsaid)
            )

        main.floor = why(main.judged, await self._surely_unsaid(main, picture, requests))
        if main.floor and not why(main.known.at_best(picture), ()):
            # The draft is better only if the caption does not say what the rules do not find.
            main.known = await self._rereading.read(main.known, picture, requests)
            main.floor = why(main.judged, await self._surely_unsaid(main, picture, requests))
        if main.floor:
            main.known, main.repaired = Known(picture.draft, draft), False

    async def _surely_unsaid(self, main: _Main, picture: PictureTags, requests: Requests) -> Sequence[str]:
        """What a caption under the least coverage does not say for sure."""
        least = self._settings.min_coverage
        if main.judged.coverage.score < least:
            main.known = await self._rereading.read(main.known, picture, requests)
        return main.known.surely_unsaid(picture) if main.judged.coverage.most < least else ()

    async def _repair(
        self, main: _Main, messages: Sequence[Message], picture: PictureTags, requests: Requests
    ) -> None:
        """Mend what is surely wrong, with sentences from tags or with single sentences of the model."""
        for attempt in range(1, self._settings.repairs + 1):
            text = repair.without_request(main.text, main.judged, picture)
            if text != main.text:
                self._take(main, text, picture)
            # The draft says what is missed without a request.
            unsaid = () if picture.draft else await self._surely_unsaid(main, picture, requests)
            wanted = repair.request_for(main.text, main.judged, unsaid)
            if wanted is None:
                return
            turns = [
                *variants.asking_for(messages, self._names[:1]),
                Message("assistant", main.text),
                Message("user", wanted.request),
            ]
            try:
                sentence = await requests.write(turns, self._read_caption, retries=0, attempt=attempt)
            except ExcludedError:
                raise
            except ItemError:
                return
            if not wanted.is_sound(sentence, main.text, f"{main.asked} {picture.draft}"):
                return
            if not self._take(main, wanted.applied(main.text, sentence), picture):
                return

    def _take(self, main: _Main, text: str, picture: PictureTags) -> bool:
        """Put a text in the place of the caption if it is better; returns whether it is."""
        known = self._rereading.known(text, picture, main.known)
        if known.judged.rank <= main.judged.rank:
            return False
        main.known, main.repaired = known, True
        return True

    async def _write_all(
        self, messages: Sequence[Message], requests: Requests, draft: str
    ) -> tuple[dict[str, str], str]:
        """All variants from one answer where the model can do that, the missing ones one by one.

        Where the answers for the first one are spoiled it is the draft, if there is one, and the second
        value says how they are.
        """
        found: dict[str, str] = {}
        spoiled: list[str] = []
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
                found[name] = stand_in
        # An answer of the same words as the draft is another object.
        return found, spoiled[-1] if draft and found[self._names[0]] is draft else ""

    async def _write_at_once(self, messages: Sequence[Message], requests: Requests) -> dict[str, str]:
        form = variants.response_format(self._names) if self._server_knows_response_format else {}
        try:
            return await requests.write(messages, self._read_variants, extra_fields=form, retries=0)
        except RequestRefusedError:
            if form:
                # The server may not know the field; from now on the words of the prompt have to do.
                self._server_knows_response_format = False
                return await self._write_at_once(messages, requests)
            return {}
        except ExcludedError:
            raise
        except ItemError:
            return {}

    def _read_or_stand_in(
        self, reply: Reply, form: Form, *, name: str, stand_in: str, spoiled: list[str]
    ) -> str:
        """The caption in a reply, or what stands in for it where several replies were `spoiled`."""
        try:
            return self._read_caption(reply, form, name=name)
        except ItemError as error:
            if stand_in and error.reason in SPOILED_ANSWERS:
                spoiled.append(error.reason)
                if len(spoiled) >= _MOST_SPOILED:
                    return stand_in
            raise

    def _read_caption(self, reply: Reply, form: Form, *, name: str = variants.CAPTION) -> str:
        caption = clean(
            reply.text, reply.finish_reason, replace(form, max_words=variants.MOST_WORDS.get(name))
        )
        _refuse_list(caption, form)
        return caption

    def _read_variants(self, reply: Reply, form: Form) -> dict[str, str]:
        """Those of the variants in a reply that can be used."""
        whole = replace(form, one_line=False, plain_text=False)
        found = variants.split(clean(reply.text, reply.finish_reason, whole), self._names)
        used = {}
        for name, text in found.items():
            with suppress(ItemError):
                used[name] = clean(text, None, replace(form, max_words=variants.MOST_WORDS[name]))
                _refuse_list(used[name], form)
        return used


def first_request(messages: Sequence[Message], settings: InterpreterSettings) -> Sequence[Message]:
    """What the model is sent first: the messages of the template, and which variants are wanted."""
    return variants.asking_for(messages, _written_by_model(settings))


def _written_by_model(settings: InterpreterSettings) -> list[str]:
    """The variants that a model writes; the caption alone where no variants are asked for."""
    return [name for name in settings.variants if name != variants.TAGS] or [variants.CAPTION]


def _refuse_list(caption: str, form: Form) -> None:
    """Raise ItemError for a list of tags, unless an example of the prompt is answered with one."""
    examples = form.prompted.examples if form.prompted else ()
    if is_list(caption) and not any(is_list(answer) for _, answer in examples):
        raise ItemError(
            "is a list of tags",
            "the answer is a list of tags; ask for sentences, or answer an example in the template with a "
            "list if lists are wanted",
        )

"""Has a model write the captions of one picture, checks the first, mends it, and falls back on the draft."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from check import Coverage, is_list
from errors import DRAFT_WAS_BETTER, ExcludedError, ItemError, Problem
from llm.answers import Answer, Reply, Usage
from llm.prompts import Message
from llm.replies import Form, clean
from llm.replies.copies import Prompted
from llm.trouble import RequestRefusedError
from settings import InterpreterSettings
from tags.spelling import as_written
from writing import repair, variants
from writing.floor import SPOILED_ANSWERS, why_the_draft_is_better
from writing.judging import ByRules, Judgement, PictureTags, Reading, alike, judge

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The name of the caption where no variants are asked for.
CAPTION = "caption"
# Of so many answers that are spoiled in the same way, another one would be too.
_MOST_SPOILED = 2
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant; the rest tells of the first of them, which alone is checked.

    `repaired` is whether the model's text was mended. `floor` says why the draft was kept in its place, "" if
    it was not, and `alike` how alike the model's text and the draft are, None where there is no draft.
    `notes` are the faults that remain.
    """

    by_variant: Mapping[str, str]
    coverage: Coverage
    repaired: bool
    floor: str
    alike: float | None
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
        }


@dataclass(slots=True)
class _Main:
    """The first caption of a picture while it is worked on; `asked` is all that the model was told of it."""

    text: str
    judged: Judgement
    asked: str
    repaired: bool = False
    floor: str = ""
    alike: float | None = None


class CaptionWriter:
    """Writes captions with the model of one endpoint; `reading` tells which tags a caption truly misses."""

    def __init__(
        self, settings: InterpreterSettings, endpoint: Endpoint, reading: Reading | None = None
    ) -> None:
        self._settings = settings
        self._endpoint = endpoint
        self._reading = reading or ByRules()
        self._names = _written_by_model(settings)
        self._server_knows_response_format = True
        self._form = Form(language=settings.language)
        # The check reads English only: what it misses in another language means nothing.
        self._is_checked = self._form.is_english or not settings.language

    async def write(
        self, messages: Sequence[Message], picture: PictureTags, may_send: Callable[[], object]
    ) -> Answer[Captions]:
        """The captions of one picture; raises ItemError where the model gives none that can be used.

        `may_send` is called before each request, and raises ExcludedError where there must be none.
        """
        form = replace(self._form, prompted=Prompted.by([(each.role, each.text) for each in messages]))
        requests = _Requests(self._endpoint, may_send, form)
        if not self._is_checked or not self._can_be(picture.draft):
            picture = replace(picture, draft="")
        captions, spoiled = await self._write_all(messages, requests, picture.draft)
        text = captions[self._names[0]]
        main = _Main(text, judge(text, picture), messages[-1].text, floor=spoiled)
        if self._is_checked and not spoiled:
            await self._improve(main, messages, picture, requests)
        captions[self._names[0]] = main.text
        if variants.TAGS in self._settings.variants:
            captions[variants.TAGS] = ", ".join(map(as_written, picture.tags))
        ordered = {name: captions[name] for name in self._settings.variants or captions}
        notes = list(main.judged.notes(self._settings.min_coverage)) if self._is_checked else []
        if main.floor:
            notes.append(Problem("", DRAFT_WAS_BETTER, f"{DRAFT_WAS_BETTER}: the model's text {main.floor}"))
        written = Captions(ordered, main.judged.coverage, main.repaired, main.floor, main.alike, notes)
        return Answer(written, requests.model, requests.usage, requests.seconds)

    def _can_be(self, draft: str) -> bool:
        """Whether the draft may take the place of the first caption: a short variant is another text."""
        most = variants.MOST_WORDS.get(self._names[0])
        return most is None or len(draft.split()) <= most

    async def _improve(
        self, main: _Main, messages: Sequence[Message], picture: PictureTags, requests: _Requests
    ) -> None:
        """Mend the first caption, or put the draft in its place where that is better."""
        if picture.draft:
            main.alike = alike(main.text, picture.draft)
        await self._repair(main, messages, picture, requests)
        if not picture.draft:
            return
        draft_judged = judge(picture.draft, picture)
        unsaid = await self._truly_unsaid(main, picture)
        main.floor = why_the_draft_is_better(
            main.text,
            main.judged,
            picture.draft,
            draft_judged,
            main.asked,
            says_too_little=bool(unsaid),
        )
        if main.floor:
            main.text, main.judged, main.repaired = picture.draft, draft_judged, False

    async def _truly_unsaid(self, main: _Main, picture: PictureTags) -> Sequence[str]:
        """What a caption under the least coverage does not say for sure."""
        if main.judged.coverage.most >= self._settings.min_coverage:
            return ()
        unsaid = await self._reading.truly_unsaid(main.text, main.judged.unsaid, picture)
        return [tag for tag in main.judged.unsaid if tag in unsaid]

    async def _repair(
        self, main: _Main, messages: Sequence[Message], picture: PictureTags, requests: _Requests
    ) -> None:
        """Mend what is surely wrong, with sentences from tags or with single sentences of the model."""
        for attempt in range(1, self._settings.repairs + 1):
            text = repair.joined(main.text, main.judged, picture)
            if text != main.text:
                self._take(main, text, picture)
            # The draft says what is missed without a request.
            unsaid = () if picture.draft else await self._truly_unsaid(main, picture)
            wanted = repair.request_for(main.text, main.judged, unsaid)
            if wanted is None:
                return
            turns = [
                *_asking_for(messages, self._names[:1]),
                Message("assistant", main.text),
                Message("user", wanted.request),
            ]
            try:
                sentence = await requests.send(turns, self._read_caption, retries=0, attempt=attempt)
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
        judged = judge(text, picture)
        if judged.rank <= main.judged.rank:
            return False
        main.text, main.judged, main.repaired = text, judged, True
        return True

    async def _write_all(
        self, messages: Sequence[Message], requests: _Requests, draft: str
    ) -> tuple[dict[str, str], str]:
        """All variants from one answer where the model can do that, the missing ones one by one.

        Where the answers for the first one are spoiled it is the draft, if there is one, and the second
        value says how they are.
        """
        found: dict[str, str] = {}
        spoiled: list[str] = []
        if len(self._names) > 1:
            found = await self._write_at_once(_asking_for(messages, self._names), requests)
        for name in self._names:
            if name in found:
                continue
            stand_in = draft if name == self._names[0] else ""
            accept = partial(self._read_or_stand_in, name=name, stand_in=stand_in, spoiled=spoiled)
            try:
                found[name] = await requests.send(_asking_for(messages, [name]), accept)
            except ItemError as error:
                if not stand_in or error.reason not in SPOILED_ANSWERS:
                    raise
                found[name] = stand_in
        # An answer of the same words as the draft is another object.
        return found, spoiled[-1] if draft and found[self._names[0]] is draft else ""

    async def _write_at_once(self, messages: Sequence[Message], requests: _Requests) -> dict[str, str]:
        form = variants.response_format(self._names) if self._server_knows_response_format else {}
        try:
            return await requests.send(messages, self._read_variants, extra_fields=form, retries=0)
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

    def _read_caption(self, reply: Reply, form: Form, *, name: str = CAPTION) -> str:
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


class _Requests:
    """Sends the requests for one picture, whose answers have a form, and adds up what they cost."""

    def __init__(self, endpoint: Endpoint, may_send: Callable[[], object], form: Form) -> None:
        self._endpoint = endpoint
        self._may_send = may_send
        self._form = form
        self.usage = Usage()
        self.seconds = 0.0
        self.model = endpoint.model

    async def send(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply, Form], Result],
        *,
        extra_fields: Mapping[str, object] | None = None,
        retries: int | None = None,
        attempt: int = 0,
    ) -> Result:
        """The result of `Endpoint.ask`; its cost is added."""
        answer = await self._endpoint.ask(
            messages,
            lambda reply: accept(reply, self._form),
            retries=retries,
            attempt=attempt,
            extra_fields=extra_fields,
            may_send=self._may_send,
        )
        self.usage += answer.usage
        self.seconds += answer.seconds
        self.model = answer.model
        return answer.result


def first_request(messages: Sequence[Message], settings: InterpreterSettings) -> Sequence[Message]:
    """What the model is sent first: the messages of the template, and which variants are wanted."""
    return _asking_for(messages, _written_by_model(settings))


def _written_by_model(settings: InterpreterSettings) -> list[str]:
    """The variants that a model writes; the caption alone where no variants are asked for."""
    return [name for name in settings.variants if name != variants.TAGS] or [CAPTION]


def _asking_for(messages: Sequence[Message], names: Sequence[str]) -> Sequence[Message]:
    """The messages with a request at their end, so that all before it is the same for every variant."""
    if names == [CAPTION]:
        return messages
    return [
        *messages[:-1],
        replace(messages[-1], text=f"{messages[-1].text}\n\n{variants.request_for(names)}"),
    ]


def _refuse_list(caption: str, form: Form) -> None:
    """Raise ItemError for a list of tags, unless an example of the prompt is answered with one."""
    examples = form.prompted.examples if form.prompted else ()
    if is_list(caption) and not any(is_list(answer) for _, answer in examples):
        raise ItemError(
            "is a list of tags",
            "the answer is a list of tags; ask for sentences, or answer an example in the template with a "
            "list if lists are wanted",
        )

"""Has a model write the captions of one picture, checks the first, and asks once more if it has faults."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from functools import partial
from typing import TYPE_CHECKING, TypeVar

from check import TAG_SPELLING, Coverage, check
from errors import ExcludedError, ItemError, Problem
from llm.answers import Answer, Reply, Usage
from llm.prompts import Message
from llm.replies import Form, clean
from llm.trouble import RequestRefusedError
from settings import InterpreterSettings
from tags.categories import CHARACTER
from tags.filters import HiddenTraits
from tags.implications import Implied, speakers, without_implied
from tags.spelling import as_written, words
from writing import variants

if TYPE_CHECKING:
    from llm.endpoint import Endpoint

# The name of the caption where no variants are asked for.
CAPTION = "caption"
Result = TypeVar("Result")


@dataclass(frozen=True, slots=True)
class PictureTags:
    """The tags of a picture, and what is known of tags, as far as it matters for its caption.

    `names` are the characters of the whole data set, `own_tags` the tags that are one character's alone, and
    `told` what else is known of the picture: a description and the meanings of its tags.
    """

    tags: Sequence[str]
    categories: Mapping[str, str]
    names: frozenset[str]
    implied: Implied
    hidden: HiddenTraits
    own_tags: Mapping[str, Sequence[str]]
    told: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """What a caption makes of the tags.

    `unnamed` are the characters that it does not name, `unsaid` the other tags that it should say, and
    `leaked` the hidden traits that it says.
    """

    coverage: Coverage
    unnamed: tuple[str, ...]
    unsaid: tuple[str, ...]
    leaked: tuple[str, ...]

    @property
    def rank(self) -> tuple[int, int, int, int, float]:
        """Of two captions the better one has the higher rank.

        Hidden traits and missing names spoil a LoRA, so they come first, then what is wrong, what nothing
        bears out, and last how much is said.
        """
        coverage = self.coverage
        wrong = -len(coverage.faults), -len(coverage.adds)
        return -len(self.leaked), -len(self.unnamed), *wrong, coverage.score

    def needs_repair(self, min_coverage: float) -> bool:
        """Whether the model should be asked for a better caption."""
        is_wrong = bool(self.coverage.faults or self.unnamed or self.leaked)
        return is_wrong or self.coverage.most < min_coverage

    def repair_request(self) -> str:
        """What the model is told about its caption."""
        faults = [fault.message for fault in self.coverage.faults]
        faults += [f"It says {trait}, which is to be left out." for trait in self.leaked]
        faults += [f"It does not name {words(tag)}." for tag in self.unnamed]
        faults += [f"It does not say: {', '.join(map(words, self.unsaid))}."] if self.unsaid else []
        listed = "\n".join(f"- {fault}" for fault in faults)
        return (
            f"This caption is not right yet:\n{listed}\n"
            "Write the whole caption again so that all of this is mended and the rest stays. "
            "Answer with the caption alone."
        )

    def notes(self, min_coverage: float) -> Iterator[Problem]:
        """What the user should look at.

        Hidden traits are not among it: they are looked for in the text that is written in the end.
        """
        spelled = [fault.message for fault in self.coverage.faults if fault.kind == TAG_SPELLING]
        others = [fault.message for fault in self.coverage.faults if fault.kind != TAG_SPELLING]
        if others:
            yield Problem("", "contradicting tags", " ".join(others))
        if self.unnamed:
            unnamed = ", ".join(map(words, self.unnamed))
            yield Problem("", "not naming a character", f"it does not name {unnamed}")
        if spelled:
            yield Problem("", "spelled as tags", " ".join(spelled))
        known = {fault.said for fault in self.coverage.faults}
        if adds := [str(addition) for addition in self.coverage.adds if addition.said not in known]:
            yield Problem(
                "", "adding to the tags", f"nothing that is known of it speaks of {', '.join(adds)}"
            )
        if self.coverage.most < min_coverage:
            yield Problem("", "under min_coverage", f"its coverage is {self.coverage.most:.0%}")


def judge(caption: str, picture: PictureTags) -> Judgement:
    """Hold a caption against the tags. A tag is also said by one that implies it: a grin is a smile."""
    said_by = speakers(picture.tags, picture.implied)
    known = picture.names, picture.own_tags, picture.told
    coverage = check(caption, picture.tags, picture.categories, said_by, *known)
    # A character in another form has two tags, and need not be called by both names.
    missed = without_implied(coverage.missed, picture.categories, picture.implied)
    unnamed = tuple(tag for tag in missed if picture.categories.get(tag) == CHARACTER)
    unsaid = tuple(tag for tag in missed if tag not in unnamed)
    return Judgement(coverage, unnamed, unsaid, tuple(picture.hidden.said_in(caption)))


@dataclass(frozen=True, slots=True)
class Captions:
    """The captions of one picture by variant; the rest tells of the first of them, which alone is checked.

    `repaired` is whether a second request gave a better one. `notes` are the faults that remain.
    """

    by_variant: Mapping[str, str]
    coverage: Coverage
    repaired: bool
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
        }


class CaptionWriter:
    """Writes captions with the model of one endpoint."""

    def __init__(self, settings: InterpreterSettings, endpoint: Endpoint) -> None:
        self._settings = settings
        self._endpoint = endpoint
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
        requests = _Requests(self._endpoint, may_send)
        captions = await self._write_all(messages, requests)
        main = self._names[0]
        judgement, repaired = judge(captions[main], picture), False
        for _ in range(self._settings.repairs if self._is_checked else 0):
            if not judgement.needs_repair(self._settings.min_coverage):
                break
            better = await self._repair(messages, captions[main], judgement, picture, requests)
            if better is None:
                break
            captions[main], judgement = better
            repaired = True
        if variants.TAGS in self._settings.variants:
            captions[variants.TAGS] = ", ".join(map(as_written, picture.tags))
        ordered = {name: captions[name] for name in self._settings.variants or captions}
        notes = tuple(judgement.notes(self._settings.min_coverage)) if self._is_checked else ()
        written = Captions(ordered, judgement.coverage, repaired, notes)
        return Answer(written, requests.model, requests.usage, requests.seconds)

    async def _write_all(self, messages: Sequence[Message], requests: _Requests) -> dict[str, str]:
        """All variants from one answer where the model can do that, the missing ones one by one."""
        found: dict[str, str] = {}
        if len(self._names) > 1:
            found = await self._write_at_once(_asking_for(messages, self._names), requests)
        for name in self._names:
            if name not in found:
                accept = partial(self._read_caption, name=name)
                found[name] = await requests.send(_asking_for(messages, [name]), accept)
        return found

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

    async def _repair(
        self,
        messages: Sequence[Message],
        draft: str,
        judgement: Judgement,
        picture: PictureTags,
        requests: _Requests,
    ) -> tuple[str, Judgement] | None:
        """A better caption than the draft with its judgement; None where the model gives no better one."""
        turns = [
            *_asking_for(messages, self._names[:1]),
            Message("assistant", draft),
            Message("user", judgement.repair_request()),
        ]
        try:
            caption = await requests.send(turns, partial(self._read_caption, name=self._names[0]), retries=0)
        except ExcludedError:
            raise
        except ItemError:
            return None
        second = judge(caption, picture)
        return (caption, second) if second.rank > judgement.rank else None

    def _read_caption(self, reply: Reply, name: str) -> str:
        form = replace(self._form, max_words=variants.MOST_WORDS.get(name))
        return clean(reply.text, reply.finish_reason, form)

    def _read_variants(self, reply: Reply) -> dict[str, str]:
        """Those of the variants in a reply that can be used."""
        whole = replace(self._form, one_line=False, plain_text=False)
        found = variants.split(clean(reply.text, reply.finish_reason, whole), self._names)
        used = {}
        for name, text in found.items():
            with suppress(ItemError):
                used[name] = clean(text, None, replace(self._form, max_words=variants.MOST_WORDS[name]))
        return used


class _Requests:
    """Sends the requests for one picture, and adds up what they cost."""

    def __init__(self, endpoint: Endpoint, may_send: Callable[[], object]) -> None:
        self._endpoint = endpoint
        self._may_send = may_send
        self.usage = Usage()
        self.seconds = 0.0
        self.model = endpoint.model

    async def send(
        self,
        messages: Sequence[Message],
        accept: Callable[[Reply], Result],
        *,
        extra_fields: Mapping[str, object] | None = None,
        retries: int | None = None,
    ) -> Result:
        """The result of `Endpoint.ask`; its cost is added."""
        answer = await self._endpoint.ask(
            messages, accept, retries=retries, extra_fields=extra_fields, may_send=self._may_send
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
